"""The frozen content of an invoice or credit note: everything printed, copied at issue, never changed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from callout.features.billing.money import round_money
from callout.features.billing.qr import BankDetails, QrCode
from callout.features.billing.tax import TaxMode, taxed

Kind = Literal["invoice", "credit_note"]
Template = Literal["modern", "classic", "vibrant"]
LETTER_COUNTRIES = frozenset({"US", "CA", "MX", "PH", "CL", "CO", "VE", "GT", "CR", "PA", "DO", "NI", "SV", "PR"})
"""Where paper is Letter; everywhere else it is A4."""
MAX_PHOTOS = 4
"""Photos of one stage on a document."""


class Line(msgspec.Struct, frozen=True):
    """One priced line. Amounts in the document's currency, rate in percent."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


class Business(msgspec.Struct, frozen=True):
    """Who bills, as printed."""

    name: str
    address: str
    phone: str
    email: str
    website: str | None = None
    tax_id: str | None = None
    logo_file_id: str | None = None
    logo_sha256: str | None = None


class Customer(msgspec.Struct, frozen=True):
    """Who is billed, as printed."""

    name: str
    phone: str | None = None
    email: str | None = None
    address: str | None = None


class Job(msgspec.Struct, frozen=True):
    """The work that is billed."""

    order_number: str
    service_type: str
    service_label: str
    description: str
    completed_on: date
    vendor_name: str | None = None
    before_photos: list[str] = []
    after_photos: list[str] = []


class Terms(msgspec.Struct, frozen=True):
    """How to pay, and the small print."""

    payment_terms: str
    payment_methods: list[str] = []
    bank: BankDetails | None = None
    service_details: str | None = None
    footer_text: str | None = None


class Look(msgspec.Struct, frozen=True):
    """How the document looks and which language it speaks."""

    template: Template = "modern"
    accent_color: str | None = None
    language: str = "en"
    country: str = "US"
    paper: Literal["a4", "us-letter"] = "us-letter"
    watermark: str | None = None


class Document(msgspec.Struct, frozen=True):
    """A whole invoice or credit note. Rendering the same document gives the same content."""

    kind: Kind
    number: str
    invoice_date: date
    due_date: date
    currency: str
    business: Business
    customer: Customer
    job: Job
    terms: Terms
    look: Look
    lines: list[Line]
    subtotal: Decimal
    tax_amount: Decimal
    total_amount: Decimal
    tax_name: str
    tax_mode: TaxMode
    qr: QrCode | None = None
    refers_to: str | None = None
    reason: str | None = None

    @property
    def file_ids(self) -> list[str]:
        """The files this document needs to be rendered again."""
        logo = [self.business.logo_file_id] if self.business.logo_file_id else []
        return [*logo, *self.job.before_photos, *self.job.after_photos]


def paper_of(country: str) -> Literal["a4", "us-letter"]:
    """The paper used in a country (ISO 3166-1 alpha-2)."""
    return "us-letter" if country.upper() in LETTER_COUNTRIES else "a4"


def priced_line(description: str, price: Decimal, rate: Decimal, mode: TaxMode, currency: str) -> Line:
    """One line of quantity 1 at the agreed price."""
    amounts = taxed(price, rate, mode, currency)
    return Line(
        description=description,
        quantity=Decimal(1),
        unit_price=round_money(price, currency),
        tax_rate=rate,
        net=amounts.net,
        tax=amounts.tax,
        gross=amounts.gross,
    )


def line_text(service_label: str, description: str) -> str:
    """`Cleaning: House cleaning`; the label alone when there is nothing to add."""
    text = " ".join(description.split())
    return f"{service_label}: {text}" if text else service_label


def sums(lines: Sequence[Line]) -> tuple[Decimal, Decimal, Decimal]:
    """Subtotal, tax and total as sums of the rounded lines."""
    net = sum((line.net for line in lines), Decimal(0))
    tax = sum((line.tax for line in lines), Decimal(0))
    return net, tax, net + tax


def credit_document(
    original: Document, *, number: str, amount: Decimal, tax_share: Decimal, issued_on: date, reason: str
) -> Document:
    """A credit note of `amount` (gross, positive) against an invoice: the same parties, one negative line.

    Args:
        original: The document that is corrected.
        number: The credit note's own number.
        amount: What is credited, tax included.
        tax_share: The part of `amount` that is tax.
        issued_on: The day of the credit note in the tenant's zone.
        reason: Printed on the note.
    """
    rate = original.lines[0].tax_rate if original.lines else Decimal(0)
    net = amount - tax_share
    unit = -amount if original.tax_mode == "inclusive" else -net
    line = Line(reason, Decimal(1), unit, rate, -net, -tax_share, -amount)
    return msgspec.structs.replace(
        original,
        kind="credit_note",
        number=number,
        invoice_date=issued_on,
        due_date=issued_on,
        lines=[line],
        subtotal=-net,
        tax_amount=-tax_share,
        total_amount=-amount,
        qr=None,
        refers_to=original.number,
        reason=reason,
        job=msgspec.structs.replace(original.job, before_photos=[], after_photos=[]),
    )


def freeze(document: Document) -> dict[str, Any]:
    """The document as JSON-able values; amounts and dates become strings, nothing is lost."""
    frozen: dict[str, Any] = msgspec.to_builtins(document)
    return frozen


def thaw(frozen: dict[str, Any]) -> Document:
    """The document of a frozen snapshot."""
    return msgspec.convert(frozen, Document)
