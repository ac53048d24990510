"""The ways of asking that are compared: each orders the same eligible vendors, and asks so many at a time."""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from callout.features.dispatch.facts import Case, Mode, VendorFacts
from callout.features.dispatch.policy import Policy
from callout.features.dispatch.selection import Candidate, Decision, decide

UNRATED: Final = 4.0
Place = Callable[[Candidate, VendorFacts], tuple[float, ...]]


class Strategy(NamedTuple):
    """A way of asking.

    `mode` is the offer mode of dispatch, `at_once` the offers that may be outstanding for a job. `place` replaces the
    ranking by score by a simpler one (smallest first); the filters, rings and relaxations stay those of dispatch.
    """

    name: str
    title: str
    mode: Mode
    at_once: int
    place: Place | None = None

    def choose(self, case: Case, policy: Policy) -> Decision:
        """Decides one wave."""
        if self.place is None:
            return decide(case, policy)
        unscored = msgspec.structs.replace(case, criteria=msgspec.structs.replace(case.criteria, min_score=0.0))
        return _placed(decide(unscored, policy), case, self.place)


def _placed(decision: Decision, case: Case, place: Place) -> Decision:
    """The same decision with its vendors in another order."""
    vendors = {vendor.vendor_id: vendor for vendor in case.vendors}
    order = sorted(decision.included, key=lambda row: (*place(row, vendors[row.vendor_id]), row.vendor_id))
    rows = [
        msgspec.structs.replace(row, rank=rank, chosen=rank <= decision.plan.k, explorer=False)
        for rank, row in enumerate(order, start=1)
    ]
    excluded = [row for row in decision.candidates if not row.included]
    return msgspec.structs.replace(decision, candidates=(*rows, *excluded))


def _nearest(row: Candidate, _: VendorFacts) -> tuple[float, ...]:
    return (row.distance_km,)


def _best_rated(row: Candidate, vendor: VendorFacts) -> tuple[float, ...]:
    rating = vendor.rating if vendor.rating is not None else UNRATED
    return -rating, -vendor.rating_count, row.distance_km


STRATEGIES: Final = (
    Strategy("waves", "waves (default)", "waves", 3),
    Strategy("sequential", "sequential: one at a time, by score", "sequential", 1),
    Strategy("broadcast-3", "broadcast to 3", "broadcast", 3),
    Strategy("broadcast-10", "broadcast to 10", "broadcast", 10),
    Strategy("nearest-first", "nearest first, one at a time", "sequential", 1, _nearest),
    Strategy("rating-first", "best rated first, one at a time", "sequential", 1, _best_rated),
)
BY_NAME: Final = {strategy.name: strategy for strategy in STRATEGIES}
