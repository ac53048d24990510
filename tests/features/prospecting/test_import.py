"""Files of businesses come in once, whatever happens on the way (product specification §6.1, API §3.3)."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from callout.features.prospecting import importing
from callout.features.prospecting.importing.jobs import fail_import, import_batch
from callout.features.prospecting.workflows import register
from callout.kit.errors import NotFound
from callout.kit.events.log import read_after
from callout.kit.principal import Principal
from tests.features.prospecting.conftest import SCRAPER, Office, Town

SAMPLES = [
    # file, country, rows, businesses stored, of them with a phone, with a place id
    ("br_schools.csv", "BR", 20, 19, 19, 0),
    ("gosom_bucharest_gyms.ndjson", "US", 23, 22, 20, 22),
    ("gosom_v34_arizona.csv", "US", 14, 14, 14, 14),
    ("gosom_v34_phuket_clinics.csv", "US", 254, 250, 244, 250),
    ("gosom_v34_phuket_clinics_2.csv", "US", 85, 83, 82, 83),
    ("gosom_v34_phuket_clinics_3.csv", "US", 168, 165, 163, 165),
    ("gosom_v43_orange_county.csv", "US", 85, 81, 79, 81),
    ("gosom_v43_socal_clinics.csv", "US", 427, 401, 393, 401),
    ("gosom_v43_truncated_last_row.csv", "US", 68, 65, 64, 65),
    ("pl_carpenters.csv", "PL", 110, 110, 0, 110),
    ("pl_dentists.csv", "PL", 310, 310, 0, 310),
    ("pl_hairdressers.csv", "PL", 367, 367, 0, 367),
    ("pl_mechanics.csv", "PL", 429, 429, 0, 429),
    ("pl_renovation.csv", "PL", 133, 133, 0, 133),
    ("r7avi_contractors_in_new_jersey_usa.csv", "US", 25, 24, 24, 24),
    ("r7avi_contractors_in_new_jersey_usa.xlsx", "US", 25, 24, 24, 24),
    ("r7avi_dentist_in_new_york_usa.csv", "US", 4, 4, 4, 4),
    ("r7avi_hardware_stores_in_turkey.csv", "TR", 21, 21, 20, 21),
    ("r7avi_plumbers_in_london.csv", "US", 20, 20, 20, 20),
]


@pytest.mark.parametrize(("filename", "country", "rows", "stored", "callable_", "places"), SAMPLES)
async def test_every_sample_file_comes_in_and_comes_in_once(
    office: Office, shared_data: Path, filename: str, country: str, rows: int, stored: int, callable_: int, places: int
) -> None:
    data = (shared_data / "businesses" / filename).read_bytes()
    job = await office.bring_in(data, filename, size=100, country=country)
    assert (job["status"], job["progress_pct"], job["stop_reason"]) == ("completed", 100, "exhausted")
    assert (job["found"], job["stored"], job["duplicates"], job["callable"]) == (rows, stored, rows - stored, callable_)
    assert job["errors"] == []
    stats = await office.get(f"{SCRAPER}/stats", job_id=job["id"])
    assert (stats["total"], stats["with_phone"]) == (stored, callable_)
    async with office.work() as work:
        known = text("SELECT count(DISTINCT place_id) FROM businesses")
        assert (await work.session.execute(known)).scalar_one() == places
    again = await office.bring_in(data, filename, country=country)
    assert (again["found"], again["stored"], again["duplicates"], again["callable"]) == (rows, 0, rows, callable_)


async def test_the_same_places_in_several_files_are_one(office: Office, shared_data: Path) -> None:
    folder, seen = shared_data / "businesses", 0
    for name in ("gosom_v43_orange_county.csv", "gosom_v43_socal_clinics.csv", "gosom_v43_truncated_last_row.csv"):
        job = await office.bring_in((folder / name).read_bytes(), name)
        seen += job["stored"]
        assert job["stored"] + job["duplicates"] == job["found"]
    stats = await office.get(f"{SCRAPER}/stats")
    assert stats["total"] == seen < 580


ROWS = "name,phone,place_id,rating\n" + "".join(
    f"Shop {number},(305) 555-{1000 + number:04d},p{number},4.5\n" for number in range(25)
)


async def count(office: Office, what: str) -> int:
    async with office.work() as work:
        return int((await work.session.execute(text(f"SELECT count(*) FROM {what}"))).scalar_one())


async def test_a_step_that_is_repeated_after_its_commit_goes_on_instead(office: Office) -> None:
    job_id = (await office.upload(ROWS)).json()["id"]
    first = await office.batch(job_id, size=10)
    assert (first.found, first.done) == (10, False)
    done = False
    while not done:
        done = (await office.batch(job_id, size=10)).done
    for _ in range(3):
        assert (await office.batch(job_id, size=10)).done
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["found"], job["stored"], job["duplicates"], await count(office, "businesses")) == (25, 25, 0, 25)


async def test_a_crash_inside_a_batch_takes_nothing_of_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = (await office.upload(ROWS)).json()["id"]
    await office.batch(job_id, size=10)

    async def crash(*_: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as dying:
        dying.setattr(importing, "_finish", crash)
        with pytest.raises(ConnectionResetError):
            await office.batch(job_id, size=100)
    assert await count(office, "businesses") == 10
    await office.batch(job_id, size=100)
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["status"], job["found"], job["stored"]) == ("completed", 25, 25)


async def test_the_same_step_run_twice_at_once_takes_its_rows_once(office: Office) -> None:
    job_id = (await office.upload(ROWS)).json()["id"]
    await asyncio.gather(*(office.batch(job_id, size=10) for _ in range(4)))
    while not (await office.batch(job_id, size=10)).done:
        pass
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["found"], job["stored"], await count(office, "businesses")) == (25, 25, 25)


async def test_two_files_with_the_same_places_at_once_store_them_once(office: Office) -> None:
    jobs = await asyncio.gather(*(office.bring_in(ROWS, f"{n}.csv", size=5) for n in range(3)))
    assert sum(job["stored"] for job in jobs) == await count(office, "businesses") == 25
    assert all(job["stored"] + job["duplicates"] == 25 for job in jobs)


async def test_rows_that_cannot_be_used_are_named(office: Office) -> None:
    text_ = 'name,phone\nJoe,(305) 555-0100\n,(305) 555-0101\n\nAnn,555-1234\n"Smith, Joe",+1 305 555 0100\n'
    job = await office.bring_in(text_)
    assert (job["found"], job["stored"], job["duplicates"], job["callable"]) == (4, 2, 1, 1)
    assert [(row["tile"], row["code"], row["message"]) for row in job["errors"]] == [
        ("row 3", "name", "the row has no name")
    ]
    assert job["errors"][0]["at"].endswith("Z")
    assert [(row["name"], row["phone"], row["callable"]) for row in await office.businesses()] == [
        ("Ann", None, False),
        ("Joe", "+13055550100", True),
    ]


async def test_at_most_fifty_errors_are_kept(office: Office) -> None:
    job = await office.bring_in("name,phone\n" + ",1\n" * 120, size=30)
    assert (job["found"], job["stored"], len(job["errors"])) == (120, 0, 50)


async def test_priorities_and_the_mean_follow_the_ratings(office: Office) -> None:
    job = await office.bring_in(
        "name,phone,rating\nA,(305) 555-0101,4.6\nB,(305) 555-0102,3.2\nC,(305) 555-0103,2.1\nD,,\n"
    )
    stats = await office.get(f"{SCRAPER}/stats", job_id=job["id"])
    assert stats["by_priority"] == {"high": 1, "medium": 1, "low": 2}
    assert (stats["unrated"], stats["mean_rating"], stats["with_phone"]) == (1, 3.3, 3)


async def test_stats_of_nothing_are_zero_and_null(office: Office) -> None:
    assert await office.get(f"{SCRAPER}/stats") == {
        "total": 0, "categories": 0, "mean_rating": None, "with_phone": 0, "with_website": 0, "with_email": 0,
        "by_priority": {"high": 0, "medium": 0, "low": 0}, "unrated": 0,
    }  # fmt: skip


async def test_an_edited_business_keeps_the_edit_over_the_next_import(office: Office) -> None:
    await office.bring_in("name,phone,place_id,rating\nJoe,(305) 555-0100,p1,2.0\n")
    business = (await office.businesses())[0]
    path = f"{SCRAPER}/businesses/{business['id']}"
    changed = await office.owner.patch(path, json={"call_priority": "high", "notes": "knows us"})
    assert (changed.status_code, changed.json()["call_priority"]) == (200, "high")
    job = await office.bring_in("name,phone,place_id,rating\nJoe's,(305) 555-0100,p1,2.5\n")
    after = await office.get(path)
    assert (job["stored"], after["call_priority"], after["rating"], after["name"]) == (0, "high", 2.5, "Joe's")


async def test_an_edit_is_checked_and_guarded_by_its_version(office: Office) -> None:
    await office.bring_in("name\nJoe\n")
    business = (await office.businesses())[0]
    path = f"{SCRAPER}/businesses/{business['id']}"
    for body in ({"call_priority": None}, {"call_priority": "urgent"}, {"phone": "+13055550100"}, {"tags": ["x" * 31]}):
        assert (await office.owner.patch(path, json=body)).status_code == 422
    stale = await office.owner.patch(path, json={"notes": "x"}, headers={"if-match": '"v9"'})
    assert stale.status_code == 412
    viewer = await office.client("viewer")
    assert (await viewer.patch(path, json={"notes": "x"})).status_code == 403


async def test_a_mapping_chooses_columns_by_hand(office: Office) -> None:
    await office.bring_in("Firma,Ruf\nJoe,(305) 555-0100\n", mapping='{"Firma": "name", "Ruf": "phone"}')
    assert [(row["name"], row["phone"]) for row in await office.businesses()] == [("Joe", "+13055550100")]


@pytest.mark.parametrize(
    ("data", "form", "field"),
    [
        (b"", {}, "file"),
        (b"name,phone\n", {}, "file"),
        (b"PK\x03\x04 no workbook", {}, "file"),
        (b"name\nJoe\n", {"country": "XX"}, "country"),
        (b"name\nJoe\n", {"mapping": "[1"}, "mapping"),
        (b"name\nJoe\n", {"mapping": '{"a": "colour"}'}, "mapping.a"),
    ],
)
async def test_what_cannot_be_imported_is_refused_at_once(
    office: Office, data: bytes, form: dict[str, str], field: str
) -> None:
    answer = await office.upload(data, **form)
    assert answer.status_code == 422, answer.text
    assert [row["field"] for row in answer.json()["errors"]] == [field]
    assert (await office.get(f"{SCRAPER}/jobs"))["total"] == 0


async def test_a_request_without_a_file_is_refused(office: Office) -> None:
    answer = await office.owner.post(f"{SCRAPER}/businesses/upload", files={"list": ("a.csv", b"name")})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")


async def test_too_many_rows_are_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MAX_ROWS", 3)
    assert (await office.upload("name\na\nb\nc\n")).status_code == 202
    assert (await office.upload("name\na\nb\nc\nd\n")).status_code == 422


async def test_markup_is_no_table(office: Office) -> None:
    answer = await office.upload(b"<html><body>name,phone</body></html>", "list.csv")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
async def test_files_of_office_programs_come_in(office: Office, encoding: str) -> None:
    text_ = "name;phone;address\nMüller & Söhne;030 901820;Große Straße 1\n"
    await office.bring_in(text_.encode(encoding), "liste.txt", country="DE")
    assert [(row["name"], row["phone"], row["address"]) for row in await office.businesses()] == [
        ("Müller & Söhne", "+4930901820", "Große Straße 1")
    ]


async def test_a_job_whose_file_is_gone_ends_and_says_so(office: Office) -> None:
    job_id = (await office.upload(ROWS)).json()["id"]
    await office.batch(job_id, size=10)
    async with office.work() as work:
        await fail_import(work, UUID(job_id), "internal", "The import failed.")
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["status"], job["stop_reason"], job["stored"]) == ("failed", "error", 10)
    assert job["errors"][-1]["code"] == "internal"
    assert (await office.batch(job_id)).done
    async with office.work() as work:
        events = [event.type for event in await read_after(work.session, office.tenant_id, 0)]
    assert events == ["scrape.started", "scrape.progress", "scrape.failed"]


async def test_progress_is_told_as_it_is_made(office: Office) -> None:
    await office.bring_in(ROWS, size=10)
    async with office.work() as work:
        events = await read_after(work.session, office.tenant_id, 0)
    assert [event.type for event in events] == ["scrape.started", *["scrape.progress"] * 3, "scrape.finished"]
    assert [event.data["progress_pct"] for event in events[1:4]] == [42, 80, 99]
    assert events[-1].data == {"found": 25, "stored": 25, "duplicates": 0, "callable": 25}


async def test_the_workflow_takes_batch_after_batch_and_gives_up_in_an_orderly_way(
    town: Town, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    flows = _Plain()
    register(flows, town.database, files=town.files)  # type: ignore[arg-type]
    monkeypatch.setattr(importing, "BATCH", 10)
    good = (await office.upload(ROWS)).json()["id"]
    await flows.run(str(office.tenant_id), good)
    assert (await office.get(f"{SCRAPER}/jobs/{good}"))["status"] == "completed"
    bad = (await office.upload(ROWS)).json()["id"]

    async def explode(*_: Any) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr(importing, "merge_drafts", explode)
    with pytest.raises(RuntimeError):
        await flows.run(str(office.tenant_id), bad)
    assert (await office.get(f"{SCRAPER}/jobs/{bad}"))["status"] == "failed"


class _Plain:
    """Runs workflows and steps as plain functions: what they do, not how they are recovered."""

    def __init__(self) -> None:
        self.run: Any = None

    def step(self, _name: str) -> Any:
        return lambda function: function

    def workflow(self, _name: str) -> Any:
        def keep(function: Any) -> Any:
            self.run = function
            return function

        return keep


async def test_another_tenants_jobs_and_businesses_do_not_exist(town: Town, office: Office) -> None:
    job = await office.bring_in(ROWS)
    business = (await office.businesses())[0]
    other = await town.office()
    for path in (f"{SCRAPER}/jobs/{job['id']}", f"{SCRAPER}/businesses/{business['id']}"):
        assert (await other.owner.get(path)).status_code == 404
    assert (await other.get(f"{SCRAPER}/stats"))["total"] == 0
    assert (await other.bring_in(ROWS))["stored"] == 25
    async with town.database.transaction(Principal.system(other.tenant_id)) as work:
        with pytest.raises(NotFound):
            await import_batch(work, UUID(job["id"]), files=town.files)
