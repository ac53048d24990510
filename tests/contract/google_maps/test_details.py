"""One place: details, reviews, and the check of a key."""

from decimal import Decimal
from itertools import pairwise

from callout.adapters.google_maps.billing import place_fields, search_mask, sku_of
from callout.features.prospecting.ports import Box, PlacesQuery
from callout.sandbox.google_maps_masks import bill, paths_of
from callout.sandbox.places_world import shops_in

AUSTIN = Box(30.26, -97.75, 30.28, -97.73)


async def test_details_tell_the_same_as_the_search(places, calls):
    page = await places().search(PlacesQuery(text="hotel", country="US", box=AUSTIN))
    draft = await places().place(page.drafts[0].place_id, country="US")
    assert draft == page.drafts[0]
    made = await calls()
    assert Decimal(made["items"][-1]["cost"]) == places().place_cost == Decimal("0.025")


async def test_reviews_are_the_newest_and_nobodys(places, calls):
    shop = next(shop for shop in shops_in(AUSTIN, "hotel") if shop.review_count >= 5)
    reviews = await places().reviews(shop.place_id)
    assert len(reviews) == 5
    assert all(newer.at >= older.at for newer, older in pairwise(reviews))
    assert {review.at.replace(microsecond=0) for review in reviews} == {remark.at for remark in shop.reviews}
    assert len(await places().reviews(shop.place_id, limit=2)) == 2
    made = await calls()
    assert Decimal(made["items"][-1]["cost"]) == places().reviews_cost


async def test_a_place_nobody_knows_is_none(places):
    for place_id in ("ChIJnobodyknowsthisplaceatall", "nonsense", "a/../b?c", ""):
        assert await places().place(place_id, country="US") is None
        assert await places().reviews(place_id) == []


async def test_checking_a_key_costs_nothing(places, calls):
    account = await places().account()
    assert account.per_second == 10
    made = await calls()
    assert (made["total"], made["billed"], made["items"][0]["sku"]) == (1, 0, "Text Search IDs Only")


def test_prices_agree_with_the_bill_of_the_simulator():
    for with_reviews in (False, True):
        fields = place_fields(with_reviews=with_reviews)
        assert bill("Text Search", paths_of(search_mask(fields), wrapped=True))[1] == sku_of("search", fields).per_call
        assert bill("Place Details", paths_of(",".join(fields), wrapped=False))[1] == sku_of("details", fields).per_call
    assert sku_of("search", ("id",)).per_call == 0
