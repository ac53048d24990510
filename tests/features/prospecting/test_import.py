"""Files of businesses come in once, whatever happens on the way (product specification §6.1, API §3.3)."""

import asyncio
import csv
import io
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from callout.features.files.rules import PURPOSES
from callout.features.prospecting.importing import chunks, pool
from callout.features.prospecting.importing.jobs import fail_import
from callout.features.prospecting.importing.running import run_import
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.errors import NotFound
from callout.kit.events.log import read_after
from tests.features.prospecting.conftest import SCRAPER, Office, Town

SAMPLES = [
    # file, country, rows as in ../shared/data/README.md, businesses stored, of them with a phone, with a place id
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

TRUNCATED = {"gosom_v43_truncated_last_row.csv": [("row 69", "truncated_row")]}


@pytest.mark.parametrize(("filename", "country", "rows", "stored", "callable_", "places"), SAMPLES)
async def test_every_sample_file_comes_in_and_comes_in_once(
    office: Office, shared_data: Path, filename: str, country: str, rows: int, stored: int, callable_: int, places: int
) -> None:
    data = (shared_data / "businesses" / filename).read_bytes()
    job = await office.bring_in(data, filename, size=100, country=country)
    assert (job["status"], job["progress_pct"], job["stop_reason"]) == ("completed", 100, "exhausted")
    assert (job["found"], job["stored"], job["duplicates"], job["callable"]) == (rows, stored, rows - stored, callable_)
    assert job["rejected"] == 0
    assert [(entry["tile"], entry["code"]) for entry in job["errors"]] == TRUNCATED.get(filename, [])
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
    assert not await office.batch(job_id, size=10)
    first = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert 10 <= first["found"] < 25
    while not await office.batch(job_id, size=10):
        pass
    for _ in range(3):
        assert await office.batch(job_id, size=10)
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["found"], job["stored"], job["duplicates"], await count(office, "businesses")) == (25, 25, 0, 25)


async def test_a_crash_inside_a_chunk_takes_nothing_of_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = (await office.upload(ROWS)).json()["id"]
    await office.batch(job_id, size=10)
    before = await count(office, "businesses")

    async def crash(*_: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as dying:
        dying.setattr(chunks.rejects, "keep", crash)
        with pytest.raises(ConnectionResetError):
            await office.batch(job_id, size=100)
    assert await count(office, "businesses") == before
    while not await office.batch(job_id, size=100):
        pass
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["status"], job["found"], job["stored"]) == ("completed", 25, 25)


async def test_the_same_step_run_twice_at_once_takes_its_rows_once(office: Office) -> None:
    job_id = (await office.upload(ROWS)).json()["id"]
    await asyncio.gather(*(office.batch(job_id, size=10) for _ in range(4)))
    while not await office.batch(job_id, size=10):
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
    assert job["rejected"] == 1
    assert [(row["tile"], row["code"], row["message"]) for row in job["errors"]] == [
        ("row 3", "name_missing", "the row has no name")
    ]
    assert job["errors"][0]["at"].endswith("Z")
    assert [(row["name"], row["phone"], row["callable"]) for row in await office.businesses()] == [
        ("Ann", None, False),
        ("Joe", "+13055550100", True),
    ]


async def test_at_most_fifty_errors_are_kept(office: Office) -> None:
    job = await office.bring_in("name,phone\n" + ",1\n" * 120, size=30)
    assert (job["found"], job["stored"], job["rejected"], len(job["errors"])) == (120, 0, 120, 50)
    assert await count(office, "import_rejects") == 120


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


async def test_a_failed_import_keeps_what_it_stored_and_goes_on_when_resumed(office: Office) -> None:
    job_id = (await office.upload(ROWS)).json()["id"]
    await office.batch(job_id, size=10)
    async with office.work() as work:
        await fail_import(work, UUID(job_id), "internal", "The import failed.")
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["status"], job["stop_reason"], job["stored"]) == ("failed", "error", job["found"])
    assert job["errors"][-1]["code"] == "internal"
    assert await office.batch(job_id)
    async with office.work() as work:
        events = [event.type for event in await read_after(work.session, office.tenant_id, 0)]
    assert events == ["scrape.started", "business.stored", "scrape.progress", "scrape.failed"]
    assert (await office.owner.post(f"{SCRAPER}/jobs/{job_id}/resume")).status_code == 200
    while not await office.batch(job_id):
        pass
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["status"], job["found"], job["stored"], await count(office, "businesses")) == ("completed", 25, 25, 25)


