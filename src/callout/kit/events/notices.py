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

    async def listen(self, channel: str, payloads: Collection[str] | None, *, every_s: float) -> AsyncIterator[None]:
        """Comes at once, then after every notice with one of these payloads, and at least every so many seconds.

        Args:
            channel: as named in NOTIFY.
            payloads: those that matter; None for all.
            every_s: how long a notice that got lost goes unseen.
        """
        wake = asyncio.Event()
        listener = asyncio.create_task(self._keep_listening(channel, payloads, wake))
        try:
            while True:
                yield None
                with suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), every_s)
                wake.clear()
        finally:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener

    async def _keep_listening(self, channel: str, payloads: Collection[str] | None, wake: asyncio.Event) -> None:
        while True:
            try:
                await self._listen_once(channel, payloads, wake)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the listener, it is made anew
                _log.warning("notices_wait", channel=channel, reason=str(error))
                await asyncio.sleep(RECONNECT_S)

    async def _listen_once(self, channel: str, payloads: Collection[str] | None, wake: asyncio.Event) -> None:
        def heard(_connection: Any, _pid: int, _channel: str, payload: object) -> None:
            if payloads is None or str(payload) in payloads:
                wake.set()

        connection = await asyncpg.connect(**self._arguments)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            await connection.add_listener(channel, heard)
            wake.set()
            await lost.wait()
        finally:
            with suppress(Exception):
                await connection.close(timeout=1)
