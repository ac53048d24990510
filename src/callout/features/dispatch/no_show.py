"""Vendors who do not set out: reminded after 20 minutes, and after 40 the job may go to somebody else."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.dispatch.release import let_go
from callout.features.orders import store as order_store
from callout.features.orders.events import OrderAssigned, OrderLate, OrderUpdated
from callout.features.orders.facts import publish
from callout.features.orders.tables import Order, OrderEvent
from callout.features.orders.timeline import note
from callout.kit.db.work import Work

WATCH = "dispatch.no_show"
REMIND_AFTER: Final = timedelta(minutes=20)
RELEASE_AFTER: Final = timedelta(minutes=40)
NOTED: Final = "order.late"
SOON: Final = timedelta(seconds=2)
"""A look that comes this much too early, because clocks differ, counts as in time."""


async def order_assigned(work: Work, event: OrderAssigned) -> None:
    """Begins to watch whether the vendor sets out."""
    if event.vendor_id is not None and event.scheduled_start is not None:
        expected = max(event.scheduled_start, work.now)
        await _look_at(work, event.noun_id, event.vendor_id, expected + REMIND_AFTER)


async def order_rescheduled(work: Work, event: OrderUpdated) -> None:
    """Watches from the new appointment on; looks planned for the old one find nothing to do."""
    moved = "scheduled_start" in event.changed and event.scheduled_start is not None
    if moved and event.status == "assigned" and event.vendor_id is not None and event.scheduled_start is not None:
        expected = max(event.scheduled_start, work.now)
        await _look_at(work, event.noun_id, event.vendor_id, expected + REMIND_AFTER)


async def look(work: Work, order_id: UUID, vendor_id: UUID) -> None:
    """Does what is due when a vendor has not set out, and plans the next look; safe to repeat at any time.

    The vendor is expected at the appointment, or when it got the job if that was later. After 20 minutes it is
    reminded and the admins are alerted, once for each appointment. After 40 minutes, when the tenant wants that
    (`dispatch.auto_reassign_no_show`), the vendor loses the job as a failed one and it is offered again.

    Args:
        work: the transaction.
        order_id: the order.
        vendor_id: who held it when the look was planned; nothing happens once it is somebody else's, or under way.
    """
    order = await order_store.lock(work, order_id)
    if order.status != "assigned" or order.vendor_id != vendor_id or order.scheduled_start is None:
        return
    expected = max(order.scheduled_start, order.assigned_at or order.scheduled_start)
    late = work.now - expected + SOON
    if late < REMIND_AFTER:
        await _look_at(work, order_id, vendor_id, expected + REMIND_AFTER)
        return
    if not await _reminded(work, order, expected):
        minutes = round(late.total_seconds() / 60)
        note(work, order, NOTED, role="system", expected=expected.isoformat(), minutes_late=minutes)
        await publish(work, order, OrderLate, role="system", minutes_late=minutes)
    if late < RELEASE_AFTER:
        await _look_at(work, order_id, vendor_id, expected + RELEASE_AFTER)
    elif (await tenant_settings(work))["dispatch.auto_reassign_no_show"]:
        await let_go(
            work,
            order,
            reason="The vendor did not set out in time.",
            attention="no_show",
            role="system",
            by_vendor=False,
        )


async def _look_at(work: Work, order_id: UUID, vendor_id: UUID, moment: datetime) -> None:
    delay_s = max(0.0, (moment - work.now).total_seconds())
    key = f"{WATCH}-{order_id}-{vendor_id}-{moment.isoformat()}-{work.now.isoformat()}"
    await work.enqueue(WATCH, str(order_id), str(vendor_id), key=key, delay_s=delay_s)


async def _reminded(work: Work, order: Order, expected: datetime) -> bool:
    query = select(OrderEvent.detail).where(
        OrderEvent.tenant_id == work.tenant_id, OrderEvent.order_id == order.id, OrderEvent.type == NOTED
    )
    details = (await work.session.execute(query)).scalars()
    return any(detail.get("expected") == expected.isoformat() for detail in details)
