"""Invoices and billing for admins."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post, put
from pydantic import ValidationError
from sqlalchemy import ColumnElement

from callout.features.accounts.permissions import allow
from callout.features.billing import credit, delivery, issue, payments, profile, store
from callout.features.billing.context import Billing
from callout.features.billing.preview import preview
from callout.features.billing.schemas import (
    CreditBody,
    ExtendBody,
    InvoiceQuery,
    IssueBody,
    PaymentBody,
    PreviewBody,
    ProfileBody,
    ReasonBody,
    SendBody,
    SeriesBody,
    profile_view,
)
from callout.features.billing.tables import BillingProfile, Invoice
from callout.features.billing.views import invoice_view, invoice_views, sums_view
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.problems import from_pydantic
from callout.kit.http.writes import IfMatch, created, versioned

PDF = "application/pdf"


def pdf_answer(data: bytes, number: str, *, download: bool = False) -> Response[bytes]:
    """A PDF named after its number."""
    name = number.replace("/", "-")
    disposition = f'{"attachment" if download else "inline"}; filename="{name}.pdf"'
    return Response(data, media_type=PDF, headers={"Content-Disposition": disposition})


@get("/", guards=[allow("invoice.read", roles="OMW")], filters=InvoiceQuery)
async def list_invoices(
    request: Request[Any, Any, Any], work: Work, billing: Billing, filters: Filtered[InvoiceQuery]
) -> Response[Any]:
    """Invoices and credit notes, newest first, with totals."""
    conditions = _conditions(filters)
    total, sums = await store.totals(work, conditions)
    rows = await store.page(work, conditions, filters.order(), limit=filters.limit, offset=filters.offset)
    views = await invoice_views(work, billing, rows)
    return listed(filters, views, total, request=request, totals=sums_view(sums))


@post("/", guards=[allow("invoice.issue", roles="OM")])
async def issue_now(work: Work, billing: Billing, data: IssueBody) -> Response[Any]:
    """Bills a completed order now; an invoice that exists is given back."""
    existing = await store.of_order(work, data.order_id)
    invoice = await issue.issue_invoice(work, billing, data.order_id)
    view = await invoice_view(work, billing, invoice)
    return Response(view, status_code=200) if existing else created(view, f"/api/admin/invoices/{invoice.id}")


@post("/preview", guards=[allow("billing_profile.read", roles="OMW")], status_code=200)
async def preview_invoice(work: Work, billing: Billing, data: PreviewBody) -> Response[bytes]:
    """A sample invoice under a draft of the profile."""
    return pdf_answer(await preview(work, billing, await _draft(work, data)), "PREVIEW")


@get("/{reference:str}", guards=[allow("invoice.read", roles="OMW")])
async def show_invoice(work: Work, billing: Billing, reference: str) -> Response[Any]:
    """One document by id or number."""
    invoice = await store.find(work, reference)
    return versioned(await invoice_view(work, billing, invoice), invoice.version)


@get("/{reference:str}/pdf", guards=[allow("invoice.download", roles="OMW")])
async def invoice_pdf(
    work: Work, billing: Billing, reference: str, download: bool = False, regenerate: bool = False
) -> Response[Any]:
    """The document; 202 while it is being made. `regenerate` renders it anew from its frozen content."""
    invoice = await store.find(work, reference)
    if regenerate and work.principal.role == "viewer":
        raise Forbidden
    if not regenerate and invoice.pdf_file_id is None:
        return Response({"id": invoice.id, "number": invoice.number, "status": invoice.pdf_status}, status_code=202)
    data = await delivery.keep_pdf(work, billing, invoice.id, again=regenerate)
    return pdf_answer(data, invoice.number, download=download)


@post("/{reference:str}/send", guards=[allow("invoice.send", roles="OM")], status_code=202)
async def send_invoice(work: Work, billing: Billing, reference: str, data: SendBody) -> dict[str, Any]:
    """Sends the document to the customer."""
    messages = await delivery.send(work, billing, reference, channels=data.channels, to=data.to, note=data.message)
    return {"messages": messages}


@post("/{reference:str}/mark-sent", guards=[allow("invoice.send", roles="OM")], status_code=200)
async def mark_sent(work: Work, billing: Billing, reference: str) -> Response[Any]:
    """Notes that the document was handed over by other means."""
    return await _changed(work, billing, await delivery.mark_sent(work, reference))


@post("/{reference:str}/payments", guards=[allow("invoice.record_payment", roles="OM")])
async def record_payment(work: Work, billing: Billing, reference: str, data: PaymentBody) -> Response[Any]:
    """Records money received."""
    invoice = await payments.record_payment(
        work,
        billing,
        reference,
        amount=data.amount,
        method=data.method,
        received_at=data.received_at,
        payment_reference=data.reference,
        note=data.note,
        allow_overpayment=data.allow_overpayment,
    )
    return await _changed(work, billing, invoice, status_code=201)


@post(
    "/{reference:str}/payments/{payment_id:uuid}/reverse",
    guards=[allow("invoice.record_payment", roles="OM")],
)
async def reverse_payment(
    work: Work, billing: Billing, reference: str, payment_id: UUID, data: ReasonBody
) -> Response[Any]:
    """Takes a payment back."""
    invoice = await payments.reverse_payment(work, reference, payment_id, data.reason)
    return await _changed(work, billing, invoice, status_code=201)


@post("/{reference:str}/credit-notes", guards=[allow("invoice.credit", roles="OM")])
async def credit_invoice(work: Work, billing: Billing, reference: str, data: CreditBody) -> Response[Any]:
    """Issues a credit note."""
    note = await credit.credit(work, reference, amount=data.amount, reason=data.reason)
    return created(await invoice_view(work, billing, note), f"/api/admin/invoices/{note.id}")


@post("/{reference:str}/extend", guards=[allow("invoice.record_payment", roles="OM")], status_code=200)
async def extend_invoice(work: Work, billing: Billing, reference: str, data: ExtendBody) -> Response[Any]:
    """Gives the customer more time, once."""
    return await _changed(work, billing, await payments.extend(work, reference, data.due_date))


@get("/profile", guards=[allow("billing_profile.read", roles="OMW")])
async def show_profile(work: Work) -> Response[Any]:
    """The billing profile; before it is first saved, null with the entity tag of version 0."""
    row = await store.profile(work)
    return versioned(profile_view(row, row.version), row.version) if row else versioned(None, 0)


@put("/profile", guards=[allow("billing_profile.update", roles="OM")])
async def save_profile(work: Work, billing: Billing, data: ProfileBody, if_match: IfMatch) -> Response[Any]:
    """Saves the billing profile and issues the invoices that waited for it."""
    row = await profile.save_profile(work, billing, data.values(), if_match)
    return versioned(profile_view(row, row.version), row.version)


@get("/series", guards=[allow("billing_profile.read", roles="O")])
async def show_series(work: Work) -> list[dict[str, Any]]:
    """The number series."""
    return await profile.series(work)


@put("/series/{kind:str}", guards=[allow("billing_profile.update", roles="O")])
async def raise_series(work: Work, kind: str, data: SeriesBody) -> dict[str, Any]:
    """Sets where a series begins."""
    return await profile.raise_series(work, kind, data.next)


async def _changed(work: Work, billing: Billing, invoice: Invoice, *, status_code: int = 200) -> Response[Any]:
    await work.session.flush()
    return versioned(await invoice_view(work, billing, invoice), invoice.version, status_code=status_code)


async def _draft(work: Work, data: PreviewBody) -> dict[str, Any]:
    saved = await store.profile(work)
    base = _saved_values(saved) if saved else SAMPLE_BUSINESS
    given = dict(data.profile)
    if data.template is not None:
        given["invoice_template"] = data.template
    if data.language is not None:
        given["default_language"] = data.language
    try:
        return ProfileBody.model_validate({**base, **given}).values()
    except ValidationError as error:
        raise from_pydantic(error) from error


SAMPLE_BUSINESS: dict[str, Any] = {
    "business_name": "Your business",
    "business_address": "1 Main Street\nSpringfield",
    "business_phone": "+12175550142",
    "business_email": "hello@example.com",
}


def _saved_values(saved: BillingProfile) -> dict[str, Any]:
    return {name: getattr(saved, name) for name in ProfileBody.model_fields}


Filter = Callable[[Any], ColumnElement[bool]]
FILTERS: dict[str, Filter] = {
    "q": store.searching,
    "kind": Invoice.kind.in_,
    "status": Invoice.status.in_,
    "vendor_id": Invoice.vendor_id.in_,
    "contact_id": Invoice.contact_id.in_,
    "order_id": Invoice.order_id.in_,
    "issued_from": lambda value: Invoice.issued_at >= value,
    "issued_to": lambda value: Invoice.issued_at < value,
    "due_from": lambda value: Invoice.due_date >= value,
    "due_to": lambda value: Invoice.due_date < value,
    "total_min": lambda value: Invoice.total_amount >= value,
    "total_max": lambda value: Invoice.total_amount <= value,
}


def _conditions(filters: InvoiceQuery) -> list[ColumnElement[bool]]:
    given = {name: getattr(filters, name) for name in FILTERS}
    return [FILTERS[name](value) for name, value in given.items() if value is not None]


invoices = Router(
    "/api/admin/invoices",
    route_handlers=[
        list_invoices,
        issue_now,
        preview_invoice,
        show_invoice,
        invoice_pdf,
        send_invoice,
        mark_sent,
        record_payment,
        reverse_payment,
        credit_invoice,
        extend_invoice,
    ],
    tags=["billing"],
)
billing_settings = Router(
    "/api/admin/billing", route_handlers=[show_profile, save_profile, show_series, raise_series], tags=["billing"]
)
routers = [invoices, billing_settings]
