"""Businesses and contacts leave as files that can be used (product specification §6.1, API §3.3, §3.4)."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from callout.features.accounts.tables import Tenant
from callout.features.exports import produce
from callout.features.exports.expiry import expire_exports
from callout.features.exports.workflows import register
from callout.features.files.sweep import purge
from callout.features.prospecting.tables import Business
from callout.kit.clock import OffsetClock
from callout.kit.events.log import read_after
from callout.kit.workflows import Workflows
from tests.features.prospecting.conftest import CALLING, SCRAPER, Office, Town

EXPORTS = f"{SCRAPER}/exports"
TOWN = """name,phone,address,category,rating,place_id
Ann's Bakery,(305) 555-1001,1 Oak Street,Bakery,4.8,p1
"=HYPERLINK(""x"")",(305) 555-1002,2 Oak Street,Bakery,3.2,p2
Old Mill,(305) 555-1003,3 Oak Street,Mill,2.0,p3
Silent Shop,,4 Oak Street,Shop,4.9,p4
"""


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture
async def stocked(office: Office) -> Office:
    await office.bring_in(TOWN)
    return office


async def test_by_default_callable_rows_come_with_the_usual_columns(stocked: Office) -> None:
    data = await stocked.fetched()
    assert data.startswith(b"\xef\xbb\xbfname,phone,")
    header, *rows = rows_of(data)
    assert header == ["name", "phone", "address", "category", "call_priority", "best_time_to_call", "rating"]
    assert [(row[0], row[1], row[4], row[6]) for row in rows] == [
        ("Ann's Bakery", "+13055551001", "high", "4.8"),
        ('\'=HYPERLINK("x")', "+13055551002", "medium", "3.2"),
        ("Old Mill", "+13055551003", "low", "2.0"),
    ]


async def test_fields_filters_and_rows_nobody_can_call_are_chosen(stocked: Office) -> None:
    data = await stocked.fetched(
        fields=["place_id", "name"], priority="high", include_uncallable=True, bom=False, filename="Mine.csv"
    )
    assert rows_of(data) == [["place_id", "name"], ["p1", "Ann's Bakery"], ["p4", "Silent Shop"]]
    found = rows_of(await stocked.fetched(filters={"category": "bakery", "rating_max": 4}, fields=["name"]))
    assert found[1:] == [['\'=HYPERLINK("x")']]
    one = (await stocked.businesses(q="mill"))[0]["id"]
    assert rows_of(await stocked.fetched(filters={"ids": [one]}, fields=["id"]))[1:] == [[one]]


async def test_everything_is_every_field_of_every_business(stocked: Office) -> None:
    objects = json.loads(await stocked.fetched(format="json", all=True, include_uncallable=True))
    assert [each["name"] for each in objects] == ["Ann's Bakery", '=HYPERLINK("x")', "Old Mill", "Silent Shop"]
    fields = {field["name"] for field in await stocked.get(f"{EXPORTS}/fields")}  # type: ignore[attr-defined]
    assert set(objects[0]) == fields
    shown = {*(await stocked.businesses())[0], "lat", "lng"} - {"location", "callable", "duplicate_of", "distance_km"}
    hidden = {"version", "created_by", "created_by_role", "updated_by_role", "merged_into_id", "dedupe_key"}
    assert shown - hidden <= fields
    assert rows_of(await stocked.fetched(fields=["*"]))[0] == list(objects[0])


async def test_a_workbook_has_one_sheet_per_priority_and_a_summary(stocked: Office) -> None:
    made = await stocked.export(format="xlsx", filters={"category": ["bakery", "mill"]}, filename="Our town")
    assert (made["filename"], made["row_count"]) == ("Our town.xlsx", 3)
    answer = await stocked.owner.get(made["url"])
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert "Our%20town.xlsx" in answer.headers["content-disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["Summary", "High priority", "Medium priority", "Low priority"]
    (header, row) = book.get_sheet_by_name("Medium priority").to_python()
    assert (header[0], row[0], row[1], row[6]) == ("Name", '=HYPERLINK("x")', "+13055551002", 3.2)
    summary = {row[0]: row[1] for row in book.get_sheet_by_name("Summary").to_python()}
    assert (summary["Filter: category"], summary["Rows"], summary["Low priority"]) == ("bakery, mill", 3, 1)


async def test_the_history_tells_what_was_asked_for_and_what_came_of_it(stocked: Office) -> None:
    first = await stocked.export(format="json", fields=["name"])
    (await stocked.owner.post(EXPORTS, json={"format": "xlsx"})).raise_for_status()
    listed = await stocked.get(EXPORTS)
    assert [(each["format"], each["status"], each["url"] is None) for each in listed["items"]] == [
        ("xlsx", "queued", True), ("json", "ready", False),
    ]  # fmt: skip
    assert (first["row_count"], first["progress_pct"], first["fields"], first["bytes"] > 0) == (3, 100, ["name"], True)
    assert (await stocked.get(EXPORTS, status="ready,failed"))["total"] == 1
    assert (await stocked.get("/api/admin/exports", kind="businesses", format="xlsx"))["total"] == 1
    assert (await stocked.get(f"{CALLING}/exports"))["total"] == 0
    assert (await stocked.owner.get(f"{CALLING}/exports/{first['id']}")).status_code == 404
    async with stocked.work() as work:
        told = [event for event in await read_after(work.session, stocked.tenant_id, 0) if event.type == "export.ready"]
    assert [(str(event.noun_id), event.data["row_count"]) for event in told] == [(first["id"], 3)]


async def test_the_link_ends_with_the_export_and_then_says_gone(stocked: Office, clock: OffsetClock) -> None:
    made = await stocked.export()
    led = await stocked.owner.get(f"{EXPORTS}/{made['id']}/download")
    assert led.status_code == 302
    fetched = await stocked.owner.get(led.headers["location"], headers={"Authorization": ""})
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    clock.offset += timedelta(hours=24, seconds=1)
    for path in (f"{EXPORTS}/{made['id']}", f"{EXPORTS}/{made['id']}/download"):
        answer = await stocked.owner.get(path)
        assert (answer.status_code, answer.json()["code"]) == (410, "export_expired")
    assert (await stocked.owner.get(made["url"])).status_code == 410
    assert (await stocked.get(EXPORTS))["items"][0]["status"] == "expired"
    async with stocked.work() as work:
        assert await expire_exports(work, stocked.town.files) == 1
    async with stocked.work() as work:
        assert await expire_exports(work, stocked.town.files) == 0
        assert await purge(work, stocked.town.files.objects) >= 1
    assert (await stocked.get(EXPORTS, status="expired"))["total"] == 1


async def test_viewers_and_machines_export_nothing_and_read_no_file(stocked: Office) -> None:
    made = await stocked.export()
    for role in ("viewer", "agent"):
        client = await stocked.client(role)
        for method, path in (
            ("POST", EXPORTS), ("GET", EXPORTS), ("GET", f"{EXPORTS}/{made['id']}"),
            ("GET", f"{EXPORTS}/{made['id']}/download"), ("DELETE", f"{EXPORTS}/{made['id']}"),
            ("POST", f"{CALLING}/exports"), ("GET", "/api/admin/exports"),
        ):  # fmt: skip
            answer = await client.request(method, path, json={"format": "csv"} if method == "POST" else None)
            assert answer.status_code == 403, f"{role} {method} {path}"
        file_id = made["url"].split("/files/")[1].split("/")[0]
        assert (await client.get(f"/api/shared/files/{file_id}")).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"format": "pdf"}, "format"),
        ({"fields": ["name", "secret"]}, "fields.1"),
        ({"filters": {"colour": "red"}}, "filters.colour"),
        ({"filters": {"rating_min": "much"}}, "filters.rating_min"),
        ({"filters": {"limit": 5}}, "filters.limit"),
        ({"priority": "urgent"}, "priority"),
    ],
)
async def test_what_does_not_exist_is_refused_at_once(office: Office, wanted: dict[str, Any], field: str) -> None:
    answer = await office.owner.post(EXPORTS, json={"format": "csv", **wanted})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert (await office.get(EXPORTS))["total"] == 0


async def test_the_twenty_first_export_of_an_hour_waits(office: Office) -> None:
    for _ in range(20):
        assert (await office.owner.post(EXPORTS, json={"format": "csv"})).status_code == 202
    answer = await office.owner.post(EXPORTS, json={"format": "csv"})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    manager = await office.client("manager")
    assert (await manager.post(EXPORTS, json={"format": "csv"})).status_code == 202
    assert (await office.get(EXPORTS))["total"] == 21


async def test_rows_are_those_of_one_moment(stocked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes while the file is written is not in it, not even between its sheets."""
    source_rows = produce.open_table

    def meddling(*given: Any) -> Any:
        asyncio.run_coroutine_threadsafe(promoted(), loop).result(10)
        return source_rows(*given)

    async def promoted() -> None:
        async with stocked.work() as work:
            await work.session.execute(update(Business).values(call_priority="low", name="Changed"))

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(produce, "open_table", meddling)
    rows = rows_of(await stocked.fetched(fields=["name", "call_priority"]))[1:]
    assert [row[1] for row in rows] == ["high", "medium", "low"]
    assert {row[0] for row in await _names(stocked)} == {"Changed"}


