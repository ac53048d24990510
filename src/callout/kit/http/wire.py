"""How values look in JSON (API specification §1.6)."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision


def timestamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with milliseconds: `2026-03-05T15:00:00.000Z`."""
    if moment is None:
        return None
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def naive_stamp(moment: datetime | None) -> str | None:
    """UTC without zone or trailing zeros, as vendor apps made for Base44 expect: `2026-03-05T15:00:00`."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None).isoformat()


def to_minor_unit(amount: Decimal, currency: str) -> Decimal:
    """Rounds half-up to the currency's minor unit (JPY 0, USD 2, KWD 3 digits; CLDR)."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_UP)


def money(amount: Decimal | None, currency: str = "USD") -> str | None:
    """A string decimal: `"250.00"`."""
    return None if amount is None else str(to_minor_unit(amount, currency))


def money_number(amount: Decimal | None) -> float | int | None:
    """A JSON number, as the vendor API speaks money."""
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)
