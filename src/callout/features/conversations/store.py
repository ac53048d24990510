"""Reads and writes of conversations and their turns."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError

from callout.features.conversations.model import Turn, TurnNote
from callout.features.conversations.tables import Conversation, ConversationTurn, InboundEvent, ScamAssessment
from callout.features.conversations.turn_merge import Placed, TurnPlan
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

SEARCH_CHARS = 200_000


async def find(work: Work, conversation_id: UUID) -> Conversation:
    """A conversation of the tenant.

    Raises:
        NotFound: none with this id.
    """
    query = select(Conversation).where(Conversation.id == conversation_id, Conversation.tenant_id == work.tenant_id)
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


async def lock(work: Work, conversation_id: UUID) -> Conversation:
    """The same, locked until the end of the transaction and read afresh."""
    query = (
        select(Conversation)
        .where(Conversation.id == conversation_id, Conversation.tenant_id == work.tenant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


async def by_external_id(work: Work, calling_system: str, external_id: str) -> Conversation | None:
    """The conversation a provider knows under this id."""
    return (await work.session.execute(_by_external_id(work, calling_system, external_id))).scalar_one_or_none()


async def lock_by_external_id(work: Work, calling_system: str, external_id: str) -> Conversation | None:
    """The conversation a provider knows under this id, locked; None when it is new."""
    query = _by_external_id(work, calling_system, external_id).with_for_update()
    return (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def claim(work: Work, fresh: Conversation) -> tuple[Conversation, bool]:
    """The conversation with the provider's id, locked; inserted when it is new, also against a rival.

    Returns:
        The row and whether it was inserted now.
    """
    known = await lock_by_external_id(work, fresh.calling_system, fresh.external_id)
    if known is not None:
        return known, False
    try:
        async with work.nested():
            work.session.add(fresh)
    except IntegrityError:
        rival = await lock_by_external_id(work, fresh.calling_system, fresh.external_id)
        if rival is None:
            raise
        return rival, False
    return fresh, True


async def turns_of(work: Work, conversation_id: UUID) -> list[Turn]:
    """The final turns in order, as the analysis takes them."""
    table = ConversationTurn.__table__
    columns = [table.c[name] for name in Turn.__struct_fields__]
    query = (
        select(*columns)
        .where(table.c.conversation_id == conversation_id, table.c.tenant_id == work.tenant_id)
        .order_by(table.c.seq)
    )
    return [Turn(**row) for row in (await work.session.execute(query)).mappings()]


async def write_plan(work: Work, conversation: Conversation, plan: TurnPlan) -> None:
    """Writes what the plan says; the conversation is locked by the caller."""
    session = work.session
    if plan.drop:
        await session.execute(_turns(work, conversation.id, ConversationTurn.seq.in_(plan.drop)))
    for placed in plan.replace:
        await session.execute(_turns(work, conversation.id, ConversationTurn.seq == placed.seq))
    session.add_all(_row(work, conversation, placed) for placed in (*plan.replace, *plan.insert))
    await session.flush()


async def write_notes(work: Work, conversation_id: UUID, notes: Sequence[TurnNote]) -> None:
    """Stores with each turn what the analysis heard in it."""
    if not notes:
        return
    table: Any = ConversationTurn.__table__
    statement = (
        update(table)
        .where(
            table.c.tenant_id == work.tenant_id,
            table.c.conversation_id == conversation_id,
            table.c.seq == bindparam("turn_seq"),
        )
        .values(
            sentiment=bindparam("heard_sentiment"),
            intent=bindparam("heard_intent"),
            entities=bindparam("heard_entities"),
            interrupted=bindparam("heard_interrupted"),
            updated_at=work.now,
            version=table.c.version + 1,
        )
    )
    rows = [
        {
            "turn_seq": note.seq,
            "heard_sentiment": Decimal(str(round(note.sentiment, 2))),
            "heard_intent": note.intent,
            "heard_entities": msgspec.to_builtins(note.entities),
            "heard_interrupted": note.interrupted,
        }
        for note in notes
    ]
    connection = await work.session.connection()
    await connection.execute(statement, rows)


async def scam_of(work: Work, conversation_id: UUID, model_version: str | None = None) -> ScamAssessment | None:
    """The assessment by one version of the assessor, else the newest."""
    query = select(ScamAssessment).where(
        ScamAssessment.conversation_id == conversation_id, ScamAssessment.tenant_id == work.tenant_id
    )
    if model_version is not None:
        query = query.where(ScamAssessment.model_version == model_version)
    query = query.order_by(ScamAssessment.updated_at.desc()).limit(1)
    return (await work.session.execute(query)).scalar_one_or_none()


async def erase(work: Work, conversation: Conversation) -> None:
    """Removes a conversation and every copy of its words; webhooks keep their ids, so that a replay stays known."""
    session, key = work.session, conversation.id
    for table in (ConversationTurn, ScamAssessment):
        await session.execute(delete(table).where(table.tenant_id == work.tenant_id, table.conversation_id == key))
    await session.execute(
        update(InboundEvent)
        .where(InboundEvent.tenant_id == work.tenant_id, InboundEvent.conversation_id == key)
        .values(payload=None, updated_at=work.now, version=InboundEvent.version + 1)
    )
    await session.delete(conversation)
    await session.flush()


def _by_external_id(work: Work, calling_system: str, external_id: str) -> Select[Conversation]:
    return select(Conversation).where(
        Conversation.tenant_id == work.tenant_id,
        Conversation.calling_system == calling_system,
        Conversation.external_id == external_id,
    )


def search_text(conversation: Conversation, turns: Sequence[Turn]) -> str:
    """The words a search finds a conversation by."""
    slots = (conversation.analysis or {}).get("slots", {})
    parts = [slots.get("customer_name"), slots.get("company_name"), conversation.phone_number, conversation.summary]
    words = " ".join(str(part) for part in (*parts, *(turn.content for turn in turns)) if part)
    return words[:SEARCH_CHARS]


def _turns(work: Work, conversation_id: UUID, condition: Any) -> Any:
    own = (ConversationTurn.tenant_id == work.tenant_id, ConversationTurn.conversation_id == conversation_id)
    return delete(ConversationTurn).where(*own, condition)


def _row(work: Work, conversation: Conversation, placed: Placed) -> ConversationTurn:
    turn = placed.turn
    return ConversationTurn(
        conversation_id=conversation.id,
        seq=placed.seq,
        external_turn_id=turn.external_turn_id,
        speaker=turn.speaker,
        content=turn.content,
        at=turn.at or moment_in_call(conversation, turn.offset_ms) or work.now,
        offset_ms=turn.offset_ms,
        duration_ms=turn.duration_ms,
        confidence=turn.confidence,
        is_final=True,
        interrupted=turn.interrupted,
        entities=[],
    )


def moment_in_call(conversation: Conversation, offset_ms: int | None) -> datetime | None:
    """The time of an offset into the call; None when the start or the offset is unknown."""
    if conversation.started_at is None or offset_ms is None:
        return None
    return conversation.started_at + timedelta(milliseconds=offset_ms)
