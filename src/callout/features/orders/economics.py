"""What an order is worth: estimate, tier, price package, final amount, limits. Pure."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_symbol

PRIORITY_FACTOR = {"low": Decimal(1), "medium": Decimal("1.2"), "high": Decimal("1.5"), "urgent": Decimal(2)}

MAX_PRICE = Decimal("9999999.99")
SURPRISE_FACTOR = 3


def estimated_value(base: Decimal, priority: str) -> Decimal:
    """Base price times the factor of the priority, rounded half-up to whole currency units."""
    return _whole(base * PRIORITY_FACTOR[priority])


def tier_of(value: Decimal, tiers: Sequence[Mapping[str, Any]]) -> str:
    """The band a value falls in: a value on a border belongs to the lower band, one below all bands to the first."""
    for tier in tiers:
        ceiling = tier.get("max")
        if ceiling is None or value <= Decimal(str(ceiling)):
            return str(tier["name"])
    return str(tiers[-1]["name"])


def price_package(value: Decimal, tier: str, service_label: str, currency: str, language: str = "en") -> str:
    """The package as said to people: `Basic Cleaning ($180)`; currency symbols are CLDR's."""
    symbol = get_currency_symbol(currency, locale=_locale(language))
    digits = f"{value:.0f}" if value == value.to_integral_value() else f"{value:.2f}"
    return f"{tier.capitalize()} {service_label} ({symbol}{digits})"[:60]


def amount(final_price: Decimal | None, dealing_price: Decimal | None) -> Decimal | None:
    """What the order costs: the final price, else the agreed one; None until either is known. 0 is a price."""
    return final_price if final_price is not None else dealing_price


def is_acceptable_price(price: Decimal) -> bool:
    """Whether a price lies within 0 and 9 999 999.99."""
    return price.is_finite() and 0 <= price <= MAX_PRICE


def is_surprising(price: Decimal, estimate: Decimal | None) -> bool:
    """Whether a price is more than 300 % away from its estimate, which admins want to see (never refused)."""
    if not estimate:
        return False
    return abs(price - estimate) > estimate * SURPRISE_FACTOR


def _whole(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
