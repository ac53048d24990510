"""Running calls are watched and steered; commands reach the process that holds the audio, over the database."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from callout.features.accounts.tables import AuditEntry
from callout.features.calling.calls import live, steering
from callout.features.calling.calls.commands import Command, Commands
from callout.features.calling.calls.holds import ProcessNews, Snapshot
from callout.kit.events.notices import Notices
from tests.features.calling.calls.conftest import BASE, House, Office
from tests.features.calling.calls.exchange import Exchange


async def act(office: Office, call_id: UUID, verb: str, by: str = "owner", expect: int = 200, **body: Any) -> Any:
    answer = await office.people[by].post(f"{BASE}/{call_id}/{verb}", json=body or None)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def audited(office: Office) -> list[str]:
    async with office.work() as work:
        query = select(AuditEntry.action).where(AuditEntry.tenant_id == office.tenant_id).order_by(AuditEntry.at)
        return list((await work.session.execute(query)).scalars())


async def test_a_command_wakes_the_process_that_holds_the_call(office: Office, house: House, postgres: Any) -> None:
    call_id, _ = await office.talk(process="voice-7")
    mine = Commands(house.database, Notices(postgres.url_app), "voice-7")
    others = Commands(house.database, Notices(postgres.url_app), "voice-8")
    heard: list[Command] = []

    async def listen() -> None:
        async for command in mine.listen():
            heard.append(command)
            await mine.answer(command, ok=True)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.3)
    await act(office, call_id, "say", text="One moment, please.")
    await act(office, call_id, "transfer", to="+12175550111")
    async with asyncio.timeout(5):
        while len(heard) < 2 or await mine.waiting():  # noqa: ASYNC110 - the listener answers
            await asyncio.sleep(0.01)
    listening.cancel()
    assert [(one.kind, one.text, one.to) for one in heard] == [
        ("say", "One moment, please.", None), ("transfer", "", "+12175550111"),
    ]  # fmt: skip
    assert await others.waiting() == []
    assert {"call.say", "call.transfer"} <= set(await audited(office))


async def test_muting_is_shown_and_repeating_it_changes_nothing(office: Office, house: House, postgres: Any) -> None:
    call_id, _ = await office.talk()
    assert (await act(office, call_id, "mute"))["muted"]
    assert (await act(office, call_id, "mute"))["muted"]
    assert not (await act(office, call_id, "unmute"))["muted"]
    waiting = await Commands(house.database, Notices(postgres.url_app), "voice-1").waiting()
    assert [one.kind for one in waiting if one.call_id == call_id] == ["mute", "unmute"]


async def test_ending_a_waiting_call_cancels_it_and_a_finished_one_is_refused(office: Office) -> None:
    call_id = await office.place()
    assert (await act(office, call_id, "end"))["status"] == "cancelled"
    refused = await act(office, call_id, "end", expect=409)
    assert (refused["code"], refused["from"]) == ("invalid_transition", "cancelled")


async def test_a_call_nobody_holds_is_hung_up_at_the_provider(office: Office, house: House, exchange: Exchange) -> None:
    call_id = await office.dial()
    await office.tell(call_id, "ringing", 1, 1)
    await act(office, call_id, "end", reason="wrong person")
    exchange.fails["end_call"] = []
    await house.endings.hang_up(office.tenant_id, call_id)
    await house.endings.hang_up(office.tenant_id, call_id)
    assert exchange.requests.count("end_call") == 1
    assert (await office.call(call_id)).status == "completed"
    refused = await act(office, call_id, "say", expect=409, text="Hello")
    assert refused["code"] == "invalid_transition"


async def test_without_audio_a_call_can_only_be_ended(office: Office) -> None:
    call_id = await office.dial()
    await office.tell(call_id, "answered", 2, 2)
    refused = await act(office, call_id, "say", expect=409, text="Hello")
    assert "can only be ended" in refused["detail"]


async def test_who_may_steer(office: Office, house: House) -> None:
    call_id, _ = await office.talk()
    await act(office, call_id, "say", by="viewer", expect=403, text="Hello")
    await act(office, call_id, "say", by="agent", text="Hello")
    other = await house.office()
    assert (await other.owner.post(f"{BASE}/{call_id}/end")).status_code == 404
    await act(office, call_id, "say", expect=422, text="x" * 301)


async def test_running_calls_are_listed_with_how_they_go(office: Office, house: House) -> None:
    call_id, _ = await office.talk()
    snapshot = Snapshot(turns=4, sentiment=0.4, risk_score=0.05, severity="minimal", speech_rate=140.0, reply_ms=800)
    await live.heartbeat(house.database, "voice-1", {(office.tenant_id, call_id): snapshot})
    await live.heartbeat(house.database, "voice-9", {(office.tenant_id, call_id): Snapshot(turns=99)})
    shown = (await office.owner.get(f"{BASE}/active")).json()
    assert [(one["id"], one["live"]["turns"], one["live"]["reply_ms"]) for one in shown] == [(str(call_id), 4, 800)]
    masked = (await office.people["viewer"].get(f"{BASE}/active")).json()
    assert masked[0]["to_number"].endswith("0171")
    assert "•" in masked[0]["to_number"]
    await live.release(house.database, office.tenant_id, call_id)
    assert (await office.owner.get(f"{BASE}/active")).json()[0]["live"] is None


async def test_listening_in_is_told_where_and_written_down(office: Office, house: House) -> None:
    call_id, _ = await office.talk(process="voice-3")
    async with office.work() as work:
        assert await live.begin_listening(work, call_id) is None  # the process did not say that it is there
    await live.announce(house.database, ProcessNews(id="voice-3", url="http://127.0.0.1:3003", capacity=10, active=1))
    await live.announce(house.database, ProcessNews(id="voice-3", url="http://127.0.0.1:3004", capacity=10, active=2))
    async with office.work() as work:
        found = await live.begin_listening(work, call_id)
    assert found is not None
    assert (found.process, found.url) == ("voice-3", "http://127.0.0.1:3004")
    assert "recording.listen" in await audited(office)
    await live.withdraw(house.database, "voice-3")
    async with office.work() as work:
        assert await live.begin_listening(work, call_id) is None


@pytest.mark.parametrize(("line", "told"), [("machine", "machine:beep"), ("screening", "screening:beep")])
async def test_who_answered_is_told_to_whoever_holds_the_audio(
    office: Office, house: House, postgres: Any, line: str, told: str
) -> None:
    call_id, _ = await office.talk(process=f"voice-{line}")
    for _ in range(2):
        await office.tell(call_id, "line", 5, 5, line=line, is_message_end=True)
    waiting = await Commands(house.database, Notices(postgres.url_app), f"voice-{line}").waiting()
    assert [(one.kind, one.text) for one in waiting] == [("line", told)]


async def test_whispering_and_taking_over_are_commands_too(office: Office, house: House, postgres: Any) -> None:
    call_id, _ = await office.talk(process="voice-5")
    async with office.work() as work:
        await steering.whisper(work, call_id, "Offer Tuesday.")
        await steering.take_over(work, call_id, "+12175550111")
    waiting = await Commands(house.database, Notices(postgres.url_app), "voice-5").waiting()
    assert [(one.kind, one.text, one.to) for one in waiting] == [
        ("whisper", "Offer Tuesday.", None), ("take_over", "", "+12175550111"),
    ]  # fmt: skip
