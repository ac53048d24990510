"""The PDF of a document, and bringing it to the customer."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from callout.features.billing import neighbours, store
from callout.features.billing.context import Billing
from callout.features.billing.document import Document, thaw
from callout.features.billing.events import InvoiceSent, about
from callout.features.billing.lifecycle import balance
from callout.features.billing.ports import Letter
from callout.features.billing.printing import printed
from callout.features.billing.tables import Invoice
from callout.features.files.errors import FileMissing
from callout.kit.db.work import Work

PHOTO_VARIANT = "1200"


async def images_of(work: Work, billing: Billing, document: Document) -> dict[str, bytes]:
    """The pictures a document needs, by file id; one whose bytes are gone is left out."""
    images: dict[str, bytes] = {}
    for file_id in document.file_ids:
        try:
            images[file_id] = await billing.files.read_bytes(work, UUID(file_id), PHOTO_VARIANT)
        except FileMissing:
            continue
    return images


async def render(work: Work, billing: Billing, document: Document) -> bytes:
    """The document as PDF bytes."""
    return await billing.renderer.render(printed(document), await images_of(work, billing, document))


async def keep_pdf(work: Work, billing: Billing, invoice_id: UUID, *, again: bool = False) -> bytes:
    """Renders a document from its frozen content and keeps the PDF; one that is kept already is given back.

    Args:
        work: The transaction.
        billing: The ports.
        invoice_id: The document.
        again: Render even when a PDF is kept.
    """
    invoice = await store.lock(work, invoice_id)
    if invoice.pdf_file_id is not None and not again:
        return await billing.files.read_bytes(work, invoice.pdf_file_id)
    data = await render(work, billing, thaw(invoice.snapshot))
    row = await billing.files.store_bytes(work, "invoice_pdf", f"{invoice.number.replace('/', '-')}.pdf", data)
    await billing.files.hold(work, [row.id])
    invoice.pdf_file_id, invoice.pdf_status = row.id, "ready"
    return data


async def note_pdf_failed(work: Work, billing: Billing, invoice_id: UUID) -> None:
    """Notes that a document could not be rendered, and tells the admins."""
    invoice = await store.lock(work, invoice_id)
    if invoice.pdf_status == "pending":
        invoice.pdf_status = "failed"
        await billing.mail.tell_invoice_failed(work, invoice.order_id)


async def send_on_issue(work: Work, billing: Billing, invoice_id: UUID) -> None:
    """Sends a new document unless the tenant sends by hand; safe to repeat."""
    invoice = await store.lock(work, invoice_id)
    if invoice.sent_at is None and (await neighbours.billing_settings(work)).send_on_issue:
        await send(work, billing, invoice_id)


async def send(
    work: Work,
    billing: Billing,
    reference: UUID | str,
    *,
    channels: Sequence[str] | None = None,
    to: str | None = None,
    note: str | None = None,
) -> list[dict[str, Any]]:
    """Queues the document to the customer, any time and as often as asked.

    Returns:
        One row {channel, status, message_id} per message.
    """
    invoice = await store.lock(work, reference)
    letter = await letter_of(work, billing, invoice, channels=channels, to=to, note=note)
    messages = await billing.mail.send_invoice(work, letter)
    taken = [message["channel"] for message in messages if message["status"] not in {"suppressed", "failed"}]
    if taken:
        await mark_sent(work, invoice.id, channels=taken)
    return messages


async def mark_sent(work: Work, reference: UUID | str, *, channels: Sequence[str] = ()) -> Invoice:
    """Notes that a document reached the customer by these channels (none: by hand)."""
    invoice = await store.lock(work, reference)
    invoice.delivered_channels = sorted({*invoice.delivered_channels, *channels})
    if invoice.sent_at is not None:
        return invoice
    invoice.sent_at = work.now
    if invoice.status == "draft":
        invoice.status = "sent"
    await work.publish(InvoiceSent(**about(invoice)))  # type: ignore[arg-type]
    return invoice


async def letter_of(
    work: Work,
    billing: Billing,
    invoice: Invoice,
    *,
    channels: Sequence[str] | None = None,
    to: str | None = None,
    note: str | None = None,
    today: date | None = None,
) -> Letter:
    """What a message about a document says."""
    document = thaw(invoice.snapshot)
    link = await neighbours.link(work, invoice.public_link_id)
    is_link = document.qr is not None and document.qr.kind == "payment_link"
    return Letter(
        invoice_id=invoice.id,
        order_id=invoice.order_id,
        number=invoice.number,
        customer_name=document.customer.name,
        customer_email=document.customer.email,
        customer_phone=document.customer.phone,
        language=invoice.language,
        currency=invoice.currency,
        total_amount=invoice.total_amount,
        balance=balance(invoice.total_amount, invoice.amount_paid, invoice.amount_credited),
        due_date=invoice.due_date,
        public_url=billing.links.url(link),
        payment_url=document.qr.payload if is_link and document.qr else None,
        pdf_file_id=invoice.pdf_file_id,
        order_number=invoice.order_number,
        service_type=document.job.service_label,
        note=note,
        channels=list(channels) if channels is not None else None,
        to=to,
        days_overdue=max((today - invoice.due_date).days, 0) if today else 0,
    )
