"""Demand nobody could serve becomes a job that looks for those who could."""

from uuid import uuid4

from callout.features.prospecting.scraping.supply_gap import SUGGESTED_AGAIN_AFTER, Place, note_unfilled
from tests.features.scraping.conftest import SCRAPER, City, Office

AUSTIN = Place(country="US", state="Texas", city="Austin", lat=30.27, lng=-97.74)


async def test_unfilled_orders_make_one_suggestion_and_each_counts_once(office: Office) -> None:
    order = uuid4()
    for order_id, place in (
        (order, AUSTIN),
        (order, AUSTIN),
        (uuid4(), Place(country="US", state="texas", city="AUSTIN")),
    ):
        async with office.work() as work:
            await note_unfilled(work, order_id, "plumbing", place)
    gaps = await office.get("/supply-gaps", status="suggested")
    assert [(gap["service"], gap["city"], gap["unfilled"]) for gap in gaps["items"]] == [("plumbing", "Austin", 2)]


async def test_an_accepted_suggestion_is_a_job_for_those_who_offer_the_service(office: Office) -> None:
    async with office.work() as work:
        gap = await note_unfilled(work, uuid4(), "plumbing", AUSTIN)
    answer = await office.owner.post(f"{SCRAPER}/supply-gaps/{gap.id}/accept", json={"max_results": 40})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["status"], told["job_id"]) == ("accepted", told["job"]["id"])
    assert told["job"]["business_types"] == ["plumber"]
    assert told["job"]["max_results"] == 40
    assert told["job"]["areas"][0]["label"] == "Austin, Texas, United States"
    again = await office.owner.post(f"{SCRAPER}/supply-gaps/{gap.id}/accept")
    assert again.status_code == 409
    assert (await office.get("/jobs"))["total"] == 1


async def test_a_dismissed_suggestion_comes_back_when_more_orders_find_nobody(office: Office) -> None:
    async with office.work() as work:
        gap = await note_unfilled(work, uuid4(), "hvac", AUSTIN)
    answer = await office.owner.post(f"{SCRAPER}/supply-gaps/{gap.id}/dismiss")
    assert answer.json()["status"] == "dismissed"
    for further in range(SUGGESTED_AGAIN_AFTER):
        gaps = await office.get("/supply-gaps", status="suggested")
        assert gaps["total"] == 0, further
        async with office.work() as work:
            await note_unfilled(work, uuid4(), "hvac", AUSTIN)
    assert (await office.get("/supply-gaps", status="suggested"))["total"] == 1


async def test_where_only_a_point_is_known_the_search_goes_around_it(office: Office) -> None:
    async with office.work() as work:
        gap = await note_unfilled(work, uuid4(), "dog_walking", Place(country="US", lat=30.27, lng=-97.74))
    told = (await office.owner.post(f"{SCRAPER}/supply-gaps/{gap.id}/accept", json={"radius_km": 4})).json()
    assert told["job"]["business_types"] == ["dog walking service"]
    assert (told["job"]["radius_km"], told["job"]["center"]) == (4, {"lat": 30.27, "lng": -97.74})


async def test_gaps_are_a_tenants_own(city: City, office: Office) -> None:
    async with office.work() as work:
        gap = await note_unfilled(work, uuid4(), "hvac", AUSTIN)
    stranger = await city.office()
    assert (await stranger.get("/supply-gaps"))["total"] == 0
    assert (await stranger.owner.post(f"{SCRAPER}/supply-gaps/{gap.id}/dismiss")).status_code == 404
