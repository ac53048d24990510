"""Webhooks: believed only when signed, kept once, worked on until done."""

import asyncio
import json
import random
import time

import pytest
from sqlalchemy import func, select

from callout.features.conversations.tables import Conversation, ConversationTurn, InboundEvent
from callout.kit.principal import Principal
from callout.kit.timed_hmac import sign
from callout.sandbox.elevenlabs import live_events, post_call_event, signature
from tests.features.conversations.conftest import SECRET

TURNS = [
    {"role": "agent", "message": "Hello, this is Mia."},
    {"role": "user", "message": "I need cleaning at 12 Oak Street, Springfield. My name is Anna Reyes."},
    {"role": "agent", "message": "We will come."},
]
CALL = {"conversation_id": "conv_1", "phone_number": "+13055550100", "turns": TURNS}


def url(house, provider="elevenlabs"):
    return f"/api/shared/webhooks/{provider}/{house.token}"


async def deliver(house, event, *, at=None, secret=SECRET, address=None):
    body = json.dumps(event).encode()
    at = int(at or time.time())
    headers = {"ElevenLabs-Signature": signature(secret, at, body), "Content-Type": "application/json"}
    return await house.client.post(address or url(house), content=body, headers={**headers, "Authorization": ""})


async def run_jobs(house):
    """Does what the worker does with the enqueued webhooks and analyses."""
    for (event_id,) in await house.work(select(InboundEvent.id).order_by(InboundEvent.received_at, InboundEvent.id)):
        await house.inbound.run(house.tenant_id, event_id)
    principal = Principal.system(house.tenant_id)
    for (key,) in await house.work(select(Conversation.id).where(Conversation.queued_at.is_not(None))):
        places = await house.foresight.of_stored(principal, key)
        async with house.database.transaction(principal) as work:
            await house.processing.run(work, key, places)


async def only_conversation(house):
    (row,) = await house.work(select(Conversation))
    return row[0]


async def test_the_same_delivery_twice_has_one_effect(house):
    event = post_call_event(CALL)
    first, second = await deliver(house, event), await deliver(house, event)
    assert (first.status_code, first.json()) == (200, {"received": True, "duplicate": False})
    assert (second.status_code, second.json()["duplicate"]) == (200, True)
    await run_jobs(house)
    await run_jobs(house)
    conversation = await only_conversation(house)
    assert (conversation.status, conversation.turn_count, conversation.lead_status) == ("completed", 3, "interested")
    third = await deliver(house, event)
    assert third.json() == {"received": True, "duplicate": True, "conversation_id": str(conversation.id)}


async def test_simultaneous_deliveries_are_kept_once(house):
    event = post_call_event(CALL)
    answers = await asyncio.gather(*(deliver(house, event) for _ in range(4)))
    assert sorted(answer.json()["duplicate"] for answer in answers) == [False, True, True, True]
    assert (await house.work(select(func.count()).select_from(InboundEvent)))[0][0] == 1


async def test_who_is_not_believed(house):
    event = post_call_event(CALL)
    unsigned = await house.client.post(url(house), json=event)
    forged = await deliver(house, event, secret="wrong")
    stale = await deliver(house, event, at=time.time() - 600)
    early = await deliver(house, event, at=time.time() + 600)
    unknown = await deliver(house, event, address="/api/shared/webhooks/elevenlabs/nobody")
    assert [(one.status_code, one.json()["code"]) for one in (unsigned, forged, stale, early, unknown)] == [
        (401, "bad_signature"),
        (401, "bad_signature"),
        (401, "stale_timestamp"),
        (401, "stale_timestamp"),
        (404, "not_found"),
    ]
    assert (await house.work(select(func.count()).select_from(InboundEvent)))[0][0] == 0


async def test_an_unknown_event_is_acknowledged_and_ignored(house):
    answer = await deliver(house, {"event": "foo", "conversation_id": "x"})
    assert (answer.status_code, answer.json()) == (202, {"ignored": True})
    await run_jobs(house)
    assert (await house.work(select(func.count()).select_from(Conversation)))[0][0] == 0


