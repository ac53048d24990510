"""What the person at a browser is told beside the sound; a browser that reads slowly misses the oldest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

_MOST_WAITING = 100
_SAY_END_WITHIN_S = 1.0


class Screen:
    """Text messages to one socket, in order, sent by a task of their own."""

    def __init__(self, websocket: WebSocket) -> None:
        """Takes an accepted socket."""
        self._websocket = websocket
        self._waiting: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(_MOST_WAITING)
        self._sending: asyncio.Task[None] | None = None

    def tell(self, message: Mapping[str, Any]) -> None:
        """Sends a message when it is its turn; never waits."""
        if self._waiting.full():
            self._waiting.get_nowait()
            self._waiting.task_done()
        self._waiting.put_nowait(message)
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())

    async def close(self, message: Mapping[str, Any]) -> None:
        """Sends what waits and a last message, where the other side still takes it within a second."""
        self.tell(message)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SAY_END_WITHIN_S):
                await self._waiting.join()
        if self._sending is not None:
            self._sending.cancel()

    async def _send(self) -> None:
        while True:
            message = await self._waiting.get()
            with suppress(RuntimeError, WebSocketDisconnect, OSError):
                await self._websocket.send_text(json.dumps(message))
            self._waiting.task_done()
