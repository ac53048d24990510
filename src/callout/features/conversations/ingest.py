"""Takes calls in: whole, or piece by piece, in any order and as often as they are delivered."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.conversations import store
from callout.features.conversations.events import ConversationStarted, ConversationUpdated, TurnHeard
from callout.features.conversations.intake_model import IncomingCall, IncomingTurn, NewsKind
from callout.features.conversations.neighbours import parsed_phone, tenant_facts
from callout.features.conversations.screening import screen
from callout.features.conversations.tables import Conversation
from callout.features.conversations.turn_merge import TurnPlan, plan_turns
from callout.kit.db.work import Work

PROCESS = "process_conversation"
MAX_DURATION_S = 24 * 3600


class Absorbed(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery did. `due` says that the conversation now waits to be analysed."""

    conversation: Conversation
    created: bool
    plan: TurnPlan
    due: bool


async def absorb(work: Work, call: IncomingCall, kind: NewsKind, *, force: bool = False) -> Absorbed:
    """Joins what a provider tells with what is known, and moves the conversation forward.

    A call only moves forward: a late "started" fills gaps and no more, a late turn of a finished call has it analysed
    again. `force` has a finished call analysed again in any case.
    """
    conversation, created = await store.claim(work, _fresh(work, call))
    await _fill(work, conversation, call)
    plan = await _join_turns(work, conversation, call.turns, complete=call.complete)
    over = kind in ("ended", "failed")
    was = conversation.status
    due = _advance(conversation, over=over, news=plan.changes or force, created=created)
    if over:
        _finish_facts(work, conversation, call, kind)
    if created:
        await work.publish(
            ConversationStarted(
                noun_id=conversation.id,
                calling_system=conversation.calling_system,
                external_id=conversation.external_id,
                phone_number=conversation.phone_number,
                call_type=conversation.call_type,
            )
        )
    if not over:
        await _tell_turns(work, conversation, plan)
    if conversation.status != was or (created and over):
        await _tell_state(work, conversation)
    return Absorbed(conversation=conversation, created=created, plan=plan, due=due)


async def append_turns(
    work: Work, conversation: Conversation, turns: Sequence[IncomingTurn], *, may_grow: bool = False
) -> TurnPlan:
    """Adds turns of a running call; those known by id or number are skipped. The conversation is locked.

    With `may_grow` a numbered turn told again with more words takes the place of what was stored of it.
    """
    plan = await _join_turns(work, conversation, turns, complete=False, may_grow=may_grow)
    await _tell_turns(work, conversation, plan)
    if plan.changes:
        await screen(work, conversation, await store.turns_of(work, conversation.id))
    return plan


async def end_call(
    work: Work, conversation: Conversation, *, ended_at: datetime | None, call_result: str | None
) -> bool:
    """Ends a running call; repeating it changes nothing. The conversation is locked.

    Returns:
        Whether the conversation now waits to be analysed.
    """
    if conversation.status != "active":
        return False
    conversation.status = "processing"
    conversation.ended_at = ended_at or conversation.ended_at or work.now
    conversation.call_result = call_result or conversation.call_result or "completed"
    conversation.duration_s = _length(conversation, [])
    await _tell_state(work, conversation)
    return True


async def enqueue_processing(work: Work, conversation: Conversation, *, skip_vendor_selection: bool = False) -> None:
    """Has a conversation in state processing analysed in the background."""
    conversation.runs += 1
    conversation.queued_at = work.now
    key = f"conversation:{conversation.id}:{conversation.runs}"
    await work.enqueue(PROCESS, str(conversation.id), skip_vendor_selection, key=key)


async def enqueue_if_automatic(work: Work, conversation: Conversation) -> None:
    """The same after a call ended by itself, unless the tenant wants to start it by hand."""
    settings = await tenant_settings(work)
    if settings["conversations.auto_process_on_call_end"]:
        skip = bool(settings["conversations.skip_vendor_selection"])
        await enqueue_processing(work, conversation, skip_vendor_selection=skip)


