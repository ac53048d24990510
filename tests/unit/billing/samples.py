"""Documents to print."""

from datetime import date
from decimal import Decimal
from typing import Any

from callout.features.billing.document import (
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
from callout.features.billing.qr import BankDetails, qr_code


def sample(
    *,
    template: Any = "modern",
    language: str = "en",
    country: str = "US",
    currency: str = "USD",
    price: str = "250",
    rate: str = "8.25",
    mode: Any = "exclusive",
    customer: str = "Anna Reyes",
    address: str = "12 Oak Street\nSpringfield, IL 62701",
    service: str = "Cleaning",
    description: str = "House cleaning, two bedrooms",
    bank: BankDetails | None = None,
    link: str | None = "https://pay.example.com/{invoice_number}",
    watermark: str | None = None,
    photos: tuple[list[str], list[str]] = ([], []),
    logo: str | None = None,
) -> Document:
    line = priced_line(line_text(service, description), Decimal(price), Decimal(rate), mode, currency)
    subtotal, tax_amount, total = sums([line])
    return Document(
        kind="invoice",
        number="INV-0001",
        invoice_date=date(2026, 3, 20),
        due_date=date(2026, 4, 4),
        currency=currency,
        business=Business(
            "Bright Home Services", "400 Market Street\nSpringfield, IL 62704", "+12175550142", "hello@bright.example",
            website="https://bright.example", tax_id="12-3456789", logo_file_id=logo,
        ),
        customer=Customer(customer, "+13055550100", "anna@example.com", address),
        job=Job("ORD-000123", "cleaning", service, description, date(2026, 3, 20), "Maria Lopez", *photos),
        terms=Terms("Due within 15 days", ["Cash", "Card"], bank),
        look=Look(template, None, language, country, paper_of(country), watermark),
        lines=[line],
        subtotal=subtotal,
        tax_amount=tax_amount,
        total_amount=total,
        tax_name="Sales tax",
        tax_mode=mode,
        qr=qr_code(
            link_template=link, bank=bank, beneficiary="Bright Home Services", number="INV-0001", amount=total,
            currency=currency, public_url="https://callout.test/t/i/abc",
        ),
    )  # fmt: skip
