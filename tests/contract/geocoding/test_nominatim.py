"""The Nominatim adapter against a server that speaks the real protocol, over a real socket-free ASGI transport."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise

import httpx
import pytest

from callout.adapters.geocoding.nominatim import NominatimGeocoder, Pace
from callout.kit.errors import UpstreamFailed, UpstreamTimeout
from callout.kit.geo import Point, haversine_km
from callout.sandbox import nominatim


@pytest.fixture
async def geocoder() -> AsyncIterator[NominatimGeocoder]:
    transport = httpx.ASGITransport(app=nominatim.app())  # type: ignore[arg-type]
    adapter = NominatimGeocoder("http://places.test", user_agent="callout-tests", transport=transport)
    yield adapter
    await adapter.aclose()


def answering(status: int, body: bytes) -> NominatimGeocoder:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=body))
    return NominatimGeocoder("http://places.test", user_agent="callout-tests", transport=transport)


async def test_a_house_is_found_to_the_rooftop(geocoder: NominatimGeocoder) -> None:
    place = (await geocoder.search("12 Oak Street, Springfield, IL 62701"))[0]
    assert place.precision == "rooftop"
    assert place.components.house_number == "12"
    assert place.components.street == "Oak Street"
    assert (place.components.city, place.components.region) == ("Springfield", "Illinois")
    assert place.components.country_code == "US"
    assert haversine_km(place.lat, place.lng, 39.7817, -89.6501) < 6.1


async def test_the_same_address_is_always_at_the_same_point(geocoder: NominatimGeocoder) -> None:
    once = await geocoder.search("350 Fifth Avenue, New York", limit=1)
    again = await geocoder.search("350 fifth avenue, New York, New York", limit=1)
    assert (once[0].lat, once[0].lng) == (again[0].lat, again[0].lng)


async def test_neighbours_on_a_street_are_near_each_other(geocoder: NominatimGeocoder) -> None:
    first = (await geocoder.search("12 Oak Street, Denver"))[0]
    second = (await geocoder.search("14 Oak Street, Denver"))[0]
    assert 0 < haversine_km(first.lat, first.lng, second.lat, second.lng) < 0.1


async def test_a_street_and_a_town_are_less_exact(geocoder: NominatimGeocoder) -> None:
    assert (await geocoder.search("Oak Street, Denver"))[0].precision == "street"
    assert (await geocoder.search("Denver, CO"))[0].precision == "locality"


async def test_an_unknown_town_has_no_places(geocoder: NominatimGeocoder) -> None:
    assert await geocoder.search("3 Nowhere Road, Atlantis") == []
    assert await geocoder.search("12 Oak Street, Springfield, France") == []


async def test_country_and_nearness_choose_among_towns_of_one_name(geocoder: NominatimGeocoder) -> None:
    british = await geocoder.search("Birmingham", country="GB")
    assert [place.components.country_code for place in british] == ["GB"]
    near_maine = await geocoder.search("Portland", near=Point(43.6, -70.2))
    assert near_maine[0].components.region == "Maine"


async def test_the_limit_holds(geocoder: NominatimGeocoder) -> None:
    assert len(await geocoder.search("Springfield", limit=2)) == 2


async def test_a_point_has_an_address_on_land_and_none_at_sea(geocoder: NominatimGeocoder) -> None:
    place = await geocoder.reverse(40.70, -74.00)
    assert place is not None
    assert place.components.city == "New York"
    assert place.precision == "rooftop"
    assert await geocoder.reverse(0.0, -30.0) is None


@pytest.mark.parametrize("body", [b"<html>", b'{"a": 1}', b'[{"lat": 1}]'])
async def test_an_unreadable_answer_is_a_failure_of_the_provider(body: bytes) -> None:
    with pytest.raises(UpstreamFailed) as refused:
        await answering(200, body).search("Denver")
    assert refused.value.members == {"provider": "nominatim"}


async def test_a_refusal_is_a_failure_of_the_provider() -> None:
    with pytest.raises(UpstreamFailed, match="429"):
        await answering(429, b"slow down").search("Denver")


async def test_slowness_is_told_apart() -> None:
    def hang(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too slow", request=request)

    adapter = NominatimGeocoder("http://x.test", user_agent="t", transport=httpx.MockTransport(hang))
    with pytest.raises(UpstreamTimeout):
        await adapter.search("Denver")


async def test_the_public_server_is_asked_once_a_second_at_most() -> None:
    pace, loop, turns = Pace(0.05), asyncio.get_running_loop(), []

    async def ask() -> None:
        await pace.wait()
        turns.append(loop.time())

    await asyncio.gather(*(ask() for _ in range(4)))
    assert all(later - earlier >= 0.045 for earlier, later in pairwise(turns))


async def test_the_simulator_refuses_what_the_real_server_refuses() -> None:
    transport = httpx.ASGITransport(app=nominatim.app())  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://places.test") as client:
        assert (await client.get("/search", params={"format": "jsonv2"})).status_code == 400
        assert (await client.get("/reverse", params={"lat": "x", "lon": "1"})).status_code == 400
        assert (await client.get("/search?q=Denver", headers={"User-Agent": ""})).status_code == 403
        plain = json.loads((await client.get("/search?q=Denver&format=jsonv2")).content)
        assert "address" not in plain[0]
        assert isinstance(plain[0]["lat"], str)
        assert (await client.get("/status?format=json")).json()["status"] == 0
