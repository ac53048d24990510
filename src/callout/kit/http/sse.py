"""Server-sent events over the event log: resumable, ordered, only what the subscriber may see."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase
from time import monotonic
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.events.event import Published
from callout.kit.events.hub import EventHub
from callout.kit.events.log import last_sequence, read_after
from callout.kit.http.tails import Tails
from callout.kit.http.wire import timestamp
from callout.kit.observe.metrics import realtime_connections
from callout.kit.principal import Principal

PING_S = 15.0
CHECK_S = 15.0
MAX_LIFE_S = 3600.0
MAX_BEHIND = 10_000
MAX_AGE = timedelta(hours=1)
View = Callable[[Work, Sequence[Published]], Awaitable[Sequence[Published]]]
"""What of some events the principal of the unit of work may see, with everything else taken out of them."""
StillStands = Callable[[Work], Awaitable[bool]]
"""Whether the principal of the unit of work is who it was when its stream was opened."""


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


def last_event_id(request: Request[Any, Any, Any]) -> str | None:
    """Where a subscriber goes on: the header browsers send by themselves, or the parameter of a new EventSource."""
    return request.headers.get("last-event-id") or request.query_params.get("last_event_id")


class LiveStreams:
    """Makes the event streams of one service."""

    def __init__(self, database: Database, hub: EventHub, still_stands: StillStands | None = None) -> None:
        """`still_stands` is asked every `CHECK_S` seconds; a stream of somebody who no longer stands ends."""
        self._database = database
        self._hub = hub
        self._still_stands = still_stands
        self._tails = Tails(database, hub)

    def stream(
        self,
        principal: Principal,
        *,
        types: str | None = None,
        noun_id: UUID | None = None,
        last_event_id: str | None = None,
        view: View | None = None,
        reduce: Callable[[Published], dict[str, object]] = envelope,
    ) -> ServerSentEvent:
        """A stream of the principal's tenant; it ends after an hour at most, and the subscriber resumes it.

        Args:
            principal: Whose tenant is read.
            types: Comma-separated event types, `order.*` wildcards allowed; None for all.
            noun_id: Only events of one noun.
            last_event_id: Resume after this sequence number, if that was at most `MAX_BEHIND` events and `MAX_AGE` ago;
                otherwise an event `resync` tells the subscriber to read everything anew.
            view: What of the events this principal may see; None for a stream that may show them all.
            reduce: What of an event is sent.
        """
        patterns = [part.strip() for part in (types or "*").split(",") if part.strip()]

        async def shown(work: Work, events: Sequence[Published]) -> Sequence[Published]:
            seen: Sequence[Published] = [event for event in events if noun_id in {None, event.noun_id}]
            if view is not None and seen:
                seen = await view(work, seen)
            return [event for event in seen if any(fnmatchcase(event.type, pattern) for pattern in patterns)]

        return ServerSentEvent(self._events(principal, shown, last_event_id, reduce))

    async def _events(
        self,
        principal: Principal,
        shown: View,
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
                ping_at, check_at = monotonic() + PING_S, monotonic() + CHECK_S
                ends_at = monotonic() + MAX_LIFE_S
                tail, afresh = self._tails.of(tenant_id), True
                while not self._hub.closing.is_set() and monotonic() < ends_at:
                    news.clear()
                    events = await tail.after(position, afresh=afresh)
                    afresh = False
                    is_checked = monotonic() >= check_at
                    visible = await self._visible(principal, shown, events, is_checked=is_checked)
                    if visible is None:
                        return
                    if is_checked:
                        check_at = monotonic() + CHECK_S
                    for event in visible:
                        data = msgspec.json.encode(reduce(event)).decode()
                        yield ServerSentEventMessage(event=event.type, id=str(event.sequence), data=data)
                        ping_at = monotonic() + PING_S
                    if events:
                        position = events[-1].sequence
                    else:
                        try:
                            async with asyncio.timeout(max(0.0, min(ping_at, check_at) - monotonic())):
                                await news.wait()
                        except TimeoutError:
                            afresh = True  # in case the database was not heard
                    if monotonic() >= ping_at:
                        yield ServerSentEventMessage(data=None, comment="ping")
                        ping_at = monotonic() + PING_S
        finally:
            realtime_connections.dec()

    async def _visible(
        self, principal: Principal, shown: View, events: Sequence[Published], *, is_checked: bool
    ) -> Sequence[Published] | None:
        """What of the events the principal may see; None when it is checked, and no longer who it was."""
        if not events and not is_checked:
            return ()
        async with self._database.transaction(principal) as work:
            if is_checked and self._still_stands is not None and not await self._still_stands(work):
                return None
            return await shown(work, events)


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
