"""The only SQL about billing."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from callout.features.billing.tables import BillingProfile, Invoice, PaymentRecord
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

SORTABLE: dict[str, ColumnElement[Any]] = {
    "issued_at": Invoice.issued_at.expression,
    "due_date": Invoice.due_date.expression,
    "total_amount": Invoice.total_amount.expression,
}
OPEN_STATES = ("draft", "sent", "overdue")


async def profile(work: Work, *, lock: bool = False) -> BillingProfile | None:
    """The tenant's billing profile."""
    query = select(BillingProfile).where(BillingProfile.tenant_id == work.tenant_id)
    if lock:
        query = query.with_for_update()
    return (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


def _by_reference(work: Work, reference: UUID | str) -> Select[Invoice]:
    query = select(Invoice).where(Invoice.tenant_id == work.tenant_id)
    if isinstance(reference, UUID):
        return query.where(Invoice.id == reference)
    try:
        return query.where(Invoice.id == UUID(reference))
    except ValueError:
        return query.where(Invoice.number == reference)


async def find(work: Work, reference: UUID | str) -> Invoice:
    """An invoice or credit note by id or number. Raises NotFound."""
    invoice = (await work.session.execute(_by_reference(work, reference))).scalar_one_or_none()
    if invoice is None:
        raise NotFound("There is no such invoice.")
    return invoice


async def lock(work: Work, reference: UUID | str) -> Invoice:
    """The same, locked until the transaction ends and in its newest state."""
    query = _by_reference(work, reference).with_for_update().execution_options(populate_existing=True)
    invoice = (await work.session.execute(query)).scalar_one_or_none()
    if invoice is None:
        raise NotFound("There is no such invoice.")
    return invoice


async def of_order(work: Work, order_id: UUID) -> Invoice | None:
    """The one invoice of an order."""
    query = select(Invoice).where(Invoice.tenant_id == work.tenant_id, Invoice.invoiced_order_id == order_id)
    return (await work.session.execute(query)).scalar_one_or_none()


async def of_orders(work: Work, order_ids: Sequence[UUID]) -> list[Invoice]:
    """The invoices of some orders."""
    if not order_ids:
        return []
    query = select(Invoice).where(Invoice.tenant_id == work.tenant_id, Invoice.invoiced_order_id.in_(order_ids))
    return list((await work.session.execute(query)).scalars())


async def any_document(work: Work, kind: str = "invoice") -> bool:
    """Whether the tenant has issued a document of a kind."""
    query = select(Invoice.id).where(Invoice.tenant_id == work.tenant_id, Invoice.kind == kind).limit(1)
    return (await work.session.execute(query)).first() is not None


async def page(
    work: Work,
    conditions: Sequence[ColumnElement[bool]],
    order: Iterable[tuple[str, bool]],
    *,
    limit: int,
    offset: int,
) -> list[Invoice]:
    """One page of documents; `order` as (field, descending) pairs."""
    keys = [SORTABLE[name].desc() if down else SORTABLE[name].asc() for name, down in order]
    query = (
        select(Invoice)
        .where(Invoice.tenant_id == work.tenant_id, *conditions)
        .order_by(*keys, Invoice.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return list((await work.session.execute(query)).scalars())


async def totals(work: Work, conditions: Sequence[ColumnElement[bool]]) -> tuple[int, list[dict[str, Any]]]:
    """How many documents match, and their sums per currency."""
    open_balance = func.sum(
        func.greatest(Invoice.total_amount - Invoice.amount_paid - Invoice.amount_credited, Decimal(0))
    ).filter(Invoice.kind == "invoice")
    query = (
        select(
            Invoice.currency,
            func.count(),
            func.sum(Invoice.total_amount),
            func.sum(Invoice.amount_paid),
            open_balance,
        )
        .where(Invoice.tenant_id == work.tenant_id, *conditions)
        .group_by(Invoice.currency)
        .order_by(func.count().desc())
    )
    rows = (await work.session.execute(query)).all()
    sums = [
        {
            "currency": currency,
            "count": count,
            "total_amount": total,
            "amount_paid": paid,
            "balance": rest or Decimal(0),
        }
        for currency, count, total, paid, rest in rows
    ]
    return sum(count for _, count, *_ in rows), sums


def searching(text: str) -> ColumnElement[bool]:
    """Documents whose number, order or customer contains a text, letter case aside."""
    pattern = f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    columns = (Invoice.number, Invoice.order_number, Invoice.customer_name)
    return or_(*(column.ilike(pattern, escape="!") for column in columns))


async def payments(work: Work, invoice_id: UUID) -> list[PaymentRecord]:
    """Payments and reversals of an invoice, oldest first."""
    query = (
        select(PaymentRecord)
        .where(PaymentRecord.tenant_id == work.tenant_id, PaymentRecord.invoice_id == invoice_id)
        .order_by(PaymentRecord.id)
    )
    return list((await work.session.execute(query)).scalars())


async def credit_notes(work: Work, invoice_id: UUID) -> list[Invoice]:
    """Credit notes against an invoice, oldest first."""
    query = (
        select(Invoice)
        .where(Invoice.tenant_id == work.tenant_id, Invoice.refers_to_id == invoice_id)
        .order_by(Invoice.id)
    )
    return list((await work.session.execute(query)).scalars())


async def lock_unpaid_due_before(work: Work, day: date, statuses: Sequence[str], limit: int) -> list[Invoice]:
    """Unpaid invoices due before a day, oldest first; those locked by others are skipped."""
    query = (
        select(Invoice)
        .where(
            Invoice.tenant_id == work.tenant_id,
            Invoice.kind == "invoice",
            Invoice.status.in_(statuses),
            Invoice.due_date < day,
        )
        .order_by(Invoice.due_date, Invoice.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list((await work.session.execute(query)).scalars())


async def lock_overdue_after(work: Work, after: UUID | None, limit: int) -> list[Invoice]:
    """Overdue invoices by id after one, for walking over all of them; those locked by others are skipped."""
    query = select(Invoice).where(Invoice.tenant_id == work.tenant_id, Invoice.status == "overdue")
    if after is not None:
        query = query.where(Invoice.id > after)
    query = query.order_by(Invoice.id).limit(limit).with_for_update(skip_locked=True)
    return list((await work.session.execute(query)).scalars())
