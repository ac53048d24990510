"""Reading jobs and businesses (API specification §3.3)."""

from typing import Any
from uuid import uuid4

from tests.features.kit.streams import Stream
from tests.features.prospecting.conftest import SCRAPER, Office, Town

SHOPS = (
    "name,phone,rating,category,website,address\n"
    "Anna's Garage,(305) 555-0101,4.5,Garage,a.example,1 Main St\n"
    "Berta's Salon,,3.5,salon,,2 Oak St\n"
    "Carl's GARAGE,(305) 555-0103,,garage,c.example,3 Main St\n"
)


async def test_the_overview_tells_what_runs_and_what_there_is(office: Office) -> None:
    empty = await office.get(SCRAPER)
    assert (empty["jobs_running"], empty["last_job"], empty["stats"]["total"]) == (0, None, 0)
    await office.bring_in(SHOPS)
    waiting = (await office.upload(SHOPS)).json()
    shown = await office.get(f"{SCRAPER}/")
    assert (shown["jobs_running"], shown["last_job"]["id"], shown["stats"]["total"]) == (1, waiting["id"], 3)


async def test_businesses_are_found_by_what_they_are(office: Office) -> None:
    job = await office.bring_in(SHOPS)
    await office.bring_in("name\nOther\n")

    async def names(**params: Any) -> list[str]:
        return [row["name"].split("'")[0] for row in await office.businesses(**params)]

    assert await names() == ["Anna", "Berta", "Carl", "Other"]
    assert await names(job_id=job["id"]) == ["Anna", "Berta", "Carl"]
    assert await names(category="garage") == ["Anna", "Carl"]
    assert await names(has_phone="false") == ["Berta", "Other"]
    assert await names(has_website="true") == ["Anna", "Carl"]
    assert await names(rating_min="3.5", rating_max="4") == ["Berta"]
    assert await names(call_priority="high,medium") == ["Anna", "Berta"]
    assert await names(q="main st") == ["Anna", "Carl"]
    assert await names(status="new", source="upload", q="oak") == ["Berta"]


async def test_the_figures_of_a_list_are_those_of_its_filter(office: Office) -> None:
    await office.bring_in(SHOPS)
    body = await office.get(f"{SCRAPER}/businesses", category="garage", limit=1, fields="name")
    assert (body["total"], len(body["items"]), set(body["items"][0])) == (2, 1, {"id", "name"})
    assert body["stats"] == {
        "total": 2, "categories": 1, "mean_rating": 4.5, "with_phone": 2, "with_website": 2, "with_email": 0,
        "by_priority": {"high": 1, "medium": 0, "low": 1}, "unrated": 1,
    }  # fmt: skip


async def test_jobs_are_listed_newest_first(office: Office) -> None:
    done = await office.bring_in(SHOPS, "first.csv")
    waiting = (await office.upload(SHOPS, "second.csv")).json()
    assert [row["name"] for row in (await office.get(f"{SCRAPER}/jobs"))["items"]] == ["second.csv", "first.csv"]
    assert [row["id"] for row in (await office.get(f"{SCRAPER}/jobs", status="queued"))["items"]] == [waiting["id"]]
    assert (await office.get(f"{SCRAPER}/jobs", provider="serpapi"))["total"] == 0
    assert done["finished_at"] is not None
    assert (await office.owner.get(f"{SCRAPER}/jobs/{uuid4()}")).status_code == 404


async def test_a_jobs_progress_can_be_watched(town: Town, office: Office) -> None:
    job = (await office.upload(SHOPS)).json()
    await office.upload(SHOPS)
    authorization = office.owner.headers["authorization"]
    stream = Stream(
        town.app, f"{SCRAPER}/jobs/{job['id']}/events", {"authorization": authorization, "last-event-id": "0"}
    )
    await stream.open()
    await stream.ready()
    await office.batch(job["id"])
    assert [(await stream.next())["event"] for _ in range(4)] == [
        "scrape.started",
        "business.stored",
        "scrape.progress",
        "scrape.finished",
    ]
    await stream.close()
    other = await town.office()
    assert (await other.owner.get(f"{SCRAPER}/jobs/{job['id']}/events")).status_code == 404
