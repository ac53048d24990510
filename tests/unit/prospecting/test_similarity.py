# ruff: noqa: RUF001 - names in their own letters
"""When two businesses may be one place, and the properties that hold for all of them."""

import random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.prospecting.identity.grid import cell_of, cells_around
from callout.features.prospecting.identity.pairing import pairs_among
from callout.features.prospecting.identity.similarity import Profile, likeness, name_similarity
from callout.features.prospecting.identity.wording import (
    Street,
    host_of,
    leading_letters,
    normal_name,
    street_of,
    town_of,
)
from callout.kit.geo import haversine_km

WORDS = st.sampled_from(
    ["Joe's", "GARAGE", "Café", "Zoë", "LLC", "Inc.", "sp. z o.o.", "St.", "Street", "5", "&", "ООО", "ร้าน", "Łódź"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
ADDRESSES = st.sampled_from(
    [None, "1 Main St, Austin", "1 Main Street", "2 Main St", "ul. Długa 5/7", "Suite 5, 1 Main St", "Austin"]
)
DEGREES = st.sampled_from([None, 0.0, 0.0005, 0.001, 0.002])


@st.composite
def profiles(draw: Any) -> Profile:
    lat = draw(DEGREES)
    return Profile(
        id=draw(st.uuids()), name=draw(NAMES), lat=lat, lng=None if lat is None else draw(DEGREES) or 0.0,
        address=draw(ADDRESSES), phone=draw(st.sampled_from([None, "+15125550100", "+15125550101"])),
        website=draw(st.sampled_from([None, "https://a.example", "http://www.a.example/x", "https://facebook.com/a"])),
        city=draw(st.sampled_from([None, "Austin", "Łódź", "Lodz"])), country=draw(st.sampled_from([None, "US", "PL"])),
    )  # fmt: skip


@given(profiles(), profiles())
def test_it_does_not_matter_who_comes_first(one: Profile, other: Profile) -> None:
    assert likeness(one, other) == likeness(other, one)


@given(NAMES, st.randoms())
def test_the_order_of_words_does_not_matter(name: str, chance: random.Random) -> None:
    words = name.split()
    chance.shuffle(words)
    assert name_similarity(name, " ".join(words)) == 1
    assert name_similarity(name, name.upper()) == 1


@given(profiles())
def test_everybody_is_like_himself(one: Profile) -> None:
    same = likeness(one, one)
    assert same is not None or (one.lat is None and one.address is None)
    assert same is None or 0.5 < same.score <= 1


@given(profiles(), profiles())
def test_a_suggestion_keeps_the_rule(one: Profile, other: Profile) -> None:
    found = likeness(one, other)
    if found is None:
        return
    assert name_similarity(one.name, other.name) >= 0.92
    assert 0 <= found.score <= 1
    if found.distance_m is not None:
        assert found.distance_m <= 150


@given(st.lists(profiles(), max_size=12, unique_by=lambda one: one.id), st.randoms())
def test_the_pairs_found_do_not_depend_on_the_order(everybody: list[Profile], chance: random.Random) -> None:
    shuffled = list(everybody)
    chance.shuffle(shuffled)
    found = pairs_among(everybody, [])
    assert pairs_among(shuffled[:1], shuffled) == [
        pair for pair in found if shuffled and shuffled[0].id in (pair.first_id, pair.second_id)
    ]
    assert pairs_among(shuffled, []) == found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Joe's Plumbing, LLC", "JOES PLUMBING"),
        ("Müller & Söhne GmbH & Co. KG", "Muller und Sohne"),
        ("Auto Serwis Sp. z o.o.", "AUTO-SERWIS spółka z ograniczoną odpowiedzialnością"),
        ("Café Zoë S.A.", "cafe zoe"),
        ("ООО Ромашка", "«Ромашка»"),
        ("Escola Feliz Ltda", "Escola Feliz"),
        ("St. Mary's Dental", "Saint Marys Dental"),
        ("A.B.C. Cleaning Inc.", "ABC Cleaning"),
        ("Łódzka Piekarnia", "Lodzka Piekarnia"),
        ("ร้านกาแฟ สวย", "ร้านกาแฟ  สวย"),
        ("株式会社 トヨタ", "トヨタ"),
    ],
)
def test_spellings_of_one_name_are_the_same(first: str, second: str) -> None:
    assert name_similarity(first, second) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("School No. 5", "School No. 6"),
        ("ร้านกาแฟ", "ร้านอาหาร"),
        ("Dr. Ann Lee", "Dr. Ben Lee"),
        ("LLC", "GmbH"),
        ("가게", "나무"),
    ],
)
def test_other_names_are_not(first: str, second: str) -> None:
    spot = {"lat": 1.0, "lng": 1.0}
    assert likeness(Profile(UUID(int=1), first, **spot), Profile(UUID(int=2), second, **spot)) is None


def test_a_name_that_is_only_a_legal_form_keeps_it() -> None:
    assert (normal_name("Company"), normal_name("Spa")) == ("company", "spa")


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("19671 Beach Blvd #321, Huntington Beach, CA 92648", Street("19671", "beach blvd")),
        ("12 N. Main Street Ste 4", Street("12", "main n st")),
        ("Suite 200, 100 Main Street", Street("100", "main st")),
        ("ul. Długa 5/7, 80-831 Gdańsk", Street("5/7", "dluga ul")),
        ("Strada Lipscani 12, București", Street("12", "lipscani strada")),
        ("1B Grantbridge St, London N1 8JL", Street("1b", "grantbridge st")),
        ("79/6 Moo 4, Vichitsongkram Rd, Phuket 83000", Street("79/6", "moo")),
        ("Phuket, Thailand", None),
        ("", None),
    ],
)
def test_house_and_street_are_read_from_an_address(address: str, street: Street | None) -> None:
    assert street_of(address) == street


def test_the_town_is_what_follows_the_street() -> None:
    assert town_of("1 Main St, Austin, TX 78701") == {"austin", "tx", "78701"}
    assert town_of("1 Main St") == frozenset()


def test_hosts_and_beginnings() -> None:
    assert host_of("HTTPS://www.A.example:443/x?y") == "a.example"
    assert (host_of(""), host_of(None)) == (None, None)
    assert (leading_letters("Joe's Garage, LLC"), leading_letters("GmbH")) == ("joesgarage", "gmbh")


@given(st.floats(-89.9, 89.9), st.floats(-180, 180), st.floats(0, 360), st.floats(0, 0.15))
def test_a_neighbour_lies_in_one_of_the_cells_around(lat: float, lng: float, north_m: float, km: float) -> None:
    other_lat = max(-89.9, min(89.9, lat + (km / 111.195) * ((north_m % 2) - 1)))
    if haversine_km(lat, lng, other_lat, lng) <= 0.15:
        assert cell_of(other_lat, lng) in set(cells_around(lat, lng, 0.15))
