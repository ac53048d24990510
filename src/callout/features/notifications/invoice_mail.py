"""Brings invoices and news about them to customers and admins; implements `InvoiceMail` of billing."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from callout.features.billing.ports import Letter
from callout.features.notifications import words
from callout.features.notifications.delivery_rules import Recipient
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import admins, business_of, customer_recipient
from callout.features.notifications.tables import Message
from callout.kit.db.work import Work


class InvoiceMessages:
    """Queues messages about invoices in the caller's transaction."""

    async def send_invoice(self, work: Work, letter: Letter) -> list[dict[str, Any]]:
        """The document to the customer; see `InvoiceMail.send_invoice`."""
        occurrence = work.now.isoformat() if letter.to or letter.channels else "1"
        file_ids = (letter.pdf_file_id,) if letter.pdf_file_id else ()
        channels = tuple(letter.channels) if letter.channels is not None else None
        notice = await _notice(work, letter, "invoice_issued", occurrence, file_ids=file_ids, channels=channels)
        messages = await notify(work, notice, [await _customer(work, letter)])
        return [_row(message) for message in messages]

    async def send_reminder(self, work: Work, letter: Letter) -> None:
        """An overdue reminder to the customer."""
        notice = await _notice(work, letter, "invoice_reminder", f"day {letter.days_overdue}")
        await notify(work, notice, [await _customer(work, letter)])

    async def send_receipt(self, work: Work, letter: Letter, amount: Decimal) -> None:
        """A receipt of a full payment to the customer."""
        business = await business_of(work)
        paid = words.amount(amount, letter.currency, letter.language)
        received = words.day(work.now, business.zone, letter.language)
        notice = await _notice(work, letter, "invoice_paid", "1", amount=paid, received_at=received)
        await notify(work, notice, [await _customer(work, letter)])

    async def tell_profile_missing(self, work: Work, orders_waiting: int) -> None:
        """Tells the admins, at most once a day."""
        values = {"orders_waiting": orders_waiting}
        day = work.now.date().isoformat()
        notice = Notice(key="billing_profile_missing", noun_id=work.tenant_id, values=values, occurrence=day)
        await notify(work, notice, await admins(work))

    async def tell_invoice_failed(self, work: Work, order_id: UUID) -> None:
        """Tells the admins that an invoice could not be made."""
        notice = Notice(
            key="invoice_failed", noun_id=order_id, values={}, order_id=order_id, occurrence=work.now.isoformat()
        )
        await notify(work, notice, await admins(work))


async def _customer(work: Work, letter: Letter) -> Recipient:
    return await customer_recipient(
        work,
        name=letter.customer_name,
        email=letter.to or letter.customer_email,
        phone=letter.customer_phone,
        language=letter.language,
    )


async def _notice(
    work: Work,
    letter: Letter,
    key: str,
    occurrence: str,
    *,
    file_ids: tuple[UUID, ...] = (),
    channels: tuple[str, ...] | None = None,
    **values: Any,
) -> Notice:
    business = await business_of(work)
    due = datetime.combine(letter.due_date, time(12), business.zone)
    return Notice(
        key=key,
        noun_id=letter.invoice_id,
        values={
            "order_number": letter.order_number,
            "service_type": letter.service_type,
            "invoice_number": letter.number,
            "total_amount": words.amount(letter.total_amount, letter.currency, letter.language),
            "balance": words.amount(letter.balance, letter.currency, letter.language),
            "due_date": words.day(due, business.zone, letter.language),
            "invoice_link": letter.public_url,
            "payment_link": letter.payment_url,
            "days_overdue": letter.days_overdue,
            **values,
        },
        occurrence=occurrence,
        order_id=letter.order_id,
        file_ids=file_ids,
        only_channels=channels,
    )


def _row(message: Message) -> dict[str, Any]:
    return {"channel": message.channel, "status": message.status, "message_id": str(message.id)}
