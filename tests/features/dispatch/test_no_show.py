"""Vendors who do not set out: reminded, and where the tenant wants it, the job goes to somebody else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from callout.features.dispatch import no_show
from callout.features.orders.events import OrderLate
from callout.kit.clock import OffsetClock
from callout.kit.events import Bus
from tests.features.dispatch.town import Town


@pytest.fixture
def told(bus: Bus) -> list[OrderLate]:
    """What was published about late vendors."""
    heard: list[OrderLate] = []

    async def hear(_: Any, event: OrderLate) -> None:
        heard.append(event)

    bus.on(OrderLate, hear)
    return heard


async def appointment(town: Town, clock: OffsetClock, vendor: UUID, ahead: timedelta = timedelta(hours=1)) -> UUID:
    """An order the vendor holds, for a time ahead."""
    order_id = await town.order(scheduled_start=clock.now() + ahead, schedule_source="customer")
    await town.dispatch(order_id, mode="manual", vendor_ids=[str(vendor)])
    assert (await town.answer(vendor, order_id, "accept")).status_code == 200
    return order_id


async def look(town: Town, order_id: UUID, vendor: UUID) -> None:
    async with town.work() as work:
        await no_show.look(work, order_id, vendor)


async def test_the_vendor_is_reminded_once_and_keeps_the_job_by_default(
    town: Town, clock: OffsetClock, told: list[OrderLate]
) -> None:
    vendor = await town.vendor(km=2)
    order_id = await appointment(town, clock, vendor)
    clock.advance(timedelta(minutes=79))
    await look(town, order_id, vendor)
    assert told == []
    clock.advance(timedelta(minutes=1))
    for _ in range(2):
        await look(town, order_id, vendor)
    assert [(event.noun_id, event.vendor_id, event.minutes_late) for event in told] == [(order_id, vendor, 20)]
    clock.advance(timedelta(minutes=25))
    await look(town, order_id, vendor)
    assert (await town.row("orders", order_id)).status == "assigned"
    assert len(told) == 1


async def test_where_the_tenant_wants_it_the_job_is_offered_again_and_counts_as_failed(
    town: Town, clock: OffsetClock, told: list[OrderLate]
) -> None:
    late, other = await town.vendor(km=2), await town.vendor(km=6)
    await town.set("dispatch.auto_reassign_no_show", True)
    order_id = await appointment(town, clock, late)
    clock.advance(timedelta(minutes=101))
    await look(town, order_id, late)
    assert len(told) == 1
    order = await town.row("orders", order_id)
    assert (order.status, order.vendor_id, order.reassign_count) == ("offering", None, 1)
    assert [(o["vendor_id"], o["status"]) for o in await town.offers(order_id)] == [
        (str(late), "released"),
        (str(other), "pending"),
    ]
    async with town.work() as work:
        counted = (
            await work.session.execute(text("SELECT n, s FROM vendor_stats WHERE vendor_id = :id"), {"id": late})
        ).one()
        answers = await work.session.execute(
            text("SELECT action FROM vendor_responses WHERE order_id = :id ORDER BY id"), {"id": order_id}
        )
        assert list(answers.scalars()) == ["accept", "no_show"]
    assert (counted.n, counted.s) == (1.0, 0.0)
    assert (await town.row("vendors", late)).open_jobs == 0
    await look(town, order_id, late)


async def test_a_successor_is_expected_from_its_own_acceptance_on(
    town: Town, clock: OffsetClock, told: list[OrderLate]
) -> None:
    late, other = await town.vendor(km=2), await town.vendor(km=6)
    await town.set("dispatch.auto_reassign_no_show", True)
    order_id = await appointment(town, clock, late)
    clock.advance(timedelta(minutes=101))
    await look(town, order_id, late)
    assert (await town.answer(other, order_id, "accept")).status_code == 200
    await look(town, order_id, other)
    assert len(told) == 1
    assert (await town.row("orders", order_id)).vendor_id == other


async def test_a_vendor_under_way_a_moved_appointment_and_an_ended_order_are_left_alone(
    town: Town, clock: OffsetClock, told: list[OrderLate]
) -> None:
    vendor = await town.vendor(km=2)
    admin = await town.admin()
    under_way = await appointment(town, clock, vendor)
    moved = await appointment(town, clock, vendor)
    cancelled = await appointment(town, clock, vendor)
    await admin.post(f"/api/admin/orders/{under_way}/status", json={"status": "on_way"})
    later = (clock.now() + timedelta(hours=5)).isoformat()
    etag = (await admin.get(f"/api/admin/orders/{moved}")).headers["etag"]
    answer = await admin.patch(
        f"/api/admin/orders/{moved}", json={"scheduled_start": later}, headers={"if-match": etag}
    )
    assert answer.status_code == 200, answer.text
    await admin.post(f"/api/admin/orders/{cancelled}/cancel", json={"reason": "changed plans"})
    clock.advance(timedelta(minutes=90))
    for order_id in (under_way, moved, cancelled):
        await look(town, order_id, vendor)
    assert told == []
    clock.advance(timedelta(hours=4))
    await look(town, moved, vendor)
    assert [event.noun_id for event in told] == [moved]
