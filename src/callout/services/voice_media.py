"""The media sockets: a carrier connects a call's audio, shows its token, and the call is carried.

Closing codes: 4404 the token is unknown, used or too old; 4408 no audio came; 1013 too busy to begin with.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from callout.features.calling.hosting.floor import ActiveCall, Floor, FullError
from callout.kit.observe.logs import logger

UNKNOWN, SILENT, BUSY = 4404, 4408, 1013
_START_WITHIN_S = 10.0
_WAYS = ("twilio", "sandbox")

_log = logger(__name__)


class StreamStart(msgspec.Struct, frozen=True, kw_only=True):
    """What the carrier tells when it connects: ids of stream and call, and the parameters we gave it."""

    stream_id: str
    call_id: str
    parameters: dict[str, str] = {}


class Carried(ActiveCall, Protocol):
    """A call that can be run. `key` is (tenant, call)."""

    key: tuple[UUID, UUID]

    @property
    def is_silent(self) -> bool:
        """No audio ever came."""

    async def run(self) -> None:
        """Runs until it is over."""


class CallSource(Protocol):
    """Knows which call a token is for."""

    async def take(self, token: str, start: StreamStart, websocket: WebSocket) -> Carried | None:
        """The call, ready to run; None where the token is not good."""


class MediaSockets:
    """Answers media sockets."""

    def __init__(self, floor: Floor, source: CallSource) -> None:
        """Takes the room there is and where calls come from."""
        self._floor = floor
        self._source = source

    async def serve(self, websocket: WebSocket, path: str) -> None:
        """One socket. `path` is what follows /media: the way and maybe the token, `/twilio/abc`."""
        way, _, token = path.strip("/").partition("/")
        if way not in _WAYS:
            await websocket.close(UNKNOWN)
            return
        try:
            with self._floor.place():
                await websocket.accept()
                code = await self._carry(websocket, token)
        except FullError:
            _log.warning("call_not_taken", active=self._floor.active, loop_lag_ms=self._floor.lag.ms)
            code = BUSY
        with suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close(code)

    async def _carry(self, websocket: WebSocket, token: str) -> int:
        try:
            start = await asyncio.wait_for(_start_of(websocket), _START_WITHIN_S)
        except (TimeoutError, WebSocketDisconnect):
            return SILENT
        token = start.parameters.get("token") or token
        call = await self._source.take(token, start, websocket) if token else None
        if call is None:
            _log.warning("media_token_refused", stream=start.stream_id)
            return UNKNOWN
        with self._floor.carrying(call.key, call):
            await call.run()
        return SILENT if call.is_silent else 1000


async def _start_of(websocket: WebSocket) -> StreamStart:
    """Reads up to the message that says what is connected."""
    while True:
        message = _decoded(await websocket.receive_text())
        if message.get("event") == "start":
            start = message.get("start") or {}
            return StreamStart(
                stream_id=str(message.get("streamSid") or start.get("streamSid") or ""),
                call_id=str(start.get("callSid") or ""),
                parameters={str(name): str(value) for name, value in (start.get("customParameters") or {}).items()},
            )


def _decoded(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
