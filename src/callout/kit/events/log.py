"""Writes events last in their transaction and reads them back in order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from callout.kit.events.event import Event, Published
from callout.kit.events.tables import EventHead, StoredEvent
from callout.kit.ids import uuid7

CHANNEL = "callout_events"


async def append(
    session: AsyncSession, tenant_id: UUID, events: Sequence[Event], *, actor_role: str, now: datetime
) -> None:
    """Stores events as the last writes of a transaction.

    The head row is locked until commit, so a tenant's sequence numbers appear in order and without gaps: a reader that
    has seen number n has seen everything before it.
    """
    count = len(events)
    statement = (
        upsert(EventHead)
        .values(tenant_id=tenant_id, last_sequence=count)
        .on_conflict_do_update(
            index_elements=[EventHead.tenant_id], set_={"last_sequence": EventHead.last_sequence + count}
        )
        .returning(EventHead.last_sequence)
    )
    last: int = (await session.execute(statement)).scalar_one()
    first = last - count + 1
    rows = [
        {
            "tenant_id": tenant_id,
            "sequence": first + offset,
            "id": uuid7(),
            "type": event.type,
            "occurred_at": now,
            "actor_role": actor_role,
            "noun_id": event.noun_id,
            "data": event.data(),
        }
        for offset, event in enumerate(events)
    ]
    await session.execute(insert(StoredEvent), rows)
    await session.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": str(tenant_id)})


async def read_after(
    session: AsyncSession, tenant_id: UUID, sequence: int, *, noun_id: UUID | None = None, limit: int = 500
) -> list[Published]:
    """The tenant's events after a sequence number, oldest first."""
    table = StoredEvent.__table__
    query = select(table).where(table.c.tenant_id == tenant_id, table.c.sequence > sequence)
    if noun_id is not None:
        query = query.where(table.c.noun_id == noun_id)
    rows = (await session.execute(query.order_by(table.c.sequence).limit(limit))).mappings()
    return [_published(row) for row in rows]


async def last_sequence(session: AsyncSession, tenant_id: UUID) -> int:
    """The newest sequence number of a tenant, 0 when it has no events."""
    query = select(EventHead.last_sequence).where(EventHead.tenant_id == tenant_id)
    return (await session.execute(query)).scalar_one_or_none() or 0


def _published(row: Any) -> Published:
    return Published(**{name: row[name] for name in Published.__struct_fields__})
