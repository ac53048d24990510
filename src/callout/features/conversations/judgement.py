"""What people decide about a conversation: lead status, comment, follow-up, scam label, erasure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from callout.features.accounts.audit import audit
from callout.features.conversations import store
from callout.features.conversations.calls import call_context
from callout.features.conversations.errors import StillRunning
from callout.features.conversations.events import LeadUpdated
from callout.features.conversations.leads import follow_up, priority_of_status
from callout.features.conversations.model import LeadStatus
from callout.features.conversations.ports import Outcomes
from callout.features.conversations.tables import Conversation, ScamAssessment
from callout.features.prospecting.contacts import mark_lead
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


async def set_lead_status(
    work: Work, conversation_id: UUID, lead_status: LeadStatus
) -> tuple[Conversation, str | None]:
    """Judges the lead; priority, follow-up and the contact follow. From now on no reprocessing changes it.

    Returns:
        The conversation and the status before.
    """
    conversation = await store.lock(work, conversation_id)
    previous = conversation.lead_status
    if previous == lead_status and conversation.lead_status_by is not None:
        return conversation, previous
    context = await call_context(work, conversation)
    conversation.lead_status = lead_status
    conversation.lead_status_by = work.principal.role
    conversation.priority_level = priority_of_status(lead_status)
    conversation.follow_up_at = follow_up(lead_status, work.now, ZoneInfo(context.timezone))
    await _tell(work, conversation, previous)
    await _audit(work, conversation, "set_lead_status", {"lead_status": previous}, {"lead_status": lead_status})
    return conversation, previous


async def comment(work: Work, conversation_id: UUID, text: str | None) -> Conversation:
    """Stores what somebody noted about the conversation."""
    conversation = await store.lock(work, conversation_id)
    before, conversation.user_comments = conversation.user_comments, text
    if before != text:
        await _audit(work, conversation, "comment", {"user_comments": before}, {"user_comments": text})
    return conversation


async def plan_follow_up(work: Work, conversation_id: UUID, at: datetime | None) -> Conversation:
    """Sets or clears the time to come back to the lead."""
    conversation = await store.lock(work, conversation_id)
    before, conversation.follow_up_at = conversation.follow_up_at, at
    if before != at:
        await _tell(work, conversation, conversation.lead_status)
        await _audit(work, conversation, "follow_up", {"follow_up_at": before}, {"follow_up_at": at})
    return conversation


async def label_scam(work: Work, conversation_id: UUID, label: str, note: str | None) -> ScamAssessment:
    """Records what a person thinks of the assessment.

    Raises:
        NotFound: the conversation was not assessed.
    """
    conversation = await store.find(work, conversation_id)
    assessment = await store.scam_of(work, conversation_id)
    if assessment is None:
        raise NotFound("This conversation was not assessed.")
    before, assessment.label, assessment.label_note = assessment.label, label, note
    await _audit(work, conversation, "label_scam", {"label": before}, {"label": label})
    await work.session.flush()
    return assessment


async def erase(work: Work, outcomes: Outcomes, conversation_id: UUID) -> None:
    """Deletes a conversation for good, with every copy of its words.

    Raises:
        StillRunning: the call goes on.
    """
    conversation = await store.lock(work, conversation_id)
    if conversation.status == "active":
        raise StillRunning
    await outcomes.forget(work, conversation_id)
    await _audit(work, conversation, "delete", {"external_id": conversation.external_id}, None)
    await store.erase(work, conversation)


async def _tell(work: Work, conversation: Conversation, previous: str | None) -> None:
    status: Any = conversation.lead_status or "new"
    if conversation.contact_id is not None:
        await mark_lead(
            work,
            conversation.contact_id,
            lead_status=status,
            lead_score=conversation.lead_score,
            follow_up_at=conversation.follow_up_at,
        )
    await work.publish(
        LeadUpdated(
            noun_id=conversation.id,
            contact_id=conversation.contact_id,
            previous=previous,
            lead_status=status,
            priority_level=conversation.priority_level or priority_of_status(status),
            follow_up_at=conversation.follow_up_at,
        )
    )


async def _audit(
    work: Work,
    conversation: Conversation,
    verb: str,
    before: Mapping[str, object],
    after: Mapping[str, object] | None,
) -> None:
    await audit(work, f"conversation.{verb}", "conversation", conversation.id, before=before, after=after)
