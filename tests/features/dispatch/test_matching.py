"""Orders that compete wait a moment for each other; orders that do not never wait."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from callout.features.dispatch import rivals
from callout.features.orders.tables import Order
from callout.kit.ids import uuid7
from tests.features.dispatch.town import DEGREE_KM, SPRINGFIELD, Town, moment


async def test_an_order_without_rivals_is_offered_at_once(town: Town) -> None:
    for km in (2, 3, 4):
        await town.vendor(km=km)
    first, second = await town.order(), await town.order()
    for order_id in (first, second):
        assert (await town.dispatch(order_id))["status"] == "offering"
    assert all(decision["batch_id"] is None for decision in await town.decisions(second))


async def test_orders_for_other_services_or_places_are_no_rivals(town: Town) -> None:
    await town.vendor(km=2)
    await town.vendor(km=2, services=["plumbing"])
    await town.vendor(km=400)
    assert (await town.dispatch(await town.order()))["status"] == "offering"
    assert (await town.dispatch(await town.order(service_type="plumbing")))["status"] == "offering"
    away = SPRINGFIELD[0] + 400 / DEGREE_KM
    assert (await town.dispatch(await town.order(customer_lat=away)))["status"] == "offering"


@pytest.mark.parametrize(("priority", "seconds"), [("medium", 30), ("urgent", 2), ("low", 300)])
async def test_a_contended_order_waits_the_window_of_its_class(town: Town, priority: str, seconds: int) -> None:
    await town.vendor(km=2, is_online=True, last_seen_at=town.database.clock.now())
    await town.dispatch(await town.order())
    waiting = await town.order(priority=priority)
    before = town.database.clock.now()
    answer = await town.dispatch(waiting)
    assert answer["status"] == "new"
    wait = moment(answer["dispatch_after"]) - before
    assert timedelta(seconds=seconds) <= wait <= timedelta(seconds=seconds + 5)
    assert await town.offers(waiting) == []
    left = await town.move_on(waiting)
    assert left is not None
    assert 0 < left <= seconds
    await town.end_window(waiting)
    assert (await town.row("orders", waiting)).status == "offering"


async def test_two_orders_that_want_one_good_vendor_are_matched_together(town: Town) -> None:
    good = await town.vendor(km=2, max_open_jobs=1)
    poor = await town.vendor(km=9, max_open_jobs=1)
    earlier = await town.order()
    await town.dispatch(earlier)
    near_both, far_from_poor = await town.order(customer_lat=SPRINGFIELD[0] + 4 / DEGREE_KM), await town.order()
    for order_id in (near_both, far_from_poor):
        assert (await town.dispatch(order_id))["status"] == "new"
    admin = await town.admin()
    await admin.post(f"/api/admin/orders/{earlier}/cancel", json={"reason": "changed plans"})

    await town.end_window(far_from_poor)
    assert [offer["vendor_id"] for offer in await town.offers(near_both)] == [str(poor)]
    assert [offer["vendor_id"] for offer in await town.offers(far_from_poor)] == [str(good)]
    [one], [other] = await town.decisions(near_both), await town.decisions(far_from_poor)
    assert one["batch_id"] == other["batch_id"] is not None
    assert "best match for all 2 orders" in one["explanation"]
    for decision in (one, other):
        path = f"/api/admin/vendor-selection/decisions/{decision['id']}"
        explained = await admin.get(f"{path}/explain")
        assert "best match for all 2 orders" in explained.json()["text"], explained.text
        replayed = await admin.post(f"{path}/replay", json={})
        assert replayed.json()["differences"] == [], replayed.text
    assert await town.move_on(near_both) is not None
    assert len(await town.offers(near_both)) == 1


async def test_whoever_is_left_without_a_match_chooses_by_rank(town: Town) -> None:
    only = await town.vendor(km=2, max_open_jobs=1)
    orders = [await town.order() for _ in range(3)]
    for order_id in orders:
        await town.dispatch(order_id)
    await town.end_window(orders[1])
    for order_id in orders:
        assert [offer["vendor_id"] for offer in await town.offers(order_id)] == [str(only)]


async def test_a_rival_that_is_gone_makes_the_rest_decide_by_themselves(town: Town) -> None:
    await town.vendor(km=2)
    earlier, later = await town.order(), await town.order()
    await town.dispatch(earlier)
    await town.dispatch(later)
    await (await town.admin()).post(f"/api/admin/orders/{earlier}/cancel", json={"reason": "changed plans"})
    await town.end_window(later)
    [decision] = await town.decisions(later)
    assert decision["batch_id"] is None
    assert len(await town.offers(later)) == 1


async def test_a_cancelled_order_leaves_its_window(town: Town) -> None:
    await town.vendor(km=2)
    await town.dispatch(await town.order())
    waiting = await town.order()
    await town.dispatch(waiting)
    await (await town.admin()).post(f"/api/admin/orders/{waiting}/cancel", json={"reason": "changed plans"})
    assert await town.end_window(waiting) is None
    assert await town.offers(waiting) == []


async def test_an_order_somebody_is_busy_with_does_not_hold_up_the_others(town: Town) -> None:
    await town.vendor(km=2, max_open_jobs=2)
    await town.vendor(km=3, max_open_jobs=2)
    orders = [await town.order() for _ in range(3)]
    for order_id in orders:
        await town.dispatch(order_id)
    async with town.work() as busy:
        await busy.session.execute(text("SELECT 1 FROM orders WHERE id = :id FOR UPDATE"), {"id": orders[2]})
        await town.end_window(orders[1])
        assert await town.offers(orders[2]) == []
    assert len(await town.offers(orders[1])) == 1
    await town.end_window(orders[2])
    assert len(await town.offers(orders[2])) == 1


async def test_rivals_are_found_through_common_rivals(town: Town) -> None:
    left, middle, right = [await town.vendor(km=km, area_radius_km=6.0) for km in (0, 9, 18)]
    places = [SPRINGFIELD[0] + km / DEGREE_KM for km in (4.5, 13.5)]
    first, second = [await town.order(customer_lat=lat) for lat in places]
    for order_id in (first, second):
        assert (await town.dispatch(order_id, mode="broadcast"))["status"] == "offering"
    async with town.work() as work:
        order = await work.session.get_one(Order, await town.order())
        for vendors, expected in (([left], {first, second}), ([right], {first, second}), ([uuid7()], set())):
            mine = b"".join(vendor.bytes for vendor in vendors)
            found = await rivals.searches_around(work, order, mine)
            assert {search.order_id for search in found} == expected
        assert await rivals.free_slots(work, left.bytes, await rivals.searches_around(work, order, left.bytes)) == 9
        assert await rivals.free_slots(work, middle.bytes, []) == 3
