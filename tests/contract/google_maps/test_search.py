"""Text search against the simulator: pages, areas, tokens, what it costs."""

from decimal import Decimal
from itertools import pairwise

import pytest

from callout.adapters.google_maps.searching import Cursor, rectangles, search_body
from callout.features.prospecting.ports import Box, PlacesQuery, QueryRefused
from callout.kit.text.phones import parse_phone
from callout.sandbox.places_world import shops_in

AUSTIN = Box(30.22, -97.80, 30.32, -97.68)
QUIET = Box(30.2672, -97.7431, 30.2722, -97.7381)


def hotels(box=AUSTIN, **more):
    return PlacesQuery(**{"text": "hotel", "country": "US", "box": box, **more})


async def whole(source, query):
    """Every page of a search."""
    pages, cursor = [], None
    while True:
        pages.append(await source.search(query, cursor=cursor))
        cursor = pages[-1].next
        if cursor is None:
            return pages


async def test_a_full_area_gives_sixty_places_on_three_pages_each_billed_once(places, calls):
    pages = await whole(places(), hotels())
    assert [len(page.drafts) for page in pages] == [20, 20, 20]
    ids = [draft.place_id for page in pages for draft in page.drafts]
    assert len(set(ids)) == places().cap == 60
    assert [(page.calls, page.cost, page.rejected) for page in pages] == [(1, Decimal("0.040"), 0)] * 3
    made = await calls()
    assert (made["billed"], Decimal(made["cost"]), made["paid_twice"]) == (3, Decimal("0.120"), [])
    assert {call["sku"] for call in made["items"]} == {"Text Search Enterprise + Atmosphere"}


async def test_one_search_tells_everything_the_product_keeps(places):
    pages = await whole(places(), hotels())
    told = {draft.place_id: draft for page in pages for draft in page.drafts}
    shops = {shop.place_id: shop for shop in shops_in(AUSTIN, "hotel")}
    for place_id, draft in told.items():
        shop = shops[place_id]
        assert (draft.name, draft.address, draft.city) == (shop.name, shop.address, shop.city)
        assert (draft.state, draft.country) == ("Texas", "US")
        assert draft.phone == (parse_phone(shop.phone) if shop.phone else None)
        assert draft.website == shop.website
        assert draft.rating == (Decimal(str(shop.rating)) if shop.rating else None)
        assert draft.review_count == shop.review_count
        assert draft.price_level == shop.price_level
        assert (draft.lat, draft.lng) == (shop.lat, shop.lng)
        assert draft.timezone == shop.timezone == "America/Chicago"
        assert draft.description == shop.description
        assert draft.category == shop.category
        assert draft.closed == (shop.business_status == "CLOSED_PERMANENTLY")
        assert (draft.hours is None) == (shop.hours is None)
        assert draft.reviews == []
    kept = list(told.values())
    assert any(draft.photos for draft in kept)
    assert any(draft.service_options for draft in kept)
    assert any(draft.open_now for draft in kept)


async def test_reviews_come_with_the_search_at_the_same_price_and_without_authors(places):
    page = await places().search(hotels(with_reviews=True))
    assert page.cost == Decimal("0.040")
    reviews = next(draft.reviews for draft in page.drafts if len(draft.reviews) > 1)
    assert set(reviews[0]) == {"rating", "text", "at"}
    assert all(newer["at"] >= older["at"] for newer, older in pairwise(reviews))
    assert "Contributor" not in str(page.drafts)


async def test_a_small_area_gives_all_it_has_and_nothing_outside(places):
    (page,) = await whole(places(), hotels(QUIET))
    assert {draft.place_id for draft in page.drafts} == {shop.place_id for shop in shops_in(QUIET, "hotel")}
    assert 0 < len(page.drafts) < 20


async def test_nothing_found_is_an_empty_page(places):
    page = await places().search(hotels(Box(-40.0, -130.0, -39.9, -129.9)))
    assert (page.drafts, page.next, page.cost) == ([], None, Decimal("0.040"))


async def test_without_an_area_the_text_says_where(places):
    page = await places().search(hotels(None, text="hotel in Austin, Texas"))
    assert {draft.city for draft in page.drafts} == {"Austin"}


async def test_open_now_is_asked_of_google_the_rating_is_not(places):
    found = [draft for page in await whole(places(), hotels(open_now=True, min_rating=4.9)) for draft in page.drafts]
    assert all(draft.open_now for draft in found)
    assert any(draft.rating is None or draft.rating < 4 for draft in found)


