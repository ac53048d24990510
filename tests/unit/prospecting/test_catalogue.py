"""Business types and places: what is found, and which part of the map it is."""

import pytest

from callout.features.prospecting.catalogue.areas import (
    LARGEST_KM,
    SMALLEST_KM,
    area_of,
    around,
    is_settled,
    radius_of,
)
from callout.features.prospecting.catalogue.business_types import (
    business_types,
    buyers_of,
    find_types,
    normal_type,
    normal_types,
    type_groups,
)
from callout.features.prospecting.catalogue.divisions import countries, divisions, find_division
from callout.features.prospecting.catalogue.gazetteer import gazetteer
from callout.features.prospecting.catalogue.names import towns_beginning, towns_named
from callout.features.prospecting.catalogue.places import choose_city, choose_country, choose_locality, choose_state
from callout.features.prospecting.catalogue.plain import plain
from callout.features.prospecting.ports import Box
from callout.features.vendors.catalogue import CANONICAL
from callout.kit.geo import Point, haversine_km


def test_there_are_209_types_with_known_services():
    types = business_types()
    assert len(types) == 209
    assert len({each.label for each in types.values()}) == 209
    for each in types.values():
        assert each.services
        assert set(each.services) <= set(CANONICAL), each.code
        assert each.group in type_groups()
        assert each.code == each.code.lower().replace(" ", "_")


def test_every_service_is_bought_by_some_premises():
    assert [service for service in CANONICAL if not buyers_of(service)] == ["other"]


@pytest.mark.parametrize(
    ("q", "first"),
    [("dent", "dentist"), ("hotel", "hotel"), ("mechanic", "car_repair"), ("b&b", "bed_and_breakfast"), ("Cafe", "cafe"),
     ("attorney", "lawyer"), ("VET", "veterinarian"), ("petrol", "gas_station"), ("cinema", "movie_theater")],
)  # fmt: skip
def test_types_are_found_by_what_people_call_them(q, first):
    assert find_types(q)[0].code == first


def test_nothing_is_found_for_nonsense():
    assert find_types("zzzz") == []


def test_types_are_written_in_one_way():
    given = [" Dental   Clinics ", "dental_clinic", "HOTEL", "hotels", "Bakeries", "sky  Diving", "Sky diving", " "]
    assert normal_types(given) == ["dental_clinic", "hotel", "bakery", "sky diving"]
    assert normal_type("Straße") == "strasse"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("São José-dos Campos", "sao jose dos campos"), ("Łódź", "lodz"), ("Köln!", "koln"), ("İstanbul", "istanbul"),
     ("Ærø", "aero"), ("  ", "")],
)  # fmt: skip
def test_names_are_compared_plain(text, expected):
    assert plain(text) == expected


def test_every_division_with_towns_has_a_name():
    known = divisions()
    for country in gazetteer().countries:
        codes = {town.state for town in gazetteer().towns(country)} - {"", "00"}
        missing = codes - known.get(country, {}).keys()
        assert len(missing) <= 0.02 * len(codes) + 1, (country, missing)


def test_divisions_are_found_by_code_and_name():
    assert find_division("US", "tx") == find_division("US", "Texas")
    assert find_division("FR", "ile de france").name == "Île-de-France"
    assert find_division("US", "Bavaria") is None


@pytest.mark.parametrize(
    ("country", "state", "city", "lat", "lng"),
    [
        ("US", "TX", "Austin", 30.27, -97.74), ("us", "Texas", "austin", 30.27, -97.74), ("US", "IL", "Springfield", 39.8, -89.64),
        ("US", "MO", "Springfield", 37.2, -93.29), ("US", None, "St. Louis", 38.63, -90.2), ("DE", None, "München", 48.14, 11.58),
        ("DE", "Bayern", "Munich", 48.14, 11.58), ("BR", "São Paulo", "sao paulo", -23.55, -46.64), ("PL", None, "Warszawa", 52.23, 21.01),
        ("GB", "England", "London", 51.51, -0.13), ("US", "NY", "New York", 40.71, -74.01),
    ],
)  # fmt: skip
def test_a_town_is_where_it_is_in_any_spelling(country, state, city, lat, lng):
    area = area_of(country, state, city)
    assert haversine_km(*area.centre, lat, lng) < 5
    assert SMALLEST_KM <= area.radius_km <= LARGEST_KM
    assert area.box.south < lat < area.box.north
    assert area.box.west < lng < area.box.east


def test_a_district_is_within_its_town():
    town, district = area_of("US", "NY", "New York"), area_of("US", "NY", "New York", "Manhattan")
    assert district.radius_km < town.radius_km
    assert haversine_km(*town.centre, *district.centre) < town.radius_km


@pytest.mark.parametrize(
    "named", [("XX",), ("US", "Atlantis"), ("US", "TX", "Nowhere at all"), ("US", "TX", "Austin", "Nowhere at all")]
)
def test_what_is_not_known_is_no_area(named):
    assert area_of(*named) is None


def test_a_state_holds_its_towns_and_a_country_its_states():
    state, country = area_of("US", "TX"), area_of("US")
    for town in gazetteer().towns("US", "TX"):
        assert state.box.south < town.lat < state.box.north
        assert state.box.west < town.lng < state.box.east
    assert state.population < country.population
    assert state.label == "Texas, United States"


def test_a_country_across_the_antimeridian_is_narrow():
    box = area_of("FJ").box
    assert box.west > box.east
    assert (box.east - box.west) % 360 < 10


def test_the_radius_grows_with_the_people():
    radii = [radius_of(people) for people in (0, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)]
    assert radii == sorted(radii)
    assert (radii[0], radii[-1]) == (SMALLEST_KM, LARGEST_KM)
    assert radius_of(1_000_000) == 16


def test_around_a_point_is_a_circle_and_its_box():
    area = around(Point(30.0, -97.0), 10)
    assert area.radius_km == 10
    assert haversine_km(30.0, -97.0, area.box.north, -97.0) == pytest.approx(10, rel=0.01)


def test_places_without_people_are_told_from_others():
    assert is_settled("US", Box(30.2, -97.9, 30.4, -97.6))
    assert not is_settled("US", Box(40.3, -117.5, 40.4, -117.4))
    assert is_settled("FJ", Box(-17.0, 179.0, -16.0, -179.0))


def test_towns_are_found_by_beginnings_largest_first():
    towns = gazetteer()
    assert towns.town(towns_beginning("US", "aus")[0]).name == "Austin"
    assert "New York City" in {towns.town(row).name for row in towns_beginning("US", "york")}
    rows = towns_beginning("US", "san")
    assert [towns.population(row) for row in rows] == sorted((towns.population(row) for row in rows), reverse=True)
    assert towns_named("US", "Nowhere at all") == []
    assert towns_beginning("XX", "a") == []


def test_usual_names_come_before_names_in_other_languages():
    assert [choice.name for choice in choose_city("DE", None, "mun", 2)] == ["Munich", "Münster"]
    assert choose_city("US", "Texas", None, 1)[0].name == "Houston"
    assert choose_city("US", "Atlantis") == []


def test_countries_states_and_districts_are_chosen_by_name():
    assert len(choose_country()) == len([code for code in gazetteer().countries if code in countries()])
    assert [choice.code for choice in choose_country("united s")] == ["US"]
    assert [choice.name for choice in choose_state("DE", "bav")] == ["Bavaria"]
    assert choose_state("XX") == []
    assert "Kreuzberg" in {choice.name for choice in choose_locality("DE", None, "Berlin")}
    assert choose_locality("DE", None, "Nowhere at all") == []
