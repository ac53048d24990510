"""Searching: pages until the cap, what a place tells, what it costs."""

from datetime import timedelta
from decimal import Decimal

import pytest

from callout.features.prospecting.ports import Box, PlacesQuery, QueryRefused
from callout.kit.geo import bounding_box
from callout.sandbox.places_world import shop, shops_in

AUSTIN = Box(*bounding_box(30.2672, -97.7431, 12))
BERLIN = Box(*bounding_box(52.52, 13.405, 2))


async def pages_of(places, query):
    pages, cursor = [], None
    while not pages or cursor:
        pages.append(await places.search(query, cursor=cursor))
        cursor = pages[-1].next
        assert len(pages) < 10
    return pages


async def test_a_city_is_told_in_six_pages_and_no_more(places, calls):
    pages = await pages_of(places, PlacesQuery(text="hotel", country="US", box=AUSTIN))
    drafts = [draft for page in pages for draft in page.drafts]
    assert [len(page.drafts) for page in pages] == [20] * 6
    assert len({draft.place_id for draft in drafts}) == 120 == places.cap
    assert len(shops_in(AUSTIN, "hotel")) > 120
    assert sum(page.cost for page in pages) == 6 * Decimal("0.015")
    assert (await calls())["billed"] == 6


async def test_the_best_known_of_the_whole_box_are_among_the_results(places):
    page = await places.search(PlacesQuery(text="hotel", country="US", box=AUSTIN))
    told = {draft.place_id for draft in page.drafts}
    assert shops_in(AUSTIN, "hotel")[0].place_id in told


async def test_a_small_box_is_told_whole(places):
    box = Box(*bounding_box(30.2672, -97.7431, 0.8))
    pages = await pages_of(places, PlacesQuery(text="hotel", country="US", box=box))
    told = {draft.place_id for page in pages for draft in page.drafts}
    inside = {found.place_id for found in shops_in(box, "hotel")}
    assert inside
    assert inside <= told
    assert len(told) < 120


async def test_a_draft_says_what_the_place_is(places):
    page = await places.search(PlacesQuery(text="restaurant", country="US", box=AUSTIN))
    for draft in page.drafts:
        known = shop(draft.place_id)
        assert (draft.name, draft.lat, draft.lng) == (known.name, known.lat, known.lng)
        assert (draft.phone, draft.website) == (known.phone, known.website)
        assert (draft.country, draft.state, draft.city) == ("US", "Texas", known.city)
        assert draft.category == known.category
        assert draft.review_count == (known.review_count or None)
        assert draft.rating == (None if known.rating is None else Decimal(str(known.rating)))
        assert draft.timezone == "America/Chicago"
        assert draft.closed == (known.business_status == "CLOSED_PERMANENTLY")
        assert draft.hours is None or list(draft.hours) == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        assert draft.photos
    assert page.rejected == 0
    assert any(draft.price_level for draft in page.drafts)
    assert any(draft.service_options for draft in page.drafts)


async def test_numbers_of_another_country_are_read_as_its_own(places):
    page = await places.search(PlacesQuery(text="dentist", country="DE", box=BERLIN))
    assert {draft.country for draft in page.drafts} == {"DE"}
    assert {draft.city for draft in page.drafts} == {"Berlin"}
    assert all(draft.phone == shop(draft.place_id).phone for draft in page.drafts)
    assert sum(draft.phone is not None for draft in page.drafts) > 10


async def test_the_words_may_say_where(places, calls):
    pages = await pages_of(places, PlacesQuery(text="hotel in Austin, Texas", country="US"))
    drafts = [draft for page in pages for draft in page.drafts]
    assert len({draft.place_id for draft in drafts}) == 120
    assert "ll" not in (await calls())["items"][0]["parameters"]
    assert (await calls())["items"][1]["parameters"]["ll"].startswith("@30.")


async def test_nothing_found_is_an_empty_page(places):
    sea = Box(*bounding_box(0.0, -30.0, 20))
    page = await places.search(PlacesQuery(text="hotel", country="US", box=sea))
    assert (page.drafts, page.next, page.rejected) == ([], None, 0)
    beyond = await places.search(PlacesQuery(text="hotel", country="US", box=AUSTIN), cursor="120")
    assert (beyond.drafts, beyond.next) == ([], None)


async def test_a_single_match_comes_in_another_shape_and_says_the_same(places, simulator):
    for lat in range(29, 36):
        for tenth in range(40):
            box = Box(*bounding_box(lat + 0.05, -104 + tenth / 10, 1.5))
            page = await places.search(PlacesQuery(text="notary", country="US", box=box))
            if len(page.drafts) == 1:
                known = shop(page.drafts[0].place_id)
                assert (page.drafts[0].name, page.drafts[0].phone) == (known.name, known.phone)
                assert page.next is None
                told = (await simulator.get("/_sandbox/calls")).json()["items"][-1]["parameters"]
                raw = await simulator.get("/search", params={**told, "api_key": "sandbox"})
                assert "place_results" in raw.json()
                return
    pytest.fail("no lonely shop in the test's corner of the world")


async def test_a_full_page_without_a_link_has_a_next_page_all_the_same(places, simulator):
    forgotten = 0
    for what in ("hotel", "plumber", "dentist", "lawyer", "gym"):
        pages = await pages_of(places, PlacesQuery(text=what, country="US", box=AUSTIN))
        assert len(pages) == 6
    for call in (await simulator.get("/_sandbox/calls")).json()["items"]:
        raw = (await simulator.get("/search", params={**call["parameters"], "api_key": "sandbox"})).json()
        is_last = call["parameters"].get("start") == "100"
        forgotten += "serpapi_pagination" not in raw and not is_last
    assert forgotten


async def test_the_same_page_within_an_hour_is_free_and_the_same(places, calls, clock):
    query = PlacesQuery(text="hotel", country="US", box=AUSTIN)
    once = await places.search(query, cursor="20")
    again = await places.search(query, cursor="20")
    assert once.drafts == again.drafts
    told = await calls()
    assert (told["total"], told["billed"], told["paid_twice"]) == (2, 1, [])
    assert not any("no_cache" in call["parameters"] for call in told["items"])
    clock.advance(timedelta(seconds=3601))
    await places.search(query, cursor="20")
    told = await calls()
    assert (told["billed"], len(told["paid_twice"])) == (2, 1)


@pytest.mark.parametrize("language", ["de", "pt-BR", "en-US", "zh_CN", "es-MX"])
async def test_every_language_tag_is_understood(places, language):
    page = await places.search(PlacesQuery(text="hotel", country="US", box=AUSTIN, language=language))
    assert len(page.drafts) == 20


@pytest.mark.parametrize("cursor", ["x", "-20", "20.5", "²", "@1,2,3z", "1e3"])
async def test_a_cursor_of_something_else_is_refused(places, cursor):
    with pytest.raises(QueryRefused):
        await places.search(PlacesQuery(text="hotel", country="US", box=AUSTIN), cursor=cursor)


async def test_a_search_for_nothing_is_refused(places):
    with pytest.raises(QueryRefused, match="Missing query `q`"):
        await places.search(PlacesQuery(text="", country="US", box=AUSTIN))
