"""Giving jobs back, taking them away, assigning directly, and what is counted."""

from uuid import UUID

import pytest
from sqlalchemy import text

from callout.features.dispatch import reactions
from callout.features.dispatch.service import VendorWorkload
from callout.features.vendors import standing
from tests.features.dispatch.town import Town

COUNTERS = text("SELECT n, s FROM vendor_stats WHERE vendor_id = :id")


async def take(town: Town, vendor: UUID) -> UUID:
    """An order the vendor holds."""
    order_id = await town.order()
    await town.dispatch(order_id, mode="manual", vendor_ids=[str(vendor)])
    assert (await town.answer(vendor, order_id, "accept")).status_code == 200
    return order_id


async def test_a_released_job_is_offered_to_others_but_not_to_the_one_who_gave_it_back(town: Town) -> None:
    first, second = await town.vendor(km=2), await town.vendor(km=6)
    order_id = await take(town, first)
    given_back = await town.answer(first, order_id, "release", reason="the van broke down")
    assert (given_back.status_code, given_back.json()["status"]) == (200, "cancelled"), given_back.text
    order = await town.row("orders", order_id)
    assert (order.status, order.vendor_id, order.reassign_count) == ("offering", None, 1)
    statuses = [(offer["vendor_id"], offer["status"]) for offer in await town.offers(order_id)]
    assert statuses == [(str(first), "released"), (str(second), "pending")]
    assert (await town.row("vendors", first)).open_jobs == 0
    async with town.work() as work:
        record = (await work.session.execute(COUNTERS, {"id": first})).one()
    assert (record.n, record.s) == (1.0, 0.0)
    assert (await town.answer(second, order_id, "accept")).status_code == 200


async def test_a_job_taken_away_by_an_admin_does_not_count_as_failed(town: Town) -> None:
    first, second = await town.vendor(km=2), await town.vendor(km=6)
    order_id = await take(town, first)
    answer = await (await town.admin()).post(
        f"/api/admin/orders/{order_id}/reassign",
        json={"reason": "customer asked for another", "vendor_ids": [str(second)]},
    )
    assert answer.status_code == 200, answer.text
    assert [offer["status"] for offer in await town.offers(order_id)] == ["released", "pending"]
    async with town.work() as work:
        record = (await work.session.execute(COUNTERS, {"id": first})).one()
    assert record.n == 0


