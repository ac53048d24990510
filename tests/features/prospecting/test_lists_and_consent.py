"""Call lists, suppression and consent (product specification §6.1, §3.4, §10)."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from callout.features.accounts.tables import AuditEntry
from callout.features.prospecting.contacts import upsert_contact
from callout.features.prospecting.suppression import suppress
from callout.kit.events.log import read_after
from tests.features.prospecting.conftest import CALLING, SCRAPER, Office, Town

LISTS = f"{CALLING}/call-lists"
CONTACTS = f"{CALLING}/contacts"
SUPPRESSION = f"{CALLING}/suppression"
SHOPS = (
    "name,phone,rating,latitude,longitude\n"
    "Low,(305) 555-0101,2.0,25.77,-80.19\nHigh,(305) 555-0102,4.5,,\nNone,,4.9,,\n"
    "Mid,(305) 555-0103,3.5,,\nHigh again,(305) 555-0104,4.1,,\n"
)


async def to_list(office: Office, **body: Any) -> dict[str, Any]:
    answer = await office.owner.post(f"{SCRAPER}/businesses/import-to-list", json=body)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


async def on_list(office: Office, list_id: str) -> list[str]:
    """Names in the order of the list."""
    async with office.work() as work:
        query = "SELECT c.name FROM call_list_items i JOIN contacts c ON c.id = i.contact_id WHERE i.call_list_id = :id ORDER BY i.position"
        return list((await work.session.execute(text(query), {"id": list_id})).scalars())


async def test_a_list_says_who_calls_and_what_they_know(office: Office) -> None:
    agent, base = str(uuid4()), str(uuid4())
    body = {"name": "March", "agent_id": agent, "knowledge_base_ids": [base], "call_script": "Purpose: a visit"}
    made = (await office.owner.post(LISTS, json=body)).json()
    assert (made["agent_id"], made["knowledge_base_ids"]) == (agent, [base])
    path, change = f"{LISTS}/{made['id']}", {"agent_id": None, "knowledge_base_ids": [], "name": "April"}
    assert (await office.owner.patch(path, json=change)).status_code == 428
    changed = await office.owner.patch(path, json=change, headers={"If-Match": f'"v{made["version"]}"'})
    assert changed.status_code == 200, changed.text
    shown = await office.get(path)
    assert (shown["name"], shown["agent_id"], shown["knowledge_base_ids"], shown["call_script"]) == (
        "April", None, [], "Purpose: a visit",
    )  # fmt: skip
    nameless = await office.owner.patch(path, json={"name": None}, headers={"If-Match": f'"v{shown["version"]}"'})
    assert nameless.status_code == 422
    too_many = {"name": "May", "knowledge_base_ids": [str(uuid4()) for _ in range(6)]}
    assert (await office.owner.post(LISTS, json=too_many)).status_code == 422


async def test_businesses_become_contacts_of_a_list_by_priority(office: Office) -> None:
    job = await office.bring_in(SHOPS)
    result = await to_list(office, new_list_name="March", purpose_tag="homes", filters={"job_id": job["id"]})
    assert {name: result[name] for name in ("added", "existing", "skipped_no_phone", "suppressed")} == {
        "added": 4, "existing": 0, "skipped_no_phone": 1, "suppressed": 0,
    }  # fmt: skip
    assert await on_list(office, result["call_list_id"]) == ["High", "High again", "Mid", "Low"]
    shown = await office.get(f"{LISTS}/{result['call_list_id']}")
    assert (shown["name"], shown["purpose_tag"], shown["total_contacts"], shown["success_rate"]) == (
        "March",
        "homes",
        4,
        None,
    )
    contact = (await office.get(CONTACTS, q="High", sort="name"))["items"][0]
    assert contact["consent"]["basis"] == "legitimate_interest_b2b"
    assert (contact["source"], contact["priority"], contact["permits_call"]) == ("scraper", "high", True)
    low = (await office.get(CONTACTS, q="Low"))["items"][0]
    assert (low["timezone"], low["timezone_source"]) == ("America/New_York", "location")
    consents = await office.get(f"{CALLING}/consents", contact_id=contact["id"])
    assert [row["source"] for row in consents["items"]] == [f"scraper:{job['id']}"]
    imported = [row for row in await office.businesses() if row["status"] == "imported"]
    assert {row["name"] for row in imported} == {"High", "High again", "Mid", "Low"}
    assert contact["id"] in {row["contact_id"] for row in imported}


async def test_repeating_an_import_to_a_list_changes_nothing(office: Office) -> None:
    await office.bring_in(SHOPS)
    first = await to_list(office, new_list_name="March")
    async with office.work() as work:
        before = len(await read_after(work.session, office.tenant_id, 0))
    again = await to_list(office, call_list_id=first["call_list_id"])
    assert (again["added"], again["existing"]) == (0, 4)
    assert (await office.get(CONTACTS))["total"] == 4
    assert (await office.get(f"{CALLING}/consents"))["total"] == 4
    async with office.work() as work:
        assert len(await read_after(work.session, office.tenant_id, 0)) == before


async def test_two_imports_to_a_list_at_once_add_everybody_once(office: Office) -> None:
    await office.bring_in(SHOPS)
    call_list = (await office.owner.post(LISTS, json={"name": "March"})).json()
    results = await asyncio.gather(*(to_list(office, call_list_id=call_list["id"]) for _ in range(3)))
    assert sorted(result["added"] for result in results) == [0, 0, 4]
    assert (await office.get(f"{LISTS}/{call_list['id']}"))["total_contacts"] == 4


async def test_suppressed_phones_stay_off_lists_and_other_channels_do_not_matter(office: Office) -> None:
    await office.bring_in(SHOPS)
    await office.owner.post(SUPPRESSION, json={"phone": "(305) 555-0102", "reason": "admin"})
    await office.owner.post(SUPPRESSION, json={"phone": "(305) 555-0103", "channels": ["sms"], "reason": "admin"})
    result = await to_list(office, new_list_name="March")
    assert (result["added"], result["suppressed"]) == (3, 1)
    assert await on_list(office, result["call_list_id"]) == ["High again", "Mid", "Low"]


async def test_an_existing_contact_keeps_its_own_fields_and_consent(office: Office) -> None:
    contact = await office.contact("Anna", "(305) 555-0102", consent={"basis": "express", "source": "form"})
    await office.bring_in(SHOPS)
    await to_list(office, new_list_name="March", filters={"call_priority": ["high"]})
    shown = await office.get(f"{CONTACTS}/{contact['id']}")
    assert (shown["name"], shown["consent_basis"], [entry["name"] for entry in shown["call_lists"]]) == (
        "Anna", "express", ["March"],
    )  # fmt: skip


async def test_ignored_businesses_are_imported_only_by_id(office: Office) -> None:
    await office.bring_in("name,phone,status\nGone,(305) 555-0101,Permanently closed\n")
    assert (await to_list(office, new_list_name="A"))["added"] == 0
    ids = [row["id"] for row in await office.businesses()]
    assert (await to_list(office, new_list_name="B", ids=ids))["added"] == 1


async def test_an_import_to_a_list_names_exactly_one_list(office: Office) -> None:
    for body in ({}, {"call_list_id": str(uuid4()), "new_list_name": "x"}):
        answer = await office.owner.post(f"{SCRAPER}/businesses/import-to-list", json=body)
        assert answer.status_code == 422
    missing = await office.owner.post(f"{SCRAPER}/businesses/import-to-list", json={"call_list_id": str(uuid4())})
    assert missing.status_code == 404


async def test_contacts_are_put_on_lists_by_hand(office: Office) -> None:
    ids = [(await office.contact(f"C{n}", f"+1305555010{n}"))["id"] for n in range(3)]
    await office.owner.post(SUPPRESSION, json={"phone": "+13055550102", "reason": "complaint"})
    call_list = (await office.owner.post(LISTS, json={"name": "March", "contact_ids": ids[:1]})).json()
    assert call_list["total_contacts"] == 1
    answer = await office.owner.post(f"{LISTS}/{call_list['id']}/contacts", json={"contact_ids": [*ids, ids[1]]})
    assert answer.json() == {"added": 1, "existing": 1, "suppressed": 1}
    unknown = await office.owner.post(f"{LISTS}/{call_list['id']}/contacts", json={"contact_ids": [str(uuid4())]})
    assert unknown.status_code == 422


async def test_list_counters_follow_their_contacts(office: Office) -> None:
    ids = [(await office.contact(f"C{n}", f"+1305555010{n}"))["id"] for n in range(5)]
    call_list = (await office.owner.post(LISTS, json={"name": "March", "contact_ids": ids})).json()
    async with office.work() as work:
        for contact_id, status in zip(ids, ("pending", "called", "completed", "failed", "completed"), strict=True):
            statement = text("UPDATE contacts SET status = :status WHERE id = :id")
            await work.session.execute(statement, {"status": status, "id": contact_id})
    await office.owner.patch(f"{CONTACTS}/{ids[0]}", json={"do_not_call": True}, headers={"if-match": "*"})
    await office.owner.delete(f"{CONTACTS}/{ids[4]}", headers={"if-match": "*"})
    for shown in (await office.get(f"{LISTS}/{call_list['id']}"), (await office.get(LISTS))["items"][0]):
        counts = {
            name: shown[f"{name}_contacts"] for name in ("total", "pending", "completed", "failed", "do_not_call")
        }
        assert counts == {"total": 4, "pending": 1, "completed": 1, "failed": 1, "do_not_call": 1}
    assert (await office.owner.delete(f"{LISTS}/{call_list['id']}")).status_code == 204
    assert (await office.get(LISTS))["total"] == 0


async def test_suppressing_twice_is_one_entry_and_widens_it(office: Office) -> None:
    contact = await office.contact()
    first = await office.owner.post(
        SUPPRESSION, json={"phone": "(305) 555-0100", "channels": ["sms"], "reason": "admin"}
    )
    assert (first.status_code, first.json()["channels"]) == (201, ["sms"])
    assert (await office.get(f"{CONTACTS}/{contact['id']}"))["status"] == "pending"
    again = await office.owner.post(SUPPRESSION, json={"phone": "+13055550100", "reason": "complaint"})
    assert (again.status_code, again.json()["id"], again.json()["channels"]) == (
        200, first.json()["id"], ["call", "sms", "whatsapp"],
    )  # fmt: skip
    assert (await office.get(f"{CONTACTS}/{contact['id']}"))["status"] == "do_not_call"
    assert (await office.get(SUPPRESSION))["total"] == 1
    assert "key_hash" not in (await office.get(SUPPRESSION))["items"][0]


async def test_a_contact_made_while_its_phone_is_being_suppressed_is_not_called(office: Office) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def hush() -> None:
        async with office.work() as work:
            await suppress(work, phone="+13055550100", reason="opt_out_speech")
            entered.set()
            await leave.wait()

    hushing = asyncio.create_task(hush())
    await entered.wait()
    creating = asyncio.create_task(office.contact())
    await asyncio.sleep(0.2)
    assert not creating.done()
    leave.set()
    await hushing
    assert ((await creating)["status"], (await creating)["suppressed"]) == ("do_not_call", True)


async def test_the_same_phone_suppressed_many_times_at_once_is_one_entry(office: Office) -> None:
    body = {"phone": "+13055550100", "reason": "admin"}
    answers = await asyncio.gather(*(office.owner.post(SUPPRESSION, json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]


async def test_only_an_owner_lifts_a_suppression_with_a_reason_on_record(office: Office) -> None:
    contact = await office.contact(do_not_call=True)
    entry = (await office.get(SUPPRESSION))["items"][0]
    path, reason = f"{SUPPRESSION}/{entry['id']}", {"removed_reason": "asked us by letter to call again"}
    manager = await office.client("manager")
    assert (await manager.request("DELETE", path, json=reason)).status_code == 403
    assert (await office.owner.request("DELETE", path, json={"removed_reason": "why not"})).status_code == 422
    refused = await office.owner.patch(
        f"{CONTACTS}/{contact['id']}", json={"do_not_call": False}, headers={"if-match": "*"}
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "do_not_call")
    assert (await office.owner.request("DELETE", path, json=reason)).status_code == 204
    assert (await office.owner.request("DELETE", path, json=reason)).status_code == 404
    shown = await office.get(f"{CONTACTS}/{contact['id']}")
    assert (shown["status"], shown["do_not_call"], shown["suppressed"]) == ("pending", False, False)
    async with office.work() as work:
        entry_row = (await work.session.execute(select(AuditEntry))).scalar_one()
        assert (entry_row.action, entry_row.reason) == ("suppression_entry.remove", reason["removed_reason"])


async def test_an_entry_names_a_phone_or_an_address(office: Office) -> None:
    for body in ({"reason": "admin"}, {"phone": "+13055550100", "email": "a@a.example", "reason": "admin"}):
        assert (await office.owner.post(SUPPRESSION, json=body)).status_code == 422
    made = (await office.owner.post(SUPPRESSION, json={"email": "A@A.example", "reason": "admin"})).json()
    assert (made["email"], made["channels"], made["phone"]) == ("a@a.example", ["email"], None)


async def test_the_newest_consent_decides(office: Office) -> None:
    contact = await office.contact(consent={"basis": "express", "source": "form"})
    assert contact["permits_call"]
    record = {"phone": "(305) 555-0100", "scope": "call", "basis": "express", "source": "call:7"}
    withdrawn = await office.owner.post(f"{CALLING}/consents", json=record | {"action": "withdrawn"})
    assert (withdrawn.status_code, withdrawn.json()["contact_id"]) == (201, contact["id"])
    assert not (await office.get(f"{CONTACTS}/{contact['id']}"))["permits_call"]
    sms = await office.owner.post(f"{CALLING}/consents", json=record | {"scope": "sms", "action": "granted"})
    assert sms.status_code == 201
    assert not (await office.get(f"{CONTACTS}/{contact['id']}"))["permits_call"]
    listed = await office.get(f"{CALLING}/consents", phone="(305) 555-0100")
    assert [(row["scope"], row["action"]) for row in listed["items"]] == [
        ("sms", "granted"),
        ("call", "withdrawn"),
        ("call", "granted"),
    ]


async def test_a_consent_given_before_there_was_a_contact_counts(office: Office) -> None:
    record = {"phone": "(305) 555-0100", "scope": "call", "basis": "inquiry", "source": "form", "action": "granted"}
    assert (await office.owner.post(f"{CALLING}/consents", json=record)).json()["contact_id"] is None
    assert (await office.contact())["consent_basis"] == "inquiry"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"contact_id": str(uuid4())},
        {"phone": "x", "basis": "none"},
        {"phone": "+13055550100", "expires_at": "2026-03-05T15:00:00"},
    ],
)
async def test_a_consent_that_does_not_fit_is_refused(office: Office, body: dict[str, Any]) -> None:
    full = {"scope": "call", "basis": "express", "action": "granted", "source": "form"} | body
    assert (await office.owner.post(f"{CALLING}/consents", json=full)).status_code in {404, 422}


async def test_another_tenants_lists_and_entries_do_not_exist(town: Town, office: Office) -> None:
    contact = await office.contact(do_not_call=True)
    call_list = (await office.owner.post(LISTS, json={"name": "March"})).json()
    entry = (await office.get(SUPPRESSION))["items"][0]
    other = await town.office()
    assert (await other.owner.get(f"{LISTS}/{call_list['id']}")).status_code == 404
    foreign = await other.owner.post(LISTS, json={"name": "x", "contact_ids": [contact["id"]]})
    assert foreign.status_code == 422
    lift = await other.owner.request("DELETE", f"{SUPPRESSION}/{entry['id']}", json={"removed_reason": "x" * 10})
    assert lift.status_code == 404
    assert (await other.get(SUPPRESSION))["total"] == 0
    assert not (await other.contact())["suppressed"]
    async with other.work() as work:
        made, is_new = await upsert_contact(work, "+13055550100", source="inbound", fields={})
        assert not is_new
        assert made.id != UUID(contact["id"])


async def test_viewers_read_lists_of_refusals_masked(office: Office) -> None:
    await office.owner.post(SUPPRESSION, json={"phone": "+13055550100", "reason": "admin"})
    await office.bring_in(SHOPS)
    viewer = await office.client("viewer")
    assert (await viewer.get(SUPPRESSION)).json()["items"][0]["phone"] == "+1•••••••0100"
    row = (await viewer.get(f"{SCRAPER}/businesses", params={"q": "Low"})).json()["items"][0]
    assert (row["phone"], row["callable"]) == ("+1•••••••0101", True)
    assert "555" not in row["phone_raw"]
    assert (await viewer.post(LISTS, json={"name": "x"})).status_code == 403
    assert (await viewer.post(f"{SCRAPER}/businesses/upload", files={"file": ("a.csv", b"name\nx")})).status_code == 403
