"""Contacts come in from files, many are changed at once, and several become one (product §6.2, API §3.4)."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from callout.features.exports.ports import Column
from callout.features.exports.xlsx_file import XlsxFile
from callout.features.prospecting.contact_import.workflows import register
from callout.kit.events.log import read_after
from callout.kit.workflows import Workflows
from tests.features.prospecting.conftest import CALLING, Office, Town

IMPORT = f"{CALLING}/contacts/import"
PEOPLE = """Full Name;Phone No.;Company;E-mail;Tags;Priority;Notes;Time zone
Anna Reyes;(305) 555-0100;Reyes Dental;ANNA@Reyes.example;vip, gold;High;"first line
second line";America/Chicago
;(305) 555-0101;Night Shop;;;;;
Ben;12;;;;;;
;;Nobody;;;;;

Cara;+44 20 7946 0958;;not an address;;urgent;;
Anna R.;305-555-0100;Reyes & Sons;;;;;
"""


async def send(office: Office, data: str | bytes, filename: str = "people.csv", **form: Any) -> Any:
    content = data.encode() if isinstance(data, str) else data
    return await office.owner.post(IMPORT, files={"file": (filename, content)}, data=form)


async def contacts(office: Office, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await office.get(f"{CALLING}/contacts", sort="name", limit=200, **params))["items"]
    return found


async def test_a_file_of_contacts_comes_in_and_tells_what_it_could_not_use(office: Office) -> None:
    answer = await send(office, PEOPLE)
    assert answer.status_code == 200
    result = answer.json()
    assert {name: result[name] for name in ("status", "rows", "created", "updated", "skipped")} == {
        "status": "completed", "rows": 6, "created": 3, "updated": 0, "skipped": 3,
    }  # fmt: skip
    assert [(error["row"], error["field"]) for error in result["errors"]] == [
        (4, "phone"), (5, "phone"), (7, "email"), (7, "priority"),
    ]  # fmt: skip
    anna, cara, night = await contacts(office)
    assert (anna["name"], anna["phone"], anna["business_name"]) == ("Anna R.", "+13055550100", "Reyes & Sons")
    assert (cara["phone"], cara["email"], cara["priority"], cara["source"]) == (
        "+442079460958", None, "medium", "upload",
    )  # fmt: skip
    assert (night["name"], night["business_name"]) == ("Night Shop", "Night Shop")
    again = (await send(office, PEOPLE)).json()
    assert (again["created"], again["updated"], again["skipped"]) == (0, 0, 6)
    assert (await office.get(answer.headers["location"]))["rows"] == 6


async def test_every_column_lands_in_its_field(office: Office) -> None:
    row = "\n".join(PEOPLE.splitlines()[:3])
    assert (await send(office, row)).json()["errors"] == []
    (anna,) = await contacts(office)
    expected = {
        "email": "anna@reyes.example", "tags": ["vip", "gold"], "priority": "high", "timezone": "America/Chicago",
        "notes": "first line\nsecond line", "timezone_source": "contact", "status": "pending",
    }  # fmt: skip
    assert {name: anna[name] for name in expected} == expected


async def test_a_known_phone_is_filled_or_overwritten_and_never_blanked(office: Office) -> None:
    await office.contact("Anna Reyes", email="old@reyes.example", tags=["old"], notes="keep")
    data = "name,phone,email,business name,tags,notes\nAnna New,(305) 555-0100,new@reyes.example,Reyes Dental,new,\n"
    filled = (await send(office, data)).json()
    assert (filled["created"], filled["updated"], filled["skipped"]) == (0, 1, 0)
    (anna,) = await contacts(office)
    assert (anna["name"], anna["email"], anna["business_name"], anna["tags"]) == (
        "Anna Reyes", "old@reyes.example", "Reyes Dental", ["old"],
    )  # fmt: skip
    assert (await send(office, data, mode="overwrite")).json()["updated"] == 1
    (anna,) = await contacts(office)
    assert (anna["name"], anna["email"], anna["tags"], anna["notes"]) == (
        "Anna New", "new@reyes.example", ["new"], "keep",
    )  # fmt: skip
    assert (await send(office, data, mode="overwrite")).json()["updated"] == 0


async def test_consent_is_attested_once_by_who_imports(office: Office) -> None:
    data = (
        "name,phone,consent basis\nAnna,(305) 555-0100,\nBen,(305) 555-0101,express written\nCara,(305) 555-0102,hm\n"
    )
    consent = json.dumps({"basis": "existing_customer", "source": "crm", "statement": "all are customers"})
    for _ in range(2):
        answer = await send(office, data, "customers.csv", consent=consent)
        assert [error["field"] for error in answer.json()["errors"]] == ["consent_basis"]
    records = (await office.get(f"{CALLING}/consents"))["items"]
    told = {(each["phone"][-1], each["basis"], each["source"], each["statement"]) for each in records}
    assert (len(records), told) == (3, {
        ("0", "existing_customer", "crm", "all are customers"), ("1", "express_written", "import:customers.csv", None),
        ("2", "existing_customer", "crm", "all are customers"),
    })  # fmt: skip
    assert all(each["recorded_by"] for each in records)
    assert [each["consent_basis"] for each in await contacts(office)] == [
        "existing_customer", "express_written", "existing_customer",
    ]  # fmt: skip


async def test_contacts_go_on_a_list_but_for_those_who_asked_not_to_be_called(office: Office) -> None:
    (await office.owner.post(f"{CALLING}/suppression", json={"phone": "+13055550101", "reason": "admin"})).json()
    made = (await office.owner.post(f"{CALLING}/call-lists", json={"name": "March"})).json()
    data = "name,phone,priority\nLow,(305) 555-0100,low\nNo,(305) 555-0101,high\nHigh,(305) 555-0102,high\n"
    result = (await send(office, data, call_list_id=made["id"])).json()
    assert (result["created"], result["added_to_list"], result["suppressed"]) == (3, 2, 1)
    assert {each["name"]: each["status"] for each in await contacts(office)} == {
        "High": "pending", "Low": "pending", "No": "do_not_call",
    }  # fmt: skip
    assert (await office.get(f"{CALLING}/call-lists/{made['id']}"))["total_contacts"] == 2


async def test_a_trial_tells_the_same_and_leaves_nothing(office: Office) -> None:
    trial = (await send(office, PEOPLE, dry_run="true")).json()
    assert (trial["id"], trial["dry_run"], trial["created"], len(trial["errors"])) == (None, True, 3, 4)
    assert await contacts(office) == []
    async with office.work() as work:
        assert await read_after(work.session, office.tenant_id, 0) == []
    real = (await send(office, PEOPLE)).json()
    differing = {"id", "dry_run", "created_at", "finished_at"}
    assert {name: trial[name] for name in trial.keys() - differing} == {
        name: real[name] for name in real.keys() - differing
    }


@pytest.mark.parametrize(
    ("data", "filename", "form", "status", "code"),
    [
        (b"", "a.csv", {}, 422, "validation_failed"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "a.csv", {}, 415, "unsupported_media_type"),
        (b"<html><script>", "a.csv", {}, 415, "unsupported_media_type"),
        (b"name,phone\n", "a.csv", {}, 422, "validation_failed"),
        (b"name,phone\n" + b"a,1\n" * 50_001, "a.csv", {}, 422, "validation_failed"),
        (b"x" * (10 * 1024 * 1024 + 1), "a.csv", {}, 413, "file_too_large"),
        (b"name,phone\na,1\n", "a.csv", {"mode": "replace"}, 422, "validation_failed"),
        (b"name,phone\na,1\n", "a.csv", {"mapping": '{"name": "colour"}'}, 422, "validation_failed"),
        (b"name,phone\na,1\n", "a.csv", {"consent": "yes"}, 422, "validation_failed"),
        (b"name,phone\na,1\n", "a.csv", {"call_list_id": str(uuid4())}, 404, "not_found"),
    ],
)
async def test_what_is_no_list_of_contacts_is_refused(
    office: Office, data: bytes, filename: str, form: dict[str, str], status: int, code: str
) -> None:
    answer = await send(office, data, filename, **form)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await contacts(office) == []


async def test_a_workbook_and_a_mapping_of_ones_own_do_as_well(office: Office) -> None:
    stream = io.BytesIO()
    table = XlsxFile(stream, [Column("a", "Wer"), Column("b", "Nummer", "phone")])
    table.write("Leute", [("Jörg", "+4930123456"), ("=Eva", "+4930123457")])
    table.close([])
    mapping = json.dumps({"Wer": "name", "Nummer": "phone"})
    result = (await send(office, stream.getvalue(), "leute.xlsx", mapping=mapping)).json()
    assert result["created"] == 2, result
    assert [each["name"] for each in await contacts(office)] == ["=Eva", "Jörg"]


async def test_a_file_without_a_header_is_read_by_position(office: Office) -> None:
    assert (await send(office, "Anna,(305) 555-0100,Reyes Dental,1 Oak St,Dentist\n")).json()["created"] == 1
    (anna,) = await contacts(office)
    assert (anna["business_name"], anna["address"], anna["category"]) == ("Reyes Dental", "1 Oak St", "Dentist")


@pytest.fixture
async def worker(town: Town, postgres: Any) -> AsyncIterator[None]:
    flows = Workflows()
    register(flows, town.database, files=town.files)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield
    await flows.shutdown(10)


@pytest.mark.usefixtures("worker")
async def test_a_long_file_is_left_to_the_worker(office: Office) -> None:
    rows = "".join(f"Person {number},+1305{2000000 + number}\n" for number in range(3000))
    answer = await send(
        office, f"name,phone\n{rows}bad,1\n", consent=json.dumps({"basis": "inquiry", "source": "fair"})
    )
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    async with asyncio.timeout(60):
        while True:
            job = await office.get(answer.headers["location"])
            if job["finished_at"]:
                break
            await asyncio.sleep(0.1)
    assert (job["status"], job["created"], job["skipped"], len(job["errors"])) == ("completed", 3000, 1, 1)
    records = await office.get(f"{CALLING}/consents", limit=1)
    assert (records["total"], records["items"][0]["recorded_by"] is not None) == (3000, True)
    async with office.work() as work:
        told = set((await work.session.execute(text("SELECT DISTINCT type FROM events"))).scalars())
    assert told == {"contact.created", "consent.recorded", "contact.imported"}


async def bulk(office: Office, action: str, ids: list[str], value: str | None = None) -> dict[str, Any]:
    answer = await office.owner.post(f"{CALLING}/contacts/bulk", json={"action": action, "ids": ids, "value": value})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_one_action_changes_many_contacts_and_tells_which_it_could_not(office: Office) -> None:
    ids = [(await office.contact(f"P{number}", phone=f"(305) 555-010{number}"))["id"] for number in range(3)]
    nobody = str(uuid4())
    done = await bulk(office, "tag", [*ids, nobody], "vip")
    assert (done["ok"], [(one["id"], one["code"]) for one in done["failed"]]) == (ids, [(nobody, "not_found")])
    await bulk(office, "tag", ids, "vip")
    await bulk(office, "untag", ids[:1], "vip")
    await bulk(office, "priority", ids[:2], "high")
    assert [(each["tags"], each["priority"]) for each in await contacts(office)] == [
        ([], "high"), (["vip"], "high"), (["vip"], "medium"),
    ]  # fmt: skip
    await bulk(office, "suppress", ids[2:])
    made = (await office.owner.post(f"{CALLING}/call-lists", json={"name": "March"})).json()
    listed = await bulk(office, "list_add", ids, made["id"])
    assert (listed["ok"], [one["code"] for one in listed["failed"]]) == (ids[:2], ["suppressed"])
    await bulk(office, "list_remove", ids[:1], made["id"])
    assert (await office.get(f"{CALLING}/call-lists/{made['id']}"))["total_contacts"] == 1
    await bulk(office, "delete", ids[:1])
    assert [each["name"] for each in await contacts(office)] == ["P1", "P2"]
    refused = await office.owner.post(f"{CALLING}/contacts/bulk", json={"action": "priority", "ids": ids, "value": "x"})
    assert refused.status_code == 422


async def test_merged_contacts_leave_what_they_know_with_the_one_kept(office: Office) -> None:
    keep = await office.contact("+13055550100", tags=["a"], notes="one")
    other = await office.contact(
        "Anna Reyes",
        phone="(305) 555-0101",
        email="anna@reyes.example",
        tags=["b"],
        notes="two",
        timezone="America/Chicago",
    )
    third = await office.contact("A. Reyes", phone="(305) 555-0102", email="third@reyes.example")
    lists = []
    for name, ids in (("Both", [keep["id"], other["id"]]), ("Other", [third["id"], other["id"]])):
        made = await office.owner.post(f"{CALLING}/call-lists", json={"name": name, "contact_ids": ids})
        lists.append(made.json()["id"])
    wish = {"keep_id": keep["id"], "merge_ids": [other["id"], third["id"]]}
    answer = await office.owner.post(f"{CALLING}/contacts/merge", json=wish)
    assert answer.status_code == 200, answer.text
    kept = answer.json()
    expected = {
        "id": keep["id"], "name": "Anna Reyes", "phone": "+13055550100", "alt_phone": "+13055550101",
        "email": "anna@reyes.example", "tags": ["a", "b"], "notes": "one\ntwo", "timezone": "America/Chicago",
    }  # fmt: skip
    assert {name: kept[name] for name in expected} == expected
    assert [each["id"] for each in await contacts(office)] == [keep["id"]]
    for call_list in lists:
        assert (await office.get(f"{CALLING}/call-lists/{call_list}"))["total_contacts"] == 1
        assert [each["id"] for each in await contacts(office, call_list_id=call_list)] == [keep["id"]]
    async with office.work() as work:
        events = await read_after(work.session, office.tenant_id, 0)
    (told,) = (event for event in events if event.type == "contact.merged")
    assert (told.noun_id, told.data["merged"]) == (UUID(keep["id"]), wish["merge_ids"])
    assert (await office.owner.post(f"{CALLING}/contacts/merge", json=wish)).status_code == 404
    itself = {"keep_id": keep["id"], "merge_ids": [keep["id"]]}
    assert (await office.owner.post(f"{CALLING}/contacts/merge", json=itself)).status_code == 422


async def test_who_asked_not_to_be_called_on_one_phone_is_not_called_on_the_other(office: Office) -> None:
    keep = await office.contact("Anna")
    other = await office.contact("Anna", phone="(305) 555-0101")
    (
        await office.owner.post(f"{CALLING}/suppression", json={"phone": "+13055550101", "reason": "opt_out_speech"})
    ).json()
    wish = {"keep_id": keep["id"], "merge_ids": [other["id"]]}
    kept = (await office.owner.post(f"{CALLING}/contacts/merge", json=wish)).json()
    assert (kept["do_not_call"], kept["suppressed"], kept["alt_phone"]) == (True, True, None)


async def test_suppressed_phones_come_in_from_a_file(office: Office) -> None:
    await office.contact("Anna")
    (await office.owner.post(f"{CALLING}/suppression", json={
        "phone": "+13055550101", "channels": ["sms"], "reason": "admin"})).json()  # fmt: skip
    data = "Phone Number,Email\n(305) 555-0100,\n305 555 0101,\n,Stop@Reyes.example\nnothing,\n+13055550100,\n"
    files = {"file": ("dnc.csv", data.encode())}
    form = {"reason": "national_list", "source_ref": "FTC 2026-03"}
    answer = await office.owner.post(f"{CALLING}/suppression/import", files=files, data=form)
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert {name: result[name] for name in ("rows", "created", "updated", "skipped")} == {
        "rows": 5, "created": 2, "updated": 1, "skipped": 2,
    }  # fmt: skip
    assert [(error["row"], error["field"]) for error in result["errors"]] == [(5, "phone")]
    entries = (await office.get(f"{CALLING}/suppression"))["items"]
    assert {(each["phone"] or each["email"], tuple(each["channels"]), each["reason"]) for each in entries} == {
        ("+13055550100", ("call", "sms", "whatsapp"), "national_list"),
        ("+13055550101", ("call", "sms", "whatsapp"), "admin"),
        ("stop@reyes.example", ("email",), "national_list"),
    }
    assert (await contacts(office))[0]["status"] == "do_not_call"
    again = (await office.owner.post(f"{CALLING}/suppression/import", files=files, data=form)).json()
    assert (again["created"], again["updated"], again["skipped"]) == (0, 0, 5)
