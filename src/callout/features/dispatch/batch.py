"""The first waves of orders that compete, decided together: who is matched with whom, from their cases. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from callout.features.dispatch.assignment import assign
from callout.features.dispatch.contention import room
from callout.features.dispatch.facts import Batch, Case
from callout.features.dispatch.policy import Policy
from callout.features.dispatch.selection import Decision, decide
from callout.features.dispatch.waves import plan_wave

PREFERRED: Final = 1.0
"""What a preferred vendor is worth beside its score, which is at most 1: it comes first, as in a ranking."""
PER_RANK: Final = 1e-9
"""What one place in the order's own ranking is worth: it decides among matchings of equal score only."""


def match(cases: Sequence[Case], policy: Policy) -> dict[str, tuple[str, ...]]:
    """The vendors each order asks first.

    One linear assignment on the score U gives every order at most one vendor. An order whose wave should ask more
    (target of its class) then adds, by its own ranking, vendors with room left: urgent orders first, then the oldest.

    Args:
        cases: one per order, read at the same moment; their order does not matter.
        policy: weights and knobs.

    Returns:
        Order id to vendor ids, best first; empty for an order the assignment left nobody.
    """
    decisions = {case.job.order_id: decide(_alone(case), policy) for case in cases}
    left = {vendor.vendor_id: room(vendor, policy.knobs) for case in cases for vendor in case.vendors}
    edges = {case.job.order_id: _worths(case, decisions[case.job.order_id]) for case in cases}
    pairs = assign(edges, left)
    for vendor in pairs.values():
        left[vendor] -= 1
    waves: dict[str, tuple[str, ...]] = {}
    for case in sorted(cases, key=lambda case: (case.job.priority != "urgent", case.job.order_id)):
        order_id = case.job.order_id
        waves[order_id] = ()
        if first := pairs.get(order_id):
            waves[order_id] = _wave(case, decisions[order_id], first, left, policy)
        for vendor in waves[order_id][1:]:
            left[vendor] -= 1
    return waves


def joined(cases: Sequence[Case], policy: Policy, batch_id: str) -> list[Case]:
    """The same cases, each with its part of their matching."""
    matched = match(cases, policy)
    return [
        msgspec.structs.replace(case, batch=Batch(id=batch_id, orders=len(cases), matched=matched[case.job.order_id]))
        for case in cases
    ]


def _alone(case: Case) -> Case:
    """The case without what a matching added to it."""
    return msgspec.structs.replace(case, batch=Batch(id="", orders=1))


def _worths(case: Case, decision: Decision) -> dict[str, float]:
    favoured = {vendor.vendor_id for vendor in case.vendors if vendor.preferred_by_customer} | set(case.job.preferred)
    return {
        row.vendor_id: (row.score or 0.0) + PREFERRED * (row.vendor_id in favoured) - PER_RANK * (row.rank or 0)
        for row in decision.included
    }


def _wave(case: Case, decision: Decision, first: str, left: dict[str, int], policy: Policy) -> tuple[str, ...]:
    by_rank = {row.vendor_id: row for row in decision.included}
    others = [row for row in decision.included if row.vendor_id != first and left[row.vendor_id] > 0]
    order = [by_rank[first], *others]
    plan = plan_wave(
        [row.accept_probability or 0.0 for row in order],
        wave=case.wave,
        policy_class=decision.policy_class,
        mode=case.criteria.mode,
        knobs=policy.knobs,
        room=case.criteria.max_vendors_to_notify - case.outstanding,
    )
    return tuple(row.vendor_id for row in order[: max(plan.k, 1)])
