"""Outside the tenant's hours orders wait, and go out by themselves; urgent ones never wait."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from callout.features.accounts.tables import Tenant
from callout.features.dispatch import reactions
from callout.features.vendors import presence, standing
from callout.features.vendors.events import VendorUpdated
from callout.features.vendors.store import get_vendor
from callout.kit.clock import OffsetClock
from tests.features.dispatch.town import Town, moment

WEEKDAYS = {day: [{"from": "08:00", "to": "18:00"}] for day in ("mon", "tue", "wed", "thu", "fri")}
SUNDAY_3AM = datetime(2027, 3, 7, 3, 0, tzinfo=UTC)
MONDAY_8AM = datetime(2027, 3, 8, 8, 0, tzinfo=UTC)


@pytest.fixture
async def sunday(town: Town, clock: OffsetClock) -> Town:
    """A town that works on weekdays, on a Sunday at three in the morning."""
    clock.advance(SUNDAY_3AM - clock.now())
    await change_tenant(town, business_hours=WEEKDAYS)
    await town.set("dispatch.business_hours_only", True)
    return town


async def change_tenant(town: Town, **columns: Any) -> None:
    async with town.work() as work:
        tenant = await work.session.get_one(Tenant, town.tenant_id)
        for name, value in columns.items():
            setattr(tenant, name, value)


async def test_an_order_waits_for_the_opening_and_a_holiday_is_no_opening(sunday: Town, clock: OffsetClock) -> None:
    vendor = await sunday.vendor(km=2)
    first = await sunday.order()
    answer = await sunday.dispatch(first)
    assert (answer["status"], moment(answer["dispatch_after"])) == ("new", MONDAY_8AM)
    await change_tenant(sunday, holidays=["2027-03-08"])
    answer = await sunday.dispatch(await sunday.order())
    assert moment(answer["dispatch_after"]) == MONDAY_8AM + timedelta(days=1)
    clock.advance(timedelta(hours=29, seconds=1))
    assert await sunday.move_on(first) == pytest.approx(86_400, abs=5)
    clock.advance(timedelta(days=1))
    assert await sunday.move_on(first) is not None
    assert [offer["vendor_id"] for offer in await sunday.offers(first)] == [str(vendor)]
    order = await sunday.row("orders", first)
    assert (order.status, order.dispatch_after) == ("offering", None)


async def test_weekends_may_be_closed_by_themselves(town: Town, clock: OffsetClock) -> None:
    clock.advance(SUNDAY_3AM - clock.now())
    await town.set("dispatch.weekend_operations", False)
    await town.vendor(km=2)
    answer = await town.dispatch(await town.order())
    assert moment(answer["dispatch_after"]) == datetime(2027, 3, 8, 0, 0, tzinfo=UTC)


async def test_urgent_orders_ignore_hours_and_weekends(sunday: Town, clock: OffsetClock) -> None:
    await sunday.set("dispatch.weekend_operations", False)
    await sunday.vendor(km=2, is_online=True, last_seen_at=clock.now())
    assert (await sunday.dispatch(await sunday.order(priority="urgent")))["status"] == "offering"


async def test_an_order_that_becomes_urgent_waits_no_longer(sunday: Town, clock: OffsetClock) -> None:
    await sunday.vendor(km=2, is_online=True, last_seen_at=clock.now())
    order_id = await sunday.order()
    await sunday.dispatch(order_id)
    admin = await sunday.admin()
    etag = (await admin.get(f"/api/admin/orders/{order_id}")).headers["etag"]
    answer = await admin.patch(f"/api/admin/orders/{order_id}", json={"priority": "urgent"}, headers={"if-match": etag})
    assert answer.status_code == 200, answer.text
    await sunday.move_on(order_id)
    assert (await sunday.row("orders", order_id)).status == "offering"


async def test_a_service_retired_while_an_order_waits_is_not_offered(sunday: Town, clock: OffsetClock) -> None:
    await sunday.vendor(km=2)
    order_id = await sunday.order()
    await sunday.dispatch(order_id)
    async with sunday.work() as work:
        await work.session.execute(
            text("UPDATE services SET is_active = false WHERE tenant_id = :id AND code = 'cleaning'"),
            {"id": sunday.tenant_id},
        )
    clock.advance(timedelta(hours=30))
    assert await sunday.move_on(order_id) is None
    order = await sunday.row("orders", order_id)
    assert (order.status, order.attention_reason) == ("needs_attention", "bad_service_type")
    assert await sunday.offers(order_id) == []


async def planned_retries(town: Town) -> list[str]:
    async with town.work() as work:
        query = text("SELECT workflow_uuid FROM dbos.workflow_status WHERE name = :name AND workflow_uuid LIKE :like")
        found = await work.session.execute(query, {"name": reactions.RETRY, "like": f"%{town.tenant_id}%"})
        return list(found.scalars())


async def test_capacity_freed_outside_hours_is_used_when_they_begin(sunday: Town, clock: OffsetClock) -> None:
    vendor = await sunday.vendor(km=2, status="pending")
    clock.advance(MONDAY_8AM + timedelta(hours=1) - clock.now())
    order_id = await sunday.order()
    assert (await sunday.dispatch(order_id))["status"] == "needs_attention"
    clock.advance(timedelta(hours=12))
    async with sunday.work() as work:
        await standing.verify(work, vendor)
    async with sunday.work() as work:
        assert not await reactions.retry_unfilled(work, order_id)
    assert [key.endswith("2027-03-09T08:00:00+00:00") for key in await planned_retries(sunday)] == [True]
    clock.advance(timedelta(hours=12))
    async with sunday.work() as work:
        assert await reactions.retry_unfilled(work, order_id)


async def unfilled(town: Town, **changes: Any) -> UUID:
    order_id = await town.order(**changes)
    assert (await town.dispatch(order_id))["status"] == "needs_attention"
    return order_id


async def test_freed_capacity_goes_to_urgent_orders_first_then_to_the_oldest(town: Town, clock: OffsetClock) -> None:
    older, newer = await unfilled(town), await unfilled(town)
    urgent = await unfilled(town, priority="urgent")
    filled = await town.order()
    vendor = await town.vendor(km=2, is_online=True, last_seen_at=clock.now())
    await town.dispatch(filled)
    async with town.work() as work:
        order = await reactions.unfilled_orders(work)
    assert order == [urgent, older, newer]
    for order_id in order:
        async with town.work() as work:
            assert await reactions.retry_unfilled(work, order_id) is (order_id in (urgent, older))
    assert [offer["vendor_id"] for offer in await town.offers(urgent)] == [str(vendor)]
    assert (await town.row("orders", newer)).status == "needs_attention"


async def test_every_way_capacity_comes_free_starts_a_look(town: Town, clock: OffsetClock) -> None:
    busy = await town.vendor(km=2)
    jobs = [await town.order() for _ in range(3)]
    for order_id in jobs:
        await town.dispatch(order_id, mode="manual", vendor_ids=[str(busy)])
        assert (await town.answer(busy, order_id, "accept")).status_code == 200
    waiting = await unfilled(town)
    later = await town.vendor(km=300, status="pending")
    admin = await town.admin()

    async def looks() -> int:
        async with town.work() as work:
            query = text("SELECT count(*) FROM dbos.workflow_status WHERE name = :name")
            return int((await work.session.execute(query, {"name": reactions.RETRY})).scalar_one())

    before = await looks()
    await admin.post(f"/api/admin/orders/{jobs[0]}/cancel", json={"reason": "changed plans"})
    assert await looks() == before + 1
    assert (await town.answer(busy, jobs[1], "release", reason="the van broke down")).status_code == 200
    assert await looks() == before + 2
    for status in ("on_way", "processing", "completed"):
        body = {"status": status, "override": True, "reason": "rehearsal", "final_price": "90.00"}
        moved = await admin.post(f"/api/admin/orders/{jobs[2]}/status", json=body)
        assert moved.status_code == 200, moved.text
    assert await looks() == before + 3
    async with town.work() as work:
        await standing.verify(work, later)
    assert await looks() == before + 4
    async with town.work() as work:
        await presence.set_online(work, await get_vendor(work, later, lock=True), True, until=None)
    assert await looks() == before + 5
    async with town.work() as work:
        await work.publish(VendorUpdated(noun_id=busy, changed=["max_open_jobs"]))
    assert await looks() == before + 6
    async with town.work() as work:
        assert waiting in await reactions.unfilled_orders(work)
