"""Pausing, resuming, stopping, deleting; and workers that die or meet each other."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from callout.features.prospecting.scraping import fetching
from callout.features.prospecting.scraping.steps import Steps
from tests.features.scraping.conftest import SCRAPER, City, Office, adds_up
from tests.features.scraping.test_jobs import MIDDLE, shops_around

DOZENS: dict[str, Any] = {"radius_km": 2, "max_results": 1000, **MIDDLE}


@pytest.mark.usefixtures("worker")
async def test_a_paused_job_rests_and_goes_on_where_it_was(city: City) -> None:
    office = await city.office(pace_ms=150)
    job = await office.start(**DOZENS)
    await begun(office, job)
    paused = await office.act(job, "pause")
    assert paused["status"] == "paused"
    assert (await office.act(job, "pause"))["status"] == "paused"
    await asyncio.sleep(0.6)
    resting = await office.get(f"/jobs/{job['id']}")
    await asyncio.sleep(0.6)
    assert await office.get(f"/jobs/{job['id']}") == resting
    assert resting["stored"] < len(shops_around(2))
    assert (await office.act(job, "resume"))["status"] == "running"
    done = await office.until(job)
    assert done["status"] == "completed"
    assert {row.place_id for row in await office.businesses()} == {shop.place_id for shop in shops_around(2)}
    assert (await city.calls())["paid_twice"] == []
    assert sum(page.calls for page in await office.pages(job)) == done["provider_calls"]
    assert adds_up(done)


@pytest.mark.usefixtures("worker")
async def test_a_stopped_job_keeps_what_it_stored_and_does_not_go_on(city: City) -> None:
    office = await city.office(pace_ms=150)
    job = await office.start(**DOZENS)
    await begun(office, job)
    stopped = await office.act(job, "stop")
    await asyncio.sleep(0.6)
    now = await office.get(f"/jobs/{job['id']}")
    assert (now["status"], now["stop_reason"]) == ("stopped", "user")
    assert now["stored"] == len(await office.businesses()) >= stopped["stored"] > 0
    answer = await office.owner.post(f"{SCRAPER}/jobs/{job['id']}/resume")
    told = answer.json()
    assert (answer.status_code, told["code"], told["from"], told["to"], told["allowed"]) == (
        409, "invalid_transition", "stopped", "running", [],
    )  # fmt: skip


async def test_a_job_at_work_cannot_be_deleted_and_one_that_rests_takes_its_results_along_when_asked(
    office: Office,
) -> None:
    job = await office.start(city="Kerrville")
    answer = await office.owner.delete(f"{SCRAPER}/jobs/{job['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    await work_off(office, job)
    other = await office.start(city="Kerrville", provider="google_maps", business_types=["zoo", "hotel"])
    await work_off(office, other)
    assert {business.job_ids[0] for business in await office.businesses()} == {job["id"], other["id"]}
    answer = await office.owner.delete(f"{SCRAPER}/jobs/{other['id']}", params={"with_results": "true"})
    assert answer.status_code == 204, answer.text
    rows = await office.businesses()
    assert len(rows) == 9
    assert all(row.job_ids == [job["id"]] for row in rows)
    answer = await office.owner.delete(f"{SCRAPER}/jobs/{job['id']}")
    assert answer.status_code == 204
    assert len(await office.businesses()) == 9
    assert (await office.owner.get(f"{SCRAPER}/jobs/{job['id']}")).status_code == 404


async def test_what_was_paid_for_is_stored_by_whoever_comes_next(city: City, office: Office) -> None:
    job = await office.start(city="Kerrville")
    steps = Steps(city.database, city.scraping)
    turn = await steps.claim(*names(office, job), 1)
    await steps.fetch(*names(office, job), turn["page_id"], 1)
    assert (await city.calls())["billed"] == 1  # and here the worker dies
    again = await steps.claim(*names(office, job), 1)
    assert (again["do"], again["page_id"]) == ("store", turn["page_id"])
    await steps.store(*names(office, job), turn["page_id"])
    await steps.store(*names(office, job), turn["page_id"])
    await work_off(office, job)
    assert (await office.get(f"/jobs/{job['id']}"))["stored"] == len(await office.businesses()) == 9
    assert (await city.calls())["paid_twice"] == []


async def test_what_comes_in_after_stopping_is_stored_since_it_was_paid_for(city: City, office: Office) -> None:
    job = await office.start(city="Kerrville")
    steps = Steps(city.database, city.scraping)
    turn = await steps.claim(*names(office, job), 1)
    async with office.work() as work:
        request = await fetching.prepare(work, UUID(job["id"]), UUID(turn["page_id"]), 1, city.scraping)
    assert request is not None
    answer = await fetching.ask(request)
    await office.act(job, "stop")
    async with office.work() as work:
        await fetching.keep(work, request, answer)
    await work_off(office, job)
    now = await office.get(f"/jobs/{job['id']}")
    assert (now["status"], now["stored"]) == ("stopped", 9)
    assert (await city.calls())["billed"] == 1


async def test_nothing_more_is_asked_once_a_job_is_stopped(city: City, office: Office) -> None:
    job = await office.start(city="Kerrville")
    steps = Steps(city.database, city.scraping)
    turn = await steps.claim(*names(office, job), 1)
    await office.act(job, "stop")
    await steps.fetch(*names(office, job), turn["page_id"], 1)
    assert (await steps.claim(*names(office, job), 1))["do"] == "end"
    assert (await city.calls())["total"] == 0


async def test_a_new_run_leaves_the_page_to_the_run_that_is_fetching_it(city: City, office: Office) -> None:
    job = await office.start(city="Kerrville")
    steps = Steps(city.database, city.scraping)
    turn = await steps.claim(*names(office, job), 1)
    await office.act(job, "pause")
    await office.act(job, "resume")
    assert (await steps.claim(*names(office, job), 2))["do"] == "wait"
    assert (await steps.claim(*names(office, job), 1))["do"] == "end"
    async with office.work() as work:
        page = await work.session.get(type((await office.pages(job))[0]), UUID(turn["page_id"]))
        page.claimed_at = work.now - timedelta(minutes=5)
    retaken = await steps.claim(*names(office, job), 2)
    assert (retaken["do"], retaken["page_id"]) == ("fetch", turn["page_id"])
    await steps.fetch(*names(office, job), turn["page_id"], 1)  # the old run wakes up at last
    assert (await city.calls())["total"] == 0
    await steps.fetch(*names(office, job), turn["page_id"], 2)
    assert (await city.calls())["billed"] == 1


async def test_a_key_is_used_at_the_pace_of_the_tenant_by_all_workers_together(city: City) -> None:
    office = await city.office(pace_ms=1000)
    jobs = [await office.start(city="Kerrville"), await office.start(city="Lamesa"), await office.start(city="Waco")]
    steps = Steps(city.database, city.scraping)
    turns = await asyncio.gather(*(steps.claim(*names(office, job), 1) for job in jobs))
    waits = sorted(turn["wait_s"] for turn in turns)
    assert waits[0] < 0.1
    assert 0.8 < waits[1] - waits[0] < 1.1
    assert 0.8 < waits[2] - waits[1] < 1.1
    others = await city.office(pace_ms=1000)
    job = await others.start(city="Kerrville")
    assert (await steps.claim(*names(others, job), 1))["wait_s"] == 0


async def begun(office: Office, job: dict[str, Any]) -> None:
    """Waits until something is stored."""
    async with asyncio.timeout(20):
        while True:
            if (await office.get(f"/jobs/{job['id']}"))["stored"]:
                return
            await asyncio.sleep(0.05)


async def work_off(office: Office, job: dict[str, Any]) -> None:
    """Does what the workflow does."""
    steps = Steps(office.city.database, office.city.scraping)
    turn = await steps.claim(*names(office, job), 1)
    while turn["do"] != "end":
        if turn["do"] == "fetch":
            await steps.fetch(*names(office, job), turn["page_id"], 1)
        await steps.store(*names(office, job), turn["page_id"])
        turn = await steps.claim(*names(office, job), 1)


def names(office: Office, job: dict[str, Any]) -> tuple[str, str]:
    return str(office.tenant_id), job["id"]
