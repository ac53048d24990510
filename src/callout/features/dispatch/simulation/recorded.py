"""Recorded decisions decided again under another policy, tallied side by side with what was recorded. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from callout.features.dispatch.candidates import NEVER_OFFERED
from callout.features.dispatch.facts import Case
from callout.features.dispatch.policy import Policy
from callout.features.dispatch.selection import decide
from callout.features.dispatch.simulation.foresight import Pace, Prospect, foresee

JOINER: Final = timedelta(days=30)
Row = Mapping[str, Any]


class Recorded(NamedTuple):
    """One decision record as it was stored."""

    at: datetime
    policy_version: int
    policy_class: str
    ttl_s: int
    facts: Mapping[str, Any]
    candidates: Sequence[Row]


class Trial(NamedTuple):
    """What a draft is tried against: the versions the records were decided under, and minutes to fill by priority."""

    draft: Policy
    policies: Mapping[int, Policy]
    deadline_min: Mapping[str, int]


class Side(msgspec.Struct):
    """The tally of one policy: sums over the decisions in which somebody came first, and over first waves."""

    firsts: int = 0
    km: float = 0.0
    p: float = 0.0
    searches: int = 0
    filled: float = 0.0
    wins: dict[str, dict[str, float]] = msgspec.field(default_factory=dict)
    newcomers: list[str] = msgspec.field(default_factory=list)


class Tally(msgspec.Struct):
    """What was counted over some decisions. `able` are the vendors who could have been asked at all, by service."""

    decisions: int = 0
    left_out: int = 0
    changed: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    able: dict[str, list[str]] = msgspec.field(default_factory=dict)
    recorded: Side = msgspec.field(default_factory=Side)
    draft: Side = msgspec.field(default_factory=Side)


def tally(records: Sequence[Recorded], trial: Trial) -> Tally:
    """Decides records again under the draft and counts.

    Decisions no policy made alone are left out: vendors named by an admin, and orders matched together.
    """
    found = Tally()
    for record in records:
        case = msgspec.convert(record.facts, Case)
        if case.criteria.mode == "manual" or case.batch is not None:
            found.left_out += 1
        else:
            _count(found, record, case, trial)
    return found


def merged(first: Tally, second: Tally) -> Tally:
    """Both tallies as one."""
    ends = [moment for one in (first, second) for moment in (one.oldest, one.newest) if moment is not None]
    return Tally(
        decisions=first.decisions + second.decisions,
        left_out=first.left_out + second.left_out,
        changed=first.changed + second.changed,
        oldest=min(ends, default=None),
        newest=max(ends, default=None),
        able={
            service: sorted({*first.able.get(service, ()), *second.able.get(service, ())})
            for service in sorted(first.able.keys() | second.able.keys())
        },
        recorded=_merged_sides(first.recorded, second.recorded),
        draft=_merged_sides(first.draft, second.draft),
    )


def _count(found: Tally, record: Recorded, case: Case, trial: Trial) -> None:
    decision = decide(case, trial.draft)
    rows = decision.rows()
    found.decisions += 1
    found.oldest = min(record.at, found.oldest or record.at)
    found.newest = max(record.at, found.newest or record.at)
    found.changed += _first(record.candidates) != _first(rows)
    _note_able(found, case, rows)
    usual = trial.policies[record.policy_version]
    for side, candidates, policy in ((found.recorded, record.candidates, usual), (found.draft, rows, trial.draft)):
        order = sorted((row for row in candidates if row["included"]), key=lambda row: row["rank"])
        _add(side, order, case)
        if case.wave == 1:
            low, high = policy.knobs.ttl_clamps_min[decision.policy_class]
            pace = Pace(
                kind=decision.policy_class,
                mode=case.criteria.mode,
                room=case.criteria.max_vendors_to_notify - case.outstanding,
                ttl_min=min(max(record.ttl_s / 60, low), high),
                left_min=float(trial.deadline_min[case.job.priority]),
            )
            _foretell(side, case.job.service, foresee(_chances(order), policy.knobs, pace))


def _note_able(found: Tally, case: Case, rows: Sequence[Row]) -> None:
    service = case.job.service
    could = {row["vendor_id"] for row in rows if NEVER_OFFERED.isdisjoint(row["reason_codes"])}
    serving = {vendor.vendor_id for vendor in case.vendors if service in vendor.services}
    found.able[service] = sorted({*found.able.get(service, ()), *(could & serving)})


def _add(side: Side, order: Sequence[Row], case: Case) -> None:
    if order:
        side.firsts += 1
        side.km += order[0]["distance_km"]
        side.p += order[0]["accept_probability"]
    joined = {vendor.vendor_id: vendor.joined_at for vendor in case.vendors}
    new = {
        row["vendor_id"]
        for row in order
        if row["chosen"] and (since := joined.get(row["vendor_id"])) is not None and case.now - since < JOINER
    }
    side.newcomers = sorted({*side.newcomers, *new})


def _foretell(side: Side, service: str, prospect: Prospect) -> None:
    side.searches += 1
    side.filled += prospect.filled
    wins = side.wins.setdefault(service, {})
    for vendor, expected in prospect.wins.items():
        wins[vendor] = wins.get(vendor, 0.0) + expected


def _chances(order: Sequence[Row]) -> list[tuple[str, float]]:
    return [(row["vendor_id"], row["accept_probability"]) for row in order]


def _first(candidates: Sequence[Row]) -> str | None:
    return next((row["vendor_id"] for row in candidates if row["rank"] == 1), None)


def _merged_sides(first: Side, second: Side) -> Side:
    wins = {service: dict(won) for service, won in first.wins.items()}
    for service, won in second.wins.items():
        mine = wins.setdefault(service, {})
        for vendor, expected in won.items():
            mine[vendor] = mine.get(vendor, 0.0) + expected
    return Side(
        firsts=first.firsts + second.firsts,
        km=first.km + second.km,
        p=first.p + second.p,
        searches=first.searches + second.searches,
        filled=first.filled + second.filled,
        wins=wins,
        newcomers=sorted({*first.newcomers, *second.newcomers}),
    )