async def test_businesses_that_go_to_their_customers_are_found_without_a_position(places):
    query = hotels(text="plumbers")
    found = [draft for page in await whole(places(), query) for draft in page.drafts]
    going = [draft for draft in found if draft.service_options and "goes_to_customers_only" in draft.service_options]
    assert going
    assert all(draft.lat is draft.address is None and draft.country == "US" for draft in going)


async def test_hours_are_the_same_in_every_language(places):
    english = await places().search(hotels())
    german = await places().search(hotels(language="de"))
    assert [draft.hours for draft in english.drafts] == [draft.hours for draft in german.drafts]


async def test_an_expired_token_costs_nothing_twice(places, calls, watch):
    source = places()
    first = await source.search(hotels())
    second = await source.search(hotels(), cursor=first.next)
    watch.turn(hours=3)
    third = await source.search(hotels(), cursor=second.next)
    seen = [draft.place_id for page in (first, second, third) for draft in page.drafts]
    assert len(set(seen)) == 60
    made = await calls()
    assert [call["status"] for call in made["items"]] == [200, 200, 400, 200, 200, 200]
    assert [call["sku"] for call in made["items"][3:5]] == ["Text Search IDs Only"] * 2
    assert (made["billed"], made["paid_twice"]) == (3, [])


async def test_a_page_that_is_no_longer_there_ends_the_search(places, watch):
    source = places()
    first = await source.search(hotels())
    watch.turn(hours=3)
    page = await source.search(hotels(QUIET), cursor=first.next)
    assert (page.drafts, page.next, page.calls, page.cost) == ([], None, 0, 0)


async def test_repeated_places_are_passed_on_with_the_true_ones(places, faults):
    source = places()
    first = await source.search(hotels())
    await faults("duplicate")
    second = await source.search(hotels(), cursor=first.next)
    assert [draft.place_id for draft in second.drafts[:20]] == [draft.place_id for draft in first.drafts]
    assert len({draft.place_id for draft in second.drafts}) == 40


async def test_a_search_that_is_no_search_is_refused_without_asking(places, calls):
    for query, cursor in ((hotels(text=" "), None), (hotels(), "nonsense"), (hotels(Box(2.0, 0.0, 1.0, 1.0)), None)):
        with pytest.raises(QueryRefused):
            await places().search(query, cursor=cursor)
    assert (await calls())["total"] == 0


async def test_an_area_around_the_world_is_searched_in_two_halves(places):
    source = places()
    band = Box(30.25, -180.0, 30.27, 180.0)
    pages = await whole(source, hotels(band))
    longitudes = [draft.lng for page in pages for draft in page.drafts]
    assert min(longitudes) < 0 < max(longitudes)


async def test_an_area_across_the_antimeridian_is_one_search(places):
    crossing = Box(-17.9, 179.7, -17.5, -179.6)
    shops = {shop.place_id for shop in shops_in(crossing, "hotel")}
    found = {draft.place_id for page in await whole(places(), hotels(crossing)) for draft in page.drafts}
    assert found == shops
    assert 0 < len(found) < 60


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (None, [None]),
        (Box(1, 170, 2, -170), [Box(1, 170, 2, -170)]),
        (Box(1, 180, 2, -170), [Box(1, -180, 2, -170)]),
        (Box(1, 170, 2, -180), [Box(1, 170, 2, 180)]),
        (Box(1, -180, 2, 180), [Box(1, -180, 2, 0), Box(1, 0, 2, 180)]),
        (Box(1, 100, 2, -60), [Box(1, 100, 2, -160), Box(1, -160, 2, -60)]),
        (Box(1, -90, 2, 90), [Box(1, -90, 2, 90)]),
    ],
)
def test_areas_become_rectangles_the_api_takes(box, expected):
    assert rectangles(box) == expected


@pytest.mark.parametrize("cursor", [Cursor(), Cursor(1), Cursor(0, 2, "AfLe.c2Vj==")])
def test_a_cursor_survives_being_stored(cursor):
    assert Cursor.read(str(cursor)) == cursor


def test_every_page_repeats_the_same_parameters():
    body = search_body(hotels(min_rating=4.0, price_levels=(1, 2)), AUSTIN)
    assert body["locationRestriction"]["rectangle"]["low"] == {"latitude": 30.22, "longitude": -97.80}
    assert body["regionCode"] == "US"
    assert not {"minRating", "priceLevels", "pageToken"} & set(body)
