"""A scrape job from its first search to its end: every place once, every count adds up, every page paid once."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from callout.features.accounts.tables import TenantSetting
from callout.features.prospecting.catalogue.areas import area_of, around
from callout.features.prospecting.tables import CallList, CallListItem
from callout.kit.events.log import read_after
from callout.kit.geo import Point, haversine_km
from callout.sandbox.places_world import Shop, shops_in
from tests.features.scraping.conftest import SCRAPER, City, Office, adds_up

pytestmark = pytest.mark.usefixtures("worker")

DOWNTOWN = Point(30.26715, -97.74306)
MIDDLE: dict[str, Any] = {"center": DOWNTOWN._asdict(), "state": None, "city": None}


def shops_around(km: float, what: str = "hotel") -> list[Shop]:
    """What there is within a distance of the middle of Austin."""
    box = around(DOWNTOWN, km).box
    return [shop for shop in shops_in(box, what) if haversine_km(*DOWNTOWN, shop.lat, shop.lng) <= km]


async def test_a_job_finds_every_place_although_one_search_shows_only_some(city: City, office: Office) -> None:
    job = await office.run(radius_km=4, max_results=10_000, **MIDDLE)
    assert (job["status"], job["stop_reason"], job["errors"]) == ("completed", "exhausted", [])
    there = {shop.place_id for shop in shops_around(4)}
    rows = await office.businesses()
    assert len(there) > 3 * 120
    assert {row.place_id for row in rows} == there
    assert len(rows) == job["stored"] == job["found"]
    assert job["tiles_done"] == job["tiles_total"] > 10
    assert job["batches_done"] == job["batches_total"]
    assert (job["progress_pct"], job["mode"]) == (100, "sandbox")
    assert adds_up(job)
    assert job["provider_calls"] == sum(page.calls for page in await office.pages(job))
    assert (await city.calls())["paid_twice"] == []


@pytest.mark.parametrize("provider", ["serpapi", "google_maps"])
async def test_a_circle_brings_what_lies_inside_it_and_nothing_else(office: Office, provider: str) -> None:
    job = await office.run(provider=provider, radius_km=2, max_results=1000, **MIDDLE)
    assert job["status"] == "completed"
    assert {row.place_id for row in await office.businesses()} == {shop.place_id for shop in shops_around(2)}
    assert adds_up(job)


async def test_several_business_types_in_several_places_are_one_job(office: Office) -> None:
    job = await office.run(
        business_types=[" Hotel", "hotel", "zoo"], city="Kerrville", places=[{"country": "US", "state": "TX", "city": "Lamesa"}]
    )  # fmt: skip
    assert job["business_types"] == ["hotel", "zoo"]
    assert [area["label"].partition(",")[0] for area in job["areas"]] == ["Kerrville", "Lamesa"]
    assert job["tiles_total"] == 4
    wanted = set()
    for town in ("Kerrville", "Lamesa"):
        area = area_of("US", "TX", town)
        assert area is not None
        wanted |= {shop.place_id for what in ("hotel", "zoo") for shop in shops_in(area.box, what)}
    assert {row.place_id for row in await office.businesses()} == wanted
    assert job["name"] == "Hotel, zoo in Kerrville, Texas, United States (+1)"


async def test_rated_places_below_the_wish_are_left_out_and_unrated_ones_are_kept_and_counted(office: Office) -> None:
    job = await office.run(radius_km=3, min_rating=4, max_results=1000, **MIDDLE)
    there = shops_around(3)
    low = sum(shop.rating is not None and shop.rating < 4 for shop in there)
    unrated = sum(shop.rating is None for shop in there)
    assert (job["filtered"], job["unrated"], job["stored"]) == (low, unrated, len(there) - low)
    assert adds_up(job)


async def test_a_job_stops_with_as_many_as_it_was_asked_for(office: Office) -> None:
    job = await office.run(radius_km=5, max_results=33, **MIDDLE)
    assert (job["status"], job["stop_reason"], job["stored"]) == ("stopped", "limit", 33)
    assert len(await office.businesses()) == 33
    assert adds_up(job)


async def test_the_first_results_are_passed_over_when_asked(office: Office) -> None:
    job = await office.run(radius_km=2, max_results=1000, start_offset=10, **MIDDLE)
    assert job["stored"] == len(shops_around(2)) - 10
    assert adds_up(job)


async def test_a_second_job_meets_the_same_places_again_and_stores_none_twice(office: Office) -> None:
    first = await office.run(radius_km=2, max_results=1000, **MIDDLE)
    second = await office.run(radius_km=2, max_results=1000, provider="google_maps", **MIDDLE)
    assert second["duplicates"] == first["stored"] == second["found"]
    assert second["stored"] == 0
    assert len(await office.businesses()) == first["stored"]
    assert adds_up(second)


async def test_a_plan_lets_a_job_store_as_many_as_it_has_room_for(city: City) -> None:
    office = await city.office(plan="trial")
    job = await office.run(radius_km=5, max_results=1000, **MIDDLE)
    assert (job["status"], job["stop_reason"], job["stored"]) == ("stopped", "limit", 100)
    assert job["errors"][-1]["code"] == "plan_limit_reached"
    assert len(await office.businesses()) == 100
    assert adds_up(job)
    answer = await office.owner.post(
        f"{SCRAPER}/jobs", json={"provider": "serpapi", "country": "US", "city": "Austin", "business_types": ["zoo"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (402, "plan_limit_reached")


async def test_reviews_are_asked_for_once_per_place(city: City, office: Office) -> None:
    job = await office.run(city="Kerrville", with_reviews=True)
    rows = await office.businesses()
    reviewed = [row for row in rows if row.review_count]
    assert reviewed
    assert all(row.reviews and row.provenance["reviews"]["job"] == job["id"] for row in reviewed)
    asked = [call for call in (await city.calls())["items"] if call["parameters"]["engine"] == "google_maps_reviews"]
    assert len(asked) == len(reviewed)
    assert job["provider_calls"] > len(asked)


async def test_new_callable_businesses_go_to_the_list_of_the_job(office: Office) -> None:
    async with office.work() as work:
        call_list = CallList(name="Hotels")
        work.session.add(call_list)
        await work.session.flush()
        list_id = call_list.id
    job = await office.run(city="Kerrville", target_list_id=str(list_id))
    await _wait_for_list(office, list_id, job["callable"])


async def test_with_automatic_import_a_job_makes_a_list_of_its_own(office: Office) -> None:
    async with office.work() as work:
        work.session.add(TenantSetting(key="scraper.auto_import", value=True))
    job = await office.run(city="Kerrville", name="Hotels in Kerrville")
    for _ in range(100):
        now = await office.get(f"/jobs/{job['id']}")
        if now["target_list_id"]:
            break
        await office.until(job)
    await _wait_for_list(office, UUID(now["target_list_id"]), job["callable"])


async def test_the_stream_of_a_job_tells_batches_and_the_end(office: Office) -> None:
    job = await office.run(city="Kerrville")
    async with office.work() as work:
        told = await read_after(work.session, office.tenant_id, 0, noun_id=UUID(job["id"]))
    types = [event.type for event in told]
    assert types[:3] == ["scrape.started", "business.stored", "scrape.progress"]
    assert types[-1] == "scrape.finished"
    assert types.count("scrape.finished") == 1
    assert told[-1].data["stored"] == job["stored"]
    assert told[-1].data["tiles_done"] == 1
    assert told[1].data["count"] == job["stored"]


async def test_the_least_rating_and_the_most_results_come_from_the_settings(office: Office) -> None:
    async with office.work() as work:
        work.session.add(TenantSetting(key="scraper.default_min_rating", value=4.5))
        work.session.add(TenantSetting(key="scraper.default_max_results", value=3))
    job = await office.run(radius_km=2, min_rating=None, **MIDDLE)
    assert (job["min_rating"], job["max_results"], job["stored"]) == (4.5, 3, 3)
    rows = await office.businesses()
    assert all(row.rating is None or row.rating >= Decimal("4.5") for row in rows)


async def _wait_for_list(office: Office, list_id: UUID, count: int) -> None:
    async with asyncio.timeout(20):
        while True:
            async with office.work() as work:
                query = select(CallListItem.contact_id).where(CallListItem.call_list_id == list_id)
                items = (await work.session.execute(query)).all()
            if len(items) == count > 0:
                return
            await asyncio.sleep(0.1)