async def test_an_import_can_be_paused_resumed_and_stopped(office: Office) -> None:
    job_id = (await office.upload(ROWS)).json()["id"]
    path = f"{SCRAPER}/jobs/{job_id}"
    await office.batch(job_id, size=10)
    assert (await office.owner.post(f"{path}/pause")).json()["status"] == "paused"
    before = await count(office, "businesses")
    assert await office.batch(job_id, size=10)
    assert await count(office, "businesses") == before
    assert (await office.owner.post(f"{path}/resume")).json()["status"] == "running"
    assert await office.batch(job_id, size=10, run=1), "the run before the pause has ended"
    assert not await office.batch(job_id, size=2)
    assert (await office.owner.post(f"{path}/stop")).json()["stop_reason"] == "user"
    assert await office.batch(job_id)
    assert before < await count(office, "businesses") < 25
    assert (await office.owner.post(f"{path}/resume")).status_code == 409


async def test_an_import_whose_file_is_gone_ends_and_says_what_to_do(town: Town, office: Office) -> None:
    job_id = (await office.upload(ROWS)).json()["id"]
    async with office.work() as work:
        job = await work.session.get(ScrapeJob, UUID(job_id))
        await town.files.delete(work, job.file_id)
    assert await office.batch(job_id)
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["status"], job["errors"][-1]["code"]) == ("failed", "unreadable_file")
    assert "Upload it again" in job["errors"][-1]["message"]


async def test_progress_is_told_as_it_is_made(office: Office) -> None:
    await office.bring_in(ROWS, size=10)
    async with office.work() as work:
        events = await read_after(work.session, office.tenant_id, 0)
    assert [event.type for event in events] == [
        "scrape.started", *["business.stored", "scrape.progress"] * 2, "scrape.finished",
    ]  # fmt: skip
    told = [event.data for event in events if event.type == "scrape.progress"]
    assert [data["found"] for data in told] == sorted({data["found"] for data in told})
    assert 0 < told[0]["progress_pct"] < told[-1]["progress_pct"] == 99
    assert {name: events[-1].data[name] for name in ("found", "stored", "duplicates", "callable", "stop_reason")} == {
        "found": 25, "stored": 25, "duplicates": 0, "callable": 25, "stop_reason": "exhausted",
    }  # fmt: skip


async def test_a_plan_takes_as_many_businesses_as_it_has_room_for_and_goes_on_after_it_grew(town: Town) -> None:
    office = await town.office(plan="trial")
    data = "name,phone\n" + "".join(f"Shop {number},(305) 555-{number:04d}\n" for number in range(150))
    job = await office.bring_in(data, size=40)
    assert (job["status"], job["stop_reason"]) == ("stopped", "limit")
    assert (job["found"], job["stored"], await count(office, "businesses")) == (100, 100, 100)
    assert job["errors"][-1]["code"] == "plan_limit_reached"
    again = await office.bring_in(data, size=40)
    assert (again["stored"], again["duplicates"], again["status"]) == (0, 100, "stopped")


async def test_rejected_rows_are_given_back_as_a_file_that_can_be_mended(office: Office) -> None:
    data = 'Name;Phone;Note to us\n;(305) 555-0100;"=1+1"\nJoe;(305) 555-0101;\n;;"x;""y"\nAnn;1;2;3\n'
    job = await office.bring_in(data, "my list.csv")
    assert (job["found"], job["stored"], job["rejected"]) == (4, 1, 3)
    answer = await office.owner.get(f"{SCRAPER}/jobs/{job['id']}/rejected")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert "my%20list-rejected.csv" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["rejected_row", "rejected_field", "rejected_reason", "Name", "Phone", "Note to us"]
    assert rows[1] == ["2", "name", "the row has no name", "", "(305) 555-0100", "'=1+1"]
    assert rows[2][3:] == ["", "", 'x;"y']
    assert rows[3][:2] == ["5", "row"]
    mended = answer.content.decode().replace("the row has no name,", "the row has no name,Bo", 1)
    again = await office.bring_in(mended, "mended.csv")
    assert (again["found"], again["stored"], again["rejected"]) == (3, 1, 2)
    viewer = await office.client("viewer")
    assert (await viewer.get(f"{SCRAPER}/jobs/{job['id']}/rejected")).status_code == 403
    assert (await office.owner.delete(f"{SCRAPER}/jobs/{job['id']}")).status_code == 204
    assert await count(office, "import_rejects") == 2


