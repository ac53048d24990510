"""Recorded answers of the service, and odd ones made of them."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import msgspec
import pytest

from callout.adapters.google_maps import wire
from callout.adapters.google_maps.opening import hours_of
from callout.adapters.google_maps.places import GooglePlaces
from callout.adapters.google_maps.reading import draft_of, reviews_of
from callout.features.prospecting.hours import best_time_to_call
from callout.features.prospecting.ports import PlacesQuery

QUERY = PlacesQuery(text="bar", country="US")


@pytest.fixture
def recorded(shared_data):
    return lambda name: (shared_data / "payloads/google_places_new" / f"{name}.json").read_bytes()


async def answered(body, ask):
    """What the adapter makes of a body."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    async with httpx.AsyncClient(transport=transport) as client:
        return await ask(GooglePlaces(client, api_key="AIzaX"))


def a_place(**fields):
    """A place as the API may tell it, with fields of one's own."""
    plain = {"id": "ChIJx", "displayName": {"text": "Corner Bar"}}
    return wire.decode_place(json.dumps(plain | fields).encode())


def drafted(**fields):
    return draft_of(a_place(**fields), country="US", language="en")


@pytest.mark.parametrize(
    ("name", "names", "phones"),
    [
        ("search_text_1", ["Bang Brewing Company"], [None]),
        ("search_text_2", ["The Bulldog Uptown", "The Bulldog Downtown"], ["+16128728893", "+16123390638"]),
        ("search_text_empty", [], []),
    ],
)
async def test_recorded_searches(recorded, name, names, phones):
    page = await answered(recorded(name), lambda source: source.search(QUERY))
    assert [draft.name for draft in page.drafts] == names
    assert [draft.phone for draft in page.drafts] == phones
    assert (page.next, page.rejected) == (None, 0)
    for draft in page.drafts:
        assert draft.website.startswith("http://")
        assert len(draft.photos) == 10
        assert all(photo.startswith("https://www.google.com/maps/place//data=") for photo in draft.photos)
        assert (draft.country, draft.rating, draft.hours) == ("US", None, None)


async def test_a_recorded_place_without_address_parts(recorded):
    draft = await answered(recorded("place_details_1"), lambda source: source.place("x", country="MX"))
    assert (draft.name, draft.city, draft.state, draft.country) == ("Googleplex", "Mountain View", "California", "US")
    assert draft.phone == "+16502530000"  # read as the place's own country, not as the one of the search
    assert draft.address == "1600 Amphitheatre Pkwy, Mountain View"
    assert draft.category == "Corporate office"


async def test_a_recorded_place_with_everything(recorded):
    draft = await answered(recorded("place_details_2"), lambda source: source.place("x", country="US"))
    assert draft.address == "1600 Amphitheatre Pkwy, Mountain View, CA 94043, USA"
    assert (draft.city, draft.state, draft.country) == ("Mountain View", "California", "US")
    assert (draft.phone, draft.phone_raw) == ("+16502530000", "+1 650-253-0000")
    assert (draft.rating, draft.review_count, draft.category) == (Decimal("4.2"), 9606, "Corporate Office")
    assert draft.timezone == "America/Los_Angeles"
    assert draft.description.startswith("The global headquarters of Google")
    assert draft.hours == {
        **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:00\u201317:00"),
        **dict.fromkeys(("sat", "sun"), "Closed"),
    }
    assert list(draft.hours) == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    assert best_time_to_call(draft.hours) == "09:00\u201316:00"
    assert draft.open_now is True
    assert draft.service_options["accessibility_options"]["wheelchair_accessible_parking"] in (True, False)
    assert len(draft.reviews) == 5
    assert "Contributor" not in str(draft)


def test_recorded_descriptions_say_the_same_as_the_periods(recorded):
    hours = wire.decode_place(recorded("place_details_2")).regular_opening_hours
    assert "\u202f" in hours.weekday_descriptions[0]
    described = hours_of(msgspec.structs.replace(hours, periods=None), "en")
    assert described["mon"] == "8:00 AM \u2013 5:00 PM"
    assert described["sun"] == "Closed"
    assert best_time_to_call(described) == best_time_to_call(hours_of(hours, "en")) == "09:00\u201316:00"


def test_descriptions_are_understood_in_the_language_asked_for():
    german = wire.OpeningHours(weekday_descriptions=("Sonntag: Geschlossen", "Montag: 09:00\u201318:00 Uhr"))
    assert hours_of(german, "de") == {"mon": "09:00\u201318:00 Uhr", "sun": "Geschlossen"}
    assert hours_of(german, "tlh") is None


