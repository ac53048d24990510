"""The SQL of the reports: aggregates over completed orders, documents and payments."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, text

from callout.features.analytics.periods import Period
from callout.features.billing.tables import Invoice, PaymentRecord
from callout.features.orders.tables import Order, Rating
from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work

ACTIVE = ("assigned", "on_way", "processing")
AMOUNT = func.coalesce(Order.final_price, Order.dealing_price)
ZERO = Decimal(0)
CREDITED = -func.sum(Invoice.subtotal)
"""Net amount of credit notes as a positive number; they are issued negative."""


def _net() -> ColumnElement[Decimal]:
    """An order's amount without tax: the invoice's net where there is one, else the agreed price."""
    return func.coalesce(Invoice.subtotal, AMOUNT, ZERO)


def _completed(work: Work, period: Period, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Order)
        .outerjoin(Invoice, and_(Invoice.invoiced_order_id == Order.id, Invoice.tenant_id == work.tenant_id))
        .where(
            Order.tenant_id == work.tenant_id,
            Order.status == "completed",
            Order.completed_at >= period.start,
            Order.completed_at < period.end,
        )
    )


def _credited(work: Work, period: Period, *columns: Any) -> Select[Any]:
    return select(*columns).where(
        Invoice.tenant_id == work.tenant_id,
        Invoice.kind == "credit_note",
        Invoice.issued_at >= period.start,
        Invoice.issued_at < period.end,
    )


async def order_counts(work: Work, period: Period) -> dict[str, int]:
    """Orders created in a period by state."""
    columns = {
        "total": func.count(),
        "active": func.count().filter(Order.status.in_(ACTIVE)),
        "completed": func.count().filter(Order.status == "completed"),
        "cancelled": func.count().filter(Order.status == "cancelled"),
        "needs_attention": func.count().filter(Order.status == "needs_attention"),
    }
    query = select(*(column.label(name) for name, column in columns.items())).where(
        Order.tenant_id == work.tenant_id, Order.created_at >= period.start, Order.created_at < period.end
    )
    return dict((await work.session.execute(query)).mappings().one())


async def sales(work: Work, period: Period) -> dict[str, Any]:
    """Revenue net of tax and credit notes, counts of completed, priced and unpriced orders, mean hours."""
    hours = func.extract("epoch", Order.completed_at - Order.created_at) / 3600
    query = _completed(
        work,
        period,
        func.coalesce(func.sum(_net()), ZERO).label("gross"),
        func.count().label("completed"),
        func.count(AMOUNT).label("priced"),
        func.avg(hours).label("avg_completion_h"),
    )
    row = (await work.session.execute(query)).mappings().one()
    credited = (await work.session.execute(_credited(work, period, CREDITED))).scalar_one() or ZERO
    return {
        "revenue": row["gross"] - credited,
        "credited": credited,
        "completed": row["completed"],
        "priced": row["priced"],
        "unpriced": row["completed"] - row["priced"],
        "avg_completion_h": None if row["avg_completion_h"] is None else round(float(row["avg_completion_h"]), 2),
    }


async def collected(work: Work, period: Period) -> Decimal:
    """Payments received in a period, reversals subtracted."""
    query = select(func.coalesce(func.sum(PaymentRecord.amount), ZERO)).where(
        PaymentRecord.tenant_id == work.tenant_id,
        PaymentRecord.received_at >= period.start,
        PaymentRecord.received_at < period.end,
    )
    return Decimal((await work.session.execute(query)).scalar_one())


async def open_balance(work: Work, *statuses: str) -> Decimal:
    """What customers still owe on invoices in these states."""
    balance = Invoice.total_amount - Invoice.amount_paid - Invoice.amount_credited
    query = select(func.coalesce(func.sum(balance), ZERO)).where(
        Invoice.tenant_id == work.tenant_id, Invoice.kind == "invoice", Invoice.status.in_(statuses)
    )
    return Decimal((await work.session.execute(query)).scalar_one())


async def invoices_issued(work: Work, period: Period) -> int:
    """Invoices issued in a period."""
    query = select(func.count()).where(
        Invoice.tenant_id == work.tenant_id,
        Invoice.kind == "invoice",
        Invoice.issued_at >= period.start,
        Invoice.issued_at < period.end,
    )
    return int((await work.session.execute(query)).scalar_one())


async def satisfaction(work: Work, period: Period) -> float | None:
    """Mean stars of ratings given in a period; None without any."""
    query = select(func.avg(Rating.stars)).where(
        Rating.tenant_id == work.tenant_id,
        Rating.created_at >= period.start,
        Rating.created_at < period.end,
    )
    mean = (await work.session.execute(query)).scalar_one()
    return None if mean is None else round(float(mean), 2)


async def vendors_joined(work: Work, period: Period) -> int:
    """Vendors newly verified in a period."""
    query = select(func.count()).where(
        Vendor.tenant_id == work.tenant_id,
        Vendor.deleted_at.is_(None),
        Vendor.verified_at >= period.start,
        Vendor.verified_at < period.end,
    )
    return int((await work.session.execute(query)).scalar_one())


async def vendors_at_work(work: Work, period: Period) -> tuple[int, int]:
    """Verified vendors that were assigned an order in a period, and all verified vendors."""
    is_busy = exists().where(
        Order.tenant_id == work.tenant_id,
        Order.vendor_id == Vendor.id,
        Order.assigned_at >= period.start,
        Order.assigned_at < period.end,
    )
    query = select(func.count().filter(is_busy), func.count()).where(
        Vendor.tenant_id == work.tenant_id, Vendor.deleted_at.is_(None), Vendor.status == "verified"
    )
    busy, verified = (await work.session.execute(query)).one()
    return busy, verified


async def revenue_by(
    work: Work, bucket: Literal["day", "month"], period: Period, zone: str
) -> dict[date, tuple[Decimal, int]]:
    """First local day of a bucket → (revenue net of tax and credit notes, completed orders)."""

    def local(moment: Any) -> Any:
        return func.date(func.date_trunc(bucket, func.timezone(zone, moment)))

    day = local(Order.completed_at).label("day")
    done = _completed(work, period, day, func.sum(_net()), func.count()).group_by(text("day"))
    found = {row[0]: (row[1], row[2]) for row in await work.session.execute(done)}
    day = local(Invoice.issued_at).label("day")
    for first, credited in await work.session.execute(_credited(work, period, day, CREDITED).group_by(text("day"))):
        revenue, orders = found.get(first, (ZERO, 0))
        found[first] = (revenue - credited, orders)
    return found


async def services(work: Work, period: Period) -> list[dict[str, Any]]:
    """Orders created per service, most first."""
    query = (
        select(Order.service_type, func.count().label("orders"))
        .where(Order.tenant_id == work.tenant_id, Order.created_at >= period.start, Order.created_at < period.end)
        .group_by(Order.service_type)
        .order_by(func.count().desc(), Order.service_type)
    )
    return [dict(row) for row in (await work.session.execute(query)).mappings()]


async def hours_of_day(work: Work, period: Period, zone: str) -> list[int]:
    """Orders created per local hour, 24 numbers."""
    hour = func.extract("hour", func.timezone(zone, Order.created_at)).label("hour")
    query = (
        select(hour, func.count())
        .where(Order.tenant_id == work.tenant_id, Order.created_at >= period.start, Order.created_at < period.end)
        .group_by(text("hour"))
    )
    counted = {int(row[0]): row[1] for row in await work.session.execute(query)}
    return [counted.get(number, 0) for number in range(24)]


async def best_vendors(work: Work, period: Period, limit: int) -> list[dict[str, Any]]:
    """Vendors by the value of the jobs they completed."""
    value = func.sum(func.coalesce(AMOUNT, ZERO)).label("job_value")
    query = (
        _completed(
            work, period, Order.vendor_id, Vendor.full_name, func.count().label("completed"), value, Vendor.rating
        )
        .join(Vendor, Vendor.id == Order.vendor_id)
        .group_by(Order.vendor_id, Vendor.full_name, Vendor.rating)
        .order_by(value.desc(), Order.vendor_id)
        .limit(limit)
    )
    return [dict(row) for row in (await work.session.execute(query)).mappings()]


async def recent_orders(work: Work, limit: int) -> Sequence[Any]:
    """The newest orders, as the columns of their summary."""
    query = (
        select(
            Order.id,
            Order.order_number,
            Order.status,
            Order.customer_name,
            Order.service_type,
            Order.priority,
            Order.currency,
            case((Order.final_price.is_not(None), Order.final_price), else_=Order.dealing_price).label("amount"),
            Order.created_at,
            Order.completed_at,
            Order.invoice_state,
            Order.invoice_number,
        )
        .where(Order.tenant_id == work.tenant_id)
        .order_by(Order.created_at.desc(), Order.id)
        .limit(limit)
    )
    return (await work.session.execute(query)).mappings().all()
