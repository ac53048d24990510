"""Looks around a job: the nearest vendors, then everybody in the ring, then the next ring, until somebody fits."""

from typing import Final, NamedTuple

from callout.features.dispatch.facts import Case, Criteria
from callout.features.dispatch.gathering import case_of
from callout.features.dispatch.policy import Policy
from callout.features.dispatch.rings import ring_radii
from callout.features.dispatch.selection import Decision, decide
from callout.features.dispatch.tables import DispatchRun
from callout.features.orders.tables import Order
from callout.kit.db.work import Work

NEAREST: Final = 500
"""Vendors of a ring who are looked at before those farther away: a decision takes no longer in a denser city."""


class Look(NamedTuple):
    """What was found, and what follows from it."""

    case: Case
    decision: Decision


async def widened(
    work: Work, order: Order, run: DispatchRun, criteria: Criteria, policy: Policy, *, nearest: int = NEAREST
) -> Look:
    """The decision over the smallest part of the surroundings that leaves enough vendors to choose from.

    From the ring the search has reached, outwards. Of a ring with more than `nearest` vendors the others are looked
    at only when these leave too few.
    """
    rings = ring_radii(criteria.radius_km, criteria.max_radius_km, policy.knobs.ring_factors)
    last = len(rings) - 1

    async def look_within(ring: int, most: int | None) -> Look:
        is_last = ring == last or criteria.mode == "manual"
        case = await case_of(
            work, order, run, criteria, policy.knobs, ring=ring, ring_km=rings[ring], last_ring=is_last, most=most
        )
        return Look(case, decide(case, policy))

    ring = min(run.ring, last)
    while True:
        look = await look_within(ring, nearest)
        enough = len(look.decision.included) >= policy.knobs.min_pool
        if not enough and not look.case.all_seen:
            look = await look_within(ring, None)
            enough = len(look.decision.included) >= policy.knobs.min_pool
        if enough or look.case.last_ring:
            return look
        ring += 1
