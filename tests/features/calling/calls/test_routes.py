"""Placing, listing, recordings and figures over HTTP."""

import io
import wave
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from callout.features.calling.calls import live, store
from callout.features.calling.calls.ending import look_after
from callout.features.calling.calls.holds import ProcessNews
from callout.features.calling.calls.inbound import answer_inbound
from callout.features.calling.calls.ports import Verdict
from callout.features.calling.calls.recording import recording_ready
from callout.features.calling.calls.winding_up import wind_up
from callout.features.calling.numbers.tables import PhoneNumber
from callout.features.calling.ports import HangUp, Recording, Stream
from callout.features.prospecting.contacts import find_contact
from callout.kit.http.wire import timestamp
from tests.features.calling.calls.conftest import BASE, PHONE, House, Office
from tests.features.calling.calls.exchange import Exchange, Rules


async def post(office: Office, expect: int = 201, by: str = "owner", **body: Any) -> Any:
    given = {"agent_id": str(office.agent_id), "to_number": "(217) 555-0171", **body}
    answer = await office.people[by].post(
        f"{BASE}/", json={name: value for name, value in given.items() if value is not None}
    )
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_a_call_is_placed_and_shown(office: Office) -> None:
    made = await post(office, variables={"service": "cleaning"}, retry_attempts=1, max_duration_s=90, by="agent")
    assert (made["status"], made["to_number"], made["direction"], made["attempt"]) == ("pending", PHONE, "outbound", 1)
    shown = await office.shown(UUID(made["id"]))
    hidden = {"media_token_hash", "tenant_id", "agreed"}
    assert hidden.isdisjoint(shown)
    assert (shown["variables"], shown["costs"], shown["latency"]) == ({"service": "cleaning"}, [], [])


async def test_what_the_rules_forbid_is_refused_with_its_reason(office: Office, rules: Rules) -> None:
    rules.verdicts["create"] = Verdict(allowed=False, reason="suppressed", detail="This number asked not to be called.")
    refused = await post(office, expect=422)
    assert (refused["reason"], refused["code"]) == ("suppressed", "not_dialable")
    assert (await office.owner.get(f"{BASE}/")).json()["total"] == 0
    assert [question.moment for question in rules.asked] == ["create", "create"]  # once more, for the record


async def test_the_wrong_hour_does_not_matter_to_a_call_for_later(office: Office, rules: Rules) -> None:
    rules.verdicts["create"] = Verdict(allowed=False, reason="outside_window")
    await post(office, expect=422)
    async with office.work() as work:
        later, too_late = work.now + timedelta(hours=20), work.now + timedelta(days=31)
    assert (await post(office, scheduled_at=timestamp(later)))["scheduled_at"] == timestamp(later)
    await post(office, expect=422, scheduled_at=timestamp(too_late))


async def test_bodies_that_make_no_call(office: Office) -> None:
    await post(office, expect=422, to_number=None)
    await post(office, expect=422, max_duration_s=20)
    await post(office, expect=422, tenant_id=str(uuid4()))
    await post(office, expect=404, agent_id=str(uuid4()))
    await post(office, expect=404, contact_id=str(uuid4()))
    await post(office, expect=403, by="viewer")


async def test_the_plan_limits_calls_at_once(house: House) -> None:
    office = await house.office("trial")
    for number in ("+12175550172", "+12175550173"):
        await office.dial(number)
    refused = await post(office, expect=429)
    assert refused["code"] == "concurrency_limit"


async def test_lists_are_filtered_and_numbers_hidden_from_viewers(office: Office) -> None:
    busy, other = await office.dial(), await office.dial("+12175550172")
    await office.tell(busy, "busy", 1, 2)
    found = (await office.owner.get(f"{BASE}/", params={"status": "busy", "direction": "outbound"})).json()
    assert [row["id"] for row in found["items"]] == [str(busy)]
    by_number = (await office.owner.get(f"{BASE}/", params={"q": "0172"})).json()
    assert [row["id"] for row in by_number["items"]] == [str(other)]
    masked = (await office.people["viewer"].get(f"{BASE}/", params={"q": "0172"})).json()
    assert masked["total"] == 0
    assert (await office.owner.get(f"{BASE}/", params={"colour": "red"})).status_code == 400
    assert (await office.owner.get(f"{BASE}/", params={"duration_min": -1})).status_code == 422


