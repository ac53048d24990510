"""When searches get in each other's way, and how long one waits for the others. Pure."""

import struct
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from callout.features.dispatch.facts import VendorFacts
from callout.features.dispatch.policy import Knobs, PolicyClass
from callout.features.dispatch.selection import Decision

CONTENDED_ABOVE: Final = 0.3
ID_BYTES: Final = 16
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


def contenders_of(decision: Decision) -> bytes:
    """The vendors a search would ask, best first, packed: the edges by which it competes with others."""
    return b"".join(UUID(row.vendor_id).bytes for row in decision.included[:CONTENDERS])


def unpacked(contenders: bytes) -> frozenset[bytes]:
    """The vendors of packed contenders, as the bytes of their ids."""
    return frozenset(struct.unpack(f"{ID_BYTES}s" * (len(contenders) // ID_BYTES), contenders))


def component(vendors: Collection[bytes], searches: Mapping[UUID, frozenset[bytes]]) -> set[UUID]:
    """The searches that are connected with some vendors: by sharing one, or with a search that is connected."""
    if all(contenders.isdisjoint(vendors) for contenders in searches.values()):
        return set()
    wanted_by: dict[bytes, list[UUID]] = {}
    for search, contenders in searches.items():
        for vendor in contenders:
            wanted_by.setdefault(vendor, []).append(search)
    found: set[UUID] = set()
    frontier, seen = set(vendors), set(vendors)
    while frontier:
        new = {search for vendor in frontier for search in wanted_by.get(vendor, ())} - found
        found |= new
        frontier = {vendor for search in new for vendor in searches[search]} - seen
        seen |= frontier
    return found


def room(vendor: VendorFacts, knobs: Knobs) -> int:
    """How many orders a matching may give a vendor: its open offers take their place already."""
    limits = (
        vendor.max_open_jobs - vendor.open_jobs,
        vendor.daily_cap - vendor.accepted_today,
        knobs.max_outstanding_offers,
    )
    return max(0, min(limits) - vendor.outstanding)