async def test_assigning_directly_withdraws_offers_and_warns(town: Town) -> None:
    asked, named = await town.vendor(km=2), await town.vendor(km=2, services=["plumbing"])
    order_id = await town.order()
    await town.dispatch(order_id)
    answer = await (await town.admin()).post(f"/api/admin/orders/{order_id}/assign", json={"vendor_id": str(named)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["warnings"] == ["wrong_service"]
    assert [(offer["vendor_id"], offer["status"]) for offer in await town.offers(order_id)] == [
        (str(asked), "withdrawn")
    ]
    assert (await town.row("vendors", named)).open_jobs == 1
    assert (await town.answer(asked, order_id, "accept")).json()["code"] == "offer_taken"


async def test_direct_assignment_needs_room_or_an_override(town: Town) -> None:
    full = await town.vendor(open_jobs=3)
    order_id = await town.order()
    path, admin = f"/api/admin/orders/{order_id}/assign", await town.admin()
    refused = await admin.post(path, json={"vendor_id": str(full)})
    assert (refused.status_code, refused.json()["code"]) == (409, "at_capacity")
    assert (await town.row("orders", order_id)).status == "new"
    assert (await admin.post(path, json={"vendor_id": str(full), "override": True})).status_code == 200


@pytest.fixture
async def blocked(town: Town) -> UUID:
    return await town.vendor(km=2)


async def test_blocking_takes_offers_and_orders_and_keeps_history(town: Town, blocked: UUID) -> None:
    other = await town.vendor(km=6)
    assigned, running, offered = await take(town, blocked), await take(town, blocked), await town.order()
    await town.dispatch(offered)
    admin = await town.admin()
    for status in ("on_way", "processing"):
        moved = await admin.post(
            f"/api/admin/orders/{running}/status", json={"status": status, "override": True, "reason": "rehearsal"}
        )
        assert moved.status_code == 200, moved.text
    async with town.work() as work:
        await standing.block(work, blocked, "unsafe work")
        withdrawal = await VendorWorkload().withdrawn(work, blocked)
    assert (withdrawal.orders_released, withdrawal.orders_attention, withdrawal.offers_withdrawn) == (
        [assigned],
        [running],
        1,
    )
    order = await town.row("orders", assigned)
    assert (order.status, order.vendor_id) == ("offering", None)
    assert [(o["vendor_id"], o["status"]) for o in await town.offers(assigned)] == [
        (str(blocked), "released"),
        (str(other), "pending"),
    ]
    order = await town.row("orders", running)
    assert (order.status, order.attention_reason, order.prior_status, order.vendor_id) == (
        "needs_attention",
        "vendor_blocked",
        "processing",
        blocked,
    )
    assert [offer["status"] for offer in await town.offers(offered)] == ["withdrawn"]
    assert await town.move_on(offered) is not None
    assert [(o["vendor_id"], o["status"]) for o in await town.offers(offered)][1:] == [(str(other), "pending")]


async def test_a_suspended_vendor_keeps_its_jobs(town: Town) -> None:
    vendor = await town.vendor(km=2)
    kept = await take(town, vendor)
    offered = await town.order()
    await town.dispatch(offered)
    async with town.work() as work:
        await standing.suspend(work, vendor, "papers missing")
    assert (await town.row("orders", kept)).status == "assigned"
    assert [offer["status"] for offer in await town.offers(offered)] == ["withdrawn"]
    refused = await town.answer(vendor, offered, "accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "offer_taken")


async def test_cancelling_frees_the_vendor_and_withdraws_offers(town: Town) -> None:
    vendor = await town.vendor(km=2)
    held, offered = await take(town, vendor), await town.order()
    await town.dispatch(offered)
    admin = await town.admin()
    for order_id in (held, offered):
        answer = await admin.post(f"/api/admin/orders/{order_id}/cancel", json={"reason": "changed plans"})
        assert answer.status_code == 200, answer.text
    assert (await town.row("vendors", vendor)).open_jobs == 0
    assert [offer["status"] for offer in await town.offers(offered)] == ["withdrawn"]


async def test_an_admin_may_take_one_offer_back_and_that_vendor_is_not_asked_again(town: Town) -> None:
    first, second = await town.vendor(km=2), await town.vendor(km=6)
    order_id = await town.order()
    await town.dispatch(order_id)
    [offer] = await town.offers(order_id)
    admin = await town.admin()
    path = f"/api/admin/vendor-selection/offers/{offer['id']}/withdraw"
    for _ in range(2):
        answer = await admin.post(path, json={"reason": "wrong crew"})
        assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn"), answer.text
    await town.move_on(order_id)
    assert [(o["vendor_id"], o["status"]) for o in await town.offers(order_id)] == [
        (str(first), "withdrawn"),
        (str(second), "pending"),
    ]


async def test_a_freed_vendor_gets_the_order_nobody_was_found_for(town: Town) -> None:
    vendor = await town.vendor(km=2, status="pending")
    order_id = await town.order()
    assert (await town.dispatch(order_id))["status"] == "needs_attention"
    async with town.work() as work:
        assert not await reactions.retry_unfilled(work, order_id)
    async with town.work() as work:
        await standing.verify(work, vendor)
    async with town.work() as work:
        assert await reactions.unfilled_orders(work) == [order_id]
        assert await reactions.retry_unfilled(work, order_id)
    assert (await town.row("orders", order_id)).status == "offering"
    assert [(o["vendor_id"], o["status"]) for o in await town.offers(order_id)] == [(str(vendor), "pending")]


async def test_declining_in_the_words_of_the_legacy_app_is_a_decline(town: Town) -> None:
    first, second = await town.vendor(km=2), await town.vendor(km=3)
    order_id = await town.order()
    await town.dispatch(order_id, mode="broadcast")
    app = await town.app(first)
    answer = await app.put(f"/api/vendor/orders/{order_id}", json={"status": "cancelled"})
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled"), answer.text
    assert (await town.row("orders", order_id)).status == "offering"
    statuses = {offer["vendor_id"]: offer["status"] for offer in await town.offers(order_id)}
    assert statuses == {str(first): "declined", str(second): "pending"}
