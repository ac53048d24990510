"""What other features ask billing about: the invoice of an order, and whether there are documents at all."""

from collections.abc import Sequence
from uuid import UUID

from callout.features.billing import delivery, neighbours, store
from callout.features.billing.context import Billing
from callout.features.billing.document import thaw
from callout.features.billing.errors import InvoiceHidden
from callout.features.billing.money import round_money
from callout.features.billing.tables import Invoice
from callout.features.orders.ports import InvoiceSummary
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


class BillingDesk:
    """The ports `InvoiceDesk` of orders and `InvoiceHistory` of accounts."""

    def __init__(self, billing: Billing) -> None:
        self._billing = billing

    async def summaries(self, work: Work, order_ids: Sequence[UUID]) -> dict[UUID, InvoiceSummary]:
        """The invoices of some orders, by order; those without one are absent."""
        invoices = await store.of_orders(work, order_ids)
        return {invoice.order_id: self._summary(work, invoice) for invoice in invoices}

    def _summary(self, work: Work, invoice: Invoice) -> InvoiceSummary:
        job = thaw(invoice.snapshot).job
        files = self._billing.files
        return InvoiceSummary(
            invoice_id=invoice.id,
            number=invoice.number,
            status=invoice.status,
            total_amount=round_money(invoice.total_amount, invoice.currency),
            currency=invoice.currency,
            url=files.signed_url(work, invoice.pdf_file_id) if invoice.pdf_file_id else None,
            service_name=job.service_label,
            service_details=job.description,
        )

    async def pdf(self, work: Work, order_id: UUID) -> tuple[str, bytes] | None:
        """File name and document of the order's invoice; None until one is issued. Renders it when it is not yet."""
        invoice = await store.of_order(work, order_id)
        if invoice is None:
            return None
        data = await delivery.keep_pdf(work, self._billing, invoice.id)
        return f"{invoice.number.replace('/', '-')}.pdf", data

    async def any_issued(self, work: Work) -> bool:
        """Whether the tenant has issued its first invoice."""
        return await store.any_document(work)


async def vendors_invoice(work: Work, order_id: UUID) -> Invoice:
    """The invoice of an order for the vendor who did it; the caller has checked whose order it is.

    Raises:
        InvoiceHidden: the tenant does not show invoices to vendors.
        NotFound: none is issued yet.
    """
    if not (await neighbours.billing_settings(work)).vendor_sees_invoice:
        raise InvoiceHidden
    invoice = await store.of_order(work, order_id)
    if invoice is None:
        raise NotFound("There is no invoice for this order yet.")
    return invoice
