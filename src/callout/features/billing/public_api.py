"""The customer's page of an invoice, by signed link."""

from typing import Any

from litestar import Response, Router, get

from callout.features.accounts.permissions import public
from callout.features.billing import delivery, store
from callout.features.billing.admin_api import pdf_answer
from callout.features.billing.context import Billing
from callout.features.billing.tables import Invoice
from callout.features.billing.views import public_view
from callout.features.orders.links import open_link
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.http.limits import RateLimits
from callout.kit.secrets import hash_token

PER_MINUTE = 60
SUFFIX = ".pdf"


@get("/{name:str}", guards=[public])
async def public_invoice(billing: Billing, database: Database, limits: RateLimits, name: str) -> Response[Any]:
    """The invoice as JSON, or with `.pdf` behind the token as document."""
    token = name.removesuffix(SUFFIX)
    await limits.hit("public", hash_token(token), limit=PER_MINUTE, window_s=60)
    opened = await open_link(database, token, ["invoice"])
    async with database.transaction(opened.principal) as work:
        invoice = await _of_order(work, opened.order_id)
        if name.endswith(SUFFIX):
            return pdf_answer(await delivery.keep_pdf(work, billing, invoice.id), invoice.number)
        return Response(public_view(invoice, f"{billing.files.signer.base_url}/api/shared/public/invoices/{token}.pdf"))


async def _of_order(work: Work, order_id: Any) -> Invoice:
    invoice = await store.of_order(work, order_id)
    if invoice is None:
        raise NotFound("There is nothing under this link.")
    return invoice


router = Router("/api/shared/public/invoices", route_handlers=[public_invoice], tags=["billing"])
