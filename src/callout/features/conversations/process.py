"""Processes a conversation: analysis, scam screening, contact, triggers and what they make, in one transaction."""

import time
from typing import Any
from uuid import UUID

import msgspec

from callout.features.conversations import model, store
from callout.features.conversations.analysis import analyse, with_place
from callout.features.conversations.calls import call_context
from callout.features.conversations.contact_links import link_contact
from callout.features.conversations.events import ConversationFailed, ConversationProcessed, ConversationUpdated
from callout.features.conversations.places import Places, address_of
from callout.features.conversations.ports import MadeOrder, Outcomes
from callout.features.conversations.screening import screen
from callout.features.conversations.summary import summarise
from callout.features.conversations.tables import Conversation
from callout.features.prospecting.contacts import mark_lead
from callout.features.prospecting.suppression import suppress
from callout.kit.db.work import Work


class Processed(msgspec.Struct, frozen=True, kw_only=True):
    """A processed conversation and what features above made of it."""

    conversation: Conversation
    made: MadeOrder


class Processing:
    """Processes conversations that wait for it."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes

    async def run(
        self,
        work: Work,
        conversation_id: UUID,
        places: Places,
        *,
        skip_vendor_selection: bool = False,
        priority: str | None = None,
    ) -> Processed:
        """Analyses a conversation in state processing; one in another state is given back as it is.

        Args:
            work: the one transaction in which all of it becomes true.
            conversation_id: which one; it is locked.
            places: what `Foresight` found for the addresses named.
            skip_vendor_selection: events are recorded, but no order is made.
            priority: low, normal or high, as the caller wishes.
        """
        conversation = await store.lock(work, conversation_id)
        if conversation.status != "processing":
            return Processed(conversation=conversation, made=await self._outcomes.made_of(work, conversation_id))
        started = time.perf_counter()
        analysis = await self._analyse(work, conversation, places)
        phone = conversation.phone_number or analysis.slots.contact_phone
        if phone is not None:
            conversation.contact_id = await link_contact(work, phone, analysis)
        analysis_ms = _since(started)
        again = conversation.analysis is not None
        await self._keep(work, conversation, analysis)
        scam = await screen(work, conversation, await store.turns_of(work, conversation_id))
        selection = time.perf_counter()
        await work.session.flush()
        await work.publish(
            ConversationProcessed(
                noun_id=conversation.id,
                calling_system=conversation.calling_system,
                external_id=conversation.external_id,
                phone_number=conversation.phone_number,
                contact_id=conversation.contact_id,
                language=conversation.language,
                intent=analysis.intent.primary,
                sentiment=analysis.sentiment.overall,
                lead_status=conversation.lead_status or "new",
                lead_score=analysis.quality.lead_score,
                analysis_version=conversation.analysis_version,
                reprocessed=again,
                skip_vendor_selection=skip_vendor_selection,
                is_scam=scam,
                priority=priority,
            )
        )
        made = await self._outcomes.made_of(work, conversation_id)
        _settle(conversation, made, analysis_ms=analysis_ms, selection_ms=_since(selection), total_ms=_since(started))
        await work.publish(
            ConversationUpdated(noun_id=conversation.id, status=conversation.status, turn_count=conversation.turn_count)
        )
        return Processed(conversation=conversation, made=made)

    async def fail(self, work: Work, conversation_id: UUID, error: str) -> None:
        """Gives a conversation up whose processing did not succeed; it can be reprocessed."""
        conversation = await store.lock(work, conversation_id)
        if conversation.status != "processing":
            return
        conversation.status = "failed"
        conversation.queued_at = None
        conversation.error = error[:300]
        conversation.storage_status = "failed"
        await work.publish(ConversationFailed(noun_id=conversation.id, error=error[:300]))

    async def _analyse(self, work: Work, conversation: Conversation, places: Places) -> model.Analysis:
        turns = await store.turns_of(work, conversation.id)
        analysis = analyse(turns, await call_context(work, conversation))
        place = places.get(address_of(analysis.slots.location) or "")
        return with_place(analysis, place) if place else analysis

    async def _keep(self, work: Work, conversation: Conversation, analysis: model.Analysis) -> None:
        outcome, quality = analysis.outcome, analysis.quality
        conversation.analysis = analysis.document()
        conversation.analysis_version += 1
        conversation.status = "completed"
        conversation.queued_at = None
        conversation.error = None
        conversation.storage_status = "saved"
        conversation.summary = summarise(analysis)
        conversation.intent = analysis.intent.primary
        conversation.sentiment = analysis.sentiment.overall
        conversation.lead_score = quality.lead_score
        conversation.conversion_probability = quality.conversion_probability
        conversation.outcome_category = outcome.outcome_category
        conversation.next_action = outcome.next_action
        conversation.search_text = store.search_text(conversation, await store.turns_of(work, conversation.id))
        await store.write_notes(work, conversation.id, analysis.notes)
        if outcome.opt_out is not None and conversation.phone_number:
            source = f"conversation:{conversation.id}"
            await suppress(work, phone=conversation.phone_number, reason="opt_out_speech", source_ref=source)
        if conversation.lead_status_by is None:
            await _first_judgement(work, conversation, analysis)


async def _first_judgement(work: Work, conversation: Conversation, analysis: model.Analysis) -> None:
    """The lead as the words suggest it; a person's own judgement is never overwritten."""
    outcome = analysis.outcome
    conversation.lead_status = outcome.lead_status
    conversation.priority_level = outcome.priority_level
    conversation.follow_up_at = outcome.follow_up_at
    if conversation.contact_id is not None:
        await mark_lead(
            work,
            conversation.contact_id,
            lead_status=outcome.lead_status,
            lead_score=analysis.quality.lead_score,
            follow_up_at=outcome.follow_up_at,
        )


def _settle(conversation: Conversation, made: MadeOrder, **took_ms: int) -> None:
    conversation.order_id = made.order_id or conversation.order_id
    conversation.triggers_detected = made.triggers_detected
    conversation.vendor_selection_triggered = bool(made.vendors_selected) or conversation.order_id is not None
    timing: dict[str, Any] = {**took_ms, "cache_hits": 0}
    conversation.processing = timing
    conversation.processing_ms = took_ms["total_ms"]
    conversation.cache_status = "miss"


def _since(started: float) -> int:
    """Whole milliseconds since a reading of the performance counter."""
    return round((time.perf_counter() - started) * 1000)
