"""What orders are worth."""

from decimal import Decimal

import pytest

from callout.features.orders.economics import (
    amount,
    estimated_value,
    is_acceptable_price,
    is_surprising,
    price_package,
    tier_of,
)
from callout.features.vendors.catalogue import default_tiers


@pytest.mark.parametrize(
    ("base", "edges", "priority", "value", "tier"),
    [
        (150, (100, 200, 350), "medium", 180, "basic"),
        (250, (200, 300, 500), "urgent", 500, "standard"),
        (200, (150, 250, 400), "high", 300, "standard"),
    ],
)
def test_estimates_and_their_tiers(
    base: int, edges: tuple[int, int, int], priority: str, value: int, tier: str
) -> None:
    estimate = estimated_value(Decimal(base), priority)
    assert estimate == value
    assert tier_of(estimate, default_tiers(Decimal(base), edges)) == tier


def test_a_value_on_a_border_belongs_to_the_lower_tier_and_one_below_all_to_the_first() -> None:
    tiers = default_tiers(Decimal(200), (100, 200, 350))
    assert [tier_of(Decimal(value), tiers) for value in ("20", "200", "200.01", "350", "351")] == [
        "basic",
        "basic",
        "standard",
        "standard",
        "premium",
    ]


def test_half_a_unit_rounds_up() -> None:
    assert estimated_value(Decimal("101.25"), "medium") == 122
    assert estimated_value(Decimal("103.75"), "medium") == 125


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [("180", "USD", "Basic Cleaning ($180)"), ("99.50", "EUR", "Basic Cleaning (€99.50)")],
)
def test_the_package_names_tier_service_and_value(value: str, currency: str, text: str) -> None:
    assert price_package(Decimal(value), "basic", "Cleaning", currency) == text


def test_the_final_price_wins_and_zero_counts() -> None:
    assert amount(Decimal(0), Decimal(5)) == 0
    assert amount(None, Decimal(5)) == 5
    assert amount(None, None) is None


def test_limits_of_prices() -> None:
    assert is_acceptable_price(Decimal(0))
    assert is_acceptable_price(Decimal("9999999.99"))
    assert not is_acceptable_price(Decimal("-0.01"))
    assert not is_acceptable_price(Decimal(10000000))


def test_a_price_three_times_off_is_flagged() -> None:
    assert not is_surprising(Decimal(800), Decimal(200))
    assert is_surprising(Decimal("800.01"), Decimal(200))
    assert not is_surprising(Decimal(500), Decimal(0))
    assert not is_surprising(Decimal(500), None)
