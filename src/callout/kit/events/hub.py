"""Wakes live streams: one database listener per process, any number of subscribers."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import URL, make_url

from callout.kit.events.log import CHANNEL
from callout.kit.observe.logs import logger

_log = logger(__name__)
RECONNECT_S = 0.5


def driver_arguments(url: URL) -> dict[str, Any]:
    """asyncpg.connect arguments of a SQLAlchemy URL, Unix socket directories included."""
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    host = url.host or query.get("host")
    arguments = {"host": host, "port": url.port or query.get("port"), "user": url.username, "password": url.password}
    return {name: value for name, value in arguments.items() if value} | {"database": url.database}


class EventHub:
    """Knows which tenants have new events. Losing the listener only delays streams until their next ping."""

    def __init__(self, url: str) -> None:
        self._arguments = driver_arguments(make_url(url))
        self._waiters: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._told: dict[UUID, int] = {}
        self._told_all = 0
        self._task: asyncio.Task[None] | None = None
        self.closing = asyncio.Event()

    async def start(self) -> None:
        """Starts listening."""
        self.closing.clear()
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Ends listening and lets every stream finish."""
        self.closing.set()
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.set()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @asynccontextmanager
    async def subscribe(self, tenant_id: UUID) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever the tenant has something new; the subscriber clears it."""
        waiter = asyncio.Event()
        self._waiters[tenant_id].add(waiter)
        try:
            yield waiter
        finally:
            self._waiters[tenant_id].discard(waiter)
            if not self._waiters[tenant_id]:
                del self._waiters[tenant_id]
                self._told.pop(tenant_id, None)
                self._told_all += 1

    def told(self, tenant_id: UUID) -> tuple[int, int]:
        """Differs from what it was as soon as a tenant with subscribers may have something new."""
        return self._told_all, self._told.get(tenant_id, 0)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the listener, it is made anew
                _log.warning("event_listener_waits", reason=str(error))
                await asyncio.sleep(RECONNECT_S)

    async def _listen_once(self) -> None:
        """Listens until the connection is lost."""
        connection = await asyncpg.connect(**self._arguments)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.add_listener(CHANNEL, self._wake)
            self._wake_all()
            await lost.wait()
        finally:
            with suppress(Exception):
                await connection.close(timeout=1)

    def _wake(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        tenant_id = UUID(str(payload))
        if tenant_id not in self._waiters:
            return
        self._told[tenant_id] = self._told.get(tenant_id, 0) + 1
        for waiter in self._waiters[tenant_id]:
            waiter.set()

    def _wake_all(self) -> None:
        self._told_all += 1
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.set()
