"""Placing calls: the row and the durable work that dials it, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy.exc import IntegrityError

from callout.features.calling.calls import store
from callout.features.calling.calls.events import CallCreated
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.reporting import apply_fact
from callout.features.calling.calls.tables import Call
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

DIAL = "dial_call"
QUEUE = "calls"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A call somebody wants to make.

    Attributes:
        to_number, from_number: E.164; the tenant's usual number is shown where none is named.
        attempt: of a campaign on its contact, from 1.
        scheduled_at: not dialled before.
        max_duration_s: the agent's own limit unless given.
        retry_attempts: how often a call that reaches nobody is repeated; campaigns count for themselves.
        kind: browser for a test call that no telephone is part of.
        retry_of: the call this one repeats or continues.
    """

    agent_id: UUID
    to_number: str
    contact_id: UUID | None = None
    campaign_id: UUID | None = None
    attempt: int = 1
    from_number: str | None = None
    scheduled_at: datetime | None = None
    max_duration_s: int | None = None
    script: str | None = None
    knowledge_base_ids: tuple[UUID, ...] = ()
    variables: Mapping[str, str] = {}
    retry_attempts: int = 0
    kind: Literal["phone", "browser"] = "phone"
    retry_of: UUID | None = None


def dial_key(call_id: UUID) -> str:
    """The key of the workflow that dials a call."""
    return f"call:{call_id}:dial"


async def place_call(work: Work, attempt: Attempt) -> Call:
    """Writes the call and has it dialled; the rules before every dial are asked again at that moment.

    The same attempt of a campaign on a contact, and the same repetition of a call, is placed once: asked again, also
    by a rival, it gives back the row there is.
    """
    if (known := await _known(work, attempt)) is not None:
        return known
    call = _row(work, attempt)
    try:
        async with work.nested():
            work.session.add(call)
            await work.session.flush()
    except IntegrityError:
        rival = await _known(work, attempt)
        if rival is None:
            raise
        return rival
    await work.publish(
        CallCreated(
            noun_id=call.id,
            direction="outbound",
            agent_id=call.agent_id,
            contact_id=call.contact_id,
            campaign_id=call.campaign_id,
            attempt=call.attempt,
            phone=call.to_number,
            scheduled_at=call.scheduled_at,
        )
    )
    if call.kind == "phone":
        wait_s = max(0.0, (call.scheduled_at - work.now).total_seconds()) if call.scheduled_at else 0.0
        await work.enqueue(DIAL, str(call.id), key=dial_key(call.id), queue=QUEUE, delay_s=wait_s)
    return call


async def cancel_pending(
    work: Work,
    *,
    phone: str | None = None,
    campaign_id: UUID | None = None,
    reason: str = "operator",
) -> list[UUID]:
    """Cancels calls that wait to be dialled, to a number or of a campaign.

    Args:
        work: the transaction.
        phone: E.164.
        campaign_id: of the campaign.
        reason: becomes the `error_code`: suppressed, campaign, operator …

    Returns:
        The calls that are cancelled now.
    """
    if phone is None and campaign_id is None:
        return []
    waiting = await store.pending(work, phone=phone, campaign_id=campaign_id)
    for call in waiting:
        await cancel(work, call, reason)
    return [call.id for call in waiting]


async def cancel(work: Work, call: Call, reason: str) -> None:
    """Cancels one call that was not dialled; it is locked."""
    fact = Fact(kind="cancelled", at=work.now, source="platform", error_code=reason)
    await apply_fact(work, call, fact)


async def _known(work: Work, attempt: Attempt) -> Call | None:
    if attempt.campaign_id is not None and attempt.contact_id is not None:
        return await store.of_attempt(work, attempt.campaign_id, attempt.contact_id, attempt.attempt)
    if attempt.retry_of is not None:
        return await store.retry_of(work, attempt.retry_of)
    return None


def _row(work: Work, attempt: Attempt) -> Call:
    return Call(
        id=uuid7(),
        tenant_id=work.tenant_id,
        kind=attempt.kind,
        direction="outbound",
        agent_id=attempt.agent_id,
        contact_id=attempt.contact_id,
        campaign_id=attempt.campaign_id,
        attempt=attempt.attempt,
        retry_of=attempt.retry_of,
        retry_attempts=attempt.retry_attempts,
        to_number=attempt.to_number,
        from_number=attempt.from_number,
        scheduled_at=attempt.scheduled_at,
        max_duration_s=attempt.max_duration_s,
        script=attempt.script,
        knowledge_base_ids=[str(one) for one in attempt.knowledge_base_ids],
        variables=dict(attempt.variables),
        status="pending",
        muted=False,
        opted_out=False,
        recording_consent="not_recorded",
        mode="live",
    )
