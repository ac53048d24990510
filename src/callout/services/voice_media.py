"""The media sockets: a carrier or a browser connects a call's audio, shows its token, and the call is carried.

Closing codes: 4401 no good ticket of a browser; 4403 not for this role; 4404 the token is unknown, used or too old;
4408 no audio came; 1013 too busy to begin with.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from callout.features.accounts.permissions import check
from callout.features.calling.hosting.floor import ActiveCall, Floor, FullError
from callout.kit.errors import Forbidden, Unauthenticated
from callout.kit.observe.logs import logger
from callout.services.doorkeeper import Doorkeeper

UNAUTHENTICATED, FORBIDDEN, UNKNOWN, SILENT, BUSY = 4401, 4403, 4404, 4408, 1013
_START_WITHIN_S = 10.0
_PHONE_WAYS = ("twilio", "sandbox")

_log = logger(__name__)


class StreamStart(msgspec.Struct, frozen=True, kw_only=True):
    """What is told when a socket connects: ids of stream and call, and the parameters we gave it.

    `call_id` is the carrier's own; that of a browser is ours, as its ticket names it.
    """

    stream_id: str
    call_id: str
    parameters: dict[str, str] = {}
    way: Literal["phone", "browser"] = "phone"


class CallSocket(WebSocket):
    """A socket that is closed once, with the code that says why whoever closes it."""

    closing_code = 1000

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        """Closes it; a code given here wins over `closing_code`."""
        if self.application_state is not WebSocketState.DISCONNECTED:
            await super().close(code if code != 1000 else self.closing_code, reason)


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

    async def take(self, token: str, start: StreamStart, websocket: CallSocket) -> Carried | None:
        """The call, ready to run; None where the token is not good."""


class MediaSockets:
    """Answers media sockets."""

    def __init__(self, floor: Floor, source: CallSource, doorkeeper: Doorkeeper | None = None) -> None:
        """Takes the room there is, where calls come from, and who knows the tickets of browsers."""
        self._floor = floor
        self._source = source
        self._doorkeeper = doorkeeper

    async def serve(self, websocket: CallSocket, path: str) -> None:
        """One socket. `path` is what follows /media: the way and maybe the token, `/twilio/abc`."""
        way, _, token = path.strip("/").partition("/")
        if way not in {*_PHONE_WAYS, "web"}:
            await websocket.close(UNKNOWN)
            return
        try:
            with self._floor.place():
                await websocket.accept()
                code = await (self._browser(websocket, token) if way == "web" else self._phone(websocket, token))
        except FullError:
            _log.warning("call_not_taken", active=self._floor.active, loop_lag_ms=self._floor.lag.ms)
            code = BUSY
        except WebSocketDisconnect:
            return
        with suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close(code)

    async def _phone(self, websocket: CallSocket, token: str) -> int:
        try:
            start = await asyncio.wait_for(_start_of(websocket), _START_WITHIN_S)
        except TimeoutError:
            return SILENT
        return await self._carry(websocket, start.parameters.get("token") or token, start)

    async def _browser(self, websocket: CallSocket, token: str) -> int:
        if self._doorkeeper is None:
            return UNAUTHENTICATED
        try:
            ticket = websocket.query_params.get("ticket") or ""
            principal, shown = await self._doorkeeper.redeem(ticket, audience="media")
            check(principal, "agent.update")
        except Unauthenticated:
            return UNAUTHENTICATED
        except Forbidden:
            return FORBIDDEN
        try:
            await asyncio.wait_for(_greeting_of(websocket), _START_WITHIN_S)
        except TimeoutError:
            return SILENT
        if shown.noun_id is None:
            return UNKNOWN
        return await self._carry(websocket, token, StreamStart(stream_id="", call_id=str(shown.noun_id), way="browser"))

    async def _carry(self, websocket: CallSocket, token: str, start: StreamStart) -> int:
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


async def _greeting_of(websocket: WebSocket) -> None:
    """Reads up to the message by which a browser begins; sound before it is not heard."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        if _decoded(message.get("text") or "").get("type") == "start":
            return


def _decoded(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
