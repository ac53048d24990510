"""Amounts rounded half-up to the minor unit of their currency."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

ZERO = Decimal(0)


def minor_digits(currency: str) -> int:
    """Decimal places of an ISO 4217 currency (JPY 0, USD 2, KWD 3), from CLDR."""
    return get_currency_precision(currency)


def round_money(amount: Decimal, currency: str) -> Decimal:
    """The amount half-up to the currency's minor unit; never the negative zero."""
    quantum = Decimal(1).scaleb(-minor_digits(currency))
    return amount.quantize(quantum, rounding=ROUND_HALF_UP) + ZERO


def is_payable(amount: Decimal, currency: str) -> bool:
    """Whether the amount can be paid exactly, that is, has no finer part than the minor unit."""
    return round_money(amount, currency) == amount
