"""What admins send about simulations, and how these look."""

from typing import Any, ClassVar, Final, Literal

from pydantic import AliasChoices, Field

from callout.features.dispatch.tables import PolicySimulation
from callout.kit.http.fields import AwareTime
from callout.kit.http.models import Body, Query
from callout.kit.http.wire import timestamp

MOST_DECISIONS = 5000
LARGEST_SEED = 2**31 - 1


class SimulationInput(Body):
    """Which policy to try, over which recorded decisions."""

    version: int | None = Field(default=None, ge=0)
    weights: dict[str, dict[str, Any]] | None = None
    knobs: dict[str, Any] | None = None
    since: AwareTime | None = Field(default=None, validation_alias=AliasChoices("from"))
    until: AwareTime | None = Field(default=None, validation_alias=AliasChoices("to"))
    limit: int = Field(default=MOST_DECISIONS, ge=1, le=MOST_DECISIONS)
    seed: int = Field(default=7, ge=0, le=LARGEST_SEED)


class SimulationQuery(Query):
    """The list of simulations."""

    sortable: ClassVar[tuple[str, ...]] = ("created_at",)
    default_sort: ClassVar[str] = "-created_at"

    version: list[int] | None = None
    status: list[Literal["queued", "running", "completed", "failed"]] | None = None


REPORTED = (
    "source",
    "decisions",
    "left_out",
    "truncated",
    "oldest",
    "newest",
    "changed_winner_pct",
    "mean_distance_km",
    "mean_predicted_p",
    "fairness_gini",
    "newcomers_reached",
    "predicted_fill",
    "baseline",
)

SUMMARY: Final = (
    "source",
    "decisions",
    "changed_winner_pct",
    "mean_distance_km",
    "mean_predicted_p",
    "fairness_gini",
    "newcomers_reached",
    "predicted_fill",
)


def simulation_view(row: PolicySimulation) -> dict[str, Any]:
    """One simulation; the figures are null until it is completed."""
    report = row.report or {}
    return {
        "id": row.id,
        "status": row.status,
        "progress_pct": row.progress_pct,
        "version": row.number,
        "weights": row.weights,
        "knobs": row.knobs,
        "from": timestamp(row.from_at),
        "to": timestamp(row.to_at),
        "limit": row.max_decisions,
        "seed": row.seed,
        **{name: report.get(name) for name in REPORTED},
        "notes": report.get("notes", []),
        "error": row.error,
        "created_at": timestamp(row.created_at),
        "finished_at": timestamp(row.finished_at),
    }


def summary(row: PolicySimulation) -> dict[str, Any]:
    """What a policy version keeps of its simulation."""
    report = row.report or {}
    return {"id": str(row.id), "at": timestamp(row.finished_at), **{name: report.get(name) for name in SUMMARY}}
