"""Every recorded answer of SerpApi is read as its documentation says, and the simulator answers in the same shape."""

import json
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from callout.adapters.serpapi import SerpApiPlaces
from callout.features.prospecting.ports import Box, KeyRefused, PlacesQuery, QueryRefused, QuotaSpent
from callout.kit.geo import bounding_box
from callout.sandbox.places_world import shops_in

QUERY = PlacesQuery(text="coffee", country="US", box=Box(*bounding_box(37.77, -122.42, 5)))


@pytest.fixture
def recorded(shared_data):
    def read(name):
        return json.loads((shared_data / "payloads/serpapi" / name).read_text("utf-8"))

    return read


def answering(body, status=200):
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(status, json=body)))
    return SerpApiPlaces(client, api_key="5e" * 32, base_url="http://callout.test")


async def test_a_list_of_places(recorded):
    page = await answering(recorded("google_maps_search.json")).search(QUERY)
    assert (len(page.drafts), page.rejected, page.next) == (13, 0, None)
    first = page.drafts[0]
    assert (first.name, first.place_id) == ("Blue Bottle Coffee", "ChIJSy28upiAhYARkoxpzFnW7b4")
    assert (first.city, first.state, first.country) == ("San Francisco", "California", "US")
    assert (first.phone, first.phone_raw) == ("+15106613510", "(510) 661-3510")
    assert (first.rating, first.review_count, first.price_level) == (Decimal("4.6"), 891, None)
    assert first.hours["mon"] == "6:30 AM\u20136 PM"
    assert (first.open_now, first.closed, first.timezone) == (True, False, "America/Los_Angeles")
    assert first.service_options["dine_in"] is True
    assert first.service_options["outdoor_seating"] is True
    assert first.service_options["payments"] == ["Credit cards", "Debit cards", "NFC mobile payments"]
    assert first.photos[0].startswith("https://lh3.googleusercontent.com/")
    assert [draft.open_now for draft in page.drafts].count(False) >= 2
    assert sum(draft.phone is None for draft in page.drafts) == 2
    assert page.drafts[1].subcategories == ["Cafe"]


async def test_the_one_place_a_search_is_about(recorded):
    body = recorded("google_maps_place_results.json")
    (draft,) = (await answering(body).search(QUERY)).drafts
    assert (draft.name, draft.category, draft.city, draft.country) == ("England's Lane", "Cafe", "London", "GB")
    assert (draft.phone, draft.price_level) == ("+442074831410", None)
    assert draft.hours["sat"] == "8 AM\u20135:30 PM"
    assert list(draft.hours) == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    assert (draft.open_now, draft.timezone) == (False, "Europe/London")
    looked_up = await answering(body).place("ChIJ123", country="GB")
    assert looked_up.place_id == "ChIJ123"


@pytest.mark.parametrize("name", ["google_maps_search_last_page.json", "google_local_empty_200_error.json"])
async def test_an_error_that_says_nothing_was_found(recorded, name):
    page = await answering(recorded(name)).search(QUERY)
    assert (page.drafts, page.next) == ([], None)
    assert await answering(recorded(name)).place("ChIJ", country="US") is None


async def test_a_list_with_other_ids_and_fewer_fields(recorded):
    page = await answering(recorded("google_local_search.json")).search(QUERY)
    assert len(page.drafts) == 20
    assert page.next.startswith("20@37.")
    first = page.drafts[0]
    assert first.place_id == "cid:8440188266571511961"
    assert (first.phone, first.hours, first.city) == (None, None, None)


async def test_reviews(recorded):
    body = recorded("google_maps_reviews_page1.json")
    reviews = await answering(body).reviews("0x80858098babc2d4b:0xbeedd659cc698c92", limit=5)
    assert len(reviews) == 5
    assert reviews[0].rating == 1
    assert reviews[0].text.startswith("I ordered a seasonal latte.")
    assert reviews[0].at.isoformat() == "2025-12-25T07:13:34+00:00"
    assert "Reviewer" not in repr(reviews)


async def test_a_next_page_that_is_always_the_same_is_asked_once(recorded):
    asked = []

    def answer(request):
        asked.append(dict(request.url.params))
        return httpx.Response(200, json=recorded("google_maps_reviews_page1.json"))

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    places = SerpApiPlaces(client, api_key="5e" * 32)
    assert len(await places.reviews("ChIJ", limit=100)) == 16
    assert [call.get("next_page_token") is not None for call in asked] == [False, True]
    assert "num" not in asked[0]


