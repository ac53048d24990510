"""Campaigns over HTTP: on paper, before the start, and steered."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from callout.features.calling.calls.tables import Call
from tests.features.calling.campaigns.conftest import BASE, MONDAY_NOON, Office, Town


async def dialled(office: Office, phone: str, *ago: timedelta) -> None:
    """A phone that was called before, some time ago."""
    async with office.work() as work:
        for one in ago:
            at = work.now - one
            call = Call(
                agent_id=office.agent_id, to_number=phone, status="no_answer", dial_started_at=at, settled_at=at,
                recording_consent="not_recorded",
            )  # fmt: skip
            work.session.add(call)


async def ten_people(office: Office) -> None:
    """One suppressed, one without a number, two without consent, one called twice today, five to be called."""
    await office.contact("+13055550101", do_not_call=True)
    await office.contact("+15555550102")
    await office.contact("+13055550103", basis=None)
    await office.contact("+13055550104", basis="existing_customer")
    await office.contact("+13055550105")
    await dialled(office, "+13055550105", timedelta(hours=2), timedelta(hours=3))
    for number in range(5):
        await office.contact(f"+1305555011{number}")


async def test_the_preflight_says_who_is_called_when_and_who_is_not_and_why(town: Town, office: Office) -> None:
    town.at(MONDAY_NOON - timedelta(hours=4, minutes=30))  # 07:30 in Miami
    await ten_people(office)
    campaign_id = await office.campaign()
    told = await office.ask("GET", f"/campaigns/{campaign_id}/preflight")
    assert (told["total"], told["dialable_now"], told["dialable_later"]) == (10, 0, 5)
    assert told["next_opening"] == "2027-03-01T14:00:00.000Z"
    skipped = {reason: row["count"] for reason, row in told["skipped"].items()}
    assert skipped == {"suppressed": 1, "invalid_number": 1, "consent_missing": 2, "recently_called": 1}
    assert len(told["skipped"]["consent_missing"]["examples"]) == 2
    assert told["mode"] == "live"
    assert told["estimated_minutes"] > 0
    assert (
        float(told["estimated_cost_range"][0])
        <= float(told["estimated_cost"])
        <= float(told["estimated_cost_range"][1])
    )


async def test_at_a_simulator_consent_is_a_warning(town: Town, office: Office) -> None:
    town.exchange.mode = "sandbox"
    await ten_people(office)
    told = await office.ask("GET", f"/campaigns/{await office.campaign()}/preflight")
    assert (told["dialable_now"], told["mode"]) == (7, "sandbox")
    assert "consent_missing" not in told["skipped"]
    assert [(one["code"], one["count"]) for one in told["warnings"] if "count" in one] == [("consent_missing", 2)]


async def test_a_campaign_is_made_changed_copied_and_taken_away(office: Office) -> None:
    campaign_id = await office.campaign(window={"mon": {"from": "10:00", "to": "12:00"}} | dict.fromkeys(
        ("tue", "wed", "thu", "fri", "sat", "sun")), script_variables={"service": "windows"})  # fmt: skip
    shown = await office.ask("GET", f"/campaigns/{campaign_id}")
    assert (shown["status"], shown["progress_pct"], shown["stats"]["success_rate"]) == ("draft", 0, None)
    assert (shown["agent"]["name"], shown["call_list"]["name"], shown["eta"]) == ("Mia", "Homes", None)
    assert shown["retry_after_min"] == {"busy": 15, "no_answer": 240, "failed": 30}
    await office.ask("PATCH", f"/campaigns/{campaign_id}", 428, json={"name": "April"})
    tag = {"If-Match": f'"v{shown["version"]}"'}
    changed = await office.ask("PATCH", f"/campaigns/{campaign_id}", json={"name": "April"}, headers=tag)
    assert changed["name"] == "April"
    await office.ask("PATCH", f"/campaigns/{campaign_id}", 412, json={"name": "May"}, headers=tag)
    copy = await office.ask("POST", f"/campaigns/{campaign_id}/duplicate", 201)
    assert (copy["name"], copy["status"], copy["window"]) == ("April (copy)", "draft", shown["window"])
    assert copy["script_variables"] == {"service": "windows"}
    listed = await office.ask("GET", "/campaigns", params={"sort": "name", "q": "apr"})
    assert [row["name"] for row in listed["items"]] == ["April", "April (copy)"]
    tag = {"If-Match": f'"v{copy["version"]}"'}
    await office.ask("DELETE", f"/campaigns/{copy['id']}", 204, headers=tag)
    await office.ask("GET", f"/campaigns/{copy['id']}", 404)


async def test_what_does_not_exist_or_is_out_of_bounds_is_refused(town: Town, office: Office) -> None:
    good = {"name": "X", "agent_id": str(office.agent_id), "call_list_id": str(office.list_id)}
    bad: list[dict[str, Any]] = [
        {"agent_id": str(uuid4())}, {"call_list_id": str(uuid4())}, {"phone_number_id": str(uuid4())},
        {"max_concurrent_calls": 51}, {"call_interval_s": -1}, {"max_retries": 6}, {"retry_after_min": {"busy": 4}},
        {"max_call_duration_s": 10}, {"script_variables": {"price": "5"}}, {"window": {"mon": None}}, {"colour": "red"},
        {"start_at": "2027-03-02T10:00:00Z", "end_at": "2027-03-01T10:00:00Z"},
    ]  # fmt: skip
    for change in bad:
        await office.ask("POST", "/campaigns", 422, json=good | change)
    other = await town.office()
    campaign_id = await office.campaign()
    for method, path in (
        ("GET", ""),
        ("GET", "/preflight"),
        ("POST", "/start"),
        ("GET", "/contacts"),
        ("GET", "/stats"),
    ):
        await other.ask(method, f"/campaigns/{campaign_id}{path}", 404)
    await other.ask("POST", "/campaigns", 422, json=good)
    await office.ask("POST", "/campaigns", 403, by="viewer", json=good)


async def test_nothing_begins_where_nobody_may_be_called(office: Office) -> None:
    await office.contact("+13055550103", basis=None)
    campaign_id = await office.campaign()
    refused = await office.ask("POST", f"/campaigns/{campaign_id}/start", 409)
    assert refused["code"] == "nothing_to_dial"
    assert refused["preflight"]["skipped"]["consent_missing"]["count"] == 1
    assert (await office.ask("GET", f"/campaigns/{campaign_id}"))["status"] == "draft"


async def test_start_pause_resume_cancel(office: Office) -> None:
    first = await office.contact("+13055550101")
    await office.contact("+13055550102", do_not_call=True)
    campaign_id = await office.campaign()
    started = await office.ask("POST", f"/campaigns/{campaign_id}/start")
    assert (started["status"], started["mode"]) == ("active", "live")
    assert started["stats"]["total"] == 2
    assert (started["stats"]["waiting"], started["stats"]["skipped"], started["progress_pct"]) == (1, 1, 50)
    assert started["eta"] is not None
    await office.ask("POST", f"/campaigns/{campaign_id}/start", 409)
    await office.ask("PATCH", f"/campaigns/{campaign_id}", 409, json={"name": "Y"}, headers={"If-Match": "*"})
    paused = await office.ask("POST", f"/campaigns/{campaign_id}/pause", json={"reason": "lunch"}, by="agent")
    assert (paused["status"], paused["paused_reason"]) == ("paused", "user")
    changed = {"max_concurrent_calls": 2}
    await office.ask("PATCH", f"/campaigns/{campaign_id}", json=changed, headers={"If-Match": "*"})
    other_list = {"call_list_id": str(uuid4())}
    await office.ask("PATCH", f"/campaigns/{campaign_id}", 422, json=other_list, headers={"If-Match": "*"})
    late = await office.contact("+13055550109")
    resumed = await office.ask("POST", f"/campaigns/{campaign_id}/resume")
    assert (resumed["status"], resumed["stats"]["total"], resumed["stats"]["waiting"]) == ("active", 3, 2)
    assert (await office.entry(campaign_id, late)).status == "waiting"
    cancelled = await office.ask("POST", f"/campaigns/{campaign_id}/cancel")
    assert cancelled["status"] == "cancelled"
    assert await office.look(campaign_id) is None
    for verb in ("pause", "resume", "start", "cancel"):
        await office.ask("POST", f"/campaigns/{campaign_id}/{verb}", 409)
    contacts = await office.ask("GET", f"/campaigns/{campaign_id}/contacts", params={"status": "skipped"})
    assert [(row["skip_reason"], row["contact"]["phone"]) for row in contacts["items"]] == [
        ("suppressed", "+13055550102")
    ]
    masked = await office.ask("GET", f"/campaigns/{campaign_id}/contacts", by="viewer")
    assert "+13055550101" not in str(masked)
    assert {row.moment for row in await office.decisions(contact_id=first)} == {"start"}


async def test_a_scheduled_campaign_waits_and_judges_its_contacts_anew(town: Town, office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.campaign()
    at = MONDAY_NOON + timedelta(hours=3)
    scheduled = await office.ask("POST", f"/campaigns/{campaign_id}/start", json={"start_at": at.isoformat()})
    assert (scheduled["status"], scheduled["stats"]["total"]) == ("scheduled", 0)
    wait_s = await office.look(campaign_id)
    assert wait_s is not None
    assert 0 < wait_s <= 900
    at = MONDAY_NOON + timedelta(hours=2)
    sooner = {"start_at": at.isoformat()}
    await office.ask("PATCH", f"/campaigns/{campaign_id}", json=sooner, headers={"If-Match": "*"})
    town.at(at + timedelta(seconds=1))
    await office.look(campaign_id)
    assert (await office.ask("GET", f"/campaigns/{campaign_id}"))["status"] == "active"
    assert (await office.entry(campaign_id, contact_id)).status == "waiting"


async def test_only_chosen_contacts_of_a_list_are_called(office: Office) -> None:
    await office.contact("+13055550101", priority="high", tags=["roof"])
    await office.contact("+13055550102", priority="high")
    await office.contact("+13055550103", priority="low", tags=["roof"])
    campaign_id = await office.campaign(contact_filter={"priority": ["high"], "tags": ["roof", "gutter"]})
    assert (await office.ask("GET", f"/campaigns/{campaign_id}/preflight"))["total"] == 1


async def test_a_plan_allows_so_many_campaigns(town: Town) -> None:
    office = await town.office("trial")
    await office.campaign()
    done = await office.campaign()
    given = {"name": "Z", "agent_id": str(office.agent_id), "call_list_id": str(office.list_id)}
    refused = await office.ask("POST", "/campaigns", 402, json=given)
    assert (refused["metric"], refused["limit"]) == ("campaigns", 2)
    await office.ask("POST", f"/campaigns/{done}/cancel")
    await office.ask("POST", "/campaigns", 201, json=given)


async def test_a_preview_shows_what_would_be_said(office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.campaign(script_variables={"service": "a window clean"})
    shown = await office.ask("GET", f"/campaigns/{campaign_id}/contacts/{contact_id}/preview")
    assert shown["first_words"] == "Hello, this is Mia, an AI assistant calling for Bright Homes."
    assert shown["script"] == "Purpose: a spring clean\nOffer: a window clean"
    assert (shown["check"]["allowed"], shown["recording"]) == (True, "ask")
    answer = await office.people["viewer"].get(f"{BASE}/campaigns/{campaign_id}/contacts/{contact_id}/preview")
    assert answer.status_code == 403
