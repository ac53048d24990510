"""A processed conversation as features above read it: turns, analysis, context."""

from datetime import datetime
from uuid import UUID

import msgspec

from callout.features.conversations import store
from callout.features.conversations.analysis import analyse, with_place
from callout.features.conversations.calls import call_context
from callout.features.conversations.model import Analysis, CallContext, Turn, restore
from callout.features.conversations.places import Places, address_of
from callout.features.conversations.tables import Conversation
from callout.kit.db.work import Work


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What trigger rules are evaluated on and orders are made of. `phone` is E.164."""

    conversation_id: UUID
    turns: tuple[Turn, ...]
    analysis: Analysis
    context: CallContext
    phone: str | None
    contact_id: UUID | None
    language: str | None
    started_at: datetime | None
    lead_status: str | None
    priority_level: int | None
    is_scam: bool


async def material_of(work: Work, conversation_id: UUID) -> Material:
    """The material of a conversation; an analysis that was not made yet is empty.

    Raises:
        NotFound: no such conversation.
    """
    conversation = await store.find(work, conversation_id)
    return await _material(work, conversation, restore(conversation.analysis) if conversation.analysis else Analysis())


async def live_material_of(work: Work, conversation: Conversation, places: Places) -> Material:
    """The material of a running call, analysed as far as it went; nothing of the analysis is kept.

    Args:
        work: the transaction.
        conversation: still active.
        places: what `Foresight` found for the addresses named.
    """
    analysis = analyse(await store.turns_of(work, conversation.id), await call_context(work, conversation))
    place = places.get(address_of(analysis.slots.location) or "")
    return await _material(work, conversation, with_place(analysis, place) if place else analysis)


async def _material(work: Work, conversation: Conversation, analysis: Analysis) -> Material:
    return Material(
        conversation_id=conversation.id,
        turns=tuple(await store.turns_of(work, conversation.id)),
        analysis=analysis,
        context=await call_context(work, conversation),
        phone=conversation.phone_number,
        contact_id=conversation.contact_id,
        language=conversation.language,
        started_at=conversation.started_at,
        lead_status=conversation.lead_status,
        priority_level=conversation.priority_level,
        is_scam=bool(conversation.is_scam),
    )
