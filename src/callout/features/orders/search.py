"""The admins' filters as conditions, and the board's columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, select

from callout.features.orders.schemas import OrderFilters
from callout.features.orders.store import searching
from callout.features.orders.tables import Order
from callout.kit.db.work import Work

COLUMN_LIMIT = 200
_EQUAL = (
    *("status", "attention_reason", "priority", "kind", "service_type", "vendor_id", "contact_id"),
    *("conversation_id", "invoice_state"),
)
_RANGES = {"created": Order.created_at, "scheduled": Order.scheduled_start, "completed": Order.completed_at}


def conditions(filters: OrderFilters, *, masked: bool) -> list[ColumnElement[bool]]:
    """What an order must fulfil to be listed; ranges include their start and exclude their end."""
    found = [getattr(Order, name).in_(values) for name in _EQUAL if (values := getattr(filters, name)) is not None]
    for name, column in _RANGES.items():
        if (start := getattr(filters, f"{name}_from")) is not None:
            found.append(column >= start)
        if (end := getattr(filters, f"{name}_to")) is not None:
            found.append(column < end)
    if filters.value_min is not None:
        found.append(Order.estimated_value >= filters.value_min)
    if filters.value_max is not None:
        found.append(Order.estimated_value <= filters.value_max)
    if filters.q:
        found.append(searching(filters.q, masked=masked))
    return found


async def board(work: Work, group_by: str, timezone: str) -> list[tuple[str | None, int, list[Order]]]:
    """The newest orders per column: key, how many there are in all, at most 200 of them.

    Args:
        work: the transaction.
        group_by: status, vendor (its id) or day (of the appointment).
        timezone: IANA zone days are counted in.
    """
    keys: dict[str, ColumnElement[Any]] = {
        "status": Order.status.expression,
        "vendor": Order.vendor_id.expression,
        "day": cast(func.timezone(timezone, Order.scheduled_start), Date),
    }
    key = keys[group_by]
    newest_first = (Order.created_at.desc(), Order.id.desc())
    ranked = (
        select(
            Order.id,
            key.label("key"),
            func.row_number().over(partition_by=key, order_by=newest_first).label("rank"),
            func.count().over(partition_by=key).label("total"),
        )
        .where(Order.tenant_id == work.tenant_id)
        .subquery()
    )
    query = (
        select(Order, ranked.c.key, ranked.c.total)
        .join(ranked, ranked.c.id == Order.id)
        .where(ranked.c.rank <= COLUMN_LIMIT)
        .order_by(ranked.c.key.nulls_last(), ranked.c.rank)
    )
    columns: dict[str | None, tuple[int, list[Order]]] = {}
    for order, value, total in await work.session.execute(query):
        name = None if value is None else str(value)
        columns.setdefault(name, (total, []))[1].append(order)
    return [(name, total, orders) for name, (total, orders) in columns.items()]
