"""A document as the words and figures that stand on paper, in its language and its country's formats."""

from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from callout.features.billing.document import Document, Line
from callout.features.billing.labels import base_language, is_right_to_left, labels

DEFAULT_ACCENT = {"modern": "#1f6feb", "classic": "#3b3a36", "vibrant": "#6d28d9"}

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
NOT_TEXT = frozenset({"language", "paper", "template", "accent", "logo", "images", "payload"})


def locale_of(language: str, country: str) -> Locale:
    """The most specific locale that exists for language and country; English at last."""
    for tag in (f"{base_language(language)}_{country.upper()}", base_language(language), "en"):
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


class _Words:
    """Formats of one document."""

    def __init__(self, document: Document) -> None:
        self.label = labels(document.look.language)
        self.locale = locale_of(document.look.language, document.look.country)
        self.currency = document.currency

    def money(self, amount: Decimal) -> str:
        return format_currency(amount, self.currency, locale=self.locale)

    def day(self, day: date) -> str:
        return format_date(day, format="long", locale=self.locale)

    def number(self, value: Decimal) -> str:
        return format_decimal(value, format="#,##0.##", locale=self.locale)

    def percent(self, rate: Decimal) -> str:
        return f"{self.number(rate)}\u00a0%" if self.locale.language in {"de", "fr", "es"} else f"{self.number(rate)}%"


def printed(document: Document) -> dict[str, Any]:
    """Everything a template places on the page, ready to print: strings only, no rule left to apply.

    Images are named by file id (`business.logo`, `photos[].images`); the renderer gets their bytes beside this.
    """
    words = _Words(document)
    label = words.label
    sheet = _sheet(document, words, label)
    return _isolated(sheet) if is_right_to_left(document.look.language) else sheet


def _sheet(document: Document, words: _Words, label: dict[str, str]) -> dict[str, Any]:
    is_credit = document.kind == "credit_note"
    return {
        "language": base_language(document.look.language),
        "right_to_left": is_right_to_left(document.look.language),
        "paper": document.look.paper,
        "template": document.look.template,
        "accent": document.look.accent_color or DEFAULT_ACCENT[document.look.template],
        "watermark": document.look.watermark,
        "title": label[document.kind],
        "number": document.number,
        "labels": label,
        "business": _business(document, label),
        "customer": _customer(document),
        "facts": _facts(document, words),
        "lines": [_line(line, document, words) for line in document.lines],
        "sums": _sums(document, words),
        "total": {
            "label": label["total_credited" if is_credit else "total_due"],
            "value": words.money(document.total_amount),
        },
        "due": None if is_credit else {"label": label["due_date"], "value": words.day(document.due_date)},
        "photos": _photos(document, label),
        "payment": [] if is_credit else _payment(document, label),
        "qr": _qr(document, label),
        "note": document.terms.service_details,
        "footer": document.terms.footer_text or label["thanks"],
    }


def _isolated(value: Any, key: str = "") -> Any:
    """Text in first-strong isolates (UAX 9), so that Latin names, phones and addresses stay in order among Arabic."""
    if isinstance(value, dict):
        return {name: _isolated(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_isolated(item, key) for item in value]
    return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}" if isinstance(value, str) and key not in NOT_TEXT else value


def _business(document: Document, label: dict[str, str]) -> dict[str, Any]:
    business = document.business
    address = [line.strip() for line in business.address.splitlines() if line.strip()]
    contact = [item for item in (business.phone, business.email, business.website) if item]
    return {
        "name": business.name,
        "address": address,
        "contact": contact,
        "tax_id": f"{label['tax_id']}: {business.tax_id}" if business.tax_id else None,
        "logo": business.logo_file_id,
    }


def _customer(document: Document) -> dict[str, Any]:
    customer = document.customer
    lines = [*(customer.address or "").splitlines(), customer.phone or "", customer.email or ""]
    return {"name": customer.name, "lines": [line.strip() for line in lines if line.strip()]}


def _facts(document: Document, words: _Words) -> list[dict[str, str]]:
    label = words.label
    if document.kind == "credit_note":
        pairs = [
            (label["credit_date"], words.day(document.invoice_date)),
            (label["refers_to"], document.refers_to or ""),
            (label["order"], document.job.order_number),
        ]
    else:
        pairs = [
            (label["invoice_date"], words.day(document.invoice_date)),
            (label["due_date"], words.day(document.due_date)),
            (label["order"], document.job.order_number),
            (label["completed_on"], words.day(document.job.completed_on)),
            (label["technician"], document.job.vendor_name or ""),
        ]
    return [{"label": name, "value": value} for name, value in pairs if value]


def _line(line: Line, document: Document, words: _Words) -> dict[str, str]:
    title, _, detail = line.description.partition(": ")
    amount = line.gross if document.tax_mode == "inclusive" else line.net
    return {
        "title": title,
        "detail": detail,
        "quantity": words.number(line.quantity),
        "unit_price": words.money(line.unit_price),
        "tax": words.percent(line.tax_rate),
        "amount": words.money(amount),
    }


def _sums(document: Document, words: _Words) -> list[dict[str, str]]:
    rates = {line.tax_rate for line in document.lines}
    rate = f" {words.percent(next(iter(rates)))}" if len(rates) == 1 else ""
    if not document.tax_amount and rates <= {Decimal(0)}:
        return []
    included = f" ({words.label['included']})" if document.tax_mode == "inclusive" else ""
    return [
        {"label": words.label["subtotal"], "value": words.money(document.subtotal)},
        {"label": f"{document.tax_name}{rate}{included}", "value": words.money(document.tax_amount)},
    ]


def _photos(document: Document, label: dict[str, str]) -> list[dict[str, Any]]:
    stages = (("before", document.job.before_photos), ("after", document.job.after_photos))
    return [{"label": label[stage], "images": images} for stage, images in stages if images]


def _payment(document: Document, label: dict[str, str]) -> list[dict[str, str]]:
    terms, bank = document.terms, document.terms.bank
    methods = ", ".join(label.get(method, method) for method in terms.payment_methods)
    pairs = [(label["terms"], terms.payment_terms), (label["methods"], methods)]
    if bank:
        pairs += [
            (label[field], getattr(bank, field) or "")
            for field in ("bank_name", "account_name", "account_number", "routing_number", "bic")
        ]
        pairs.append((label["iban"], grouped_iban(bank.iban or "")))
    pairs.append((label["reference"], document.number))
    return [{"label": name, "value": value} for name, value in pairs if value]


def _qr(document: Document, label: dict[str, str]) -> dict[str, str] | None:
    if document.qr is None:
        return None
    return {"payload": document.qr.payload, "caption": label[f"qr_{document.qr.kind}"]}


def grouped_iban(iban: str) -> str:
    """An IBAN in its printed form, groups of four (ISO 13616)."""
    compact = iban.replace(" ", "").upper()
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))