async def test_a_preview_shows_how_a_file_would_be_read_and_stores_nothing(office: Office) -> None:
    data = "sep=;\nNom;Ruf;Farbe;Ville\nCafé Zoë;(305) 555-0100;rot;Paris\n;1;;\n" + "Joe;;;\n" * 40
    answer = await office.owner.post(
        f"{SCRAPER}/businesses/upload/preview",
        files={"file": ("liste.csv", data.encode("cp1252"))},
        data={"mapping": '{"Ruf": "phone"}', "country": "US"},
    )
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert (seen["form"], seen["delimiter"], seen["positional"]) == ("csv", ";", False)
    assert seen["encoding"] in {"cp1250", "cp1252"}
    assert seen["columns"] == [
        {"header": "Nom", "field": "name"},
        {"header": "Ruf", "field": "phone"},
        {"header": "Farbe", "field": None},
        {"header": "Ville", "field": "city"},
    ]
    assert (seen["unknown"], seen["row_count"], seen["row_count_is_exact"]) == (["Farbe"], 42, True)
    assert len(seen["rows"]) == 20
    assert seen["rows"][0]["business"]["phone"] == "+13055550100"
    assert (seen["rows"][0]["row"], seen["rows"][0]["business"]["name"]) == (3, "Café Zoë")
    assert seen["rows"][1]["error"] == {"field": "name", "code": "name_missing", "message": "the row has no name"}
    assert (await office.get(f"{SCRAPER}/jobs"))["total"] == 0


@pytest.mark.parametrize(
    ("filename", "form", "rows"),
    [
        ("gosom_v43_socal_clinics.csv", "csv", 427),
        ("gosom_bucharest_gyms.ndjson", "ndjson", 23),
        ("r7avi_contractors_in_new_jersey_usa.xlsx", "xlsx", 25),
    ],
)
async def test_a_preview_of_every_kind_of_file(
    office: Office, shared_data: Path, filename: str, form: str, rows: int
) -> None:
    data = (shared_data / "businesses" / filename).read_bytes()
    answer = await office.owner.post(f"{SCRAPER}/businesses/upload/preview", files={"file": (filename, data)})
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert (seen["form"], seen["row_count"], len(seen["rows"])) == (form, rows, 20)
    assert all(row["error"] is None for row in seen["rows"])


async def test_a_file_larger_than_an_upload_may_be_is_refused_with_what_to_do(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = msgspec.structs.replace(PURPOSES["csv_import"], max_bytes=1000)
    monkeypatch.setitem(PURPOSES, "csv_import", small)
    answer = await office.upload("name\n" + "Joe\n" * 300)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert "callout import" in answer.json()["detail"]


async def test_a_large_file_is_cleaned_in_processes_and_a_workbook_becomes_a_table(
    town: Town, office: Office, monkeypatch: pytest.MonkeyPatch, shared_data: Path
) -> None:
    monkeypatch.setattr(pool, "SMALL", 0)
    path = shared_data / "businesses/r7avi_contractors_in_new_jersey_usa.xlsx"
    job_id = (await office.upload(path.read_bytes(), path.name)).json()["id"]
    importing = msgspec.structs.replace(town.importing(10), processes=2)
    told: list[chunks.Standing] = []
    assert await run_import(importing, office.tenant_id, UUID(job_id), 1, tell=told.append)
    job = await office.get(f"{SCRAPER}/jobs/{job_id}")
    assert (job["status"], job["found"], job["stored"]) == ("completed", 25, 24)
    assert told[-1].offset == told[-1].size


async def test_another_tenants_jobs_and_businesses_do_not_exist(town: Town, office: Office) -> None:
    job = await office.bring_in(ROWS)
    business = (await office.businesses())[0]
    other = await town.office()
    for path in (f"{SCRAPER}/jobs/{job['id']}", f"{SCRAPER}/businesses/{business['id']}"):
        assert (await other.owner.get(path)).status_code == 404
    assert (await other.get(f"{SCRAPER}/stats"))["total"] == 0
    assert (await other.bring_in(ROWS))["stored"] == 25
    with pytest.raises(NotFound):
        await run_import(town.importing(), other.tenant_id, UUID(job["id"]), 1)
    assert (await other.owner.get(f"{SCRAPER}/jobs/{job['id']}/rejected")).status_code == 404
