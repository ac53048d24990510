"""The simulator refuses what Google refuses."""

import json

import pytest

KEY = {"X-Goog-Api-Key": "AIzaSyGood"}
IDS = KEY | {"X-Goog-FieldMask": "places.id,nextPageToken"}
BOX = {"low": {"latitude": 30.2, "longitude": -97.8}, "high": {"latitude": 30.4, "longitude": -97.6}}
HOTELS = {"textQuery": "hotel", "locationRestriction": {"rectangle": BOX}}
SEARCH = "/v1/places:searchText"


async def refused(answer, status=400):
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == status
    return error["message"]


async def test_a_search_without_a_mask_is_refused_in_the_words_of_the_recorded_answer(google, shared_data):
    documented = json.loads((shared_data / "payloads/google_places_new/error_400_field_mask.json").read_text())
    answer = await google.post(SEARCH, headers=KEY, json=HOTELS)
    assert answer.status_code == 400
    assert answer.json() == documented


async def test_a_project_without_the_api_is_refused_in_the_words_of_the_recorded_answer(google, shared_data):
    documented = json.loads((shared_data / "payloads/google_places_new/error_403_api_key.json").read_text())
    error = (await google.post(SEARCH, headers={"X-Goog-Api-Key": "AIzaDisabled"}, json=HOTELS)).json()["error"]
    assert error["message"] == documented["error"]["message"]
    assert error["details"][0]["reason"] == documented["error"]["details"][0]["reason"]


async def test_a_key_is_needed(google):
    assert "unregistered callers" in await refused(await google.post(SEARCH, json=HOTELS), 403)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"textQuery": ""}, "Empty text_query"),
        ({"textQuery": 7}, "TYPE_STRING"),
        ({"colour": "red"}, 'Unknown name "colour"'),
        ({"pageSize": -1}, "page_size"),
        ({"minRating": 6}, "min_rating"),
        ({"priceLevels": ["PRICE_LEVEL_FREE"]}, "price_levels"),
        ({"locationBias": {"rectangle": BOX}}, "both"),
        ({"locationRestriction": {"circle": {}}}, "circle"),
        ({"locationRestriction": {"rectangle": {"low": BOX["high"], "high": BOX["low"]}}}, "low.latitude"),
        ({"locationRestriction": {"rectangle": {"low": {"longitude": -100}, "high": {"longitude": 90}}}}, "180"),
        ({"locationRestriction": {"rectangle": {"low": {"longitude": -200}, "high": {}}}}, "longitude"),
        ({"pageToken": "nonsense"}, "page_token"),
    ],
)
async def test_a_bad_search_is_refused(google, change, words):
    assert words in await refused(await google.post(SEARCH, headers=IDS, json=HOTELS | change))


async def test_broken_json_and_unknown_fields_are_refused(google):
    assert "JSON" in await refused(await google.post(SEARCH, headers=IDS, content=b"{"))
    for mask in ("places.colour", "colour", "places.", "id"):
        answer = await google.post(SEARCH, headers=KEY | {"X-Goog-FieldMask": mask}, json=HOTELS)
        assert "invalid argument" in await refused(answer)
        assert mask in answer.json()["error"]["details"][0]["fieldViolations"][0]["description"]


async def test_a_token_goes_with_its_parameters_but_not_with_its_page_size(google):
    token = (await google.post(SEARCH, headers=IDS, json=HOTELS)).json()["nextPageToken"]
    other = HOTELS | {"textQuery": "motel", "pageToken": token}
    assert "must match" in await refused(await google.post(SEARCH, headers=IDS, json=other))
    bare = await google.post(SEARCH, headers=IDS, json={"pageToken": token})
    assert "Empty text_query" in await refused(bare)
    page = await google.post(SEARCH, headers=IDS, json=HOTELS | {"pageToken": token, "pageSize": 5})
    assert len(page.json()["places"]) == 5


