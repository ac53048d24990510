"""What billing needs from outside: a typesetter, and somebody who writes to customers and admins."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

import msgspec

from callout.kit.db.work import Work


class PdfRenderer(Protocol):
    """Sets a printed document as PDF."""

    async def render(self, sheet: dict[str, Any], images: Mapping[str, bytes]) -> bytes:
        """The document as PDF bytes.

        Called in workflow steps and for previews; must not keep anything between calls and may run in a thread.

        Args:
            sheet: What `printing.printed` returned.
            images: JPEG, PNG or WebP bytes by the file ids the sheet names; a missing one leaves its place empty.

        Raises:
            RenderingFailed: the document cannot be set, however often it is tried.
        """
        ...


class Letter(msgspec.Struct, frozen=True):
    """What a message about an invoice says. Amounts in `currency`."""

    invoice_id: UUID
    order_id: UUID
    number: str
    customer_name: str
    customer_email: str | None
    customer_phone: str | None
    language: str
    currency: str
    total_amount: Decimal
    balance: Decimal
    due_date: date
    public_url: str
    payment_url: str | None
    pdf_file_id: UUID | None
    order_number: str
    service_type: str
    note: str | None = None
    channels: list[str] | None = None
    """Only these channels; None lets the delivery rules decide."""
    to: str | None = None
    """Another address than the customer's."""
    days_overdue: int = 0


class InvoiceMail(Protocol):
    """Brings documents and news about them to people. Called inside a transaction: queues, never sends at once."""

    async def send_invoice(self, work: Work, letter: Letter) -> list[dict[str, Any]]:
        """Queues the document to the customer. Returns one row {channel, status, message_id} per message queued."""
        ...

    async def send_reminder(self, work: Work, letter: Letter) -> None:
        """Queues an overdue reminder to the customer."""
        ...

    async def send_receipt(self, work: Work, letter: Letter, amount: Decimal) -> None:
        """Queues a receipt of a full payment to the customer."""
        ...

    async def tell_profile_missing(self, work: Work, orders_waiting: int) -> None:
        """Tells the admins that completed orders wait for the billing profile."""
        ...

    async def tell_invoice_failed(self, work: Work, order_id: UUID) -> None:
        """Tells the admins that an invoice could not be made."""
        ...
