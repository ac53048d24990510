"""Short notices from one process to others by the database: PostgreSQL NOTIFY, with a steady look for what got lost."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from typing import Any

import asyncpg
from sqlalchemy import make_url

from callout.kit.events.hub import RECONNECT_S, driver_arguments
from callout.kit.observe.logs import logger

_log = logger(__name__)


class Notices:
    """Listens to channels of the database, one connection for each listener."""

    def __init__(self, url: str) -> None:
        """Takes the URL of the database; nothing connects yet."""
        self._arguments = driver_arguments(make_url(url))

    async def listen(
        self, channel: str, payloads: Collection[str] | None, *, every_s: float
    ) -> AsyncIterator[frozenset[str] | None]:
        """Comes at once, then after every notice with one of these payloads, and at least every so many seconds.

        What comes is the payloads heard since the last time; None where any may have been missed.

        Args:
            channel: as named in NOTIFY.
            payloads: those that matter; None for all.
            every_s: how long a notice that got lost goes unseen.
        """
        news = _News(payloads)
        listener = asyncio.create_task(self._keep_listening(channel, news))
        try:
            while True:
                yield news.taken()
                with suppress(TimeoutError):
                    async with asyncio.timeout(every_s):  # unlike wait_for, it lets no cancellation get lost
                        await news.came.wait()
        finally:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener

    async def _keep_listening(self, channel: str, news: "_News") -> None:
        while True:
            try:
                await self._listen_once(channel, news)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the listener, it is made anew
                _log.warning("notices_wait", channel=channel, reason=str(error))
                await asyncio.sleep(RECONNECT_S)

    async def _listen_once(self, channel: str, news: "_News") -> None:
        connection = await asyncpg.connect(**self._arguments)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.add_listener(channel, news.heard)
            news.missed_some()
            await lost.wait()
        finally:
            with suppress(Exception):
                await connection.close(timeout=1)


class _News:
    """What was heard and not looked at yet."""

    def __init__(self, wanted: Collection[str] | None) -> None:
        self.came = asyncio.Event()
        self._wanted = wanted
        self._payloads: set[str] = set()
        self._is_sure = False

    def heard(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        if self._wanted is None or str(payload) in self._wanted:
            self._payloads.add(str(payload))
            self._is_sure = self._is_sure or not self.came.is_set()
            self.came.set()

    def missed_some(self) -> None:
        self._is_sure = False
        self.came.set()

    def taken(self) -> frozenset[str] | None:
        """All since the last time. Nothing heard at all is as unsure as a connection that was lost."""
        payloads, is_sure = frozenset(self._payloads), self._is_sure
        self._payloads.clear()
        self.came.clear()
        self._is_sure = False
        return payloads if is_sure else None
