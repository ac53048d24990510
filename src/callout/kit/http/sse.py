"""Server-sent events over the event log: resumable, ordered, only what the subscriber may see."""

import asyncio
from collections.abc import AsyncIterator, Callable
from fnmatch import fnmatchcase
from uuid import UUID

import msgspec
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from callout.kit.db.database import Database
from callout.kit.events.event import Published
from callout.kit.events.hub import EventHub
from callout.kit.events.log import last_sequence, read_after
from callout.kit.http.wire import timestamp
from callout.kit.observe.metrics import realtime_connections
from callout.kit.principal import Principal

PING_S = 15.0
MAX_BEHIND = 10_000
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
            last_event_id: Resume after this sequence number.
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
                    newest = await last_sequence(work.session, tenant_id)
                position = newest
                if last_event_id and last_event_id.isdigit():
                    position = int(last_event_id)
                    if newest - position > MAX_BEHIND:
                        position = newest
                        yield ServerSentEventMessage(event="resync", id=str(newest), data="{}")
                yield ServerSentEventMessage(comment="ready")
                while not self._hub.closing.is_set():
                    news.clear()
                    async with self._database.transaction(principal) as work:
                        events = await read_after(work.session, tenant_id, position)
                    for event in events:
                        position = event.sequence
                        if wanted(event) and (noun_id is None or event.noun_id == noun_id):
                            data = msgspec.json.encode(reduce(event)).decode()
                            yield ServerSentEventMessage(event=event.type, id=str(position), data=data)
                    if events:
                        continue
                    try:
                        await asyncio.wait_for(news.wait(), PING_S)
                    except TimeoutError:
                        yield ServerSentEventMessage(comment="ping")
        finally:
            realtime_connections.dec()
