"""Which other searches want the same vendors: found among the open searches around, by the vendors they began with."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, text

from callout.features.dispatch.contention import component, unpacked
from callout.features.dispatch.tables import DispatchRun
from callout.features.orders.tables import Order
from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work
from callout.kit.geo import bounding_box

REACH_KM = 100.0
"""Orders further apart have no vendor in common: no ring is wider than 50 km unless the tenant wants more."""
MOST_OPEN = 2000
"""Open searches looked at; with more around one place, those of the oldest orders."""
MOST_TOGETHER = 50
"""Orders matched at once; those beyond follow when their own windows end."""


class Search(NamedTuple):
    """An open search and the vendors it began with; one that has not `started` waits in its matching window."""

    order_id: UUID
    contenders: frozenset[bytes]
    started: bool


async def searches_around(work: Work, order: Order, contenders: bytes) -> list[Search]:
    """The open searches of other orders in the connected component of an order's contenders, within 100 km of it.

    One question to the index of open searches, answered with a few hundred bytes for each; where none of them shares
    a vendor with this one nothing more is done.
    """
    if order.customer_lat is None or order.customer_lng is None:
        return []
    box = bounding_box(order.customer_lat, order.customer_lng, REACH_KM)
    query = (
        select(DispatchRun.order_id, DispatchRun.contenders, DispatchRun.started_at.is_not(None))
        .where(
            DispatchRun.tenant_id == work.tenant_id,
            DispatchRun.ended_at.is_(None),
            DispatchRun.order_id != order.id,
            DispatchRun.lat.between(box.south, box.north),
            or_(*(DispatchRun.lng.between(low, high) for low, high in box.ranges)),
        )
        .order_by(DispatchRun.order_id)
        .limit(MOST_OPEN)
    )
    found = {
        row[0]: Search(row[0], unpacked(row[1]), row[2]) for row in (await work.session.execute(query)).all() if row[1]
    }
    connected = component(unpacked(contenders), {search.order_id: search.contenders for search in found.values()})
    return [search for order_id, search in found.items() if order_id in connected]


async def free_slots(work: Work, contenders: bytes, searches: Iterable[Search]) -> int:
    """How many more jobs the vendors of a component could take."""
    vendors = unpacked(contenders).union(*(search.contenders for search in searches))
    query = select(func.coalesce(func.sum(func.greatest(Vendor.max_open_jobs - Vendor.open_jobs, 0)), 0)).where(
        Vendor.tenant_id == work.tenant_id, Vendor.id.in_([UUID(bytes=vendor) for vendor in vendors])
    )
    return int((await work.session.execute(query)).scalar_one())


async def one_at_a_time(work: Work) -> None:
    """Lets one matching of the tenant happen at a time, until the transaction ends."""
    await work.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"dispatch-match:{work.tenant_id}"}
    )


async def window_is_over(work: Work, order_id: UUID, number: int) -> bool:
    """Whether a run has waited in a matching window that has ended by now."""
    query = select(DispatchRun.contenders, DispatchRun.after).where(
        DispatchRun.tenant_id == work.tenant_id,
        DispatchRun.order_id == order_id,
        DispatchRun.number == number,
        DispatchRun.started_at.is_(None),
        DispatchRun.ended_at.is_(None),
        DispatchRun.after.is_not(None),
    )
    row = (await work.session.execute(query)).one_or_none()
    after: datetime | None = row.after if row else None
    return row is not None and bool(row.contenders) and after is not None and after <= work.now


async def lock_waiting(work: Work, order_ids: Collection[UUID]) -> list[Order]:
    """The new ones of these orders, locked, without waiting for any that somebody else is busy with."""
    query = (
        select(Order)
        .where(Order.tenant_id == work.tenant_id, Order.id.in_(order_ids), Order.status == "new")
        .order_by(Order.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list((await work.session.execute(query)).scalars())