async def test_a_body_changed_on_the_way_is_refused(house):
    body = json.dumps(post_call_event(CALL)).encode()
    headers = {"ElevenLabs-Signature": signature(SECRET, int(time.time()), body)}
    answer = await house.client.post(url(house), content=body.replace(b"Anna", b"Eve"), headers=headers)
    assert answer.status_code == 401


async def test_signed_nonsense_is_malformed(house):
    at = str(int(time.time()))
    headers = {"x-callout-signature": f"t={at},v1={sign(SECRET, at, b'{')}"}
    answer = await house.client.post(url(house, "generic"), content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


async def test_an_unreadable_event_fails_without_harm(house):
    await deliver(house, {"event": "call_ended", "data": {"no": "id"}})
    await run_jobs(house)
    (row,) = await house.work(select(InboundEvent.status, InboundEvent.error))
    assert row == ("failed", "conversation_id: required")


async def test_the_challenge_needs_the_right_token(house):
    right = await house.client.get(f"{url(house)}?challenge=abc&verify_token={house.token}")
    hub = await house.client.get(f"{url(house)}?hub.mode=subscribe&hub.challenge=xyz&hub.verify_token={house.token}")
    wrong = await house.client.get(f"{url(house)}?challenge=abc&verify_token=nope")
    assert (right.status_code, right.text, hub.text, wrong.status_code) == (200, "abc", "xyz", 403)


async def test_a_call_told_live_grows_turn_by_turn(house):
    started, *updates, _ = live_events(CALL)
    await deliver(house, started)
    await run_jobs(house)
    assert (await only_conversation(house)).status == "active"
    for update in updates:
        await deliver(house, update)
    await run_jobs(house)
    conversation = await only_conversation(house)
    assert (conversation.status, conversation.turn_count) == ("active", 3)


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_and_any_repetition_end_in_the_same_transcript(house, seed):
    events = [event for event in live_events(CALL) for _ in range(2)]
    random.Random(seed).shuffle(events)
    for event in events:
        await deliver(house, event)
        await run_jobs(house)
    conversation = await only_conversation(house)
    assert conversation.status == "completed"
    turns = await house.work(select(ConversationTurn.content).order_by(ConversationTurn.seq))
    assert [content for (content,) in turns] == [turn["message"] for turn in TURNS]


async def test_the_generic_webhook_takes_a_canonical_conversation(house):
    body = json.dumps({"calling_system": "twilio", "conversation_data": {"external_id": "g1", "turns": TURNS}}).encode()
    at = str(int(time.time()))
    headers = {"x-callout-signature": f"t={at},v1={sign(SECRET, at, body)}"}
    assert (await house.client.post(url(house, "generic"), content=body, headers=headers)).status_code == 200
    await run_jobs(house)
    conversation = await only_conversation(house)
    assert (conversation.calling_system, conversation.external_id, conversation.status) == ("twilio", "g1", "completed")


async def test_cloned_voice_signs_in_its_own_way(house):
    body = json.dumps({"event": "session_ended", "session_id": "s1", "conversation_log": TURNS}).encode()
    at = str(int(time.time()))
    headers = {"x-cloned-voice-signature": sign(SECRET, at, body), "x-timestamp": at}
    assert (await house.client.post(url(house, "cloned_voice"), content=body, headers=headers)).status_code == 200
    await run_jobs(house)
    assert (await only_conversation(house)).calling_system == "cloned_voice"


async def test_a_replayed_webhook_does_not_bring_a_deleted_conversation_back(house):
    event = post_call_event(CALL)
    await deliver(house, event)
    await run_jobs(house)
    conversation = await only_conversation(house)
    assert (await house.client.delete(f"/api/admin/conversations/{conversation.id}")).status_code == 204
    assert (await deliver(house, event)).json()["duplicate"] is True
    await run_jobs(house)
    assert (await house.work(select(func.count()).select_from(Conversation)))[0][0] == 0
    ((payload,),) = await house.work(select(InboundEvent.payload))
    assert payload is None
