"""The newest events of a tenant, read once for all streams of a process instead of by each of them."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from callout.kit.db.database import Database
from callout.kit.events.event import Published
from callout.kit.events.hub import EventHub
from callout.kit.events.log import read_after
from callout.kit.principal import Principal

KEPT: Final = 500
AT_ONCE: Final = 500


class Tail:
    """The end of one tenant's event log."""

    def __init__(self, database: Database, hub: EventHub, tenant_id: UUID) -> None:
        self._database = database
        self._hub = hub
        self._tenant_id = tenant_id
        self._lock = asyncio.Lock()
        self._events: deque[Published] = deque()
        self._begin: int | None = None
        self._end = 0
        self._told: tuple[int, int] | None = None

    async def after(self, position: int, *, afresh: bool) -> Sequence[Published]:
        """Events after a sequence number, oldest first, at most `AT_ONCE`.

        Args:
            position: the sequence number.
            afresh: look into the database even if it has told of nothing since the last look.
        """
        async with self._lock:
            told = self._hub.told(self._tenant_id)
            if self._begin is None:
                self._begin = self._end = position
            if position < self._begin:
                return await self._read(position)
            if afresh or told != self._told:
                fresh = await self._read(self._end)
                self._told = told if len(fresh) < AT_ONCE else None
                self._keep(fresh)
                if position < self._begin:
                    return await self._read(position)
            return [event for event in self._events if event.sequence > position][:AT_ONCE]

    async def _read(self, position: int) -> list[Published]:
        async with self._database.transaction(Principal.system(self._tenant_id)) as work:
            return await read_after(work.session, self._tenant_id, position, limit=AT_ONCE)

    def _keep(self, fresh: Sequence[Published]) -> None:
        self._events.extend(fresh)
        if fresh:
            self._end = fresh[-1].sequence
        while len(self._events) > KEPT:
            self._begin = self._events.popleft().sequence


class Tails:
    """Those of the tenants whose streams are open; streams hold them."""

    def __init__(self, database: Database, hub: EventHub) -> None:
        self._database = database
        self._hub = hub
        self._tails: WeakValueDictionary[UUID, Tail] = WeakValueDictionary()

    def of(self, tenant_id: UUID) -> Tail:
        """The one of a tenant."""
        tail = self._tails.get(tenant_id)
        if tail is None:
            tail = self._tails[tenant_id] = Tail(self._database, self._hub, tenant_id)
        return tail
