"""Orders that arrive in the same instant and want the same vendor: it gets as many offers as it may have, no more."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.features.dispatch.town import Town

RIVALS = 8
LIMIT = 3


async def dispatch_at_once(town: Town, **body: Any) -> tuple[list[Any], list[dict[str, Any]]]:
    """The rival orders, dispatched in the same moment, and all their offers."""
    orders = [await town.order() for _ in range(RIVALS)]
    await asyncio.gather(*(town.dispatch(order_id, **body) for order_id in orders))
    rows = [await town.row("orders", order_id) for order_id in orders]
    return rows, [offer for order_id in orders for offer in await town.offers(order_id)]


@pytest.mark.parametrize("mode", ["broadcast", "sequential"])
async def test_one_vendor_among_rivals_holds_no_more_open_offers_than_allowed(town: Town, mode: str) -> None:
    await town.vendor(km=2, max_open_jobs=20, daily_cap=50)
    orders, offers = await dispatch_at_once(town, mode=mode)
    if mode == "broadcast":  # the other mode lets contenders wait and be matched together
        assert Counter(order.status for order in orders) == {"offering": LIMIT, "needs_attention": RIVALS - LIMIT}
        assert len(offers) == LIMIT
    assert len(offers) <= LIMIT
    assert all(offer["status"] == "pending" for offer in offers)


async def test_rivals_who_find_a_vendor_full_go_to_the_next(town: Town) -> None:
    vendors = [await town.vendor(km=km, max_open_jobs=20, daily_cap=50) for km in (1, 3, 5)]
    orders, offers = await dispatch_at_once(town, mode="broadcast", criteria={"max_vendors_to_notify": 1})
    asked = Counter(offer["vendor_id"] for offer in offers)
    assert {str(vendor): 0 for vendor in vendors}.keys() >= asked.keys()
    assert max(asked.values()) <= LIMIT
    assert len(offers) == RIVALS == sum(order.status == "offering" for order in orders)


async def test_an_admin_who_names_a_vendor_is_not_held_up_by_the_limit(town: Town) -> None:
    vendor = await town.vendor(km=2)
    _, offers = await dispatch_at_once(town, mode="manual", vendor_ids=[str(vendor)])
    assert len(offers) == RIVALS
