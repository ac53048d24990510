"""Time zones of places and numbers; how queries are recognised as the same."""

import pytest

from callout.features.geocoding.schemas import ZoneQuery, read_point
from callout.features.geocoding.service import canonical, hashed
from callout.features.geocoding.store import SLOTS, slot_of
from callout.features.geocoding.zones import timezone_at, zone_of_phone, zones_at


def test_a_place_has_its_zone() -> None:
    assert timezone_at(40.7, -74.0) == "America/New_York"
    assert timezone_at(-33.87, 151.2) == "Australia/Sydney"


def test_a_place_with_two_times_tells_both() -> None:
    assert set(zones_at(43.8, 87.4)) == {"Asia/Shanghai", "Asia/Urumqi"}
    assert zones_at(43.8, 87.4)[0] == timezone_at(43.8, 87.4)


def test_a_number_with_one_zone_has_it_and_one_with_many_has_none() -> None:
    assert zone_of_phone("+13055550100") == ("America/New_York", ["America/New_York"])
    zone, candidates = zone_of_phone("+18005550100")
    assert zone is None
    assert len(candidates) > 1


def test_spelling_that_means_nothing_makes_the_same_query() -> None:
    assert hashed("search", canonical("  12 Oak   Street ")) == hashed("search", canonical("12 oak street"))
    assert hashed("ab", "c") != hashed("a", "bc")
    assert 0 <= slot_of(hashed("x")) < SLOTS


@pytest.mark.parametrize("text", ["1", "1,2,3", "a,b", "91,0", "0,181", "nan,0"])
def test_what_is_no_point_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"lat,lng|earth"):
        read_point(text)


@pytest.mark.parametrize("query", [{}, {"lat": 1}, {"lat": 1, "lng": 1, "phone": "+13055550100"}])
def test_the_zone_of_neither_or_both_is_refused(query: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"belong together|either"):
        ZoneQuery.model_validate(query)