def _fresh(work: Work, call: IncomingCall) -> Conversation:
    return Conversation(
        tenant_id=work.tenant_id,
        external_id=call.external_id,
        calling_system=call.calling_system,
        status="active",
        analysis_version=0,
        runs=0,
        turn_count=0,
        triggers_detected=0,
        vendor_selection_triggered=False,
        sealed=False,
        search_text="",
    )


async def _fill(work: Work, conversation: Conversation, call: IncomingCall) -> None:
    """Facts fill what is empty; the first word stands."""
    facts = {
        "call_type": call.call_type,
        "started_at": call.started_at,
        "language": call.language,
        "recording_url": call.recording_url,
    }
    for name, value in facts.items():
        if value is not None and getattr(conversation, name) is None:
            setattr(conversation, name, value)
    if call.phone and conversation.phone_number is None:
        conversation.phone_number = parsed_phone(call.phone, (await tenant_facts(work)).country)


async def _join_turns(
    work: Work, conversation: Conversation, turns: Sequence[IncomingTurn], *, complete: bool, may_grow: bool = False
) -> TurnPlan:
    final = [turn for turn in turns if turn.is_final]
    if not final:
        return TurnPlan()
    stored = await store.turns_of(work, conversation.id)
    plan = plan_turns(stored, final, complete=complete, sealed=conversation.sealed, may_grow=may_grow)
    conversation.sealed = conversation.sealed or complete
    if plan.changes:
        await store.write_plan(work, conversation, plan)
        now_stored = await store.turns_of(work, conversation.id)
        conversation.turn_count = len(now_stored)
        conversation.search_text = store.search_text(conversation, now_stored)
        conversation.last_turn_at, conversation.words_removed_at = work.now, None
    return plan


def _advance(conversation: Conversation, *, over: bool, news: bool, created: bool) -> bool:
    """Moves the state by the lifecycle (product specification §5.11); says whether an analysis is due."""
    if conversation.status == "active" and over:
        conversation.status = "processing"
        return True
    if conversation.status in ("completed", "failed") and news and not created:
        conversation.status = "processing"
        return True
    return False


def _finish_facts(work: Work, conversation: Conversation, call: IncomingCall, kind: NewsKind) -> None:
    default_result = "failed" if kind == "failed" else "completed"
    conversation.call_result = call.call_result or conversation.call_result or default_result
    conversation.ended_at = call.ended_at or conversation.ended_at
    conversation.duration_s = call.duration_s if call.duration_s is not None else _length(conversation, call.turns)
    conversation.ended_at = conversation.ended_at or work.now


def _length(conversation: Conversation, turns: Sequence[IncomingTurn]) -> int | None:
    """Ended minus started, else last turn minus first; None when negative or longer than a day."""
    if conversation.started_at and conversation.ended_at:
        seconds = (conversation.ended_at - conversation.started_at).total_seconds()
    else:
        times = [turn.at for turn in turns if turn.at] or []
        offsets = [turn.offset_ms + (turn.duration_ms or 0) for turn in turns if turn.offset_ms is not None]
        if len(times) > 1:
            seconds = (max(times) - min(times)).total_seconds()
        elif offsets:
            seconds = max(offsets) / 1000
        else:
            return None
    return round(seconds) if 0 <= seconds <= MAX_DURATION_S else None


async def _tell_turns(work: Work, conversation: Conversation, plan: TurnPlan) -> None:
    for placed in plan.insert:
        turn = placed.turn
        at = turn.at or store.moment_in_call(conversation, turn.offset_ms) or work.now
        await work.publish(
            TurnHeard(noun_id=conversation.id, seq=placed.seq, speaker=turn.speaker, content=turn.content, at=at)
        )


async def _tell_state(work: Work, conversation: Conversation) -> None:
    await work.publish(
        ConversationUpdated(noun_id=conversation.id, status=conversation.status, turn_count=conversation.turn_count)
    )
