"""A call's words as a conversation: turn by turn while it lasts, analysed when it is over."""

from collections.abc import Sequence

from callout.features.calling.calls.events import CallTranscript
from callout.features.calling.calls.tables import Call
from callout.features.conversations import store as conversations
from callout.features.conversations.ingest import absorb, append_turns, enqueue_if_automatic
from callout.features.conversations.intake_model import CallResult, IncomingCall, IncomingTurn
from callout.features.conversations.model import Turn
from callout.features.conversations.tables import Conversation
from callout.kit.db.work import Work

SYSTEM = "callout"
_RESULTS: dict[str, CallResult] = {"busy": "busy", "no_answer": "no_answer", "failed": "failed"}


async def begin_conversation(work: Work, call: Call) -> Conversation:
    """The conversation of a call, made when it is asked for first; the call is locked."""
    if call.conversation_id is not None:
        return await conversations.lock(work, call.conversation_id)
    absorbed = await absorb(work, _incoming(call), "started")
    conversation = absorbed.conversation
    conversation.call_id, conversation.agent_id = call.id, call.agent_id
    conversation.campaign_id, conversation.contact_id = call.campaign_id, call.contact_id
    await work.session.flush()
    call.conversation_id = conversation.id
    return conversation


async def hand_turns(work: Work, call: Call, turns: Sequence[Turn]) -> None:
    """Adds what was said; a turn told again is there once, with the most words. The call is locked."""
    if not turns:
        return
    conversation = await begin_conversation(work, call)
    incoming = [_turn(turn) for turn in turns]
    plan = await append_turns(work, conversation, incoming, may_grow=True)
    for placed in sorted((*plan.insert, *plan.replace), key=lambda one: one.seq):
        turn = placed.turn
        await work.publish(
            CallTranscript(
                noun_id=call.id,
                seq=placed.seq,
                speaker=turn.speaker,
                text=turn.content,
                said_at=turn.at or work.now,
                confidence=turn.confidence,
            )
        )


async def end_conversation(work: Work, call: Call) -> None:
    """Hands the finished talk to the analysis; a call without a word has none. The call is locked.

    The talk of a managed call is handed on by whoever told it.
    """
    if call.conversation_id is None or call.is_managed:
        return
    absorbed = await absorb(work, _incoming(call), "failed" if call.status == "failed" else "ended")
    if absorbed.due:
        await enqueue_if_automatic(work, absorbed.conversation)


def _incoming(call: Call) -> IncomingCall:
    over = call.ended_at is not None
    return IncomingCall(
        calling_system=SYSTEM,
        external_id=str(call.id),
        phone=call.to_number if call.direction == "outbound" else call.from_number,
        call_type="inbound" if call.direction == "inbound" else "outbound",
        call_result=_RESULTS.get(call.status, "completed") if over else None,
        started_at=call.answered_at,
        ended_at=call.ended_at,
        duration_s=call.duration_s,
        language=(call.result or {}).get("language"),
    )


def _turn(turn: Turn) -> IncomingTurn:
    return IncomingTurn(
        speaker=turn.speaker,
        content=turn.content,
        seq=turn.seq,
        at=turn.at,
        offset_ms=turn.offset_ms,
        duration_ms=turn.duration_ms,
        confidence=turn.confidence,
    )
