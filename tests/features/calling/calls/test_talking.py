"""A call's words, tools, wishes and end, as the process that carries its audio reports them."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from callout.features.calling.brain.actions import CallTool, Suppress
from callout.features.calling.brain.outcome import CallOutcome
from callout.features.calling.calls import live, store
from callout.features.calling.calls.agreed_orders import order_of
from callout.features.calling.calls.winding_up import waits_for_more, wind_up
from callout.features.calling.hosting.latency import TurnTimes
from callout.features.calling.hosting.ports import Usage
from callout.features.conversations import store as conversations
from callout.features.conversations.events import ConversationProcessed
from callout.features.conversations.model import Turn
from callout.features.notifications.tables import Message
from callout.features.orders.tables import Order
from callout.features.prospecting.contacts import upsert_contact
from callout.features.prospecting.suppression import stops_calls
from tests.features.calling.calls.conftest import PHONE, House, Office
from tests.features.calling.calls.exchange import Exchange

SAID = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
AGREED = {
    "customer_name": "Nora North",
    "customer_phone": PHONE,
    "customer_address": "12 Oak Street, Springfield",
    "service_type": "cleaning",
    "description": "House cleaning",
}


def turn(seq: int, speaker: Any, words: str) -> Turn:
    return Turn(seq=seq, speaker=speaker, content=words, at=SAID + timedelta(seconds=seq), offset_ms=seq * 1000)


def outcome(**members: Any) -> CallOutcome:
    given: dict[str, Any] = {
        "disposition": "interested", "end_reason": "agent_hangup", "answered_by": "human", "language": "en",
        "order": None, "order_state": "none", "callback": None, "quote_sent": False, "opted_out": False,
        "reached_person": True, "recording": None, "risk": 0.1, "facts": (), "compliance": (), **members,
    }  # fmt: skip
    return CallOutcome(**given)


def tool(name: str, key: str = "k1", **arguments: Any) -> CallTool:
    return CallTool(id="t1", name=name, arguments=arguments, key=key)


async def test_a_media_token_opens_its_call_once(office: Office, house: House, exchange: Exchange) -> None:
    call_id = await office.dial()
    token = exchange.asked[0].instruction.parameters["token"]  # type: ignore[union-attr]
    claimed = await live.claim(house.database, token, "voice-1")
    assert claimed is not None
    assert (claimed.call_id, claimed.brief.call_id, claimed.brief.agent_name) == (call_id, str(call_id), "Mia")
    assert await live.claim(house.database, token, "voice-2") is None
    assert await live.claim(house.database, "A" * 75, "voice-1") is None
    assert await live.claim(house.database, "nonsense", "voice-1") is None
    assert (await office.call(call_id)).status == "in_progress"


async def test_turns_are_there_once_and_grow(office: Office) -> None:
    call_id, records = await office.talk()
    await records.turns([turn(1, "agent", "Hello, this is Mia."), turn(2, "customer", "Hi")])
    await records.turns([turn(2, "customer", "Hi"), turn(1, "agent", "Hello, this is Mia. Do you have a minute?")])
    await asyncio.gather(*(records.turns([turn(3, "agent", "Thank you.")]) for _ in range(3)))
    call = await office.call(call_id)
    assert call.conversation_id is not None
    async with office.work() as work:
        told = await conversations.turns_of(work, call.conversation_id)
        talk = await conversations.find(work, call.conversation_id)
    assert [one.content for one in told] == ["Hello, this is Mia. Do you have a minute?", "Hi", "Thank you."]
    assert (talk.calling_system, talk.external_id, talk.call_id, talk.phone_number) == (
        "callout", str(call_id), call_id, PHONE,
    )  # fmt: skip


async def test_the_end_hands_the_talk_to_the_analysis(office: Office) -> None:
    call_id, records = await office.talk()
    await records.turns([turn(1, "agent", "Hello, this is Mia."), turn(2, "customer", "Not now, thanks.")])
    times = [
        TurnTimes(seq=seq, at=SAID, endpoint_ms=200, stt_final_ms=50, llm_first_token_ms=300, sentence_ms=100,
                  tts_first_byte_ms=90, platform_ms=20, voice_to_voice_ms=ms)
        for seq, ms in ((2, 700), (4, 900), (6, 1900))
    ]  # fmt: skip
    await records.latency(times)
    await records.latency(times[:1])
    said = Usage(provider="elevenlabs", service="tts", units=120, unit="characters", model="eleven_flash_v2_5")
    thought = [
        Usage(provider="openai", service="llm", units=units, unit="tokens", cost=Decimal("0.001"))
        for units in (900, 100)
    ]
    await records.conclude(outcome(), [said, *thought, Usage(provider="x", service="stt", units=60, unit="seconds")])
    await records.conclude(outcome(disposition="complaint"), [])
    async with office.work() as work:
        assert await waits_for_more(work, call_id)
    await office.tell(call_id, "completed", 3, 60, duration_s=58)
    async with office.work() as work:
        assert not await waits_for_more(work, call_id)
        await wind_up(work, call_id)
    call = await office.call(call_id)
    assert (call.outcome, call.end_reason, call.duration_s) == ("interested", "agent_hangup", 58)
    assert (call.latency_p50_ms, call.latency_p95_ms, call.is_successful) == (900, 1900, True)
    async with office.work() as work:
        talk = await conversations.find(work, call.conversation_id)  # type: ignore[arg-type]
        parts = {row.service: (row.units, row.cost) for row in await store.costs(work, call_id)}
    assert (talk.status, talk.runs, talk.call_result, talk.duration_s) == ("processing", 1, "completed", 58)
    assert parts == {"tts": (120, Decimal("0.006")), "llm": (1000, Decimal("0.002")), "stt": (60, None)}
    assert (call.cost, call.currency) == (Decimal("0.008"), "USD")


async def test_an_opt_out_counts_at_once(office: Office) -> None:
    call_id, records = await office.talk()
    waiting = await office.place()
    await records.suppress(Suppress(reason="opt_out_speech", quote="stop calling me"))
    await records.suppress(Suppress(reason="opt_out_speech", quote="stop calling me"))
    async with office.work() as work:
        assert await stops_calls(work, PHONE)
    assert ((await office.call(waiting)).status, (await office.call(waiting)).error_code) == ("cancelled", "suppressed")
    assert (await office.call(call_id)).opted_out


async def _orders(office: Office) -> int:
    async with office.work() as work:
        query = select(func.count()).select_from(Order).where(Order.tenant_id == office.tenant_id)
        return int(await work.session.scalar(query) or 0)


async def test_an_order_is_committed_once_for_its_key(office: Office, house: House) -> None:
    call_id, _ = await office.talk()
    tools = house.tools.of(office.tenant_id, call_id)
    wish = tool("create_order", **AGREED, is_live=True)
    first, *others = await asyncio.gather(*(tools.carry_out(wish) for _ in range(3)))
    assert first.ok, first.error
    assert first.value["created"]
    assert {one.value["order_number"] for one in others} == {first.value["order_number"]}
    another_key = await tools.carry_out(tool("create_order", "k2", **AGREED, is_live=True))
    assert another_key.value["order_number"] == first.value["order_number"]
    assert await _orders(office) == 1


async def test_an_agreement_that_waits_becomes_an_order_with_the_analysis(office: Office, house: House) -> None:
    call_id, _ = await office.talk()
    told = await house.tools.of(office.tenant_id, call_id).carry_out(tool("create_order", **AGREED, is_live=False))
    assert (told.ok, told.value["created"], await _orders(office)) == (True, False, 0)
    call = await office.call(call_id)
    assert call.conversation_id is not None
    for _ in range(2):
        await _processed(office, call.conversation_id)
    assert await _orders(office) == 1
    async with office.work() as work:
        order = await order_of(work, await store.find(work, call_id))
    assert order is not None
    assert (order.customer_name, order.service_type, order.schedule_source) == ("Nora North", "cleaning", "default")


async def _processed(office: Office, conversation_id: UUID) -> None:
    async with office.work() as work:
        await work.publish(
            ConversationProcessed(
                noun_id=conversation_id, calling_system="callout", external_id="x", phone_number=PHONE, contact_id=None,
                language="en", intent="interested", sentiment="neutral", lead_status="interested", lead_score=60,
                analysis_version=1, reprocessed=False, skip_vendor_selection=False, is_scam=False,
            )
        )  # fmt: skip


async def test_details_that_make_no_order_have_no_effect(office: Office, house: House) -> None:
    call_id, _ = await office.talk()
    tools = house.tools.of(office.tenant_id, call_id)
    refused = await tools.carry_out(tool("create_order", customer_name="Nora", is_live=True))
    assert (refused.ok, refused.error) == (False, "validation_failed")
    again = await tools.carry_out(tool("create_order", **AGREED, is_live=True))
    assert (again.ok, await _orders(office)) == (True, 1)
    unknown = await tools.carry_out(tool("make_coffee"))
    assert not unknown.ok


async def test_a_callback_the_agent_may_make_itself_is_placed_once(office: Office, house: House) -> None:
    call_id, _ = await office.talk()
    at = (await office.call(call_id)).created_at + timedelta(days=1)
    wish = tool("schedule_callback", at=at.isoformat(), words="tomorrow", reason="busy", by_human=False)
    for _ in range(2):
        assert (await house.tools.of(office.tenant_id, call_id).carry_out(wish)).ok
    async with office.work() as work:
        again = await store.retry_of(work, call_id)
    assert again is not None
    assert (again.scheduled_at, again.to_number, again.status) == (at, PHONE, "pending")
    assert (await office.call(call_id)).callback_at == at


async def test_a_callback_a_person_is_to_make_places_nothing(office: Office, house: House) -> None:
    call_id, _ = await office.talk()
    at = (await office.call(call_id)).created_at + timedelta(days=1)
    wish = tool("schedule_callback", at=at.isoformat(), words="tomorrow", reason="complaint", by_human=True)
    assert (await house.tools.of(office.tenant_id, call_id).carry_out(wish)).ok
    async with office.work() as work:
        assert await store.retry_of(work, call_id) is None
    assert (await office.call(call_id)).callback_note == "complaint: tomorrow"


async def test_a_quote_is_written_once(office: Office, house: House) -> None:
    call_id, _ = await office.talk()
    async with office.work() as work:
        await upsert_contact(work, PHONE, source="manual", fields={"name": "Nora North", "email": "nora@example.org"})
    wish = tool("send_quote", service_type="cleaning", customer_phone=PHONE, customer_name="Nora North")
    tools = house.tools.of(office.tenant_id, call_id)
    assert [(await tools.carry_out(wish)).value for _ in range(2)] == [{"sent": True}] * 2
    unknown = await tools.carry_out(tool("send_quote", "k2", service_type="rocketry", customer_phone=PHONE))
    assert unknown.value == {"sent": False}
    async with office.work() as work:
        query = select(Message).where(Message.tenant_id == office.tenant_id, Message.channel == "email")
        [message] = (await work.session.execute(query)).scalars()
    assert "Cleaning starts at $" in (message.body or "")
