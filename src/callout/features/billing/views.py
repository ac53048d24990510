"""Documents as clients see them."""

from collections.abc import Mapping, Sequence
from typing import Any

from callout.features.accounts.masking import sees_masked
from callout.features.billing import neighbours, store
from callout.features.billing.context import Billing
from callout.features.billing.document import Line, thaw
from callout.features.billing.lifecycle import balance, refund_due
from callout.features.billing.tables import Invoice, PaymentRecord
from callout.features.orders.tables import SignedLink
from callout.kit.db.work import Work
from callout.kit.http.wire import money, money_number, timestamp
from callout.kit.text.phones import mask_phone


async def invoice_views(work: Work, billing: Billing, invoices: Sequence[Invoice]) -> list[dict[str, Any]]:
    """Documents for a list: without payments and credit notes."""
    links = await neighbours.links(work, [invoice.public_link_id for invoice in invoices])
    hides = await sees_masked(work)
    return [_view(work, billing, invoice, links[invoice.public_link_id], hides=hides) for invoice in invoices]


async def invoice_view(work: Work, billing: Billing, invoice: Invoice) -> dict[str, Any]:
    """One document with its payments and credit notes."""
    link = await neighbours.link(work, invoice.public_link_id)
    view = _view(work, billing, invoice, link, hides=await sees_masked(work))
    view["payments"] = [_payment(row, invoice.currency) for row in await store.payments(work, invoice.id)]
    view["credit_notes"] = [_credit(note) for note in await store.credit_notes(work, invoice.id)]
    return view


def public_view(invoice: Invoice, pdf_url: str) -> dict[str, Any]:
    """What the customer's page of an invoice shows."""
    document = thaw(invoice.snapshot)
    currency = invoice.currency
    return {
        "kind": invoice.kind,
        "number": invoice.number,
        "status": invoice.status,
        "invoice_date": invoice.invoice_date.isoformat(),
        "due_date": invoice.due_date.isoformat(),
        "currency": currency,
        "business": {
            "name": document.business.name,
            "address": document.business.address,
            "phone": document.business.phone,
            "email": document.business.email,
            "website": document.business.website,
        },
        "customer_name": document.customer.name,
        "order_number": document.job.order_number,
        "lines": [_line(line, currency) for line in document.lines],
        "subtotal": money(invoice.subtotal, currency),
        "tax_name": document.tax_name,
        "tax_amount": money(invoice.tax_amount, currency),
        "total_amount": money(invoice.total_amount, currency),
        "amount_paid": money(invoice.amount_paid, currency),
        "balance": money(balance(invoice.total_amount, invoice.amount_paid, invoice.amount_credited), currency),
        "payment_terms": document.terms.payment_terms,
        "payment_methods": document.terms.payment_methods,
        "payment_link": document.qr.payload if document.qr and document.qr.kind == "payment_link" else None,
        "language": invoice.language,
        "template": invoice.template,
        "accent_color": document.look.accent_color,
        "pdf_url": pdf_url,
    }


def vendor_view(invoice: Invoice, pdf_url: str) -> dict[str, Any]:
    """What the vendor's app shows of the invoice of its own job; money as numbers."""
    document = thaw(invoice.snapshot)
    return {
        "invoice_number": invoice.number,
        "order_id": invoice.order_number,
        "status": invoice.status,
        "service_name": document.job.service_label,
        "service_details": document.job.description,
        "customer_name": document.customer.name,
        "invoice_date": invoice.invoice_date.isoformat(),
        "due_date": invoice.due_date.isoformat(),
        "currency": invoice.currency,
        "subtotal": money_number(invoice.subtotal),
        "tax_amount": money_number(invoice.tax_amount),
        "total_amount": money_number(invoice.total_amount),
        "final_price": money_number(invoice.final_price),
        "pdf_status": invoice.pdf_status,
        "invoice_url": pdf_url,
    }