def period(opens, closes=None):
    """(day, hour[, minute]) → (day, hour[, minute])."""

    def point(at):
        return dict(zip(("day", "hour", "minute"), at, strict=False))

    return {"open": point(opens)} | ({"close": point(closes)} if closes else {})


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([period((0, 0, 0))], dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "Open 24 hours")),
        ([period((5, 18), (6, 2))], {"fri": "18:00\u201302:00"}),
        ([period((6, 20), (0, 4, 30))], {"sat": "20:00\u201304:30"}),
        ([period((2, 14, 30), (2, 18)), period((2, 9), (2, 13))], {"tue": "09:00\u201313:00, 14:30\u201318:00"}),
        ([period((1, 0), (2, 0))], {"mon": "Open 24 hours"}),
        ([period((1, 8), (3, 12))], {"mon": "08:00\u201324:00", "tue": "Open 24 hours", "wed": "00:00\u201312:00"}),
        ([], {}),
    ],
)
def test_periods_become_days(periods, expected):
    closed = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "Closed")
    assert drafted(regularOpeningHours={"periods": periods}).hours == closed | expected


def test_hours_nobody_told_are_none():
    assert drafted().hours is None
    assert drafted(regularOpeningHours={"openNow": True}).hours is None
    assert drafted(regularOpeningHours={"periods": [period((9, 25), (1, 1))]}).hours is None


async def test_one_odd_place_spoils_no_page():
    body = {
        "places": [
            {"id": "ChIJ1", "displayName": {"text": "Good"}},
            {"id": "ChIJ2"},
            {"displayName": {"text": "No id"}},
            {"id": "ChIJ3", "displayName": {"text": " \u0000 "}},
            {"id": "ChIJ4", "displayName": {"text": "Odd"}, "rating": "many"},
            7,
        ],
        "nextPageToken": "AfLe.x",
    }
    page = await answered(json.dumps(body), lambda source: source.search(QUERY))
    assert [draft.name for draft in page.drafts] == ["Good"]
    assert page.rejected == 5
    assert page.next == "0.1.AfLe.x"


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"rating": 4.25}, "rating", Decimal("4.3")),
        ({"rating": 0}, "rating", None),
        ({"rating": 9}, "rating", None),
        ({"priceLevel": "PRICE_LEVEL_FREE"}, "price_level", 0),
        ({"priceLevel": "PRICE_LEVEL_VERY_EXPENSIVE"}, "price_level", 4),
        ({"priceLevel": "PRICE_LEVEL_UNSPECIFIED"}, "price_level", None),
        ({"businessStatus": "CLOSED_PERMANENTLY"}, "closed", True),
        ({"businessStatus": "CLOSED_TEMPORARILY"}, "closed", False),
        ({"businessStatus": "CLOSED_TEMPORARILY", "currentOpeningHours": {"openNow": True}}, "open_now", False),
        ({"businessStatus": "OPERATIONAL"}, "open_now", None),
        ({"location": {"latitude": 91, "longitude": 0}}, "lat", None),
        ({"location": {"longitude": 9.5}}, "lat", 0.0),
        ({"websiteUri": "javascript:alert(1)"}, "website", None),
        ({"websiteUri": f"https://long.example/{'x' * 500}"}, "website", None),
        ({"internationalPhoneNumber": "+49 30 23125000"}, "phone", "+493023125000"),
        ({"nationalPhoneNumber": "call us"}, "phone", None),
        ({"nationalPhoneNumber": "call us"}, "phone_raw", "call us"),
        ({"userRatingCount": -1}, "review_count", None),
        ({}, "review_count", 0),
        ({"rating": 4.0}, "review_count", None),
        ({"primaryType": "bar_and_grill", "types": ["bar_and_grill", "bar", "establishment"]}, "category", "Bar and grill"),
        ({"primaryType": "bar_and_grill", "types": ["bar_and_grill", "bar", "establishment"]}, "subcategories", ["Bar"]),
        ({"takeout": True, "dineIn": False}, "service_options", {"takeout": True, "dine_in": False}),
        ({"paymentOptions": {"acceptsNfc": True}}, "service_options", {"payment_options": {"accepts_nfc": True}}),
    ],
)  # fmt: skip
def test_fields(fields, name, value):
    assert getattr(drafted(**fields), name) == value


def test_a_national_number_is_read_as_the_country_of_the_place():
    germany = [{"longText": "Germany", "shortText": "DE", "types": ["country"]}]
    draft = drafted(nationalPhoneNumber="030 23125000", addressComponents=germany)
    assert (draft.phone, draft.country) == ("+493023125000", "DE")


def test_a_british_town_is_no_locality():
    town = [
        {"longText": "Slough", "types": ["postal_town"]},
        {"longText": "Berkshire", "types": ["administrative_area_level_2"]},
    ]
    assert drafted(addressComponents=town).city == "Slough"


def test_reviews_are_sorted_by_their_time_and_read_in_the_language_asked_for():
    place = a_place(
        reviews=[
            {"rating": 3, "publishTime": "nonsense"},
            {"rating": 4, "text": {"text": "old"}, "publishTime": "2024-01-01T00:00:00Z"},
            {"rating": 5, "text": {"text": "good"}, "originalText": {"text": "gut"}, "publishTime": "2025-05-01T10:00:00.123456789Z"},
            {"publishTime": "2025-05-01T10:00:00Z"},
        ]
    )  # fmt: skip
    reviews = reviews_of(place)
    assert [(review.rating, review.text) for review in reviews] == [(5, "good"), (4, "old"), (3, "")]
    assert reviews[0].at == datetime(2025, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert reviews[2].at is None
