"""Server-sent events over the event log: resumable, ordered, only what the subscriber may see."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from fnmatch import fnmatchcase
from time import monotonic
from uuid import UUID

import msgspec
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.events.event import Published
from callout.kit.events.hub import EventHub
from callout.kit.events.log import last_sequence, read_after
from callout.kit.http.wire import timestamp
from callout.kit.observe.metrics import realtime_connections
from callout.kit.principal import Principal

PING_S = 15.0
MAX_BEHIND = 10_000
MAX_AGE = timedelta(hours=1)
Visible = Callable[[Published], bool]


def envelope(event: Published) -> dict[str, object]:
    """The event as it travels (product specification §9.1)."""
    return {
        "id": str(event.id),
        "type": event.type,
        "tenant_id": str(event.tenant_id),
        "occurred_at": timestamp(event.occurred_at),
        "actor_role": event.actor_role,
        "noun_id": str(event.noun_id),
        "sequence": event.sequence,
        "data": event.data,
    }


class LiveStreams:
    """Makes the event streams of one service."""

    def __init__(self, database: Database, hub: EventHub) -> None:
        self._database = database
        self._hub = hub

    def stream(
        self,
        principal: Principal,
        *,
        types: str | None = None,
        noun_id: UUID | None = None,
        last_event_id: str | None = None,
        visible: Visible | None = None,
        reduce: Callable[[Published], dict[str, object]] = envelope,
    ) -> ServerSentEvent:
        """An endless stream of the principal's tenant.

        Args:
            principal: Whose tenant is read.
            types: Comma-separated event types, `order.*` wildcards allowed; None for all.
            noun_id: Only events of one noun.
            last_event_id: Resume after this sequence number, if that was at most `MAX_BEHIND` events and `MAX_AGE` ago;
                otherwise an event `resync` tells the subscriber to read everything anew.
            visible: Further filter, such as a vendor's own rows.
            reduce: What of an event is sent.
        """
        patterns = [part.strip() for part in (types or "*").split(",") if part.strip()]

        def wanted(event: Published) -> bool:
            named = any(fnmatchcase(event.type, pattern) for pattern in patterns)
            return named and (visible is None or visible(event))

        return ServerSentEvent(self._events(principal, wanted, noun_id, last_event_id, reduce))

    async def _events(
        self,
        principal: Principal,
        wanted: Visible,
        noun_id: UUID | None,
        last_event_id: str | None,
        reduce: Callable[[Published], dict[str, object]],
    ) -> AsyncIterator[ServerSentEventMessage]:
        tenant_id = principal.tenant_id
        if tenant_id is None:
            return
        realtime_connections.inc()
        try:
            async with self._hub.subscribe(tenant_id) as news:
                async with self._database.transaction(principal) as work:
                    position, is_lost = await _start(work, last_event_id)
                if is_lost:
                    yield ServerSentEventMessage(event="resync", id=str(position), data="{}")
                yield ServerSentEventMessage(data=None, comment="ready")
                ping_at = monotonic() + PING_S
                while not self._hub.closing.is_set():
                    news.clear()
                    async with self._database.transaction(principal) as work:
                        events = await read_after(work.session, tenant_id, position)
                    for event in events:
                        position = event.sequence
                        if wanted(event) and (noun_id is None or event.noun_id == noun_id):
                            data = msgspec.json.encode(reduce(event)).decode()
                            yield ServerSentEventMessage(event=event.type, id=str(position), data=data)
                            ping_at = monotonic() + PING_S
                    if not events:
                        with suppress(TimeoutError):
                            await asyncio.wait_for(news.wait(), max(0.0, ping_at - monotonic()))
                    if monotonic() >= ping_at:
                        yield ServerSentEventMessage(data=None, comment="ping")
                        ping_at = monotonic() + PING_S
        finally:
            realtime_connections.dec()


async def _start(work: Work, last_event_id: str | None) -> tuple[int, bool]:
    """The sequence number to go on after, and whether what the subscriber missed can no longer be replayed."""
    newest = await last_sequence(work.session, work.tenant_id)
    if not last_event_id or not (last_event_id.isascii() and last_event_id.isdigit()):
        return newest, False
    position = int(last_event_id)
    if position == newest:
        return newest, False
    if not 0 < newest - position <= MAX_BEHIND:
        return newest, True
    missed = await read_after(work.session, work.tenant_id, position, limit=1)
    is_kept = bool(missed) and missed[0].sequence == position + 1 and missed[0].occurred_at >= work.now - MAX_AGE
    return (position, False) if is_kept else (newest, True)