def sound(seconds: float = 1.0) -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\1" * int(8000 * seconds))
    return data.getvalue()


async def recorded(office: Office, house: House, exchange: Exchange) -> tuple[UUID, str]:
    call_id, records = await office.talk()
    await records.recording("announced")
    await house.recordings.start(office.tenant_id, call_id)
    recording = next(
        one for one in exchange.recordings.values() if one.call_id == (exchange.asked and list(exchange.made)[-1])
    )
    async with office.work() as work:
        ready = Recording(external_id=recording.external_id, call_id=recording.call_id, status="completed")
        await recording_ready(work, call_id, ready)
    exchange.audio = sound()
    await house.recordings.fetch(
        office.tenant_id,
        call_id,
        {"external_id": recording.external_id, "call_id": recording.call_id, "status": "completed"},
    )
    return call_id, recording.external_id


async def test_a_recording_is_fetched_kept_and_deleted(office: Office, house: House, exchange: Exchange) -> None:
    call_id, external_id = await recorded(office, house, exchange)
    assert exchange.deleted == [external_id]
    shown = await office.shown(call_id)
    assert (shown["recording_available"], shown["recording_consent"]) == (True, "announced")
    answer = await office.owner.get(f"{BASE}/{call_id}/recording")
    assert answer.status_code == 302
    assert "/api/shared/files/" in answer.headers["location"]
    assert (await office.people["viewer"].get(f"{BASE}/{call_id}/recording")).status_code == 403
    assert (await office.owner.delete(f"{BASE}/{call_id}/recording")).status_code == 204
    gone = await office.owner.get(f"{BASE}/{call_id}/recording")
    assert (gone.status_code, gone.json()["code"]) == (409, "no_recording")


async def test_a_refused_recording_is_never_kept(office: Office, house: House, exchange: Exchange) -> None:
    call_id, records = await office.talk()
    await records.recording("announced")
    await house.recordings.start(office.tenant_id, call_id)
    await house.recordings.start(office.tenant_id, call_id)
    assert exchange.requests.count("start_recording") == 1
    await records.recording("refused")
    await records.recording("given")
    external_id = next(iter(exchange.recordings))
    await house.recordings.erase(office.tenant_id, call_id)
    assert (exchange.deleted, "stop_recording" in exchange.requests) == ([external_id], True)
    await house.recordings.fetch(
        office.tenant_id, call_id, {"external_id": external_id, "call_id": "x", "status": "completed"}
    )
    call = await office.call(call_id)
    assert (call.recording_file_id, call.recording_consent) == (None, "refused")


async def test_old_recordings_go(office: Office, house: House, exchange: Exchange) -> None:
    call_id, _ = await recorded(office, house, exchange)
    await office.tell(call_id, "completed", 3, 30, duration_s=20)
    async with office.work() as work:
        (await store.lock(work, call_id)).ended_at = work.now - timedelta(days=91)
    async with office.work() as work:
        await house.recordings.expire(work)
    assert (await office.call(call_id)).recording_file_id is None


