"""Which businesses are suggested as duplicates (product specification §6.1)."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from callout.features.prospecting.identity.similarity import likeness
from callout.features.prospecting.identity.store import next_profiles
from callout.features.prospecting.identity.suggesting import look_after_job
from callout.features.prospecting.identity.workflows import register
from callout.features.prospecting.scraping.events import ScrapeFinished
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.workflows import Workflows
from tests.features.identity.conftest import AUSTIN, BUSINESSES, DUPLICATES, Book, Desk, draft

NEAR = (AUSTIN[0] + 0.0008, AUSTIN[1])
FAR = (AUSTIN[0] + 0.004, AUSTIN[1])


async def test_a_business_told_twice_under_other_ids_is_suggested_once_with_its_reasons(book: Book, desk: Desk) -> None:
    await book.tell(
        draft("Joe's Garage LLC", place_id="a", website="https://joes.example/"),
        draft(
            "JOES GARAGE", place_id="b", at=NEAR, address="1 Main Street, Austin, TX", website="http://www.joes.example"
        ),
        draft("Joe's Garage", place_id="c", at=FAR, address=None),
        draft("Ann's Bakery", place_id="d"),
    )
    assert await book.look() == 1
    assert await book.look() == 0
    body = await desk.get(DUPLICATES)
    assert (body["total"], len(body["items"])) == (1, 1)
    found = body["items"][0]
    assert [business["name"] for business in found["businesses"]] == ["Joe's Garage LLC", "JOES GARAGE"]
    assert (found["status"], found["distance_m"]) == ("open", 89)
    assert {reason["part"]: reason["agreement"] for reason in found["reasons"]} == {
        "name": 1.0, "place": 0.703, "address": 1.0, "phone": None, "website": 1.0,
    }  # fmt: skip
    assert found["score"] == 0.891


async def test_branches_of_a_chain_and_neighbours_are_not_suggested(book: Book, desk: Desk) -> None:
    await book.tell(
        draft("Burger Palace", place_id="a"),
        draft("Burger Palace", place_id="b", address="9 Main St, Austin"),
        draft("Burger Palace", place_id="c", address="1 Oak St, Austin"),
        draft("Hotline Hotel", place_id="d", phone="+15125550100"),
        draft("Hotline Hotel", place_id="e", phone="+15125550101"),
        draft("School No. 5", place_id="f"),
        draft("School No. 6", place_id="g"),
    )
    assert await book.look() == 0
    assert await desk.suggested() == []


async def test_a_business_without_coordinates_is_found_by_name_and_address(book: Book, desk: Desk) -> None:
    await book.tell(
        draft("Bluebird Dental LLC", place_id="a"),
        draft("Bluebird Dental", place_id="b", at=None, address="1 Main Street, Austin"),
        draft("Bluebird Dental", place_id="c", at=None, address="7 Elm St, Austin"),
        draft("Bluebird Dental", place_id="f", at=None, address="1 Main Street, Boston, MA 02108"),
        draft("Spa", place_id="d", at=None, address="5 Elm St"),
        draft("Spa", place_id="e", at=None, address="5 Elm Street"),
    )
    assert await book.look() == 2
    assert set(await desk.suggested()) == {("Spa", "Spa"), ("Bluebird Dental", "Bluebird Dental LLC")}


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_the_search_finds_what_comparing_everybody_with_everybody_finds(book: Book, size: int) -> None:
    names = ["Joe's Garage", "Joes Garage Inc", "Ann's Bakery", "Anns Bakery GmbH"]
    spots = [(lat, lng) for lat in (0.0, 0.00125, 30.002, -0.001) for lng in (179.9995, -179.9995, 0.0, 0.0013)]
    await book.tell(
        *(
            draft(names[(row * 7 + number) % 4], place_id=f"{row}-{number}", at=spot, address=None)
            for number, spot in enumerate(spots)
            for row in range(3)
        )
    )
    async with book.work() as work:
        everybody = await next_profiles(work, since=None, after=None, limit=1000)
    expected = sum(
        likeness(one, other) is not None for index, one in enumerate(everybody) for other in everybody[index + 1 :]
    )
    assert expected > 20
    assert await book.look(size) == expected


async def test_a_dismissed_pair_is_not_suggested_again(book: Book, desk: Desk) -> None:
    await book.tell(draft(place_id="a"), draft(place_id="b"))
    await book.look()
    found = (await desk.get(DUPLICATES))["items"][0]
    for _ in range(2):
        assert (await desk.post(f"{DUPLICATES}/{found['id']}/dismiss"))["status"] == "dismissed"
    assert await book.look() == 0
    assert await desk.suggested() == []
    assert len(await desk.suggested(status="dismissed")) == 1
    assert len(await desk.suggested(status="dismissed", min_score=0.99)) == 0
    assert (await desk.http.post(f"{DUPLICATES}/{uuid4()}/dismiss")).status_code == 404


async def test_only_those_who_may_merge_see_suggestions(book: Book) -> None:
    for role, status in (("owner", 200), ("manager", 200), ("viewer", 403), ("agent", 403)):
        assert (await (await book.client(role)).get(DUPLICATES)).status_code == status


async def test_deleting_a_business_takes_its_suggestions_along(book: Book, desk: Desk) -> None:
    rows = await book.tell(draft(place_id="a"), draft(place_id="b"))
    await book.look()
    assert (await desk.http.delete(f"{BUSINESSES}/{rows[0]['id']}")).status_code == 204
    assert await desk.suggested(status="open,merged,dismissed") == []


async def test_a_finished_job_has_its_businesses_looked_at_by_the_worker(
    book: Book, desk: Desk, postgres: Any, bus: Any
) -> None:
    bus.on(ScrapeFinished, look_after_job)
    flows = Workflows()
    register(flows, book.database)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    try:
        await book.tell(draft("Old Mill", place_id="a"))
        await book.tell(draft("Old Mill", place_id="b"), draft("Joe's", place_id="c"))
        async with book.work() as work:
            job = await work.session.get(ScrapeJob, book.jobs[-1])
            job.stored = 2
            await work.publish(ScrapeFinished.of(job, stop_reason="exhausted"))
        async with asyncio.timeout(30):
            while not await desk.suggested():  # noqa: ASYNC110 - the worker is another loop
                await asyncio.sleep(0.1)
        assert await desk.suggested() == [("Old Mill", "Old Mill")]
        asked = await desk.post(f"{DUPLICATES}/search", 202)
        assert asked["status"] == "queued"
    finally:
        await flows.shutdown(10)
