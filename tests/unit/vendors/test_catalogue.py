"""The services a tenant starts with, and price bands."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.vendors.catalogue import CANONICAL, SEEDS, canonical_of, check_tiers, default_tiers


def test_there_are_thirteen_and_their_prices_are_the_documented_ones() -> None:
    assert tuple(seed.code for seed in SEEDS) == CANONICAL
    prices = {seed.code: int(seed.base_price) for seed in SEEDS}
    assert prices == {
        "cleaning": 150,
        "plumbing": 200,
        "electrical": 250,
        "maintenance": 180,
        "repairs": 220,
        "landscaping": 300,
        "security": 400,
        **dict.fromkeys(["hvac", "delivery", "painting", "carpentry", "pest_control", "other"], 200),
    }


@pytest.mark.parametrize(
    ("code", "edges"),
    [
        ("cleaning", [(100, 200), (200, 350), (350, None)]),
        ("plumbing", [(150, 250), (250, 400), (400, None)]),
        ("electrical", [(200, 300), (300, 500), (500, None)]),
        ("security", [(267, 533), (533, 933), (933, None)]),
        ("other", [(133, 267), (267, 467), (467, None)]),
    ],
)
def test_price_bands(code: str, edges: list[tuple[int, int | None]]) -> None:
    seed = next(seed for seed in SEEDS if seed.code == code)
    tiers = default_tiers(seed.base_price, seed.edges)
    assert [(tier["min"], tier["max"]) for tier in tiers] == edges


@given(st.decimals(min_value=3, max_value=9_999_999, places=2))
def test_default_bands_are_always_acceptable(base: Decimal) -> None:
    check_tiers(default_tiers(base))


@pytest.mark.parametrize(
    "tiers",
    [
        [{"name": "basic", "min": 0, "max": 10}, {"name": "standard", "min": 11, "max": None}],
        [{"name": "basic", "min": 0, "max": None}, {"name": "standard", "min": 10, "max": 20}],
        [{"name": "standard", "min": 0, "max": 10}, {"name": "basic", "min": 10, "max": 20}],
        [{"name": "basic", "min": 10, "max": 10}],
        [{"name": "basic", "min": 0, "max": 10}, {"name": "basic", "min": 10, "max": 20}],
    ],
)
def test_bands_with_gaps_overlaps_or_out_of_order_are_refused(tiers: list[dict[str, object]]) -> None:
    with pytest.raises(ValueError, match="tier"):
        check_tiers(tiers)


def test_other_names_of_canonical_services_are_understood() -> None:
    assert canonical_of("ac_repair") == "hvac"
    assert canonical_of("repair") == "repairs"
    with pytest.raises(ValueError, match="canonical"):
        canonical_of("astrology")


def test_no_synonym_belongs_to_two_services() -> None:
    words = [word for seed in SEEDS for word in seed.synonyms]
    assert len(words) == len(set(words))
