"""Brings an invoice's state in line with its sums, and publishes what became true."""

from callout.features.billing import neighbours
from callout.features.billing.events import InvoiceOverdue, InvoicePaid, about
from callout.features.billing.lifecycle import Standing, settled
from callout.features.billing.tables import Invoice
from callout.kit.db.work import Work


async def settle(work: Work, invoice: Invoice) -> bool:
    """Sets the state that follows from payments and credit; `invoice` is locked.

    Returns:
        Whether it has just become paid.
    """
    tenant = await neighbours.tenant_facts(work)
    before = invoice.status
    after = settled(
        Standing(
            status=before,  # type: ignore[arg-type]
            total=invoice.total_amount,
            paid=invoice.amount_paid,
            credited=invoice.amount_credited,
            due_date=invoice.due_date,
        ),
        tenant.day(work.now),
    )
    if after == before:
        return False
    invoice.status = after
    invoice.paid_at = work.now if after == "paid" else None if after in {"sent", "overdue"} else invoice.paid_at
    invoice.overdue_since = (invoice.overdue_since or work.now) if after == "overdue" else None
    if after == "overdue":
        await work.publish(InvoiceOverdue(**about(invoice)))  # type: ignore[arg-type]
    if after == "paid":
        await work.publish(InvoicePaid(**about(invoice)))  # type: ignore[arg-type]
    return after == "paid"
