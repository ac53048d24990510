"""Geocoding over HTTP, with its memory."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from callout.adapters.geocoding.nominatim import NominatimGeocoder
from callout.features.geocoding.service import NOT_FOUND_FOR, RememberingGeocoder
from callout.features.geocoding.tables import GeocodeAnswer
from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.kit.errors import UpstreamFailed
from callout.sandbox import nominatim

GEOCODE = "/api/shared/geocode"


async def test_an_address_becomes_a_place_with_its_time_zone(business: Any) -> None:
    answer = await business.owner.get(GEOCODE, params={"q": "12 Oak Street, Springfield, IL", "country": "us"})
    assert answer.status_code == 200, answer.text
    place = answer.json()[0]
    assert (place["precision"], place["timezone"]) == ("rooftop", "America/Chicago")
    assert place["components"]["city"] == "Springfield"
    vendor = await business.vendor(verified=False)
    assert (await vendor.app.get(GEOCODE, params={"q": "Denver"})).status_code == 200
    assert (await (await business.member("viewer")).get(GEOCODE, params={"q": "Denver"})).status_code == 403


async def test_a_point_becomes_an_address_or_nothing(business: Any) -> None:
    found = await business.owner.get(f"{GEOCODE}/reverse?lat=40.7&lng=-74")
    assert found.json()["components"]["city"] == "New York"
    assert (await business.owner.get(f"{GEOCODE}/reverse?lat=0&lng=-30")).status_code == 404


async def test_a_time_zone_of_a_point_or_a_number(business: Any) -> None:
    zone = f"{GEOCODE}/timezone"
    at_point = (await business.owner.get(zone, params={"lat": 39.74, "lng": -104.99})).json()
    assert at_point == {"timezone": "America/Denver", "candidates": ["America/Denver"]}
    of_number = (await business.owner.get(zone, params={"phone": "+1 305 555 0100"})).json()
    assert of_number["timezone"] == "America/New_York"
    assert (await business.owner.get(zone)).status_code == 422


@pytest.mark.parametrize("query", ["?q=ab", "?q=Denver&limit=11", "?q=Denver&near=91,0", "?q=Denver&country=XX"])
async def test_bad_questions_are_refused(business: Any, query: str) -> None:
    assert (await business.owner.get(GEOCODE + query)).status_code == 422


class Counted:
    """A way to the simulator that counts the questions, and can be cut."""

    def __init__(self) -> None:
        self.asked = 0
        self.cut = False
        self.inner = httpx.ASGITransport(app=nominatim.app())

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("no route", request=request)
        self.asked += 1
        return await self.inner.handle_async_request(request)


async def test_the_source_is_asked_once_per_question(database: Database, clock: OffsetClock) -> None:
    wire = Counted()
    source = NominatimGeocoder("http://places.test", user_agent="tests", transport=httpx.MockTransport(wire))
    geocoder = RememberingGeocoder(source, database)
    first = await geocoder.search("77 Elm  Street, Denver")
    assert await geocoder.search(" 77 elm street, denver ") == first
    assert wire.asked == 1
    assert await geocoder.search("77 Elm Street, Denver", limit=1) != []
    assert wire.asked == 2
    assert await geocoder.search("5 Lost Road, Atlantis") == []
    assert await geocoder.search("5 Lost Road, Atlantis") == []
    assert wire.asked == 3
    clock.advance(NOT_FOUND_FOR + timedelta(seconds=1))
    await geocoder.search("5 Lost Road, Atlantis")
    assert wire.asked == 4, "what was not found is asked again the next day"
    assert await geocoder.reverse(39.74, -104.99) == await geocoder.reverse(39.740001, -104.990001)
    assert wire.asked == 5
    await source.aclose()


async def test_an_answer_is_kept_only_as_long_as_its_source_allows(database: Database, clock: OffsetClock) -> None:
    wire = Counted()
    source = NominatimGeocoder("http://places.test", user_agent="tests", transport=httpx.MockTransport(wire))
    geocoder = RememberingGeocoder(source, database, found_for=timedelta(days=30))
    await geocoder.search("31 Maple Avenue, Boston")
    clock.advance(timedelta(days=30, seconds=-1))
    await geocoder.search("31 Maple Avenue, Boston")
    assert wire.asked == 1
    clock.advance(timedelta(seconds=2))
    await geocoder.search("31 Maple Avenue, Boston")
    assert wire.asked == 2
    await source.aclose()


async def test_a_failure_is_told_and_not_remembered(database: Database) -> None:
    wire = Counted()
    source = NominatimGeocoder("http://places.test", user_agent="tests", transport=httpx.MockTransport(wire))
    geocoder = RememberingGeocoder(source, database)
    wire.cut = True
    with pytest.raises(UpstreamFailed):
        await geocoder.search("9 Cedar Lane, Austin")
    wire.cut = False
    assert (await geocoder.search("9 Cedar Lane, Austin"))[0].precision == "rooftop"
    async with database.lookup() as work:
        assert await work.session.scalar(select(func.count()).select_from(GeocodeAnswer))
    await source.aclose()
