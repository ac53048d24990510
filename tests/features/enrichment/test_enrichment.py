"""Websites are visited, businesses improve, and nothing a person or a better source said is lost."""

from datetime import timedelta

import pytest

from callout.features.prospecting.enrichment.ports import Page, PageFailed
from callout.features.prospecting.enrichment.reactions import scrape_finished
from callout.features.prospecting.scraping.events import ScrapeFinished
from callout.features.prospecting.tables import ScrapeJob
from callout.sandbox.websites_pages import site_of_host
from tests.features.scraping.conftest import SCRAPER

MAILTO = "harbor-abbott.mailto.trait.example"
LINKED = "harbor-abbott.linked-data.trait.example"


def site(kind: str) -> str:
    return f"https://harbor-abbott.{kind}.trait.example/"


class Handmade:
    """Pages by address, and what was asked; `breaks_after` pages the process dies."""

    def __init__(self, pages, breaks_after=None):
        self.pages, self.breaks_after, self.asked = pages, breaks_after, []

    async def page(self, url):
        if self.breaks_after is not None and len(self.asked) >= self.breaks_after:
            raise ConnectionResetError
        self.asked.append(url)
        if url not in self.pages:
            raise PageFailed("http_404", "it answered 404", is_final=True)
        return Page(url=url, html=self.pages[url])


@pytest.mark.usefixtures("worker")
async def test_a_job_visits_websites_and_tells_how_far_it_is(street):
    good, silent = await street.add(site("mailto")), await street.add(site("bare"))
    closed, gone = await street.add(site("forbidden")), await street.add(site("missing"))
    without = await street.add(None)
    job = await street.enrich(filters={})
    assert (job["provider"], job["status"], job["batches_total"]) == ("website", "queued", 4)
    job = await street.office.until(job)
    assert (job["status"], job["stop_reason"], job["progress_pct"]) == ("completed", "exhausted", 100)
    assert (job["found"], job["stored"], job["rejected"], job["duplicates"]) == (4, 1, 2, 0)
    assert {error["code"] for error in job["errors"]} == {"robots_forbid", "http_404"}
    row = await street.business(good)
    assert row.email == site_of_host(MAILTO, "mailto").email
    assert set(row.social) == set(site_of_host(MAILTO, "mailto").networks)
    assert row.provenance["email"]["source"] == "website"
    assert row.provenance["email"]["job"] == job["id"]
    assert row.enriched_at is not None
    assert [(await street.check(each)).status for each in (good, silent, closed, gone)] == [
        "found", "nothing", "forbidden", "failed",
    ]  # fmt: skip
    assert await street.check(without) is None


async def test_the_last_visit_is_shown(street):
    row = await street.add(site("mailto"))
    path = f"{SCRAPER}/businesses/{row}/website"
    owner, viewer = await street.client(), await street.client("viewer")
    assert (await owner.get(path)).status_code == 404
    await street.run(await street.enrich(ids=[str(row)]))
    told = (await owner.get(path)).json()
    assert (told["status"], told["robots"], told["pages"]) == ("found", "allowed", 1)
    assert told["improved"] == ["email", "phone", "social"]
    assert told["found"]["email"] == site_of_host(MAILTO, "mailto").email
    assert (await viewer.get(path)).json()["found"]["email"] != told["found"]["email"]


async def test_what_a_person_or_another_source_said_stays(street):
    edited = await street.add(site("mailto"), email="boss@harbor.example", edited=["email", "social"])
    listed = await street.add(
        site("mailto"), email="listed@harbor.example", social={"facebook": "https://www.facebook.com/listed"}
    )
    emptied = await street.add(site("mailto"), email=None, edited=["email"])
    await street.run(await street.enrich(filters={}))
    assert ((await street.business(edited)).email, (await street.business(edited)).social) == (
        "boss@harbor.example",
        None,
    )
    row = await street.business(listed)
    assert row.email == "listed@harbor.example"
    assert row.social["facebook"] == "https://www.facebook.com/listed"
    assert (await street.business(emptied)).email is None


async def test_a_phone_fills_a_gap_only_and_no_two_businesses_get_the_same(street):
    first, second = await street.add(site("linked-data")), await street.add(site("linked-data"))
    called = await street.add(site("linked-data"), phone="+13055550100")
    job = await street.run(await street.enrich(filters={}))
    phones = [(await street.business(each)).phone for each in (first, second, called)]
    assert phones[0] is not None
    assert phones[0].startswith("+1202555")
    assert phones[1:] == [None, "+13055550100"]
    assert job["callable"] == 1
    row = await street.business(first)
    assert row.hours["mon"] == "09:00\u201317:00"
    assert row.best_time_to_call == "10:00\u201316:00"


async def test_a_website_of_several_businesses_is_visited_once(street):
    rows = [await street.add(site("mailto")) for _ in range(5)]
    job = await street.run(await street.enrich(filters={}))
    assert (job["found"], job["stored"]) == (5, 5)
    assert (await street.visits())[MAILTO] == ["/robots.txt", "/"]
    assert len({(await street.business(row)).email for row in rows}) == 1
    await street.add(site("mailto"))
    await street.run(await street.enrich(filters={}))
    assert (await street.visits())[MAILTO] == ["/robots.txt", "/"]


