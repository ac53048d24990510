"""What goes wrong at a provider: waited for, worked around, or told with what to do. Nothing is paid or stored twice."""

import asyncio
from typing import Any

import pytest

from callout.features.api_configs.standing import Rehearsal
from tests.features.scraping.conftest import SCRAPER, City, Office, adds_up
from tests.features.scraping.test_jobs import MIDDLE, shops_around

DOZENS = {"radius_km": 2, "max_results": 1000, **MIDDLE}


@pytest.mark.usefixtures("worker")
async def test_a_job_ends_complete_in_spite_of_errors_broken_answers_and_repeated_pages(
    city: City, office: Office
) -> None:
    chance = {"429": 0.06, "500": 0.06, "503": 0.04, "truncated": 0.06, "html": 0.03, "duplicate": 0.05}
    each = ["ok", "429", "500", "truncated", "ok", "ok", "duplicate"]
    await city.faults(next=each, chance=chance, seed=11)
    job = await office.run(**DOZENS)
    assert job["status"] == "completed", job["errors"]
    rows = await office.businesses()
    assert {row.place_id for row in rows} == {shop.place_id for shop in shops_around(2)}
    assert len(rows) == job["stored"]
    assert adds_up(job)
    calls = await city.calls()
    assert {call["fault"] for call in calls["items"]} >= {"429", "500", "truncated", "duplicate"}
    assert calls["paid_twice"] == []
    assert len({call["page"] for call in calls["items"] if call["billed"]}) == calls["billed"]


@pytest.mark.usefixtures("worker")
async def test_google_is_searched_to_the_end_in_spite_of_errors_too(city: City, office: Office) -> None:
    await city.faults("google_maps", chance={"429": 0.08, "500": 0.08, "truncated": 0.06}, seed=5)
    job = await office.run(provider="google_maps", **DOZENS)
    assert job["status"] == "completed", job["errors"]
    assert {row.place_id for row in await office.businesses()} == {shop.place_id for shop in shops_around(2)}
    assert adds_up(job)


@pytest.mark.usefixtures("worker")
async def test_a_page_that_fails_for_long_is_tried_again_when_everything_else_is_done(
    city: City, office: Office
) -> None:
    await city.faults(next=["500"] * 5)
    job = await office.run(business_types=["hotel", "zoo"], city="Kerrville")
    assert (job["status"], job["tiles_done"]) == ("completed", 2)
    assert [error["code"] for error in job["errors"]] == ["provider_unavailable"]
    assert "hotel in Kerrville" in job["errors"][0]["tile"]
    assert {row.category for row in await office.businesses()} > {"Hotel"} or job["stored"] >= 9
    assert adds_up(job)


@pytest.mark.usefixtures("worker")
async def test_ten_errors_in_a_row_end_a_job_which_goes_on_when_resumed(city: City, office: Office) -> None:
    await city.faults(next=["503"] * 10)
    job = await office.run(business_types=["hotel", "zoo"], city="Kerrville")
    assert (job["status"], job["stop_reason"]) == ("failed", "error")
    assert "Resume the job later" in job["errors"][-1]["message"]
    await office.act(job, "resume")
    job = await office.until(job)
    assert (job["status"], job["tiles_done"]) == ("completed", 2)
    assert job["stored"] >= 9


@pytest.mark.usefixtures("worker")
async def test_a_refused_key_ends_a_job_with_what_to_do_and_a_good_key_lets_it_go_on(
    city: City, office: Office
) -> None:
    await city.faults(next=["ok", "401"])
    job = await office.run(**DOZENS)
    assert (job["status"], job["stop_reason"], job["errors"][-1]["code"]) == ("failed", "error", "key_refused")
    assert "Settings, Providers" in job["errors"][-1]["message"]
    stored = job["stored"]
    assert stored > 0
    await office.act(job, "resume")
    job = await office.until(job)
    assert job["status"] == "completed"
    assert {row.place_id for row in await office.businesses()} == {shop.place_id for shop in shops_around(2)}
    assert (await city.calls())["paid_twice"] == []


@pytest.mark.usefixtures("worker")
async def test_spent_searches_end_a_job_until_there_are_more(city: City, office: Office) -> None:
    await city.simulators.post("/serpapi/_sandbox/limits", json={"searches_left": 2})
    job = await office.run(**DOZENS)
    assert (job["status"], job["stop_reason"], job["errors"][-1]["code"]) == ("failed", "quota", "quota_spent")
    await city.simulators.post("/serpapi/_sandbox/limits", json={"searches_left": 1000})
    await office.act(job, "resume")
    job = await office.until(job)
    assert job["status"] == "completed"
    assert {row.place_id for row in await office.businesses()} == {shop.place_id for shop in shops_around(2)}


@pytest.mark.usefixtures("worker")
async def test_a_refused_search_is_passed_over(city: City, office: Office) -> None:
    await city.faults(next=["400"])
    job = await office.run(business_types=["hotel", "zoo"], city="Kerrville")
    assert (job["status"], job["tiles_done"], job["stored"]) == ("completed", 2, 2)
    assert job["errors"][0]["code"] == "query_refused"
    assert adds_up(job)


@pytest.mark.usefixtures("worker")
async def test_a_provider_that_wants_to_be_left_alone_is_left_alone_and_stopping_does_not_wait_for_it(
    city: City,
) -> None:
    office = await city.office(pace_ms=10_000)
    await city.faults(next=["500"])
    job = await office.start(city="Kerrville")
    async with asyncio.timeout(20):
        while True:
            if (await city.calls())["items"]:
                break
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    before = asyncio.get_running_loop().time()
    job = await office.act(job, "stop")
    assert (job["status"], job["stop_reason"]) == ("stopped", "user")
    pages = await office.pages(job)
    assert [page.state for page in pages] == ["planned"]
    assert asyncio.get_running_loop().time() - before < 2


class TestWithoutAKey:
    @pytest.fixture
    async def rehearsal(self) -> Rehearsal:
        return Rehearsal(is_allowed=False, providers=frozenset())

    async def test_nothing_is_started_and_the_answer_says_where_to_add_one(self, office: Office) -> None:
        given: dict[str, Any] = {"provider": "serpapi", "country": "US", "city": "Austin", "business_types": ["hotel"]}
        for path, body in (("/jobs", given), ("/jobs/estimate", given), ("/search", given)):
            answer = await office.owner.post(f"{SCRAPER}{path}", json=body)
            assert answer.status_code == 403, answer.text
            told = answer.json()
            assert (told["code"], told["missing_providers"]) == ("API_KEYS_REQUIRED", ["serpapi"])
            assert told["setup_url"].endswith("/console/settings/providers")
        overview = await office.get("/")
        assert (overview["ready"], overview["missing_providers"]) == (False, ["serpapi"])
