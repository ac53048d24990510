"""Makes the frozen document of a completed order from the order, the profile and the tenant."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from callout.features.billing.document import (
    MAX_PHOTOS,
    Business,
    Customer,
    Document,
    Job,
    Look,
    Terms,
    line_text,
    paper_of,
    priced_line,
    sums,
)
from callout.features.billing.lifecycle import due_on
from callout.features.billing.qr import BankDetails, qr_code
from callout.features.billing.tables import BillingProfile


class Logo(msgspec.Struct, frozen=True):
    """The logo file as it was when the document was issued."""

    file_id: str
    sha256: str


class WorkDone(msgspec.Struct, frozen=True):
    """What is billed: an order as billing sees it. `price` is the final amount in `currency`."""

    order_number: str
    service_type: str
    service_label: str
    description: str
    completed_on: date
    price: Decimal
    currency: str
    customer: Customer
    language: str | None
    vendor_name: str | None
    photos: Mapping[str, Sequence[UUID]]
    texts: Mapping[str, Any]


def invoice_document(
    done: WorkDone,
    profile: BillingProfile,
    *,
    number: str,
    country: str,
    public_url: str | None,
    logo: Logo | None,
    watermark: str | None = None,
) -> Document:
    """The invoice of a completed order.

    Args:
        done: The work.
        profile: What the tenant prints.
        number: The document's number.
        country: The tenant's, ISO 3166-1 alpha-2; decides paper and number formats.
        public_url: The customer's page of this invoice.
        logo: The tenant's logo.
        watermark: Printed across the page, for previews.
    """
    mode: Any = profile.tax_mode
    label = done.texts.get("service_name") or done.service_label
    description = done.texts.get("service_details") or done.description
    line = priced_line(line_text(label, description), done.price, profile.tax_rate, mode, done.currency)
    subtotal, tax_amount, total = sums([line])
    bank = bank_details(profile.bank_details)
    return Document(
        kind="invoice",
        number=number,
        invoice_date=done.completed_on,
        due_date=due_on(done.completed_on, profile.due_days),
        currency=done.currency,
        business=_business(profile, logo),
        customer=done.customer,
        job=_job(done, label, description),
        terms=Terms(
            profile.payment_terms, list(profile.payment_methods), bank, profile.service_details, profile.footer_text
        ),
        look=_look(profile, done.language, country, watermark),
        lines=[line],
        subtotal=subtotal,
        tax_amount=tax_amount,
        total_amount=total,
        tax_name=profile.tax_name,
        tax_mode=mode,
        qr=qr_code(
            link_template=profile.payment_link_template,
            bank=bank,
            beneficiary=profile.business_name,
            number=number,
            amount=total,
            currency=done.currency,
            public_url=public_url,
        ),
    )


def bank_details(stored: dict[str, Any] | None) -> BankDetails | None:
    """Bank details as stored in the profile."""
    return msgspec.convert(stored, BankDetails) if stored and any(stored.values()) else None


def _business(profile: BillingProfile, logo: Logo | None) -> Business:
    return Business(
        name=profile.business_name,
        address=profile.business_address,
        phone=profile.business_phone,
        email=profile.business_email,
        website=profile.website,
        tax_id=profile.tax_id,
        logo_file_id=logo.file_id if logo else None,
        logo_sha256=logo.sha256 if logo else None,
    )


def _job(done: WorkDone, label: str, description: str) -> Job:
    return Job(
        order_number=done.order_number,
        service_type=done.service_type,
        service_label=label,
        description=description,
        completed_on=done.completed_on,
        vendor_name=done.vendor_name,
        before_photos=_newest(done.photos.get("before", ())),
        after_photos=_newest(done.photos.get("after", ())),
    )


def _newest(file_ids: Sequence[UUID]) -> list[str]:
    return [str(file_id) for file_id in list(file_ids)[-MAX_PHOTOS:]]


def _look(profile: BillingProfile, language: str | None, country: str, watermark: str | None) -> Look:
    template: Any = profile.invoice_template
    return Look(
        template=template,
        accent_color=profile.accent_color,
        language=language or profile.default_language,
        country=country,
        paper=paper_of(country),
        watermark=watermark,
    )
