"""The invoice of the vendor's own job."""

from typing import Any

from litestar import Response, Router, get

from callout.features.accounts.permissions import allow
from callout.features.billing import delivery
from callout.features.billing.admin_api import pdf_answer
from callout.features.billing.context import Billing
from callout.features.billing.desk import vendors_invoice
from callout.features.billing.tables import Invoice
from callout.features.billing.views import vendor_view
from callout.features.orders import store as orders
from callout.features.orders.errors import OrderNotFound
from callout.kit.db.work import Work


@get("/{order_id:str}/invoice", guards=[allow("invoice.read", roles="V")])
async def show_invoice(work: Work, billing: Billing, order_id: str) -> dict[str, Any]:
    """A summary of the invoice."""
    invoice = await _own(work, order_id)
    url = billing.files.signed_url(work, invoice.pdf_file_id) if invoice.pdf_file_id else ""
    return vendor_view(invoice, url)


@get("/{order_id:str}/invoice.pdf", guards=[allow("invoice.download", roles="V")])
async def invoice_pdf(work: Work, billing: Billing, order_id: str) -> Response[bytes]:
    """The document."""
    invoice = await _own(work, order_id)
    return pdf_answer(await delivery.keep_pdf(work, billing, invoice.id), invoice.number)


async def _own(work: Work, reference: str) -> Invoice:
    order = await orders.find(work, reference)
    if work.principal.vendor_id is None or order.vendor_id != work.principal.vendor_id:
        raise OrderNotFound
    return await vendors_invoice(work, order.id)


router = Router("/api/vendor/orders", route_handlers=[show_invoice, invoice_pdf], tags=["billing"])
