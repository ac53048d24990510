"""The only SQL about orders: finding, locking, listing, photos, timeline, answers, ratings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select

from callout.features.accounts.masking import found_by
from callout.features.orders.errors import OrderNotFound
from callout.features.orders.tables import Order, OrderEvent, OrderPhoto, Rating, VendorResponse
from callout.kit.db.work import Work

_PRIORITY_RANK = case({"low": 0, "medium": 1, "high": 2, "urgent": 3}, value=Order.priority, else_=0)
_SORTABLE: dict[str, ColumnElement[Any]] = {
    "created_at": Order.created_at.expression,
    "scheduled_start": Order.scheduled_start.expression,
    "fill_deadline": Order.fill_deadline.expression,
    "estimated_value": Order.estimated_value.expression,
    "priority": _PRIORITY_RANK,
}


def by_reference(work: Work, reference: str | UUID) -> Select[Order]:
    """Selects an order by id or by its human number."""
    query = select(Order).where(Order.tenant_id == work.tenant_id)
    if isinstance(reference, UUID):
        return query.where(Order.id == reference)
    try:
        return query.where(Order.id == UUID(reference))
    except ValueError:
        return query.where(Order.order_number == reference.strip().upper())


async def find(work: Work, reference: str | UUID) -> Order:
    """Reads an order by id or number.

    Raises:
        OrderNotFound: no such order in this tenant.
    """
    order = await work.session.scalar(by_reference(work, reference))
    if order is None:
        raise OrderNotFound
    return order


async def lock(work: Work, reference: str | UUID) -> Order:
    """Reads an order and keeps others from changing it until the transaction ends; always the newest state.

    Raises:
        OrderNotFound: no such order in this tenant.
    """
    query = by_reference(work, reference).with_for_update().execution_options(populate_existing=True)
    order = await work.session.scalar(query)
    if order is None:
        raise OrderNotFound
    return order


async def of_conversation(work: Work, conversation_id: UUID) -> Order | None:
    """The one order a conversation led to."""
    query = select(Order).where(Order.tenant_id == work.tenant_id, Order.conversation_id == conversation_id)
    return await work.session.scalar(query)


async def page(
    work: Work,
    conditions: Sequence[ColumnElement[bool]],
    order: Iterable[tuple[str, bool]],
    *,
    limit: int,
    offset: int,
) -> tuple[list[Order], int]:
    """One page of the tenant's orders and how many there are in all.

    Args:
        work: the transaction.
        conditions: made by `matching`.
        order: (field, descending) pairs.
        limit: rows.
        offset: rows skipped.
    """
    where = (Order.tenant_id == work.tenant_id, *conditions)
    total = (await work.session.execute(select(func.count()).select_from(Order).where(*where))).scalar_one()
    keys = [_SORTABLE[name].desc().nulls_last() if down else _SORTABLE[name].asc().nulls_last() for name, down in order]
    query = select(Order).where(*where).order_by(*keys, Order.id.desc()).limit(limit).offset(offset)
    return list((await work.session.execute(query)).scalars()), total


async def count_by_status(work: Work, conditions: Sequence[ColumnElement[bool]] = ()) -> dict[str, int]:
    """How many of the tenant's orders are in each status."""
    query = (
        select(Order.status, func.count()).where(Order.tenant_id == work.tenant_id, *conditions).group_by(Order.status)
    )
    return {row[0]: row[1] for row in await work.session.execute(query)}


def searching(text: str, *, masked: bool) -> ColumnElement[bool]:
    """Orders whose number, customer, phone or address contains a text; a masked phone must be named in full."""
    shown = (Order.order_number, Order.customer_name, Order.customer_address)
    return found_by(text, shown, (Order.customer_phone,), masked=masked)


async def photos_of(work: Work, order_ids: Sequence[UUID]) -> dict[UUID, list[OrderPhoto]]:
    """The photos of some orders, oldest first."""
    found: dict[UUID, list[OrderPhoto]] = {order_id: [] for order_id in order_ids}
    if order_ids:
        query = (
            select(OrderPhoto)
            .where(OrderPhoto.tenant_id == work.tenant_id, OrderPhoto.order_id.in_(order_ids))
            .order_by(OrderPhoto.created_at, OrderPhoto.id)
        )
        for photo in (await work.session.execute(query)).scalars():
            found[photo.order_id].append(photo)
    return found


async def photo_counts(work: Work, order_id: UUID) -> dict[str, int]:
    """How many photos an order has of each stage."""
    query = (
        select(OrderPhoto.stage, func.count())
        .where(OrderPhoto.tenant_id == work.tenant_id, OrderPhoto.order_id == order_id)
        .group_by(OrderPhoto.stage)
    )
    return {row[0]: row[1] for row in await work.session.execute(query)}


async def photo(work: Work, order_id: UUID, photo_id: UUID) -> OrderPhoto | None:
    """One photo of an order."""
    query = select(OrderPhoto).where(
        OrderPhoto.tenant_id == work.tenant_id, OrderPhoto.order_id == order_id, OrderPhoto.id == photo_id
    )
    return await work.session.scalar(query)


async def timeline(work: Work, order_id: UUID, *, customer_only: bool = False) -> list[OrderEvent]:
    """What happened to an order, oldest first."""
    query = select(OrderEvent).where(OrderEvent.tenant_id == work.tenant_id, OrderEvent.order_id == order_id)
    if customer_only:
        query = query.where(OrderEvent.customer_visible)
    return list((await work.session.execute(query.order_by(OrderEvent.at, OrderEvent.id))).scalars())


async def responses(work: Work, order_id: UUID, vendor_id: UUID | None = None) -> list[VendorResponse]:
    """What vendors (or one vendor) answered on an order, oldest first."""
    query = select(VendorResponse).where(
        VendorResponse.tenant_id == work.tenant_id, VendorResponse.order_id == order_id
    )
    if vendor_id is not None:
        query = query.where(VendorResponse.vendor_id == vendor_id)
    return list((await work.session.execute(query.order_by(VendorResponse.at, VendorResponse.id))).scalars())


async def ratings_of(work: Work, order_ids: Sequence[UUID]) -> dict[UUID, Rating]:
    """The ratings of some orders."""
    if not order_ids:
        return {}
    query = select(Rating).where(Rating.tenant_id == work.tenant_id, Rating.order_id.in_(order_ids))
    return {rating.order_id: rating for rating in (await work.session.execute(query)).scalars()}
