"""Wire models of billing: bodies, list queries and views."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from callout.features.billing.printing import grouped_iban
from callout.features.billing.tables import BillingProfile
from callout.kit.http.fields import (
    AwareTime,
    CurrencyCode,
    EmailText,
    HttpUrl,
    Language,
    LongText,
    Money,
    Phone,
    Text,
)
from callout.kit.http.models import Body, Query

PREFIX = re.compile(r"^[A-Z0-9/-]{1,10}$")
COLOR = re.compile(r"^#[0-9a-fA-F]{6}$")
LINK_VARIABLES = {"invoice_number", "amount", "currency"}


def _prefix(value: str) -> str:
    if not PREFIX.match(value):
        raise ValueError("1 to 10 of A-Z, 0-9, / and -")
    return value


def _color(value: str) -> str:
    if not COLOR.match(value):
        raise ValueError("must be a colour such as #1f6feb")
    return value.lower()


def _link_template(value: str) -> str:
    unknown = set(re.findall(r"{([^{}]*)}", value)) - LINK_VARIABLES
    if unknown:
        raise ValueError(f"unknown variable {{{min(unknown)}}}; use {{invoice_number}}, {{amount}}, {{currency}}")
    return value


def _iban(value: str) -> str:
    compact = value.replace(" ", "").upper()
    if not re.match(r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$", compact) or _mod97(compact) != 1:
        raise ValueError("not a valid IBAN")
    return compact


def _mod97(iban: str) -> int:
    """The check of ISO 13616 (ISO 7064, MOD 97-10)."""
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97


class BankBody(Body):
    """Where to transfer money to."""

    bank_name: Annotated[str, Text(80)] | None = None
    account_name: Annotated[str, Text(70)] | None = None
    account_number: Annotated[str, Text(40)] | None = None
    routing_number: Annotated[str, Text(20)] | None = None
    iban: Annotated[str, AfterValidator(_iban)] | None = None
    bic: Annotated[str, Field(pattern=r"^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$")] | None = None


class ProfileBody(Body):
    """The whole billing profile."""

    business_name: Annotated[str, Text(160)]
    business_address: Annotated[str, LongText(300, minimum=1)]
    business_phone: Phone
    business_email: EmailText
    website: HttpUrl | None = None
    tax_id: Annotated[str, Text(40)] | None = None
    logo_file_id: UUID | None = None
    payment_terms: Annotated[str, Text(200)] = "Due within 15 days"
    due_days: int = Field(default=15, ge=0, le=120)
    payment_methods: list[Annotated[str, Text(30)]] = Field(default=["Cash", "Card"], max_length=10)
    bank_details: BankBody | None = None
    payment_link_template: Annotated[HttpUrl, AfterValidator(_link_template)] | None = None
    invoice_template: Literal["modern", "classic", "vibrant"] = "modern"
    accent_color: Annotated[str, AfterValidator(_color)] | None = None
    invoice_prefix: Annotated[str, AfterValidator(_prefix)] = "INV-"
    credit_prefix: Annotated[str, AfterValidator(_prefix)] = "CN-"
    number_padding: int = Field(default=4, ge=3, le=8)
    tax_name: Annotated[str, Text(20)] = "Tax"
    tax_rate: Decimal = Field(default=Decimal(0), ge=0, le=50, decimal_places=2)
    tax_mode: Literal["exclusive", "inclusive"] = "exclusive"
    currency: CurrencyCode | None = None
    default_language: Language | None = None
    service_details: Annotated[str, LongText(500)] | None = None
    footer_text: Annotated[str, Text(300)] | None = None

    @model_validator(mode="after")
    def _two_series(self) -> "ProfileBody":
        if self.invoice_prefix == self.credit_prefix:
            raise ValueError("invoice_prefix and credit_prefix must differ, or numbers would collide")
        return self

    def values(self) -> dict[str, Any]:
        """Column values; of the bank details only what was sent."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        values["bank_details"] = self.bank_details.model_dump(exclude_unset=True) if self.bank_details else None
        return values


class PreviewBody(Body):
    """A draft of the profile; what is left out comes from the saved profile or from the sample."""

    profile: dict[str, Any] = Field(default_factory=dict)
    template: Literal["modern", "classic", "vibrant"] | None = None
    language: Language | None = None


class IssueBody(Body):
    """Which order to bill."""

    order_id: UUID


class SendBody(Body):
    """How to send a document."""

    channels: list[Literal["email", "whatsapp", "sms"]] | None = Field(default=None, min_length=1, max_length=3)
    to: Annotated[str, Text(254)] | None = None
    message: Annotated[str, LongText(500)] | None = None


class PaymentBody(Body):
    """Money received."""

    amount: Money
    method: Annotated[str, Text(30)]
    received_at: AwareTime | None = None
    reference: Annotated[str, Text(80)] | None = None
    note: Annotated[str, Text(200)] | None = None
    allow_overpayment: bool = False


class ReasonBody(Body):
    """Why."""

    reason: Annotated[str, Text(200, minimum=3)]


class CreditBody(Body):
    """What to credit; all that is left when no amount is named."""

    amount: Money | None = None
    reason: Annotated[str, Text(200, minimum=3)]


class ExtendBody(Body):
    """The new due date."""

    due_date: date


class SeriesBody(Body):
    """The next number."""

    next: int = Field(ge=1, le=9_999_999)


class InvoiceQuery(Query):
    """The list of documents."""

    sortable: ClassVar[tuple[str, ...]] = ("issued_at", "due_date", "total_amount")
    default_sort: ClassVar[str] = "-issued_at"

    q: str | None = Field(default=None, min_length=2, max_length=100)
    kind: list[Literal["invoice", "credit_note"]] | None = None
    status: list[Literal["draft", "sent", "overdue", "paid", "credited"]] | None = None
    vendor_id: list[UUID] | None = None
    contact_id: list[UUID] | None = None
    order_id: list[UUID] | None = None
    issued_from: datetime | None = None
    issued_to: datetime | None = None
    due_from: date | None = None
    due_to: date | None = None
    total_min: Decimal | None = None
    total_max: Decimal | None = None


def profile_view(profile: BillingProfile, version: int) -> dict[str, Any]:
    """The profile as admins see it; the account number never leaves, only its last four characters."""
    view = {name: getattr(profile, name) for name in ProfileBody.model_fields}
    bank = profile.bank_details
    if bank is not None:
        number = str(bank.get("account_number") or "")
        iban = bank.get("iban")
        view["bank_details"] = {
            **{name: bank.get(name) for name in ("bank_name", "account_name", "routing_number", "bic")},
            "iban": grouped_iban(iban) if iban else None,
            "has_account_number": bool(number),
            "account_number_tail": number[-4:] or None,
        }
    view["tax_rate"] = str(profile.tax_rate)
    return {"id": profile.id, **view, "version": version}
