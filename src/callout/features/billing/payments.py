"""Recording and reversing payments, and giving more time."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from callout.features.billing import store
from callout.features.billing.context import Billing
from callout.features.billing.delivery import letter_of
from callout.features.billing.errors import AlreadyReversed, DueDateFixed, InvoiceClosed, Overpayment
from callout.features.billing.lifecycle import balance, extension_fault
from callout.features.billing.money import is_payable, round_money
from callout.features.billing.settling import settle
from callout.features.billing.tables import Invoice, PaymentRecord
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable

EXTENSION_FAULTS = {
    "not_later": "must be later than the present due date",
    "too_late": "must be at most 90 days after the present due date",
}


async def record_payment(
    work: Work,
    billing: Billing,
    reference: str,
    *,
    amount: Decimal,
    method: str,
    received_at: datetime | None = None,
    payment_reference: str | None = None,
    note: str | None = None,
    allow_overpayment: bool = False,
) -> Invoice:
    """Records money received for an invoice; a full payment makes it paid and sends a receipt.

    Raises:
        InvoiceClosed: a credit note, or a credited invoice.
        Overpayment: more than the balance, unless allowed.
    """
    invoice = await _open(work, reference)
    if amount <= 0 or not is_payable(amount, invoice.currency):
        raise Unprocessable.at("amount", f"must be above zero and payable in {invoice.currency}")
    owed = balance(invoice.total_amount, invoice.amount_paid, invoice.amount_credited)
    if amount > owed and not allow_overpayment:
        raise Overpayment(balance=str(round_money(owed, invoice.currency)))
    payment = PaymentRecord(
        tenant_id=work.tenant_id,
        invoice_id=invoice.id,
        amount=amount,
        method=method,
        received_at=received_at or work.now,
        reference=payment_reference,
        note=note,
    )
    work.session.add(payment)
    invoice.amount_paid += amount
    if await settle(work, invoice):
        await billing.mail.send_receipt(work, await letter_of(work, billing, invoice), amount)
    return invoice


async def reverse_payment(work: Work, reference: str, payment_id: UUID, reason: str) -> Invoice:
    """Takes a payment back by a negative row that refers to it.

    Raises:
        AlreadyReversed: it was, or is itself a reversal.
    """
    invoice = await store.lock(work, reference)
    records = await store.payments(work, invoice.id)
    payment = next((record for record in records if record.id == payment_id), None)
    if payment is None:
        raise NotFound("There is no such payment.")
    if payment.reverses_id is not None or any(record.reverses_id == payment.id for record in records):
        raise AlreadyReversed
    work.session.add(
        PaymentRecord(
            tenant_id=work.tenant_id,
            invoice_id=invoice.id,
            amount=-payment.amount,
            method=payment.method,
            received_at=work.now,
            note=reason,
            reverses_id=payment.id,
        )
    )
    invoice.amount_paid -= payment.amount
    await settle(work, invoice)
    return invoice


async def extend(work: Work, reference: str, due_date: date) -> Invoice:
    """Moves the due date, once, by at most 90 days; an overdue invoice becomes sent again.

    Raises:
        DueDateFixed: it was moved before.
        InvoiceClosed: paid or credited.
    """
    invoice = await _open(work, reference)
    if invoice.status == "paid":
        raise InvoiceClosed
    fault = extension_fault(invoice.due_date, due_date, extended_before=invoice.extended_at is not None)
    if fault == "already_extended":
        raise DueDateFixed
    if fault is not None:
        raise Unprocessable.at("due_date", EXTENSION_FAULTS[fault])
    invoice.due_date = due_date
    invoice.extended_at = work.now
    invoice.reminders_sent = 0
    await settle(work, invoice)
    return invoice


async def _open(work: Work, reference: str) -> Invoice:
    invoice = await store.lock(work, reference)
    if invoice.kind != "invoice" or invoice.status == "credited":
        raise InvoiceClosed
    return invoice
