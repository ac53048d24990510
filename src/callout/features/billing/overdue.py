"""The daily look at what is due: marking and reminding. Both are safe to repeat and to run at the same time."""

from uuid import UUID

from callout.features.billing import neighbours, store
from callout.features.billing.context import Billing
from callout.features.billing.delivery import letter_of
from callout.features.billing.events import InvoiceOverdue, about
from callout.features.billing.lifecycle import balance, reminders_owed
from callout.kit.db.work import Work

BATCH = 200


async def mark_overdue(work: Work) -> int:
    """Marks sent invoices whose due date has passed in the tenant's zone; returns how many. Repeat until 0."""
    today = (await neighbours.tenant_facts(work)).day(work.now)
    invoices = await store.lock_unpaid_due_before(work, today, ("sent",), BATCH)
    for invoice in invoices:
        invoice.status = "overdue"
        invoice.overdue_since = work.now
        await work.publish(InvoiceOverdue(**about(invoice)))  # type: ignore[arg-type]
    return len(invoices)


async def remind(work: Work, billing: Billing, after: UUID | None = None) -> UUID | None:
    """Sends the reminders owed on a batch of overdue invoices, one message each however many marks have passed.

    Returns:
        Where to go on; None when all were looked at.
    """
    today = (await neighbours.tenant_facts(work)).day(work.now)
    days = (await neighbours.billing_settings(work)).reminder_days
    invoices = await store.lock_overdue_after(work, after, BATCH)
    for invoice in invoices:
        owed = reminders_owed(invoice.due_date, today, days)
        if owed > invoice.reminders_sent and balance(
            invoice.total_amount, invoice.amount_paid, invoice.amount_credited
        ):
            invoice.reminders_sent = owed
            await billing.mail.send_reminder(work, await letter_of(work, billing, invoice, today=today))
    return invoices[-1].id if len(invoices) == BATCH else None