async def _names(office: Office) -> list[list[str]]:
    return [[row["name"]] for row in await office.businesses()]


async def test_a_closed_business_gets_no_file(stocked: Office) -> None:
    answer = await stocked.owner.post(EXPORTS, json={"format": "csv"})
    async with stocked.town.database.lookup() as work:
        await work.session.execute(update(Tenant).where(Tenant.id == stocked.tenant_id).values(status="closed"))
    await stocked.town.exporter.produce(str(stocked.tenant_id), UUID(answer.json()["id"]))
    made = await stocked.get(f"{EXPORTS}/{answer.json()['id']}")
    assert (made["status"], made["error"]) == ("failed", "The business was closed.")


async def test_a_deleted_export_is_not_made_and_loses_its_file(stocked: Office) -> None:
    queued = (await stocked.owner.post(EXPORTS, json={"format": "csv"})).json()
    assert (await stocked.owner.delete(f"{EXPORTS}/{queued['id']}")).status_code == 204
    await stocked.town.exporter.produce(str(stocked.tenant_id), UUID(queued["id"]))
    ready = await stocked.export()
    assert (await stocked.owner.delete(f"{EXPORTS}/{ready['id']}")).status_code == 204
    assert (await stocked.owner.get(ready["url"])).status_code == 404
    assert (await stocked.get(EXPORTS))["total"] == 0


