"""The whole way by itself: a signed webhook is worked on by the worker until the conversation is analysed."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import select

from callout.features.conversations import workflows
from callout.features.conversations.tables import Conversation, InboundEvent
from callout.kit.workflows import Workflows
from callout.sandbox.elevenlabs import live_events, post_call_event, signature
from tests.features.conversations.conftest import SECRET

CALL = {
    "conversation_id": "conv_worker",
    "phone_number": "+13055550100",
    "turns": [
        {"role": "agent", "message": "Hello, this is Mia."},
        {"role": "user", "message": "I need cleaning at 12 Oak Street, Springfield. My name is Anna Reyes."},
    ],
}


@pytest.fixture
async def worker(house, postgres) -> AsyncIterator[Workflows]:
    flows = Workflows()
    workflows.register(
        flows, house.database, inbound=house.inbound, foresight=house.foresight, processing=house.processing
    )
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield flows
    await flows.shutdown(5)


async def deliver(house, event):
    body = json.dumps(event).encode()
    headers = {"ElevenLabs-Signature": signature(SECRET, int(time.time()), body)}
    answer = await house.client.post(f"/api/shared/webhooks/elevenlabs/{house.token}", content=body, headers=headers)
    assert answer.status_code == 200, answer.text


async def eventually(house, *, versions=1):
    for _ in range(200):
        rows = await house.work(select(Conversation.status, Conversation.analysis_version, Conversation.queued_at))
        waiting = await house.work(select(InboundEvent.id).where(InboundEvent.status == "received"))
        if not waiting and rows and rows[0].status == "completed" and rows[0].analysis_version >= versions:
            return rows[0]
        await asyncio.sleep(0.05)
    raise AssertionError(f"still {rows}, {len(waiting)} webhooks wait")


async def test_a_webhook_becomes_an_analysed_conversation(worker, house):
    await deliver(house, post_call_event(CALL))
    done = await eventually(house)
    assert (done.analysis_version, done.queued_at) == (1, None)


async def test_live_deliveries_worked_on_side_by_side_end_in_one_conversation(worker, house):
    await asyncio.gather(*(deliver(house, event) for event in live_events(CALL)))
    await eventually(house)
    ((conversation,),) = await house.work(select(Conversation))
    assert conversation.turn_count == 2
    assert conversation.lead_status == "interested"


async def test_what_cannot_be_processed_is_failed_and_can_be_tried_again(worker, house, monkeypatch):
    async def broken(*_args, **_kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(house.outcomes, "made_of", broken)
        await deliver(house, post_call_event(CALL))
        for _ in range(300):
            rows = await house.work(select(Conversation.id, Conversation.status, Conversation.error))
            if rows and rows[0].status == "failed":
                break
            await asyncio.sleep(0.05)
    assert (rows[0].status, rows[0].error) == ("failed", "RuntimeError")
    answer = await house.client.post(f"/api/admin/conversations/{rows[0].id}/reprocess", json={})
    assert answer.status_code == 202
    await eventually(house)