def _view(work: Work, billing: Billing, invoice: Invoice, link: SignedLink, *, hides: bool) -> dict[str, Any]:
    currency = invoice.currency
    sums = (invoice.total_amount, invoice.amount_paid, invoice.amount_credited)
    pdf = billing.files.signed_url(work, invoice.pdf_file_id) if invoice.pdf_file_id else None
    return {
        "id": invoice.id,
        "kind": invoice.kind,
        "number": invoice.number,
        "order_id": invoice.order_id,
        "order_number": invoice.order_number,
        "contact_id": invoice.contact_id,
        "customer_name": invoice.customer_name,
        "vendor_id": invoice.vendor_id,
        "refers_to_id": invoice.refers_to_id,
        "status": invoice.status,
        "issued_at": timestamp(invoice.issued_at),
        "invoice_date": invoice.invoice_date.isoformat(),
        "due_date": invoice.due_date.isoformat(),
        "currency": currency,
        "lines": [_line(line, currency) for line in thaw(invoice.snapshot).lines],
        "estimated_price": money(invoice.estimated_price, currency),
        "final_price": money(invoice.final_price, currency),
        "subtotal": money(invoice.subtotal, currency),
        "tax_amount": money(invoice.tax_amount, currency),
        "total_amount": money(invoice.total_amount, currency),
        "amount_paid": money(invoice.amount_paid, currency),
        "amount_credited": money(invoice.amount_credited, currency),
        "balance": money(balance(*sums), currency) if invoice.kind == "invoice" else money(sums[0] * 0, currency),
        "refund_due": money(refund_due(*sums), currency) if invoice.kind == "invoice" else money(sums[0] * 0, currency),
        "snapshot": _shown_snapshot(invoice.snapshot, hides=hides),
        "template": invoice.template,
        "language": invoice.language,
        "pdf_file_id": invoice.pdf_file_id,
        "pdf_status": invoice.pdf_status,
        "pdf_url": pdf,
        "public_url": billing.links.url(link),
        "sent_at": timestamp(invoice.sent_at),
        "delivered_channels": invoice.delivered_channels,
        "paid_at": timestamp(invoice.paid_at),
        "overdue_since": timestamp(invoice.overdue_since),
        "reminders_sent": invoice.reminders_sent,
        "payments": [],
        "credit_notes": [],
        "created_at": timestamp(invoice.created_at),
        "updated_at": timestamp(invoice.updated_at),
        "created_by": invoice.created_by,
        "created_by_role": invoice.created_by_role,
        "updated_by_role": invoice.updated_by_role,
        "version": invoice.version,
    }


def _line(line: Line, currency: str) -> dict[str, Any]:
    return {
        "description": line.description,
        "quantity": str(line.quantity),
        "unit_price": money(line.unit_price, currency),
        "tax_rate": str(line.tax_rate),
        "net": money(line.net, currency),
        "tax": money(line.tax, currency),
        "gross": money(line.gross, currency),
    }


def _payment(row: PaymentRecord, currency: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "amount": money(row.amount, currency),
        "method": row.method,
        "received_at": timestamp(row.received_at),
        "reference": row.reference,
        "note": row.note,
        "reverses_id": row.reverses_id,
        "created_by": row.created_by,
        "created_at": timestamp(row.created_at),
    }


def _credit(note: Invoice) -> dict[str, Any]:
    return {
        "id": note.id,
        "number": note.number,
        "status": note.status,
        "invoice_date": note.invoice_date.isoformat(),
        "total_amount": money(note.total_amount, note.currency),
        "reason": note.snapshot.get("reason"),
    }


def _shown_snapshot(snapshot: Mapping[str, Any], *, hides: bool) -> dict[str, Any]:
    shown = dict(snapshot)
    terms = dict(shown["terms"])
    if terms.get("bank"):
        number = str(terms["bank"].get("account_number") or "")
        terms["bank"] = {**terms["bank"], "account_number": f"•••{number[-4:]}" if number else None}
        shown["terms"] = terms
    if hides:
        customer = dict(shown["customer"])
        customer["phone"] = mask_phone(customer["phone"]) if customer["phone"] else None
        customer["email"] = _masked_email(customer["email"])
        shown["customer"] = customer
    return shown


def _masked_email(address: str | None) -> str | None:
    if not address:
        return None
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host}"


def sums_view(sums: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Totals of a list, one row per currency, the most used first."""
    amounts = ("total_amount", "amount_paid", "balance")
    return [
        {
            "currency": row["currency"],
            "count": row["count"],
            **{name: money(row[name], row["currency"]) for name in amounts},
        }
        for row in sums
    ]