async def test_an_attempt_that_another_overtook_keeps_nothing(stocked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    export_id = (await stocked.owner.post(EXPORTS, json={"format": "csv"})).json()["id"]
    again = iter([True, False])
    opened = produce.open_table

    def overtaken(*given: Any) -> Any:
        if next(again, False):
            coroutine = stocked.town.exporter.produce(str(stocked.tenant_id), UUID(export_id))
            asyncio.run_coroutine_threadsafe(coroutine, loop).result(10)
        return opened(*given)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(produce, "open_table", overtaken)
    await stocked.town.exporter.produce(str(stocked.tenant_id), UUID(export_id))
    made = await stocked.get(f"{EXPORTS}/{export_id}")
    assert (made["status"], made["row_count"]) == ("ready", 3)
    stored = [each.key async for each in stocked.town.files.objects.walk(f"files/{stocked.tenant_id}/")]
    assert sum(made["url"].split("/files/")[1].split("/")[0] in key for key in stored) == 1


async def test_contacts_suppression_and_consents_leave_too(office: Office) -> None:
    path = f"{CALLING}/exports"
    await office.contact("Anna", tags=["vip"], consent={"basis": "express", "source": "form"})
    await office.contact("Ben", phone="(305) 555-0101")
    stop = {"phone": "(305) 555-0101", "reason": "admin"}
    (await office.owner.post(f"{CALLING}/suppression", json=stop)).raise_for_status()
    everybody = rows_of(await office.fetched(path, kind="contacts", fields=["name", "phone", "tags", "suppressed"]))
    assert everybody[1:] == [["Anna", "+13055550100", '["vip"]', "false"], ["Ben", "+13055550101", "", "true"]]
    stopped = rows_of(await office.fetched(path, kind="contacts", filters={"status": "do_not_call"}, fields=["name"]))
    assert stopped[1:] == [["Ben"]]
    suppressed = rows_of(await office.fetched(path, kind="suppression"))
    assert [row[0] for row in suppressed[1:]] == ["+13055550101"]
    consents = rows_of(await office.fetched(path, kind="consents"))
    assert [row[:4] for row in consents[1:]] == [["+13055550100", "call", "express", "granted"]]
    assert (await office.owner.post(path, json={"kind": "calls", "format": "csv"})).status_code == 422


@pytest.fixture
async def worker(town: Town, postgres: Any) -> AsyncIterator[None]:
    flows = Workflows()
    register(flows, exporter=town.exporter)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield
    await flows.shutdown(10)


async def finished(office: Office, export_id: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            made = await office.get(f"{EXPORTS}/{export_id}")
            if made["finished_at"]:
                return made
            await asyncio.sleep(0.1)


@pytest.mark.usefixtures("worker")
async def test_the_worker_makes_the_file_again_where_it_failed(
    stocked: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([True, False])
    opened = produce.open_table

    def unsteady(*given: Any) -> Any:
        if next(failures, False):
            raise ConnectionResetError
        return opened(*given)

    monkeypatch.setattr(produce, "open_table", unsteady)
    made = await finished(stocked, (await stocked.owner.post(EXPORTS, json={"format": "csv"})).json()["id"])
    assert (made["status"], made["row_count"]) == ("ready", 3)


@pytest.mark.usefixtures("worker")
async def test_an_export_that_cannot_be_made_says_so(stocked: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise OSError("no space left on device")

    monkeypatch.setattr(produce, "open_table", broken)
    made = await finished(stocked, (await stocked.owner.post(EXPORTS, json={"format": "csv"})).json()["id"])
    assert (made["status"], made["error"]) == ("failed", "The file could not be made. Try again.")
    assert (await stocked.owner.get(f"{EXPORTS}/{made['id']}/download")).status_code == 409
