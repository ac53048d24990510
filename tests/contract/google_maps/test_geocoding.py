"""Google's Geocoding API: against the simulator, and on recorded answers."""

import logging
import traceback

import httpx
import pytest

from callout.adapters.google_maps.geocoding import GoogleGeocoder
from callout.features.geocoding.ports import Geocoder
from callout.kit.errors import UpstreamFailed, UpstreamTimeout
from callout.kit.geo import Point, haversine_km


def on(answer):
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return GoogleGeocoder(client, api_key="AIzaSyTestsOnlyTestsOnlyTestsOnly")


@pytest.fixture
def recorded(shared_data):
    def answering(name):
        body = (shared_data / "payloads/google_geocoding" / f"{name}.json").read_bytes()
        return on(lambda request: httpx.Response(200, content=body))

    return answering


async def test_a_house_is_found_to_the_rooftop(geocoder):
    assert isinstance(geocoder(), Geocoder)
    (place,) = await geocoder().search("12 Oak Street, Springfield, IL 62701")
    assert (place.precision, place.confidence) == ("rooftop", 0.95)
    assert (place.components.house_number, place.components.street) == ("12", "Oak Street")
    assert (place.components.city, place.components.region) == ("Springfield", "Illinois")
    assert (place.components.country, place.components.country_code) == ("United States", "US")
    assert haversine_km(place.lat, place.lng, 39.7817, -89.6501) < 6.1


async def test_a_street_and_a_town_are_less_exact(geocoder):
    assert (await geocoder().search("Oak Street, Denver"))[0].precision == "street"
    assert (await geocoder().search("Denver, CO"))[0].precision == "locality"


async def test_an_unknown_town_has_no_places_nor_has_it_in_a_country(geocoder):
    assert await geocoder().search("3 Nowhere Road, Atlantis") == []
    assert await geocoder().search("3 Nowhere Road, Atlantis", country="FR") == []


async def test_country_nearness_and_limit_choose(geocoder):
    british = await geocoder().search("Birmingham", country="gb")
    assert [place.components.country_code for place in british] == ["GB"]
    near_maine = await geocoder().search("Portland", near=Point(43.6, -70.2))
    assert near_maine[0].components.region == "Maine"
    assert len(await geocoder().search("Springfield", limit=2)) == 2


async def test_a_point_has_an_address_on_land_and_none_at_sea(geocoder):
    place = await geocoder().reverse(40.70, -74.00)
    assert (place.components.city, place.precision) == ("New York", "rooftop")
    assert await geocoder().reverse(0.0, -30.0) is None
    assert await geocoder().reverse(-0.00000001, 179.99999999) is None


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("AIzaInvalidKey0000000000000000000000000", "does not take the key"),
        ("AIzaUnpaidKey00000000000000000000000000", "billing"),
        ("AIzaSpentKey000000000000000000000000000", "quota"),
        ("", "does not take the key"),
    ],
)
async def test_a_key_that_does_not_work_says_what_to_do_and_never_itself(geocoder, key, words):
    with pytest.raises(UpstreamFailed, match=words) as refused:
        await geocoder(key).search("Denver")
    assert refused.value.members == {"provider": "google_maps"}
    told = "".join(traceback.format_exception(refused.value)) + repr(geocoder(key))
    assert not key or key not in told


@pytest.mark.parametrize("fault", ["429", "503", "truncated"])
async def test_what_fails_is_told(geocoder, faults, fault):
    await faults(fault)
    with pytest.raises(UpstreamFailed):
        await geocoder().search("Denver")


async def test_an_unsure_answer_is_asked_again_once():
    answers = [b'{"status": "UNKNOWN_ERROR", "results": []}', b'{"status": "ZERO_RESULTS", "results": []}']
    assert await on(lambda request: httpx.Response(200, content=answers.pop(0))).search("Denver") == []
    unsure = on(lambda request: httpx.Response(200, content=b'{"status": "UNKNOWN_ERROR"}'))
    with pytest.raises(UpstreamFailed, match="later"):
        await unsure.search("Denver")


async def test_slowness_and_broken_lines_are_told_apart_without_the_key(caplog):
    def silent(request):
        raise httpx.ReadTimeout("too slow", request=request)

    def broken(request):
        raise httpx.ConnectError("refused", request=request)

    caplog.set_level(logging.DEBUG)
    for answer, kind in ((silent, UpstreamTimeout), (broken, UpstreamFailed)):
        with pytest.raises(kind) as failed:
            await on(answer).search("Denver")
        assert "AIza" not in "".join(traceback.format_exception(failed.value)) + caplog.text


async def test_the_log_of_requests_does_not_hold_the_key(geocoder, caplog):
    caplog.set_level(logging.DEBUG)
    assert await geocoder("AIzaSyLoggedLoggedLoggedLogged").search("Denver, CO")
    assert "/maps/api/geocode/json?address=Denver" in caplog.text
    assert "AIza" not in caplog.text


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"results": []}', b'{"status": "OK", "results": [{}]}', b"\xff"])
async def test_an_unreadable_answer_is_a_failure_of_the_provider(body):
    with pytest.raises(UpstreamFailed, match="unreadable"):
        await on(lambda request: httpx.Response(200, content=body)).search("Denver")


@pytest.mark.parametrize(
    ("name", "label", "precision", "city"),
    [
        ("geocode_response", "Google Building 40, 1600 Amphitheatre Pkwy, Mountain View, CA 94043, USA", "rooftop", "Mountain View"),
        ("geocode_place_id_response", "277 Bedford Ave, Brooklyn, NY 11211, USA", "rooftop", "Brooklyn"),
        ("geocode_reverse_filtering_response", "277 Bedford Ave, Brooklyn, NY 11211, USA", "rooftop", "Brooklyn"),
        ("geocode_postcode_localities_response", "Oakland, CA 94608, USA", "locality", "Oakland"),
    ],
)  # fmt: skip
async def test_recorded_places(recorded, name, label, precision, city):
    (place,) = await recorded(name).search("anything")
    assert (place.label, place.precision, place.components.city) == (label, precision, city)
    assert place.components.country_code == "US"
    assert await recorded(name).reverse(0, 0) == place


async def test_recorded_answers_without_places(recorded):
    assert await recorded("geocode_components_zero_results_response").search("anything") == []
    for name, words in (
        ("geocode_invalid_request_response", "does not understand"),
        ("error_over_query_limit", "quota"),
        ("error_request_denied", "does not take the key"),
    ):
        with pytest.raises(UpstreamFailed, match=words):
            await recorded(name).search("anything")
