"""Takes the talk of a managed call, as a conversation the provider told, for what the call came to."""

from datetime import datetime, timedelta

from callout.features.calling.agents.store import by_ids as agents_by_ids
from callout.features.calling.briefing import Occasion, brief_of
from callout.features.calling.calls import store
from callout.features.calling.calls.facts import Fact, Kind
from callout.features.calling.calls.records import conclude
from callout.features.calling.calls.reporting import apply_fact
from callout.features.calling.calls.tables import Call
from callout.features.calling.managed.judging import judged
from callout.features.conversations import store as conversations
from callout.features.conversations.events import ConversationStarted, ConversationUpdated
from callout.features.conversations.tables import Conversation
from callout.kit.db.work import Work

TOLD = 1_000_000
"""The number of reports made of what the provider tells of a whole call: asked or sent, they are the same."""
_ENDS: dict[str | None, Kind] = {"busy": "busy", "no_answer": "no_answer", "failed": "failed"}


async def conversation_started(work: Work, event: ConversationStarted) -> None:
    """Joins a managed call with its conversation, when the provider's word comes before ours."""
    call = await _call_of(work, event.calling_system, event.external_id)
    if call is not None:
        _join(call, await conversations.find(work, event.noun_id))


async def conversation_updated(work: Work, event: ConversationUpdated) -> None:
    """Ends a managed call whose talk is over."""
    conversation = await conversations.find(work, event.noun_id)
    if conversation.status == "active":
        return
    call = await _call_of(work, conversation.calling_system, conversation.external_id)
    if call is not None:
        await take_talk(work, call, conversation)


async def take_talk(work: Work, call: Call, conversation: Conversation) -> None:
    """What the call came to, by its finished conversation; doing it again changes nothing. Both are locked."""
    _join(call, conversation)
    kind = _ENDS.get(conversation.call_result, "completed")
    ended_at = conversation.ended_at or work.now
    if kind == "completed":
        await report_answer(work, call, conversation.started_at or call.dial_started_at or ended_at)
    await report_end(work, call, kind, ended_at, conversation.duration_s)
    if kind == "completed":
        await _judge(work, call, conversation)


async def report_answer(work: Work, call: Call, at: datetime) -> None:
    """The call was answered. The call is locked."""
    await apply_fact(work, call, Fact(kind="answered", at=at, sequence=TOLD))


async def report_end(
    work: Work, call: Call, kind: Kind, at: datetime, duration_s: int | None = None, *, detail: str | None = None
) -> None:
    """The call is over. The call is locked."""
    is_failure = kind == "failed"
    fact = Fact(
        kind=kind,
        at=at,
        sequence=TOLD,
        duration_s=duration_s if kind == "completed" else None,
        error_code="provider_error" if is_failure else None,
        error_detail=detail if is_failure else None,
    )
    await apply_fact(work, call, fact)


def _join(call: Call, conversation: Conversation) -> None:
    call.conversation_id = conversation.id
    conversation.call_id, conversation.agent_id = call.id, call.agent_id
    conversation.campaign_id = call.campaign_id
    conversation.contact_id = conversation.contact_id or call.contact_id


async def _judge(work: Work, call: Call, conversation: Conversation) -> None:
    agent = (await agents_by_ids(work, [call.agent_id])).get(call.agent_id)
    turns = await conversations.turns_of(work, conversation.id)
    if agent is None or call.result is not None or call.settled_at is not None or not turns:
        return
    occasion = Occasion(call_id=str(call.id), phone=call.to_number, script=call.script, variables=call.variables)
    outcome = judged(await brief_of(work, agent, occasion), turns)
    spoken = next((turn for turn in turns if turn.speaker == "agent"), None)
    began = conversation.started_at
    if spoken is not None and began is not None:
        call.first_speech_at = began + timedelta(milliseconds=spoken.offset_ms or 0)
        disclosed = any(proof.rule == "disclosure" and proof.ok for proof in outcome.compliance)
        call.disclosure_played_at = call.first_speech_at if disclosed else None
    await conclude(work, call, outcome, (), ended_at=conversation.ended_at)


async def _call_of(work: Work, system: str, external_id: str) -> Call | None:
    """The managed call of a provider's conversation, locked."""
    found = await store.by_external(work, system, external_id)
    return await store.lock(work, found.id) if found is not None and found.is_managed else None