async def test_a_website_is_visited_again_after_a_month_and_one_that_was_down_the_next_day(street, clock):
    for kind in ("mailto", "error"):
        await street.add(site(kind))
    seen = []
    for days in (0, 0.5, 0.6, 29):
        clock.advance(timedelta(days=days))
        job = await street.run(await street.enrich(filters={}))
        visits = await street.visits()
        homes = [visits[f"harbor-abbott.{kind}.trait.example"].count("/") for kind in ("mailto", "error")]
        seen.append((*homes, job["found"], job["duplicates"]))
    assert seen == [(1, 1, 2, 0), (1, 1, 0, 2), (1, 2, 1, 1), (2, 3, 2, 0)]


async def test_after_a_crash_no_website_is_visited_twice(street):
    hosts = [f"https://shop{number}.callout.dev/" for number in range(30)]
    pages = {host: f'<a href="mailto:info@shop{number}.callout.dev">x</a>' for number, host in enumerate(hosts)}
    rows = [await street.add(host) for host in hosts]
    job = await street.enrich(filters={})
    first = Handmade(pages, breaks_after=17)
    with pytest.raises(ConnectionResetError):
        await street.run(job, first)
    second = Handmade(pages)
    done = await street.run(job, second)
    assert len(first.asked) == 17
    kept = {check.url for row in rows if (check := await street.check(row)) is not None}
    assert kept == set(hosts)
    assert len(first.asked) + len(second.asked) <= 30 + 10  # only those under way when it happened
    assert (done["status"], done["found"], done["stored"], done["batches_done"]) == ("completed", 30, 30, 30)


async def test_a_job_rests_goes_on_and_stops(street):
    rows = [await street.add(f"https://shop{number}.callout.dev/") for number in range(90)]
    job = await street.enrich(filters={})
    await street.office.act(job, "pause")
    assert (await street.run(job, Handmade({})))["status"] == "paused"
    assert await street.check(rows[0]) is None
    await street.office.act(job, "resume")
    pages = Handmade({})
    done = await street.run(job, pages, run=2)
    assert (done["status"], done["rejected"], len(pages.asked)) == ("completed", 90, 90)
    assert len(done["errors"]) == 50
    other = await street.enrich(filters={})
    stopped = await street.office.act(other, "stop")
    assert (stopped["status"], stopped["stop_reason"]) == ("stopped", "user")
    assert (await street.run(other, Handmade({})))["status"] == "stopped"


async def test_an_older_run_of_a_job_does_nothing(street):
    await street.add(site("mailto"))
    job = await street.enrich(filters={})
    await street.office.act(job, "pause")
    await street.office.act(job, "resume")
    pages = Handmade({})
    await street.run(job, pages, run=1)
    assert pages.asked == []


async def test_a_scrape_job_may_ask_for_the_websites_at_its_end(street, bus):
    bus.on(ScrapeFinished, scrape_finished)
    jobs = []
    for enrich in (True, False):
        async with street.office.work() as work:
            job = ScrapeJob(name="Hotels", provider="serpapi", country="US", enrich=enrich, stored=1)
            work.session.add(job)
            await work.session.flush()
            jobs.append(job.id)
        await street.add(site("mailto"), job_ids=[str(job.id)])
        async with street.office.work() as work:
            await work.publish(ScrapeFinished.of(job, stop_reason="exhausted"))
    listed = (await street.office.get("/jobs", provider="website"))["items"]
    assert [(each["name"], each["batches_total"]) for each in listed] == [("Websites of Hotels", 1)]
    done = await street.run(listed[0])
    assert done["found"] == 1
    assert len((await street.office.get("/jobs", provider="website"))["items"]) == 1


async def test_a_page_of_a_network_is_a_profile_and_not_visited(street):
    row = await street.add("https://www.facebook.com/harborabbott/")
    pages = Handmade({})
    await street.run(await street.enrich(filters={}), pages)
    assert (await street.business(row)).social == {"facebook": "https://www.facebook.com/harborabbott"}
    assert pages.asked == []


async def test_an_address_that_leads_inside_is_an_error_with_a_reason(street):
    row = await street.add("http://169.254.169.254/latest/meta-data/")
    await street.run(await street.enrich(filters={}))
    check = await street.check(row)
    assert (check.status, check.error_code) == ("failed", "address_refused")
    assert "public" in check.error


async def test_businesses_of_others_are_left_alone(street, city):
    other = await city.office()
    mine = await street.add(site("mailto"))
    job = await street.enrich(ids=[str(mine)])
    theirs = type(street)(other, street.web, street.port, street.open)
    refused = await (await theirs.client()).post(f"{SCRAPER}/businesses/enrich", json={"ids": [str(mine)]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "ids")
    assert (await (await theirs.client()).get(f"{SCRAPER}/businesses/{mine}/website")).status_code == 404
    assert (await street.run(job))["found"] == 1


@pytest.mark.parametrize(
    "body", [{}, {"ids": [], "filters": {}}, {"ids": ["x"]}, {"filters": {"colour": "red"}}, {"ids": None}]
)
async def test_a_wrong_request_is_refused(street, body):
    answer = await (await street.client()).post(f"{SCRAPER}/businesses/enrich", json=body)
    assert answer.status_code == 422


async def test_viewers_may_not_start_visits(street):
    answer = await (await street.client("viewer")).post(f"{SCRAPER}/businesses/enrich", json={"filters": {}})
    assert answer.status_code == 403
