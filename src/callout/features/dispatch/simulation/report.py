"""What a simulation of a policy reports: six figures, beside the same ones of what it is compared with. Pure."""

from typing import Any, Final

from callout.features.dispatch.policy import Policy
from callout.features.dispatch.simulation.figures import gini, gini_by_service, mean
from callout.features.dispatch.simulation.recorded import Side, Tally
from callout.features.dispatch.simulation.rehearsal import Rehearsal
from callout.features.dispatch.simulation.search import Search
from callout.features.dispatch.simulation.strategies import BY_NAME
from callout.features.dispatch.simulation.town import Plan, found, rehearse
from callout.kit.http.wire import timestamp

Json = dict[str, Any]
DIGITS: Final = 4
RECORDED_NOTES: Final = (
    "Counters of vendors keep the decay they were recorded with.",
    "Nobody farther away than the recorded ring can be seen.",
    "Whether somebody would have accepted is foretold from the chances known then, not observed.",
)
TOWN_NOTES: Final = (
    "There are no recorded decisions in this span: a day of a made-up town was played instead.",
    "Its vendors and customers are invented; read the difference between the policies, not the figures.",
)


def of_tally(tally: Tally, *, truncated: bool) -> Json:
    """The report on recorded decisions; `truncated` when there were more than were asked for."""
    return {
        "source": "recorded",
        "decisions": tally.decisions,
        "left_out": tally.left_out,
        "truncated": truncated,
        "oldest": timestamp(tally.oldest),
        "newest": timestamp(tally.newest),
        "changed_winner_pct": _percent(tally.changed, tally.decisions),
        **_figures(tally.draft, tally),
        "baseline": _figures(tally.recorded, tally),
        "notes": list(RECORDED_NOTES),
    }


def of_town(seed: int, draft: Policy, baseline: Policy) -> Json:
    """Plays a day of the made-up town under both policies, after a week that makes records."""
    plan = Plan(seed=seed, warm_up_days=7, days=1)
    tried, usual = (rehearse(plan, BY_NAME["waves"], policy) for policy in (draft, baseline))
    pairs = list(zip(_counted(usual, plan), _counted(tried, plan), strict=True))
    return {
        "source": "town",
        "decisions": len(pairs),
        "left_out": 0,
        "truncated": False,
        "oldest": None,
        "newest": None,
        "changed_winner_pct": _percent(sum(_winner(one) != _winner(other) for one, other in pairs), len(pairs)),
        **_played([search for _, search in pairs], plan),
        "baseline": _played([search for search, _ in pairs], plan),
        "notes": [*TOWN_NOTES, f"Seed {seed}, {plan.vendors} vendors, {plan.newcomers} newcomers."],
    }


def _figures(side: Side, tally: Tally) -> Json:
    weighed, total = 0.0, 0.0
    for service, able in tally.able.items():
        won = side.wins.get(service, {})
        value = gini([won.get(vendor, 0.0) for vendor in able])
        if value is not None:
            weighed, total = weighed + value * sum(won.values()), total + sum(won.values())
    return {
        "mean_distance_km": _ratio(side.km, side.firsts),
        "mean_predicted_p": _ratio(side.p, side.firsts),
        "fairness_gini": _ratio(weighed, total),
        "newcomers_reached": len(side.newcomers),
        "predicted_fill": _ratio(side.filled, side.searches),
    }


def _played(searches: list[Search], plan: Plan) -> Json:
    filled = [search for search in searches if search.assigned_at is not None]
    firsts = [search.offers[0].row for search in searches if search.offers]
    joined = {worker.vendor_id for worker in found(plan).workers if worker.joins is not None}
    share = gini_by_service(filled, plan)
    return {
        "mean_distance_km": _rounded(mean([row.distance_km for row in firsts])),
        "mean_predicted_p": _rounded(mean([row.accept_probability or 0.0 for row in firsts])),
        "fairness_gini": _rounded(share),
        "newcomers_reached": len({vendor for search in searches for vendor in search.asked} & joined),
        "predicted_fill": _ratio(len(filled), len(searches)),
    }


def _counted(played: Rehearsal, plan: Plan) -> list[Search]:
    return [search for search in played.searches if search.wish.at >= plan.counted_from]


def _winner(search: Search) -> str | None:
    return search.winner.vendor_id if search.winner else None


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, DIGITS) if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