async def test_a_token_expires(google, watch):
    token = (await google.post(SEARCH, headers=IDS, json=HOTELS)).json()["nextPageToken"]
    watch.turn(minutes=29)
    assert (await google.post(SEARCH, headers=IDS, json=HOTELS | {"pageToken": token})).status_code == 200
    watch.turn(minutes=1)
    await refused(await google.post(SEARCH, headers=IDS, json=HOTELS | {"pageToken": token}))


async def test_only_what_the_mask_names_is_told(google):
    mask = "places.id,places.displayName.text,places.reviews.rating"
    answer = await google.post(SEARCH, headers=KEY | {"X-Goog-FieldMask": mask}, json=HOTELS)
    places = answer.json()["places"]
    assert "nextPageToken" not in answer.json()
    assert all(set(place) <= {"id", "displayName", "reviews"} for place in places)
    assert all(set(place["displayName"]) == {"text"} for place in places)
    assert any(set(review) == {"rating"} for place in places for review in place.get("reviews", []))
    everything = await google.post(SEARCH, headers=KEY | {"X-Goog-FieldMask": "*"}, json=HOTELS)
    assert {"regularOpeningHours", "addressComponents"} <= set().union(*everything.json()["places"])


async def test_ratings_and_prices_filter_as_google_does(google):
    headers = KEY | {"X-Goog-FieldMask": "places.rating,places.priceLevel"}
    rated = (await google.post(SEARCH, headers=headers, json=HOTELS | {"minRating": 4.3})).json()["places"]
    assert all(place["rating"] >= 4.5 for place in rated)
    cheap = HOTELS | {"priceLevels": ["PRICE_LEVEL_INEXPENSIVE"]}
    priced = (await google.post(SEARCH, headers=headers, json=cheap)).json()["places"]
    assert {place["priceLevel"] for place in priced} == {"PRICE_LEVEL_INEXPENSIVE"}


async def test_businesses_without_a_door_are_left_out_unless_asked_for(google):
    headers = KEY | {"X-Goog-FieldMask": "places.pureServiceAreaBusiness"}
    plumbers = HOTELS | {"textQuery": "plumber"}
    plain = (await google.post(SEARCH, headers=headers, json=plumbers)).json()["places"]
    asked = plumbers | {"includePureServiceAreaBusinesses": True}
    more = (await google.post(SEARCH, headers=headers, json=asked)).json()["places"]
    assert not any(place["pureServiceAreaBusiness"] for place in plain)
    assert any(place["pureServiceAreaBusiness"] for place in more)


async def test_faults_come_in_order_or_by_chance_and_are_forgotten(google):
    async def statuses(count):
        return [(await google.post(SEARCH, headers=IDS, json=HOTELS)).status_code for _ in range(count)]

    await google.post("/_sandbox/faults", json={"next": ["ok", "503"]})
    assert await statuses(3) == [200, 503, 200]
    await google.post("/_sandbox/faults", json={"chance": {"500": 0.5}, "seed": 3})
    first = await statuses(20)
    assert {200, 500} == set(first)
    await google.post("/_sandbox/faults", json={"chance": {"500": 0.5}, "seed": 3})
    assert await statuses(20) == first
    await google.post("/_sandbox/reset")
    assert await statuses(3) == [200, 200, 200]
    assert (await google.get("/_sandbox/calls")).json()["total"] == 3
    for wrong in ({"next": ["sunshine"]}, {"chance": {"429": "often"}}, {"next": ["delay"]}):
        assert (await google.post("/_sandbox/faults", json=wrong)).status_code == 400


async def test_a_page_asked_for_twice_is_found_out(google):
    headers = KEY | {"X-Goog-FieldMask": "places.rating,nextPageToken"}
    for _ in range(2):
        await google.post(SEARCH, headers=headers, json=HOTELS)
    account = (await google.get("/_sandbox/calls")).json()
    assert (account["billed"], account["cost"], len(account["paid_twice"])) == (2, "0.070", 1)
