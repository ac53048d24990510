"""Compliance over HTTP: a number tried, the rules shown, the record of answers, registries."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from callout.features.calling.compliance.decision_export import DecisionExport
from tests.features.calling.campaigns.conftest import MONDAY_NOON, Office, Town

PATH = "/compliance"


async def test_a_number_is_tried_and_nothing_is_written(town: Town, office: Office) -> None:
    await office.contact("+13055550101")
    told = await office.ask("GET", f"{PATH}/check", params={"phone": "(305) 555-0101"})
    assert (told["allowed"], told["timezone"], told["profile"]["code"]) == (True, "America/New_York", "US")
    assert told["basis"] == "express_written"
    assert [check["name"] for check in told["checks"] if not check["passed"]] == []
    early = (MONDAY_NOON - timedelta(hours=4, minutes=30)).isoformat()
    told = await office.ask("GET", f"{PATH}/check", params={"phone": "+13055550101", "at": early})
    assert (told["allowed"], told["reason"]) == (False, "outside_window")
    assert told["next_opening"] == "2027-03-01T14:00:00.000Z"
    assert await office.decisions() == []
    await office.ask("GET", f"{PATH}/check", 422, params={"phone": "12"})
    for name in ("agent_id", "campaign_id", "contact_id"):
        await office.ask("GET", f"{PATH}/check", 404, params={"phone": "+13055550101", name: str(uuid4())})
    await office.ask("GET", f"{PATH}/check", 403, by="viewer", params={"phone": "+13055550101"})


async def test_other_countries_are_closed_unless_opened(office: Office) -> None:
    told = await office.ask("GET", f"{PATH}/check", params={"phone": "+493012345678"})
    assert (told["reason"], told["profile"]["code"]) == ("blocked_country", "EU")


async def test_profiles_are_shown_with_their_review(office: Office) -> None:
    rows = await office.ask("GET", f"{PATH}/profiles")
    assert {"default", "US", "CA", "GB-IE", "EU", "FR", "IN-PK-BD"} == {row["code"] for row in rows}
    assert all(row["reviewed"] and row["sources"] and "not legal advice" in row["notice"] for row in rows)


async def test_decisions_are_listed_and_masked_for_viewers(office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.started()
    await office.one_call(campaign_id, "busy")
    listed = await office.ask("GET", f"{PATH}/decisions", params={"contact_id": str(contact_id), "sort": "at"})
    assert [row["moment"] for row in listed["items"]] == ["start", "create", "dial"]
    assert listed["items"][0]["phone"] == "+13055550101"
    denied = await office.ask("GET", f"{PATH}/decisions", params={"is_allowed": "false"})
    assert denied["total"] == 0
    masked = await office.ask("GET", f"{PATH}/decisions", by="viewer")
    assert "+13055550101" not in str(masked)


async def test_decisions_can_be_exported(office: Office) -> None:
    await office.contact("+13055550101")
    await office.started()
    source = DecisionExport()
    filters = source.check({"moment": "start"})
    async with office.work() as work:
        assert await source.count(work, filters) == 1
        rows = [row async for batch in source.rows(work, filters, ["phone", "is_allowed"]) for row in batch.rows]
    assert [tuple(row) for row in rows] == [("+13055550101", True)]


async def given(office: Office, content: bytes, status: int, **members: Any) -> Any:
    data = {"name": "National", "country": "US", "published_on": "2027-02-20", **members}
    return await office.ask("POST", f"{PATH}/registries", status, data=data, files={"file": ("dnc.txt", content)})


async def test_a_registry_keeps_numbers_from_being_called_until_it_goes(town: Town, office: Office) -> None:
    await office.contact("+13055550101")
    listed_person = await office.contact("+13055550102", basis="existing_customer")
    first = await given(office, b"3055550101\n3055550102\nhello 1\n", 201)
    assert (first["entries"], first["skipped"], first["is_outdated"]) == (2, 1, False)
    told = await office.ask("GET", f"{PATH}/check", params={"phone": "+13055550102"})
    assert (told["reason"], "National" in told["detail"]) == ("suppressed", True)
    told = await office.ask("GET", f"{PATH}/check", params={"phone": "+13055550101"})
    assert told["allowed"]  # written consent to this business stands above the registry
    preflight = await office.ask("GET", f"/campaigns/{await office.campaign()}/preflight")
    assert preflight["skipped"]["suppressed"]["examples"] == [str(listed_person)]
    await given(office, b"3055550102", 422, published_on="2027-01-20")
    again = await given(office, b"3055550199", 200, published_on="2027-03-01")
    assert (again["id"], again["entries"]) == (first["id"], 1)
    told = await office.ask("GET", f"{PATH}/check", params={"phone": "+13055550102"})
    assert told["reason"] == "consent_missing"
    other = await town.office()
    assert (await other.ask("GET", f"{PATH}/registries"))["total"] == 0
    body = {"removed_reason": "bought by mistake"}
    await other.ask("DELETE", f"{PATH}/registries/{first['id']}", 404, json=body)
    await office.ask("DELETE", f"{PATH}/registries/{first['id']}", 403, by="manager", json=body)
    await office.ask("DELETE", f"{PATH}/registries/{first['id']}", 204, json=body)
    assert (await office.ask("GET", f"{PATH}/registries"))["total"] == 0


async def test_an_outdated_registry_is_warned_of(town: Town, office: Office) -> None:
    await office.contact("+13055550101")
    await given(office, b"3055550199", 201, published_on="2027-01-02")
    [shown] = (await office.ask("GET", f"{PATH}/registries"))["items"]
    assert shown["is_outdated"]
    preflight = await office.ask("GET", f"/campaigns/{await office.campaign()}/preflight")
    assert "registry_outdated" in {one["code"] for one in preflight["warnings"]}
