"""The dialler: whom it puts in line when, and what follows from each end; nothing is dialled that may not be."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from callout.features.accounts.tables import TenantSetting
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.placing import Attempt, place_call
from callout.features.calling.calls.reporting import report_fact
from callout.features.calling.calls.tables import Call
from callout.features.calling.campaigns import leases, workflows
from callout.features.calling.campaigns.tables import Campaign
from callout.features.calling.ports import RequestRefused
from callout.features.prospecting.suppression import suppress
from callout.features.prospecting.tables import Contact
from callout.kit.events.tables import StoredEvent
from callout.kit.ids import uuid7
from tests.features.calling.campaigns.conftest import MONDAY_NOON, Office, Town


async def contact(office: Office, contact_id: UUID) -> Contact:
    async with office.work() as work:
        row: Contact = await work.session.get_one(Contact, contact_id)
        return row


async def events(office: Office, *types: str) -> list[StoredEvent]:
    async with office.work() as work:
        query = select(StoredEvent).where(StoredEvent.tenant_id == office.tenant_id, StoredEvent.type.in_(types))
        return list((await work.session.execute(query.order_by(StoredEvent.sequence))).scalars())


async def test_calls_are_put_in_line_by_priority_one_at_a_look_up_to_the_most_at_once(office: Office) -> None:
    await office.contact("+13055550101", priority="low")
    await office.contact("+13055550102", priority="high")
    await office.contact("+13055550103")
    campaign_id = await office.started(max_concurrent_calls=2)
    assert await office.look(campaign_id) == 0
    assert await office.look(campaign_id) == 0
    assert await office.look(campaign_id) == 900  # full: the end of a call wakes it
    calls = await office.calls(campaign_id)
    assert [call.to_number for call in calls] == ["+13055550102", "+13055550103"]
    assert [call.script for call in calls] == ["Purpose: a spring clean\nOffer: {service}"] * 2
    assert [call.knowledge_base_ids for call in calls] == [[str(office.list_id)]] * 2
    await office.dial(calls[0])
    await office.end(calls[0], "completed", answered=True)
    assert await office.look(campaign_id) == 0
    assert [call.to_number for call in await office.calls(campaign_id)][-1] == "+13055550101"


async def test_calls_keep_their_interval(town: Town, office: Office) -> None:
    await office.contact("+13055550101")
    await office.contact("+13055550102")
    campaign_id = await office.started(call_interval_s=60)
    assert await office.look(campaign_id) == 60
    wait_s = await office.look(campaign_id)
    assert wait_s is not None
    assert 50 < wait_s <= 60
    town.clock.advance(timedelta(seconds=61))
    await office.look(campaign_id)
    assert len(await office.calls(campaign_id)) == 2


async def test_every_dial_has_its_two_answers_on_file(office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.started()
    call = await office.one_call(campaign_id, "completed", answered=True)
    rows = await office.decisions(contact_id=contact_id)
    assert [(row.moment, row.is_allowed, row.call_id) for row in rows] == [
        ("start", True, None),
        ("create", True, None),
        ("dial", True, call.id),
    ]
    assert rows[-1].facts["basis"] == "express_written"
    assert rows[-1].profile == "US"
    assert {check["name"] for check in rows[-1].checks} >= {"suppression", "consent", "window", "attempts"}


async def test_who_was_reached_is_done_and_the_campaign_with_the_last(office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.started()
    await office.one_call(campaign_id, "completed", answered=True)
    entry = await office.entry(campaign_id, contact_id)
    assert (entry.status, entry.attempts, entry.outcome) == ("done", 1, "no_decision")
    assert await office.look(campaign_id) is None
    shown = await office.ask("GET", f"/campaigns/{campaign_id}")
    assert (shown["status"], shown["progress_pct"], shown["eta"]) == ("completed", 100, None)
    stats = shown["stats"]
    assert (stats["attempted"], stats["answered"], stats["completed"], stats["success_rate"]) == (1, 1, 1, 0.0)
    person = await contact(office, contact_id)
    assert (person.status, person.call_attempts, person.last_outcome) == ("completed", 1, "no_decision")
    told = await events(office, "campaign.started", "campaign.progress", "campaign.finished")
    assert [one.type for one in told] == ["campaign.started", "campaign.progress", "campaign.finished"]
    assert told[-1].data["stats"]["completed"] == 1


async def test_a_busy_phone_is_called_again_after_a_quarter_of_an_hour_three_times_in_all(
    town: Town, office: Office
) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.started(max_retries=2)
    for attempt in (1, 2, 3):
        await office.one_call(campaign_id, "busy")
        entry = await office.entry(campaign_id, contact_id)
        assert entry.attempts == attempt
        if attempt < 3:
            assert entry.status == "retry_wait"
            assert entry.next_attempt_at is not None
            assert entry.next_attempt_at >= town.clock.now() + timedelta(minutes=14)
            wait_s = await office.look(campaign_id)
            assert wait_s is not None
            assert 800 < wait_s <= 900
            town.clock.advance(timedelta(days=1) if attempt == 2 else timedelta(minutes=16))
    assert (entry.status, entry.failure) == ("failed", "attempts_exhausted")
    assert (await contact(office, contact_id)).status == "failed"
    assert len(town.exchange.asked) == 3


async def test_a_third_call_of_a_day_waits_for_the_next(town: Town, office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.started(max_retries=5)
    for _ in range(2):
        await office.one_call(campaign_id, "busy")
        town.clock.advance(timedelta(minutes=16))
    await office.look(campaign_id)
    entry = await office.entry(campaign_id, contact_id)
    assert (entry.status, entry.attempts) == ("retry_wait", 2)
    assert entry.next_attempt_at == MONDAY_NOON.replace(day=2, hour=14)  # nine o'clock on Tuesday
    assert [row.reason for row in await office.decisions(moment="create", is_allowed=False)] == ["recently_called"]


async def test_a_machine_is_nobody_reached(town: Town, office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.started()
    await office.look(campaign_id)
    [call] = await office.calls(campaign_id)
    await office.dial(call)
    async with office.work() as work:
        await report_fact(work, call.id, Fact(kind="answered", at=work.now, sequence=2))
        await report_fact(work, call.id, Fact(kind="line", at=work.now, line="machine"))
    await office.end(call, "completed")
    entry = await office.entry(campaign_id, contact_id)
    assert (entry.status, entry.last_status, entry.outcome) == ("retry_wait", "no_answer", "voicemail")
    assert entry.next_attempt_at is not None
    assert entry.next_attempt_at >= town.clock.now() + timedelta(minutes=235)


async def test_a_pause_stops_a_call_that_is_in_line_and_takes_the_attempt_back(town: Town, office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.started()
    await office.look(campaign_id)
    [call] = await office.calls(campaign_id)
    await office.ask("POST", f"/campaigns/{campaign_id}/pause")
    await office.dial(call)
    assert town.exchange.asked == []
    ended = await office.close(call)
    assert (ended.status, ended.error_code) == ("cancelled", "campaign_stopped")
    entry = await office.entry(campaign_id, contact_id)
    assert (entry.status, entry.attempts, entry.placements) == ("waiting", 0, 1)
    await office.ask("POST", f"/campaigns/{campaign_id}/resume")
    await office.look(campaign_id)
    again = (await office.calls(campaign_id))[-1]
    assert (again.id != call.id, again.attempt) == (True, 2)
    await office.dial(again)
    assert [call.to for call in town.exchange.asked] == ["+13055550101"]


async def test_who_is_suppressed_after_being_put_in_line_is_not_dialled(town: Town, office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    waiting = await office.contact("+13055550102")
    campaign_id = await office.started(max_concurrent_calls=1)
    await office.look(campaign_id)
    [call] = await office.calls(campaign_id)
    async with office.work() as work:
        for phone in ("+13055550101", "+13055550102"):
            await suppress(work, phone=phone, reason="admin")
    await office.dial(call)
    assert town.exchange.asked == []
    await office.close(call)
    entry = await office.entry(campaign_id, contact_id)
    assert (entry.status, entry.skip_reason) == ("skipped", "suppressed")
    assert (await office.entry(campaign_id, waiting)).skip_reason == "suppressed"
    assert await office.look(campaign_id) is None


async def test_the_kill_switch_pauses_and_nothing_is_dialled(town: Town, office: Office) -> None:
    await office.contact("+13055550101")
    campaign_id = await office.started()
    async with office.work() as work:
        work.session.add(TenantSetting(key="calling.kill_switch", value=True))
    assert await office.look(campaign_id) is None
    shown = await office.ask("GET", f"/campaigns/{campaign_id}")
    assert (shown["status"], shown["paused_reason"]) == ("paused", "user")
    refused = await office.ask("POST", f"/campaigns/{await office.campaign()}/start", 409)
    assert refused["preflight"]["skipped"]["kill_switch"]["count"] == 1
    assert town.exchange.asked == []


async def test_five_failures_of_the_provider_in_a_row_pause_the_campaign(town: Town, office: Office) -> None:
    for number in range(7):
        await office.contact(f"+1305555010{number}")
    campaign_id = await office.started()
    await office.one_call(campaign_id, "failed")
    await office.one_call(campaign_id, "busy")  # the provider works
    for _ in range(5):
        assert (await office.ask("GET", f"/campaigns/{campaign_id}"))["status"] == "active"
        await office.one_call(campaign_id, "failed", error_code="32011")
    shown = await office.ask("GET", f"/campaigns/{campaign_id}")
    assert (shown["status"], shown["paused_reason"]) == ("paused", "provider")
    assert "32011" in shown["paused_detail"]
    assert await office.look(campaign_id) is None
    assert len(await events(office, "campaign.paused")) == 1
    await office.ask("POST", f"/campaigns/{campaign_id}/resume")


async def test_a_number_the_carrier_does_not_know_is_not_tried_again(town: Town, office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.started()
    town.exchange.fails["create_call"] = [RequestRefused("Invalid 'To'.", detail="21211")]
    await office.look(campaign_id)
    [call] = await office.calls(campaign_id)
    await office.dial(call)
    await office.close(call)
    entry = await office.entry(campaign_id, contact_id)
    assert (entry.status, entry.failure) == ("failed", "invalid_number")


async def test_hours_end_between_line_and_dial(town: Town, office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    town.at(MONDAY_NOON + timedelta(hours=7, minutes=59))
    campaign_id = await office.started()
    await office.look(campaign_id)
    town.at(MONDAY_NOON + timedelta(hours=8, seconds=1))
    [call] = await office.calls(campaign_id)
    await office.dial(call)
    assert town.exchange.asked == []
    await office.close(call)
    entry = await office.entry(campaign_id, contact_id)
    assert (entry.status, entry.attempts) == ("waiting", 0)
    assert entry.next_attempt_at == MONDAY_NOON.replace(day=2, hour=14)


async def test_the_plans_calls_end(town: Town) -> None:
    office = await town.office("trial")
    for number in range(21):
        await office.contact(f"+130555501{number:02}")
    campaign_id = await office.started()
    async with office.work() as work:
        await town.desk.plans.use(work, "calls", 20)  # type: ignore[attr-defined]
    assert await office.look(campaign_id) is None
    shown = await office.ask("GET", f"/campaigns/{campaign_id}")
    assert (shown["status"], shown["paused_reason"]) == ("paused", "limit")
    await office.ask("POST", f"/campaigns/{campaign_id}/cancel")
    refused = await office.ask("POST", f"/campaigns/{await office.campaign()}/start", 402)
    assert (refused["code"], refused["metric"], refused["limit"]) == ("plan_limit_reached", "calls", 20)


async def test_who_is_on_the_phone_to_us_just_now_is_called_later(office: Office) -> None:
    await office.contact("+13055550101")
    async with office.work() as work:
        talk = Call(
            agent_id=office.agent_id, direction="inbound", from_number="+13055550101", to_number="+12125550100",
            status="in_progress", answered_at=work.now, recording_consent="not_recorded",
        )  # fmt: skip
        work.session.add(talk)
    preflight = await office.ask("GET", f"/campaigns/{await office.campaign()}/preflight")
    assert (preflight["dialable_later"], preflight["skipped"]) == (1, {})
    assert preflight["next_opening"].startswith("2027-03-01T17:02")


async def test_two_campaigns_never_call_the_same_phone(town: Town, office: Office) -> None:
    await office.contact("+13055550101")
    first = await office.started()
    second = await office.campaign(name="Other")
    refused = await office.ask("POST", f"/campaigns/{second}/start", 409)
    assert refused["preflight"]["skipped"]["duplicate"]["count"] == 1
    await office.look(first)
    [call] = await office.calls()
    await office.dial(call)
    assert len(town.exchange.asked) == 1


async def test_two_at_once_dial_a_phone_once(town: Town, office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    async with office.work() as work:
        for _ in range(2):
            await place_call(work, Attempt(agent_id=office.agent_id, to_number="+13055550101", contact_id=contact_id))
    await asyncio.gather(*(office.dial(call) for call in await office.calls()))
    assert len(town.exchange.asked) == 1
    denied = [row.reason for row in await office.decisions(moment="dial", is_allowed=False)]
    assert denied in (["duplicate"], ["recently_called"])


async def test_the_end_date_ends_a_campaign(town: Town, office: Office) -> None:
    await office.contact("+13055550101")
    campaign_id = await office.started(end_at=(MONDAY_NOON + timedelta(hours=1)).isoformat())
    town.at(MONDAY_NOON + timedelta(hours=1, seconds=1))
    assert await office.look(campaign_id) is None
    shown = await office.ask("GET", f"/campaigns/{campaign_id}")
    assert (shown["status"], shown["stats"]["waiting"]) == ("completed", 1)


async def test_abandoned_calls_pause_the_campaign(town: Town, office: Office) -> None:
    await office.contact("+13055550101")
    campaign_id = await office.started()
    async with office.work() as work:
        for number in range(60):
            at = work.now - timedelta(days=2)
            spoke = at + timedelta(seconds=1 if number >= 2 else 5)
            work.session.add(
                Call(
                    agent_id=office.agent_id, campaign_id=UUID(campaign_id), contact_id=uuid7(),
                    to_number=f"+130555502{number:02}", status="completed", answered_by="human", answered_at=at,
                    dial_started_at=at, settled_at=at, first_speech_at=spoke, recording_consent="not_recorded",
                )
            )  # fmt: skip
    assert await office.look(campaign_id) is None  # 2 of 60 are 3.3 %
    shown = await office.ask("GET", f"/campaigns/{campaign_id}")
    assert (shown["status"], shown["paused_reason"]) == ("paused", "abandonment")
    assert shown["abandonment_rate"] == pytest.approx(2 / 60, abs=0.001)


async def test_a_call_that_tells_nothing_is_looked_up_and_concluded(town: Town, office: Office) -> None:
    contact_id = await office.contact("+13055550101")
    campaign_id = await office.started(max_call_duration_s=60)
    await office.look(campaign_id)
    [call] = await office.calls(campaign_id)
    await office.dial(call)
    [external_id] = town.exchange.made
    town.exchange.turn(external_id, status="no_answer", raw_status="no-answer")
    town.clock.advance(timedelta(minutes=10))
    async with office.work() as work:
        assert await leases.look_after_leases(work) == 0  # it goes on as far as anybody told
    await town.endings.resolve(office.tenant_id, call.id)
    await office.close(call)
    entry = await office.entry(campaign_id, contact_id)
    assert (entry.status, entry.last_status) == ("retry_wait", "no_answer")


async def test_work_that_was_lost_is_taken_up_again(town: Town, office: Office) -> None:
    await office.contact("+13055550101")
    campaign_id = await office.started()
    town.clock.advance(timedelta(minutes=5))
    async with office.work() as work:
        await workflows.rescue(work)
    async with office.work() as work:
        campaign = await work.session.get(Campaign, UUID(campaign_id))
        assert campaign is not None
        assert campaign.run == 2


@pytest.mark.usefixtures("worker")
async def test_a_worker_calls_a_whole_list(town: Town, office: Office) -> None:
    people = [await office.contact(f"+1305555077{number}") for number in range(6)]
    campaign_id = await office.started(max_concurrent_calls=3, max_retries=0)
    ends: dict[str, Any] = {}
    async with asyncio.timeout(40):
        while (await office.ask("GET", f"/campaigns/{campaign_id}"))["status"] == "active":
            for call in await office.calls(campaign_id):
                if call.status == "dialing" and call.external_id and call.id not in ends:
                    ends[call.to_number] = kind = ("completed", "busy", "no_answer")[len(ends) % 3]
                    await office.end(call, kind, answered=kind == "completed")
            await asyncio.sleep(0.05)
    shown = await office.ask("GET", f"/campaigns/{campaign_id}")
    assert (shown["stats"]["completed"], shown["stats"]["failed"]) == (2, 4)
    asked = [call.to for call in town.exchange.asked if call.to.startswith("+1305555077")]
    assert len(asked) == len(set(asked)) == len(people)
    told = await office.ask("GET", f"/campaigns/{campaign_id}/stats")
    assert told["by_failure"] == {"attempts_exhausted": 4}