@pytest.mark.parametrize(
    ("name", "status", "failure"),
    [
        ("error_400_missing_parameter.json", 400, QueryRefused),
        ("error_401_invalid_key.json", 401, KeyRefused),
        ("error_429_out_of_searches.json", 429, QuotaSpent),
    ],
)
async def test_refusals(recorded, name, status, failure):
    with pytest.raises(failure, match=str(status)):
        await answering(recorded(name), status).search(QUERY)


def test_every_recorded_file_has_a_test(shared_data):
    names = {path.name for path in (shared_data / "payloads/serpapi").iterdir()}
    told = Path(__file__).read_text("utf-8")
    assert {name for name in names if name not in told} == set()


OPTIONAL = {"provider_id", "order_online", "serpapi_thumbnail", "unsupported_extensions", "prettify_html_file"}
"""What is not simulated: links to other services of SerpApi, and what it could not sort."""


async def test_the_simulator_answers_in_the_recorded_shape(simulator, recorded):
    real = recorded("google_maps_search.json")
    query = {
        "engine": "google_maps",
        "type": "search",
        "q": "coffee shop",
        "ll": "@37.77,-122.42,13z",
        "api_key": "sandbox",
    }
    made = (await simulator.get("/search.json", params=query)).json()
    assert set(real) <= set(made)
    assert set(real["search_metadata"]) - OPTIONAL <= set(made["search_metadata"])
    fields = kinds(real["local_results"])
    simulated = kinds(made["local_results"])
    assert {name for name in fields if name not in OPTIONAL} <= set(simulated)
    assert {name: fields[name] for name in simulated if name in fields} == {
        name: simulated[name] for name in simulated if name in fields
    }


async def test_the_simulated_place_and_reviews_have_the_recorded_shape(simulator, recorded):
    known = next(s for s in shops_in(bounding_box(37.77, -122.42, 5), "cafe") if s.hours and s.rating and s.price_level)
    told = {"engine": "google_maps", "place_id": known.place_id, "api_key": "sandbox"}
    made = (await simulator.get("/search", params=told)).json()["place_results"]
    real = recorded("google_maps_place_results.json")["place_results"]
    assert set(real) - {"phone", "website", "extensions"} <= set(made)
    assert all(type(made[name]) is type(real[name]) for name in real if name in made)
    told = {"engine": "google_maps_reviews", "data_id": known.data_id, "api_key": "sandbox"}
    made = (await simulator.get("/search", params=told)).json()
    real = recorded("google_maps_reviews_page1.json")
    assert set(real) - {"topics"} <= set(made) | {"serpapi_pagination"}
    usual = {"position", "link", "rating", "date", "iso_date", "iso_date_of_last_edit", "source", "review_id", "user"}
    assert usual <= set(made["reviews"][0]) & set(real["reviews"][0])


async def test_the_simulator_refuses_in_the_recorded_words(simulator, recorded):
    maps = {"engine": "google_maps", "type": "search"}
    cases = {
        "error_400_missing_parameter.json": {**maps, "api_key": "sandbox"},
        "error_401_invalid_key.json": {**maps, "q": "x", "api_key": "invalid"},
        "error_429_out_of_searches.json": {**maps, "q": "x", "api_key": "spent"},
    }
    for name, query in cases.items():
        answer = await simulator.get("/search", params=query)
        assert str(answer.status_code) in name
        assert answer.json() == recorded(name)


@pytest.mark.parametrize(
    "wrong",
    [{"engine": ""}, {"engine": "bing"}, {"ll": "30,97"}, {"ll": "@99,0,3z"}, {"hl": "en-US"}, {"start": "x"},
     {"place_id": "a", "data_cid": "1"}, {"type": "place"}, {"type": "other"}, {"engine": "google_maps_reviews"},
     {"engine": "google_maps_reviews", "data_id": "0x1:0x2", "sort_by": "new"},
     {"engine": "google_maps_reviews", "data_id": "0x1:0x2", "next_page_token": "?"},
     {"engine": "google_maps_reviews", "data_id": "0x1:0x2", "num": "99"}],
)  # fmt: skip
async def test_the_simulator_refuses_what_the_service_refuses(simulator, wrong):
    query = {"engine": "google_maps", "type": "search", "q": "hotel", "api_key": "sandbox", **wrong}
    assert (await simulator.get("/search", params=query)).status_code == 400


def kinds(results):
    """Field → type, over all results."""
    return {name: type(value) for result in results for name, value in result.items()} | {
        name: float for name in ("rating",) if any(name in result for result in results)
    }
