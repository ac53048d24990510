"""One record per phone: created once, filled, corrected under a version (API specification §3.4)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from callout.features.prospecting.contacts import mark_lead, upsert_contact
from callout.kit.events.log import read_after
from tests.features.prospecting.conftest import CALLING, Office, Town

CONTACTS = f"{CALLING}/contacts"


async def event_types(office: Office) -> list[str]:
    async with office.work() as work:
        return [event.type for event in await read_after(work.session, office.tenant_id, 0)]


async def test_a_contact_is_created_with_what_its_number_tells(office: Office) -> None:
    body = {"name": "Anna Reyes", "phone": "(305) 555-0100", "tags": ["vip"], "location": {"lat": 25.77, "lng": -80.19}}
    answer = await office.owner.post(CONTACTS, json=body)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{CONTACTS}/{made['id']}"
    assert (made["phone"], made["source"], made["status"], made["tags"]) == (
        "+13055550100",
        "manual",
        "pending",
        ["vip"],
    )
    assert (made["timezone"], made["timezone_source"]) == ("America/New_York", "location")
    assert (made["permits_call"], made["suppressed"], made["consent_basis"]) == (False, False, "none")
    shown = await office.owner.get(answer.headers["location"])
    assert shown.headers["etag"] == '"v1"'
    assert shown.json() == made | {"call_lists": []}


async def test_a_known_phone_answers_with_its_contact_and_fills_gaps(office: Office) -> None:
    first = await office.contact(email="anna@a.example")
    answer = await office.owner.post(
        CONTACTS,
        json={
            "name": "Ana R.",
            "phone": "+1 305 555 0100",
            "email": "b@b.example",
            "industry": "garage",
            "tags": ["new"],
        },
    )
    second = answer.json()
    assert (answer.status_code, second["id"]) == (200, first["id"])
    assert (second["name"], second["email"], second["industry"], second["tags"]) == (
        "Anna Reyes", "anna@a.example", "garage", ["new"],
    )  # fmt: skip
    assert {(entry["field"], entry["value"]) for entry in second["suggestions"]} == {
        ("name", "Ana R."),
        ("email", "b@b.example"),
    }
    assert await event_types(office) == ["contact.created", "contact.updated"]


async def test_two_at_once_make_one_contact_and_lose_nothing(office: Office) -> None:
    fields = ({"email": "a@a.example"}, {"address": "1 Main St"}, {"category": "garage"}, {"industry": "cars"})
    answers = await asyncio.gather(
        *(office.owner.post(CONTACTS, json={"name": "Anna", "phone": "+13055550100", **extra}) for extra in fields)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    contact = (await office.get(CONTACTS))["items"][0]
    for extra in fields:
        assert contact | extra == contact
    assert (await event_types(office)).count("contact.created") == 1


async def test_a_transaction_that_comes_second_waits_for_the_first(office: Office) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with office.work() as work:
            await upsert_contact(work, "+13055550100", source="inbound", fields={"email": "a@a.example"})
            entered.set()
            await leave.wait()

    async def second() -> bool:
        await entered.wait()
        async with office.work() as work:
            _, is_new = await upsert_contact(work, "+13055550100", source="inbound", fields={"address": "1 Main St"})
            return is_new

    tasks = [asyncio.create_task(first()), asyncio.create_task(second())]
    await entered.wait()
    await asyncio.sleep(0.2)
    assert not tasks[1].done()
    leave.set()
    assert await tasks[1] is False
    await tasks[0]
    assert (await office.get(CONTACTS))["items"][0]["address"] == "1 Main St"


async def test_a_change_needs_the_current_version(office: Office) -> None:
    contact = await office.contact()
    path = f"{CONTACTS}/{contact['id']}"
    assert (await office.owner.patch(path, json={"notes": "x"})).status_code == 428
    done = await office.owner.patch(path, json={"notes": "x", "email": None}, headers={"if-match": '"v1"'})
    assert (done.status_code, done.json()["notes"], done.headers["etag"]) == (200, "x", '"v2"')
    stale = await office.owner.patch(path, json={"notes": "y"}, headers={"if-match": '"v1"'})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": None}, "validation_failed"),
        ({"name": " "}, "validation_failed"),
        ({"priority": None}, "validation_failed"),
        ({"tags": None}, "validation_failed"),
        ({"timezone": "Mars/Olympus"}, "validation_failed"),
        ({"phone": "+13055550101"}, "unknown_field"),
        ({"lead_score": 100}, "unknown_field"),
        ({"custom": {str(n): n for n in range(21)}}, "validation_failed"),
    ],
)
async def test_a_change_that_does_not_fit_is_refused(office: Office, body: dict[str, Any], code: str) -> None:
    contact = await office.contact()
    answer = await office.owner.patch(f"{CONTACTS}/{contact['id']}", json=body, headers={"if-match": '"v1"'})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_phone_that_is_none_names_its_field(office: Office) -> None:
    answer = await office.owner.post(CONTACTS, json={"name": "Ann", "phone": "555-1234"})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [(row["field"], row["code"]) for row in answer.json()["errors"]] == [("phone", "invalid_phone")]


async def test_moving_a_contact_moves_its_zone_unless_it_was_told(office: Office) -> None:
    contact = await office.contact()
    path, place = f"{CONTACTS}/{contact['id']}", {"location": {"lat": 34.05, "lng": -118.24}}
    moved = (await office.owner.patch(path, json=place, headers={"if-match": "*"})).json()
    assert (moved["timezone"], moved["timezone_source"]) == ("America/Los_Angeles", "location")
    told = (await office.owner.patch(path, json={"timezone": "America/Denver"}, headers={"if-match": "*"})).json()
    assert (told["timezone"], told["timezone_source"]) == ("America/Denver", "contact")
    unset = {"location": {"lat": 0, "lng": 0}}
    cleared = (await office.owner.patch(path, json=unset, headers={"if-match": "*"})).json()
    assert (cleared["location"], cleared["timezone"]) == (None, "America/Denver")


async def test_a_deleted_contact_frees_its_phone(office: Office) -> None:
    contact = await office.contact()
    gone = await office.owner.delete(f"{CONTACTS}/{contact['id']}", headers={"if-match": '"v1"'})
    assert gone.status_code == 204
    assert (await office.owner.get(f"{CONTACTS}/{contact['id']}")).status_code == 404
    assert (await office.contact())["id"] != contact["id"]


async def test_lists_filter_search_and_sort(office: Office) -> None:
    await office.contact("Anna", "+13055550101", email="anna@a.example", category="garage")
    await office.contact("Berta 100%", "+13055550102", priority="high")
    await office.contact("Carl", "+13055550103", business_name="Zebra_Cars")

    async def names(**params: Any) -> list[str]:
        return [row["name"] for row in (await office.get(CONTACTS, sort="name", **params))["items"]]

    assert await names() == ["Anna", "Berta 100%", "Carl"]
    assert await names(q="0%") == ["Berta 100%"]
    assert await names(q="a_c") == ["Carl"]
    assert await names(q="a\\") == []
    assert await names(q="5550103") == ["Carl"]
    assert await names(priority="high,low") == ["Berta 100%"]
    assert await names(has_email="true") == ["Anna"]
    assert await names(category="garage") == ["Anna"]
    for bad, status in (("colour=red", 400), ("q=a", 422), ("sort=phone", 422), ("priority=urgent", 422)):
        assert (await office.owner.get(f"{CONTACTS}?{bad}")).status_code == status


async def test_viewers_read_masked_and_change_nothing(office: Office) -> None:
    contact = await office.contact(email="anna@a.example", alt_phone="+13055550109")
    viewer = await office.client("viewer")
    shown = (await viewer.get(f"{CONTACTS}/{contact['id']}")).json()
    assert (shown["phone"], shown["alt_phone"], shown["email"]) == ("+1•••••••0100", "+1•••••••0109", "a•••@a.example")
    assert (await viewer.get(CONTACTS)).json()["items"][0]["phone"] == "+1•••••••0100"
    assert (await viewer.post(CONTACTS, json={"name": "X", "phone": "+13055550105"})).status_code == 403
    for role in ("viewer", "agent"):
        client = await office.client(role)
        answer = await client.patch(f"{CONTACTS}/{contact['id']}", json={"notes": "x"}, headers={"if-match": "*"})
        assert answer.status_code == 403
    agent = await office.client("agent")
    assert (await agent.post(CONTACTS, json={"name": "X", "phone": "+13055550105"})).status_code == 201


async def test_another_tenants_contact_does_not_exist_and_its_phone_is_free(town: Town, office: Office) -> None:
    contact = await office.contact()
    other = await town.office()
    path = f"{CONTACTS}/{contact['id']}"
    for answer in (
        await other.owner.get(path),
        await other.owner.patch(path, json={"notes": "x"}, headers={"if-match": "*"}),
        await other.owner.delete(path, headers={"if-match": "*"}),
    ):
        assert answer.status_code == 404
    assert (await other.contact())["id"] != contact["id"]


async def test_a_lead_is_mirrored_and_a_refusal_stops_calls(office: Office) -> None:
    contact = await office.contact()
    for status, score in (("interested", 80), ("do_not_call", None)):
        async with office.work() as work:
            await mark_lead(work, UUID(contact["id"]), lead_status=status, lead_score=score, follow_up_at=None)
    shown = await office.get(f"{CONTACTS}/{contact['id']}")
    assert (shown["lead_status"], shown["lead_score"], shown["status"]) == ("do_not_call", 80, "do_not_call")
    assert (shown["suppressed"], shown["do_not_call"]) == (True, True)


async def test_a_keyed_creation_is_answered_again(office: Office) -> None:
    body, key = {"name": "Anna", "phone": "+13055550100"}, {"idempotency-key": "k1"}
    first = await office.owner.post(CONTACTS, json=body, headers=key)
    again = await office.owner.post(CONTACTS, json=body, headers=key)
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (201, 201, "true")
    assert again.json() == first.json()


async def test_nobody_without_a_badge_gets_in(town: Town, office: Office) -> None:
    stranger = await town.open()
    assert (await stranger.get(CONTACTS)).status_code == 401
    vendor = await office.client("vendor")
    assert (await vendor.get(CONTACTS)).status_code == 403
