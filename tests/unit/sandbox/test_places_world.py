"""The simulated world: the same shops every time, crowded in cities, sparse elsewhere, with numbers nobody has."""

import subprocess
import sys
import time

import phonenumbers
import pytest

from callout.kit.geo import Box, bounding_box
from callout.kit.text.phones import parse_phone, region_of
from callout.sandbox.places_shop import DAYS
from callout.sandbox.places_words import phone_of
from callout.sandbox.places_world import category_of, shop, shops_in, where_in

AUSTIN = (30.2672, -97.7431)
CITIES = [AUSTIN, (40.7128, -74.0060), (51.5074, -0.1278), (52.52, 13.405), (52.2297, 21.0122), (19.076, 72.8777)]
COUNTRIES = ("US", "CA", "GB", "DE", "IN", "BR", "PL", "TH", "ES", "MX", "AE", "FR", "AU", "IT", "JP", "TR", "NG", "RO")


def test_the_same_shops_come_in_every_process():
    told = [found.place_id for found in shops_in(bounding_box(*AUSTIN, 2), "hotel")]
    script = (
        "from callout.kit.geo import bounding_box\n"
        "from callout.sandbox.places_world import shops_in\n"
        f"print(*[s.place_id for s in shops_in(bounding_box({AUSTIN[0]}, {AUSTIN[1]}, 2), 'hotel')])"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert elsewhere.stdout.split() == told
    assert told


def test_a_shop_is_the_same_in_every_box_it_stands_in():
    whole = {found.place_id: found for found in shops_in(bounding_box(*AUSTIN, 20), "dentist")}
    box = bounding_box(*AUSTIN, 4)
    part = {found.place_id: found for found in shops_in(box, "dentist")}
    inside = {place_id: found for place_id, found in whole.items() if box.contains(found.lat, found.lng)}
    assert part == inside
    assert 0 < len(part) < len(whole)


def test_quarters_of_a_box_hold_what_the_box_holds():
    box = bounding_box(*AUSTIN, 30)
    lat, lng = (box.south + box.north) / 2, (box.west + box.east) / 2
    quarters = [
        Box(box.south, box.west, lat, lng),
        Box(box.south, lng, lat, box.east),
        Box(lat, box.west, box.north, lng),
        Box(lat, lng, box.north, box.east),
    ]
    parts = [found.place_id for quarter in quarters for found in shops_in(quarter, "plumber")]
    assert sorted(parts) == sorted(found.place_id for found in shops_in(box, "plumber"))


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("what", ["hotels", "dentist", "plumber"])
def test_a_category_of_a_city_is_too_much_for_one_search(city, what):
    assert 300 <= len(shops_in(bounding_box(*city, 30), what)) <= 4000
    assert len(shops_in(bounding_box(*city, 3), what)) > 120


def test_the_country_is_sparse_and_the_sea_empty():
    assert len(shops_in(bounding_box(31.0, -101.5, 15), "dentist")) < 100
    assert shops_in(bounding_box(0.0, -30.0, 50), "dentist") == []


def test_a_state_has_more_than_its_towns():
    shops = shops_in(Box(29, -101, 33, -97), "plumber")
    assert len({found.city for found in shops}) > 50


def test_either_half_of_an_id_tells_the_shop():
    for found in shops_in(bounding_box(*AUSTIN, 2), "clinics"):
        assert found.place_id.startswith("ChIJ")
        assert shop(found.place_id) == shop(found.data_id) == shop(found.cid) == found


@pytest.mark.parametrize(
    "unknown", ["", "x", "ChIJ", "ChIJabc", "0x1:0x2", "0x:", "12345", "ChIJN1t_tDeuEmsRUsoyG83frY4"]
)
def test_what_is_no_shop_is_none(unknown):
    assert shop(unknown) is None


def test_singular_and_plural_are_one_and_unknown_kinds_are_found_too():
    assert category_of("Hotels") == category_of("hotel")
    assert category_of("bakeries") == category_of("bakery")
    shops = shops_in(bounding_box(*AUSTIN, 5), "beekeeping supplies")
    assert shops
    assert {found.category for found in shops} == {"Beekeeping supply"}
    assert shop(shops[0].place_id) == shops[0]


def test_some_shops_are_of_two_kinds():
    box = bounding_box(*AUSTIN, 10)
    dentists = {found.place_id for found in shops_in(box, "dentist")}
    clinics = shops_in(box, "dental clinic")
    both = [found for found in clinics if found.place_id in dentists]
    assert 0 < len(both) < len(clinics)
    assert all("dentist" in found.types for found in both)


def test_the_best_known_come_first():
    counts = [found.review_count for found in shops_in(bounding_box(*AUSTIN, 10), "cafe")]
    assert counts == sorted(counts, reverse=True)


def test_what_shops_tell_is_as_likely_as_it_should_be():
    shops = [found for city in CITIES for found in shops_in(bounding_box(*city, 15), "restaurant")]

    def share(flag):
        return sum(map(flag, shops)) / len(shops)

    assert 0.10 < share(lambda s: s.phone is None) < 0.14
    assert 0.57 < share(lambda s: s.website is not None) < 0.63
    assert 0.015 < share(lambda s: s.business_status == "CLOSED_PERMANENTLY") < 0.025
    assert 0.05 < share(lambda s: s.rating is None) < 0.11
    assert all(s.website.startswith("https://") and s.website.endswith(".example/") for s in shops if s.website)
    assert all(s.rating is None or 1 <= s.rating <= 5 for s in shops)
    assert all((s.rating is None) == (s.review_count == 0) for s in shops)


@pytest.mark.parametrize("country", COUNTRIES)
def test_numbers_read_back_as_they_are_and_belong_to_nobody(country):
    for number in (0, 7, 4_095, 123_456_789, 2**40 - 1):
        e164, national = phone_of(number, country)
        assert parse_phone(national, country) == e164 == parse_phone(e164)
        if country not in ("DE", "GB"):
            assert not phonenumbers.is_valid_number(phonenumbers.parse(e164))
    assert region_of(e164) in (country, "US", "GB", "RU")


@pytest.mark.parametrize("city", CITIES)
def test_shops_of_one_kind_share_no_number_and_no_name(city):
    shops = [s for s in shops_in(bounding_box(*city, 15), "roofing contractor") if s.category == "Roofing contractor"]
    phones = [s.phone for s in shops if s.phone]
    assert len(phones) == len(set(phones))
    in_city = [s for s in shops if s.city == shops[0].city]
    assert len({s.name for s in in_city}) == len(in_city)


def test_hours_are_spans_of_every_day():
    for found in shops_in(bounding_box(*AUSTIN, 3), "bar"):
        hours = found.hours
        assert hours is None or set(hours) == set(DAYS)
        for spans in (hours or {}).values():
            assert all(0 <= start < end <= 30 * 60 for start, end in spans)


def test_reviews_are_steady_newest_first_and_as_many_as_said():
    found = next(s for s in shops_in(bounding_box(*AUSTIN, 3), "bar") if 10 < s.review_count < 100)
    told = list(found.all_reviews())
    assert len(told) == found.review_count
    assert told == list(found.all_reviews())
    assert [r.at for r in told] == sorted((r.at for r in told), reverse=True)
    assert found.reviews == told[:5]


@pytest.mark.parametrize(
    ("query", "what", "is_named"),
    [
        ("hotel in Austin, Texas", "hotel", True),
        ("plumbers near Berlin", "plumbers", True),
        ("hotel", "hotel", False),
        ("walk in clinic", "walk in clinic", False),
    ],
)
def test_a_search_that_names_a_town_is_taken_apart(query, what, is_named):
    told, box = where_in(query)
    assert (told, box is not None) == (what, is_named)


def test_a_city_searched_again_is_answered_at_once():
    box = bounding_box(*AUSTIN, 10)
    shops_in(box, "lawyer")
    begin = time.perf_counter()
    for _ in range(10):
        shops_in(box, "lawyer")
    assert time.perf_counter() - begin < 3
