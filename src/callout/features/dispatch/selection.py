"""One decision: filters, relaxation, ranking, exploration and wave size, from plain facts to a plain record."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from callout.features.dispatch.candidates import (
    NEVER_OFFERED,
    RELAXATION_ORDER,
    Finding,
    examine,
    schedule_window,
)
from callout.features.dispatch.facts import Case, Dismissed
from callout.features.dispatch.policy import Policy, PolicyClass
from callout.features.dispatch.scoring import (
    Entry,
    Score,
    explored,
    legacy_factors,
    most_hopeful,
    policy_class,
    ranked,
    score,
)
from callout.features.dispatch.waves import Plan, plan_wave

EXPLORERS_WEIGHED = 10  # of the hopeful vendors outside a wave; the best of them may enter


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a decision record."""

    vendor_id: str
    included: bool
    reason_codes: tuple[str, ...] = ()
    features: dict[str, float] | None = None
    contributions: dict[str, float] | None = None
    score: float | None = None
    accept_probability: float | None = None
    rank_key: float | None = None
    rank: int | None = None
    chosen: bool = False
    explorer: bool = False
    distance_km: float
    travel_min: float | None = None
    legacy_factors: dict[str, float] | None = None
    est_response_min: float | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked now, and everybody who was looked at: ranked vendors first, then the excluded by distance."""

    policy_class: PolicyClass
    policy_version: int
    candidates: tuple[Candidate, ...]
    plan: Plan
    relaxed: tuple[str, ...]

    @property
    def chosen(self) -> tuple[Candidate, ...]:
        return tuple(candidate for candidate in self.candidates if candidate.chosen)

    @property
    def included(self) -> tuple[Candidate, ...]:
        return tuple(candidate for candidate in self.candidates if candidate.included)

    def rows(self) -> list[dict[str, Any]]:
        """The candidates as they are stored."""
        rows: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(self.candidates))
        return rows


class Rules(NamedTuple):
    """What one decision is made by."""

    case: Case
    policy: Policy
    kind: PolicyClass

    @property
    def manual(self) -> bool:
        return self.case.criteria.mode == "manual"

    def score(self, finding: Finding) -> Score:
        return score(finding, self.case, self.policy, self.policy.weights[self.kind])

    def hopeful(self, entries: Sequence[Entry]) -> list[Entry]:
        weights = self.policy.weights[self.kind]
        return [explored(entry, self.case, self.policy, weights) for entry in entries]

    def promising(self, entries: Sequence[Entry]) -> list[Entry]:
        weights = self.policy.weights[self.kind]
        return most_hopeful(entries, self.case, self.policy, weights, EXPLORERS_WEIGHED)

    def plan(self, order: Sequence[Entry]) -> Plan:
        return plan_wave(
            [result.accept_probability for _, result in order],
            wave=self.case.wave,
            policy_class=self.kind,
            mode=self.case.criteria.mode,
            knobs=self.policy.knobs,
            room=self.case.criteria.max_vendors_to_notify - self.case.outstanding,
        )


def decide(case: Case, policy: Policy) -> Decision:
    """Selects the vendors of one wave. The same case and policy give the same decision, whatever the input order."""
    rules = Rules(case, policy, policy_class(case.job, case.now))
    window = schedule_window(case.job, case.now)
    findings = [examine(vendor, case, policy.knobs, window) for vendor in case.vendors]
    scored = [_scored(finding, rules) for finding in findings if _may_be_scored(finding, rules)]
    pool, relaxed = (scored, ()) if rules.manual else relaxed_pool(scored, last_ring=case.last_ring)
    order = ranked(pool, case)
    plan = rules.plan(order)
    if case.batch is None and _may_explore(rules):
        order, plan = _explored(order, plan, rules)
    asked = frozenset(case.batch.matched) if case.batch else frozenset()
    if asked:
        plan = Plan(len(asked), plan.target)
    taken = {finding.vendor.vendor_id for finding, _ in order}
    kept = {finding.vendor.vendor_id: result for finding, result in scored}
    left: list[tuple[Finding, Score | None]] = [
        (finding, kept.get(finding.vendor.vendor_id))
        for finding in _told(findings, scored)
        if finding.vendor.vendor_id not in taken
    ]
    return Decision(
        policy_class=rules.kind,
        policy_version=policy.version,
        candidates=_rows(order, asked or first_of(order, plan.k), left, case.dismissed),
        plan=plan,
        relaxed=relaxed,
    )


def _may_be_scored(finding: Finding, rules: Rules) -> bool:
    if rules.manual:
        vendor = finding.vendor
        unasked = vendor.vendor_id in rules.case.named and not vendor.asked and not vendor.had_its_turn
        return unasked and NEVER_OFFERED.isdisjoint(finding.reason_codes)
    return finding.may_be_relaxed


def _scored(finding: Finding, rules: Rules) -> Entry:
    """Scores a vendor; one below the minimum score gets that as a further objection."""
    result = rules.score(finding)
    if not rules.manual and result.score < rules.case.criteria.min_score:
        return finding._replace(reason_codes=(*finding.reason_codes, "below_min_score")), result
    return finding, result


def _told(findings: Sequence[Finding], scored: Sequence[Entry]) -> list[Finding]:
    """Everybody looked at, in the version that knows about the score where there is one."""
    known = {finding.vendor.vendor_id: finding for finding, _ in scored}
    return [known.get(finding.vendor.vendor_id, finding) for finding in findings]


def relaxed_pool(scored: Sequence[Entry], *, last_ring: bool) -> tuple[list[Entry], tuple[str, ...]]:
    """The vendors without an objection; when the last ring has none, objections are waived one after the other.

    Returns the pool and the codes that were really waived for somebody in it, in the order of relaxation.
    """
    waived: set[str] = set()
    for code in (None, *RELAXATION_ORDER):
        if code is not None:
            waived.add(code)
        pool = [entry for entry in scored if waived.issuperset(entry[0].reason_codes)]
        if pool or not last_ring:
            used = {reason for finding, _ in pool for reason in finding.reason_codes}
            return pool, tuple(reason for reason in RELAXATION_ORDER if reason in used)
    return [], ()


def _may_explore(rules: Rules) -> bool:
    value, high = rules.case.job.estimated_value, rules.case.market.high_value
    costly = value is not None and high is not None and value > high
    return rules.kind != "urgent" and not costly and rules.case.criteria.mode in ("waves", "sequential")


def _explored(order: list[Entry], plan: Plan, rules: Rules) -> tuple[list[Entry], Plan]:
    """Lets one little-known vendor into the wave when its optimistic rank key beats the weakest of the wave."""
    wave, rest = order[: plan.k], order[plan.k :]
    if not wave or not rest:
        return order, plan

    explorer = ranked(rules.hopeful(rules.promising(rest)), rules.case)[0]
    if ranked([*rules.hopeful(wave), explorer], rules.case)[-1][0] is explorer[0]:
        return order, plan
    with_explorer = ranked([*(entry for entry in order if entry[0] is not explorer[0]), explorer], rules.case)
    smaller = rules.plan(with_explorer)
    if any(entry[0] is explorer[0] for entry in with_explorer[: smaller.k]):
        return with_explorer, smaller
    return order, plan


def first_of(order: Sequence[Entry], k: int) -> frozenset[str]:
    """The first k vendors of a ranking."""
    return frozenset(finding.vendor.vendor_id for finding, _ in order[:k])


def _rows(
    order: Sequence[Entry],
    asked: frozenset[str],
    excluded: Sequence[tuple[Finding, Score | None]],
    dismissed: Sequence[Dismissed],
) -> tuple[Candidate, ...]:
    included = [
        _row(finding, result, included=True, rank=rank, chosen=finding.vendor.vendor_id in asked)
        for rank, (finding, result) in enumerate(order, start=1)
    ]
    rest = [_row(finding, result, included=False) for finding, result in excluded]
    rest += [
        Candidate(
            vendor_id=vendor.vendor_id,
            included=False,
            reason_codes=vendor.reason_codes,
            distance_km=vendor.distance_km,
            travel_min=vendor.travel_min,
        )
        for vendor in dismissed
    ]
    return (*included, *sorted(rest, key=lambda row: (row.distance_km, row.vendor_id)))


def _row(
    finding: Finding,
    result: Score | None,
    *,
    included: bool,
    rank: int | None = None,
    chosen: bool = False,
) -> Candidate:
    if result is None:
        return Candidate(
            vendor_id=finding.vendor.vendor_id,
            included=included,
            reason_codes=finding.reason_codes,
            distance_km=finding.distance_km,
            travel_min=finding.vendor.travel_min,
        )
    return Candidate(
        vendor_id=finding.vendor.vendor_id,
        included=included,
        reason_codes=finding.reason_codes,
        features=result.features,
        contributions=result.contributions,
        score=result.score,
        accept_probability=result.accept_probability,
        rank_key=result.rank_key,
        rank=rank,
        chosen=chosen,
        explorer=result.explorer and chosen,
        distance_km=finding.distance_km,
        travel_min=finding.vendor.travel_min,
        legacy_factors=legacy_factors(finding, result),
        est_response_min=result.est_response_min,
    )
