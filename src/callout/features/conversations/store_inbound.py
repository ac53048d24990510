"""Reads and writes of stored webhooks."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from callout.features.conversations.tables import InboundEvent
from callout.kit.db.work import Work


async def keep(work: Work, event: InboundEvent) -> InboundEvent | None:
    """Stores a webhook.

    Returns:
        None when it is new, else the one stored before under the same id; a rival delivery is waited for.
    """
    if earlier := await _earlier(work, event):
        return earlier
    try:
        async with work.nested():
            work.session.add(event)
    except IntegrityError:
        earlier = await _earlier(work, event)
        if earlier is None:
            raise
        return earlier
    return None


async def find(work: Work, event_id: UUID) -> InboundEvent | None:
    """A stored webhook, locked until the end of the transaction."""
    query = (
        select(InboundEvent)
        .where(InboundEvent.id == event_id, InboundEvent.tenant_id == work.tenant_id)
        .with_for_update()
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def _earlier(work: Work, event: InboundEvent) -> InboundEvent | None:
    query = select(InboundEvent).where(
        InboundEvent.tenant_id == work.tenant_id,
        InboundEvent.provider == event.provider,
        InboundEvent.external_id == event.external_id,
    )
    return (await work.session.execute(query)).scalar_one_or_none()
