"""When searches get in each other's way, and how long one waits for the others. Pure."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from callout.features.dispatch.facts import VendorFacts
from callout.features.dispatch.policy import Knobs, PolicyClass
from callout.features.dispatch.selection import Decision

CONTENDED_ABOVE: Final = 0.3
CONTENDERS: Final = 32
"""The best vendors of a first look that count as edges; whoever has more of them is not short of vendors."""
WINDOWS: Final[Mapping[PolicyClass, timedelta]] = {
    "normal": timedelta(seconds=30),
    "urgent": timedelta(seconds=2),
    "planned": timedelta(minutes=5),
}
MATCHED_MODES: Final = frozenset({"waves", "sequential"})


def is_contended(orders: int, free_slots: int) -> bool:
    """Whether orders that are connected through the vendors they could ask compete: orders / free slots > 0.3.

    Args:
        orders: open orders of the connected component; one alone competes with nobody.
        free_slots: jobs its vendors could still take.
    """
    return orders > 1 and orders > CONTENDED_ABOVE * free_slots


def contenders_of(decision: Decision) -> list[str]:
    """The vendors a search would ask, best first: the edges by which it competes with others."""
    return [row.vendor_id for row in decision.included[:CONTENDERS]]


def room(vendor: VendorFacts, knobs: Knobs) -> int:
    """How many orders a matching may give a vendor: its open offers take their place already."""
    limits = (
        vendor.max_open_jobs - vendor.open_jobs,
        vendor.daily_cap - vendor.accepted_today,
        knobs.max_outstanding_offers,
    )
    return max(0, min(limits) - vendor.outstanding)
