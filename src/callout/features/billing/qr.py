"""What the QR code of an invoice says: pay online, pay by SEPA transfer, or open the public page."""

from decimal import Decimal
from typing import Literal
from urllib.parse import quote

import msgspec

from callout.features.billing.money import round_money

EPC_MAX = Decimal("999999999.99")
EPC_MIN = Decimal("0.01")

QrKind = Literal["payment_link", "sepa", "public_link"]


class QrCode(msgspec.Struct, frozen=True):
    """A QR code: what it is for and its text."""

    kind: QrKind
    payload: str


class BankDetails(msgspec.Struct, frozen=True):
    """Where to transfer money to."""

    bank_name: str | None = None
    account_name: str | None = None
    account_number: str | None = None
    routing_number: str | None = None
    iban: str | None = None
    bic: str | None = None


def payment_link(template: str, *, number: str, amount: Decimal, currency: str) -> str:
    """The tenant's payment link with `{invoice_number}`, `{amount}` and `{currency}` filled in, percent-encoded."""
    filled = {
        "{invoice_number}": quote(number, safe=""),
        "{amount}": str(round_money(amount, currency)),
        "{currency}": currency,
    }
    for variable, value in filled.items():
        template = template.replace(variable, value)
    return template


def sepa_transfer(bank: BankDetails, beneficiary: str, amount: Decimal, reference: str) -> str:
    """The payload of a SEPA credit transfer QR code, version 002, UTF-8 (European Payments Council, EPC069-12)."""
    lines = [
        "BCD",
        "002",
        "1",
        "SCT",
        (bank.bic or "").replace(" ", ""),
        (bank.account_name or beneficiary)[:70],
        (bank.iban or "").replace(" ", "").upper(),
        f"EUR{round_money(amount, 'EUR')}",
        "",
        "",
        reference[:140],
    ]
    return "\n".join(lines)


def qr_code(
    *,
    link_template: str | None,
    bank: BankDetails | None,
    beneficiary: str,
    number: str,
    amount: Decimal,
    currency: str,
    public_url: str | None,
) -> QrCode | None:
    """The best code an invoice can carry: payment link, else SEPA for euro with IBAN, else the public invoice."""
    if link_template and amount > 0:
        return QrCode("payment_link", payment_link(link_template, number=number, amount=amount, currency=currency))
    if currency == "EUR" and bank and bank.iban and EPC_MIN <= amount <= EPC_MAX:
        return QrCode("sepa", sepa_transfer(bank, beneficiary, amount, number))
    if public_url:
        return QrCode("public_link", public_url)
    return None
