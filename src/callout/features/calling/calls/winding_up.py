"""What follows when a call is over: its books closed once, its conversation handed on, its repetition placed."""

from datetime import timedelta
from uuid import UUID

from callout.features.calling.calls import holds, store
from callout.features.calling.calls.events import CallEnded
from callout.features.calling.calls.facts import TERMINAL, standing_of
from callout.features.calling.calls.handing_over import end_conversation
from callout.features.calling.calls.placing import Attempt, place_call
from callout.features.calling.calls.reporting import take_standing, total_cost
from callout.features.calling.calls.tables import Call
from callout.features.conversations import store as conversations
from callout.features.orders.store import of_conversation
from callout.kit.db.work import Work

RETRIED = ("failed", "busy", "no_answer")
RETRY_AFTER_MIN = {"busy": 15, "no_answer": 240, "failed": 30}
GOOD = ("interested", "converted", "callback")
"""Outcomes that make a completed call a success (product specification §6.3)."""
PRICE = "price_call"
_NEVER_RETRIED = frozenset({"opt_out", "operator"})


async def waits_for_more(work: Work, call_id: UUID) -> bool:
    """Whether somebody has not yet said what they know: who held the audio its outcome, the provider its end."""
    call = await store.find(work, call_id)
    if call.settled_at is not None or call.media_joined_at is None:
        return False
    if call.result is None:
        return True
    ends = {fact.kind for fact in await store.facts_of(work, call_id) if fact.source == "provider"}
    return call.external_id is not None and ends.isdisjoint(TERMINAL)


async def wind_up(work: Work, call_id: UUID) -> None:
    """Closes the books of a call that is over; doing it again changes nothing."""
    call = await _locked(work, call_id)
    if call.settled_at is not None:
        return
    await take_standing(work, call, standing_of(await store.facts_of(work, call_id)))
    _judge(call)
    await holds.release_all(work, call_id)
    await total_cost(work, call)
    await end_conversation(work, call)
    call.settled_at = work.now
    await work.session.flush()
    await _publish_end(work, call)
    await _repeat(work, call)
    if call.external_id is not None and call.provider is not None and not call.is_managed:
        await work.enqueue(PRICE, str(call.id), key=f"call:{call.id}:price", queue="default")


async def _locked(work: Work, call_id: UUID) -> Call:
    """The call, locked; the talk of a managed call before it, for that is analysed at the same time."""
    call = await store.find(work, call_id)
    if call.is_managed and call.conversation_id is not None:
        await conversations.lock(work, call.conversation_id)
    return await store.lock(work, call_id)


def _judge(call: Call) -> None:
    """What a call came to where nobody who listened told."""
    if call.answered_by == "machine" and call.outcome in (None, "no_decision"):
        call.outcome = "voicemail"
    elif call.status == "completed" and call.outcome is None:
        call.outcome = "no_decision"
    if call.status == "failed" and call.answered_at is not None:
        call.end_reason = call.end_reason or "provider_error"
    if call.media_joined_at is not None and call.result is None and call.end_reason == "customer_hangup":
        call.end_reason = "provider_error"  # whoever held the audio broke off; the customer did not hang up
    call.is_successful = call.status == "completed" and call.outcome in GOOD


async def _publish_end(work: Work, call: Call) -> None:
    order = await of_conversation(work, call.conversation_id) if call.conversation_id else None
    result = call.result or {}
    await work.publish(
        CallEnded(
            noun_id=call.id,
            direction=call.direction,
            agent_id=call.agent_id,
            campaign_id=call.campaign_id,
            contact_id=call.contact_id,
            conversation_id=call.conversation_id,
            attempt=call.attempt,
            phone=call.to_number if call.direction == "outbound" else call.from_number or "",
            status=call.status,
            outcome=call.outcome,
            end_reason=call.end_reason,
            answered_by=call.answered_by,
            error_code=call.error_code,
            retry_at=call.retry_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            duration_s=call.duration_s,
            opted_out=call.opted_out,
            mode=call.mode,
            order_id=order.id if order else None,
            callback_at=call.callback_at,
            compliance=list(result.get("compliance") or ()),
        )
    )


async def _repeat(work: Work, call: Call) -> None:
    """Places the next attempt of a single call that reached nobody."""
    if (
        call.retry_attempts <= 0
        or call.campaign_id is not None
        or call.status not in RETRIED
        or call.end_reason in _NEVER_RETRIED
        or call.opted_out
    ):
        return
    attempt = Attempt(
        agent_id=call.agent_id,
        to_number=call.to_number,
        contact_id=call.contact_id,
        attempt=call.attempt + 1,
        from_number=call.from_number,
        scheduled_at=work.now + timedelta(minutes=RETRY_AFTER_MIN[call.status]),
        max_duration_s=call.max_duration_s,
        script=call.script,
        knowledge_base_ids=tuple(UUID(one) for one in call.knowledge_base_ids),
        variables=call.variables,
        retry_attempts=call.retry_attempts - 1,
        retry_of=call.id,
    )
    await place_call(work, attempt)