@pytest.mark.parametrize("withheld", [False, True])
async def test_an_inbound_call_is_answered_by_the_agent_of_the_number(
    office: Office, house: House, withheld: bool
) -> None:
    ours, caller = f"+1217555{uuid4().int % 10_000:04d}", "" if withheld else "+12175550155"
    async with office.work() as work:
        work.session.add(PhoneNumber(phone=ours, provider="twilio", inbound_agent_id=office.agent_id))
    external_id = f"CA{uuid4().hex}"
    told = []
    for _ in range(2):
        async with office.work() as work:
            told.append(
                await answer_inbound(
                    work,
                    house.addresses,
                    provider="twilio",
                    external_id=external_id,
                    from_number=caller,
                    to_number=ours,
                )
            )
    assert all(isinstance(one, Stream) for one in told)
    listed = (await office.owner.get(f"{BASE}/", params={"direction": "inbound"})).json()
    assert [(row["status"], row["to_number"]) for row in listed["items"]] == [("ringing", ours)]
    async with office.work() as work:
        contact = await find_contact(work, caller) if caller else None
    assert (contact is not None) is not withheld
    assert contact is None or contact.source == "inbound"
    async with office.work() as work:
        unknown = await answer_inbound(
            work, house.addresses, provider="twilio", external_id="CA1", from_number=caller, to_number="+12175550001"
        )
    assert unknown == HangUp(is_rejected=True)


async def test_figures_of_a_window(office: Office) -> None:
    good = await office.dial()
    await office.tell(good, "answered", 2, 5)
    await office.tell(good, "completed", 3, 65, duration_s=60)
    async with office.work() as work:
        (await store.lock(work, good)).outcome = "converted"
    async with office.work() as work:
        await wind_up(work, good)
    busy = await office.dial("+12175550172")
    await office.tell(busy, "busy", 1, 3)
    await office.dial("+12175550173")
    figures = (await office.owner.get("/api/admin/calling-agents/statistics", params={"window": "24h"})).json()
    assert (figures["total"], figures["dialled"], figures["answered"], figures["active"]) == (3, 3, 1, 1)
    assert (figures["success_rate"], figures["avg_duration_s"]) == (0.5, 60.0)
    assert (figures["by_status"], figures["outcomes"]) == ({"busy": 1, "completed": 1, "dialing": 1}, {"converted": 1})
    assert (len(figures["hourly"]), sum(figures["hourly"])) == (24, 3)
    assert sum(day["total"] for day in figures["daily"]) == 3
    assert (figures["cost"], figures["scam_rate"], figures["latency"]["voice_to_voice_ms"]) == (
        None, None, {"p50": None, "p95": None},
    )  # fmt: skip


async def test_words_are_tried_for_fraud(office: Office) -> None:
    path = "/api/admin/calling-agents/scam"
    found = await office.owner.post(
        f"{path}/analyze", json={"text": "I am from the bank. Install AnyDesk and pay with gift cards."}
    )
    assert (found.status_code, found.json()["is_scam"]) == (200, True)
    turns = [{"speaker": "agent", "content": "Hello"}, {"speaker": "customer", "content": "I pay by card on site."}]
    assert not (await office.owner.post(f"{path}/analyze", json={"turns": turns})).json()["is_scam"]
    assert (await office.owner.post(f"{path}/analyze", json={})).status_code == 422
    assert (await office.people["viewer"].post(f"{path}/analyze", json={"text": "x"})).status_code == 403
    assert (await office.owner.get(f"{path}/model")).json()["evaluation"] is None


async def test_whether_everything_is_there(office: Office, house: House) -> None:
    path = "/api/admin/calling-agents/health"
    await live.withdraw(house.database, "voice-h")
    shown = (await office.people["viewer"].get(path)).json()
    assert (shown["telephony"]["status"], shown["telephony"]["provider"], shown["telephony"]["mode"]) == (
        "ready", "twilio", "sandbox",
    )  # fmt: skip
    await live.announce(house.database, ProcessNews(id="voice-h", url="http://127.0.0.1:3003", capacity=4, active=1))
    voice = (await office.owner.get(path)).json()["voice_service"]
    assert voice["status"] == "ready"
    assert voice["capacity"] >= 4
    await live.withdraw(house.database, "voice-h")


async def test_a_test_call_nobody_opens_is_taken_back(office: Office) -> None:
    call_id = await office.place("browser", kind="browser")
    async with office.work() as work:
        (await store.lock(work, call_id)).created_at = work.now - timedelta(minutes=11)
    async with office.work() as work:
        await look_after(work)
    call = await office.call(call_id)
    assert (call.status, call.error_code) == ("cancelled", "never_opened")
