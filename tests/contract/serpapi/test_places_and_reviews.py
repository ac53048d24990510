"""One place, its reviews, and what the key is good for."""

import pytest

from callout.adapters.serpapi import SerpApiPlaces
from callout.features.prospecting.ports import KeyRefused, QueryRefused
from callout.kit.geo import bounding_box
from callout.sandbox.places_world import shops_in

KEY = "5e" * 32


@pytest.fixture
def known():
    hotels = shops_in(bounding_box(51.5074, -0.1278, 3), "hotel")
    return next(found for found in hotels if found.phone and found.hours and 60 < found.review_count < 400)


async def test_a_place_is_found_by_every_kind_of_id(places, known):
    for place_id in (known.place_id, known.data_id, f"cid:{known.cid}"):
        draft = await places.place(place_id, country="GB")
        assert (draft.name, draft.phone, draft.place_id) == (known.name, known.phone, known.place_id)
        assert (draft.country, draft.city, draft.timezone) == ("GB", "London", "Europe/London")
        assert (draft.lat, draft.lng) == (known.lat, known.lng)
        assert list(draft.hours) == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


async def test_a_place_nobody_knows_is_none(places):
    assert await places.place("ChIJN1t_tDeuEmsRUsoyG83frY4", country="US") is None
    assert await places.place("cid:1", country="US") is None


async def test_what_is_no_id_is_refused(places):
    with pytest.raises(QueryRefused):
        await places.place("0xzz", country="US")


@pytest.mark.parametrize(("limit", "searches"), [(5, 1), (8, 1), (9, 2), (28, 2), (40, 3)])
async def test_reviews_come_newest_first_as_many_as_wanted(places, known, calls, limit, searches):
    told = await places.reviews(known.place_id, limit=limit)
    wanted = list(known.all_reviews())[:limit]
    assert len(told) == limit
    assert [(review.at, review.rating) for review in told] == [(remark.at, float(remark.rating)) for remark in wanted]
    assert [review.text for review in told] == [remark.text for remark in wanted]
    assert (await calls())["billed"] == searches


async def test_reviews_are_found_by_every_kind_of_id(places, known):
    by_place = await places.reviews(known.place_id)
    assert by_place == await places.reviews(known.data_id) == await places.reviews(f"cid:{known.cid}")


async def test_a_place_without_reviews_has_none(places):
    hotels = shops_in(bounding_box(51.5074, -0.1278, 3), "hotel")
    silent = next(found for found in hotels if found.review_count == 0)
    assert await places.reviews(silent.place_id) == []
    assert await places.reviews("ChIJN1t_tDeuEmsRUsoyG83frY4") == []


async def test_all_reviews_of_a_place_can_be_had(places, known):
    assert len(await places.reviews(known.place_id, limit=10_000)) == known.review_count


async def test_the_account_tells_what_is_left_and_costs_nothing(places, simulator, calls):
    await simulator.post("/_sandbox/limits", json={"searches_left": 41, "per_hour": 3600})
    account = await places.account()
    assert (account.plan, account.remaining, account.per_second) == ("Big Data Plan", 41, 1.0)
    assert account.details["account_rate_limit_per_hour"] == 3600
    assert "api_key" not in account.details
    assert KEY not in repr(account)
    assert (await calls())["billed"] == 0


async def test_the_account_of_a_wrong_key_is_refused(simulator):
    with pytest.raises(KeyRefused):
        await SerpApiPlaces(simulator, api_key="invalid-key", base_url="http://callout.test").account()
