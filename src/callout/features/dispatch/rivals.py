"""Which other searches want the same vendors: found by an index on the vendors every open search began with."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text, type_coerce
from sqlalchemy.dialects.postgresql import JSONB, array

from callout.features.dispatch.tables import DispatchRun
from callout.features.orders.tables import Order
from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work

MOST_CONNECTED = 200
"""Searches looked at; with more, the town is contended beyond doubt."""
MOST_TOGETHER = 50
"""Orders matched at once; those beyond follow when their own windows end."""


class Search(NamedTuple):
    """An open search and the vendors it began with; one that has not `started` waits in its matching window."""

    order_id: UUID
    number: int
    contenders: Sequence[str]
    started: bool


async def searches_around(work: Work, order_id: UUID, vendors: Collection[str]) -> list[Search]:
    """The open searches of other orders in the connected component of these vendors.

    Each round asks one index which searches share a vendor with those found so far; for an order nobody competes
    with that is a single question with an empty answer.
    """
    found: dict[UUID, Search] = {}
    frontier, seen = set(vendors), set(vendors)
    while frontier and len(found) < MOST_CONNECTED:
        query = (
            select(
                DispatchRun.order_id,
                DispatchRun.number,
                DispatchRun.contenders,
                DispatchRun.started_at.is_not(None).label("started"),
            )
            .where(
                DispatchRun.tenant_id == work.tenant_id,
                DispatchRun.ended_at.is_(None),
                DispatchRun.order_id.not_in([order_id, *found]),
                type_coerce(DispatchRun.contenders, JSONB).has_any(array(sorted(frontier))),
            )
            .order_by(DispatchRun.order_id)
            .limit(MOST_CONNECTED - len(found))
        )
        new = [Search(*row) for row in (await work.session.execute(query)).all()]
        found.update((search.order_id, search) for search in new)
        frontier = {vendor for search in new for vendor in search.contenders} - seen
        seen |= frontier
    return list(found.values())


async def free_slots(work: Work, vendors: Iterable[str], searches: Iterable[Search]) -> int:
    """How many more jobs the vendors of a component could take."""
    ids = {UUID(vendor) for vendor in vendors} | {UUID(vendor) for search in searches for vendor in search.contenders}
    query = select(func.coalesce(func.sum(func.greatest(Vendor.max_open_jobs - Vendor.open_jobs, 0)), 0)).where(
        Vendor.tenant_id == work.tenant_id, Vendor.id.in_(ids)
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
