"""Facts about invoices."""

from typing import ClassVar
from uuid import UUID

from callout.features.billing.money import round_money
from callout.features.billing.tables import Invoice
from callout.kit.events import Event


class InvoiceFact(Event, frozen=True, kw_only=True):
    """What every invoice event tells; `total_amount` as a decimal text in `currency`."""

    number: str
    kind: str
    status: str
    order_id: UUID
    order_number: str
    vendor_id: UUID | None
    customer_name: str
    total_amount: str
    currency: str


class InvoiceIssued(InvoiceFact, frozen=True, kw_only=True):
    """A document got its number; its PDF follows."""

    type: ClassVar[str] = "invoice.issued"


class InvoiceSent(InvoiceFact, frozen=True, kw_only=True):
    """The first channel took it, or somebody marked it as sent."""

    type: ClassVar[str] = "invoice.sent"


class InvoiceOverdue(InvoiceFact, frozen=True, kw_only=True):
    """The due date has passed unpaid."""

    type: ClassVar[str] = "invoice.overdue"


class InvoicePaid(InvoiceFact, frozen=True, kw_only=True):
    """The balance is zero by payment."""

    type: ClassVar[str] = "invoice.paid"


class InvoiceCredited(InvoiceFact, frozen=True, kw_only=True):
    """A credit note was issued against it; `credit_number` names the note, `amount` what it credits."""

    type: ClassVar[str] = "invoice.credited"
    credit_id: UUID
    credit_number: str
    amount: str


def about(invoice: Invoice) -> dict[str, object]:
    """The members every fact about an invoice shares."""
    return {
        "noun_id": invoice.id,
        "number": invoice.number,
        "kind": invoice.kind,
        "status": invoice.status,
        "order_id": invoice.order_id,
        "order_number": invoice.order_number,
        "vendor_id": invoice.vendor_id,
        "customer_name": invoice.customer_name,
        "total_amount": str(round_money(invoice.total_amount, invoice.currency)),
        "currency": invoice.currency,
    }
