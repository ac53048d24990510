"""What an order is worth: estimate, tier, price package, final amount, limits. Pure."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_symbol

PRIORITY_FACTOR = {"low": Decimal(1), "medium": Decimal("1.2"), "high": Decimal("1.5"), "urgent": Decimal(2)}

BASE_PRICES = {
    "cleaning": Decimal(150),
    "plumbing": Decimal(200),
    "electrical": Decimal(250),
    "maintenance": Decimal(180),
    "repairs": Decimal(220),
    "landscaping": Decimal(300),
    "security": Decimal(400),
}
OTHER_BASE_PRICE = Decimal(200)

TIER_NAMES = ("basic", "standard", "premium")
TIER_EDGES = {
    "cleaning": (Decimal(100), Decimal(200), Decimal(350)),
    "plumbing": (Decimal(150), Decimal(250), Decimal(400)),
    "electrical": (Decimal(200), Decimal(300), Decimal(500)),
}

MAX_PRICE = Decimal("9999999.99")
SURPRISE_FACTOR = 3


def base_price(canonical: str) -> Decimal:
    """The default base price of a canonical service, in whole currency units."""
    return BASE_PRICES.get(canonical, OTHER_BASE_PRICE)


def estimated_value(base: Decimal, priority: str) -> Decimal:
    """Base price times the factor of the priority, rounded half-up to whole currency units."""
    return _whole(base * PRIORITY_FACTOR[priority])


def default_tiers(canonical: str, base: Decimal) -> list[dict[str, Any]]:
    """The contiguous price bands of a service that has none of its own.

    Returns:
        `[{name, min, max}]`, ascending; the last band has no upper end.
    """
    low, middle, high = TIER_EDGES.get(canonical) or tuple(_whole(base * n / 3) for n in (2, 4, 7))
    return [
        {"name": "basic", "min": low, "max": middle},
        {"name": "standard", "min": middle, "max": high},
        {"name": "premium", "min": high, "max": None},
    ]


def tier_of(value: Decimal, tiers: Sequence[Mapping[str, Any]]) -> str:
    """The band a value falls in: a value on a border belongs to the lower band, one below all bands to the first."""
    for tier in tiers:
        ceiling = tier.get("max")
        if ceiling is None or value <= Decimal(str(ceiling)):
            return str(tier["name"])
    return str(tiers[-1]["name"]) if tiers else TIER_NAMES[0]


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
