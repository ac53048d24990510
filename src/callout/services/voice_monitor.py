"""Watching and steering a running call over a WebSocket, from any voice process.

Closing codes: 1000 the call is over; 1012 this process ends, come again; 4401 unauthenticated; 4403 forbidden; 4404 no
such call; 4408 nothing was heard of the client for a minute; 4429 too many.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from time import monotonic
from typing import Any
from uuid import UUID

import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from callout.features.accounts.live_view import team_view
from callout.features.accounts.permissions import allow, public
from callout.features.calling.calls.interventions import intervene
from callout.features.calling.calls.monitoring import ENDED, Frame, frames_of, snapshot
from callout.kit.db.database import Database
from callout.kit.errors import Forbidden, NotFound, Problem, Unauthenticated
from callout.kit.events.hub import EventHub
from callout.kit.events.log import read_after
from callout.kit.http.limits import RateLimits
from callout.kit.observe.logs import logger
from callout.kit.observe.metrics import realtime_connections
from callout.kit.principal import Principal
from callout.services.doorkeeper import Doorkeeper, enter

PATHS = ["/api/voice/calls/{call_id:uuid}/monitor", "/ws/calls/{call_id:uuid}"]
OVER, RESTART, UNAUTHENTICATED, FORBIDDEN, UNKNOWN, IDLE, TOO_MANY = 1000, 1012, 4401, 4403, 4404, 4408, 4429
IDLE_S = 60.0
MOST_IN_A_PROCESS = 200
OPS_A_MINUTE = 60
_CHECK_S = 15.0
_LONGEST_FRAME = 4_000
_WATCHES = allow("call.read", roles="OMWA")

_log = logger(__name__)
Socket = WebSocket[Any, Any, Any]


class Tower(msgspec.Struct, frozen=True, kw_only=True):
    """What watching takes: where calls are kept, what tells of news, who may come in, how often they may act."""

    database: Database
    hub: EventHub
    doorkeeper: Doorkeeper
    limits: RateLimits


def monitor_route(tower: Tower) -> Any:
    """The route of the socket."""
    watchers: set[Socket] = set()

    @websocket(PATHS, guards=[public])
    async def monitor(socket: Socket, call_id: UUID) -> None:
        """A call as it happens; client frames {op, id?, …} steer it."""
        await socket.accept()
        try:
            principal = await enter(socket, tower.doorkeeper, _WATCHES, audience="monitor", noun_id=call_id)
        except Unauthenticated as problem:
            await socket.close(UNAUTHENTICATED, problem.wire_code)
            return
        except Forbidden as problem:
            await socket.close(FORBIDDEN, problem.wire_code)
            return
        if len(watchers) >= MOST_IN_A_PROCESS:
            await socket.close(TOO_MANY)
            return
        watchers.add(socket)
        realtime_connections.inc()
        try:
            code = await Watcher(tower, socket, principal, call_id).run()
        finally:
            watchers.discard(socket)
            realtime_connections.dec()
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(code)

    return monitor


class Watcher:
    """One socket of one person on one call."""

    def __init__(self, tower: Tower, socket: Socket, principal: Principal, call_id: UUID) -> None:
        """Nothing is sent before `run`."""
        self._tower, self._socket, self._principal, self._call_id = tower, socket, principal, call_id
        self._sending = asyncio.Lock()

    async def run(self) -> int:
        """Shows the call and takes commands until one side has enough; the code to close with."""
        tasks = [asyncio.create_task(self._show()), asyncio.create_task(self._obey())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        try:
            return done.pop().result()
        except (WebSocketDisconnect, RuntimeError):  # the client went while something was sent to it
            return OVER
        except Exception as problem:  # noqa: BLE001 - the client comes again
            _log.warning("monitor_failed", exc_info=problem)
            return RESTART

    async def _show(self) -> int:
        tower, principal = self._tower, self._principal
        assert principal.tenant_id is not None
        async with tower.hub.subscribe(principal.tenant_id) as news:
            try:
                async with tower.database.transaction(principal) as work:
                    frames, position, is_over = await snapshot(work, self._call_id, after_seq=self._after_seq())
            except NotFound:
                return UNKNOWN
            await self._send(*frames)
            if is_over:
                return OVER
            check_at = monotonic() + _CHECK_S
            while not tower.hub.closing.is_set():
                news.clear()
                async with tower.database.transaction(principal) as work:
                    if monotonic() >= check_at:
                        if not await tower.doorkeeper.still_stands(work):
                            return UNAUTHENTICATED
                        check_at = monotonic() + _CHECK_S
                    events = await read_after(work.session, principal.tenant_id, position, noun_id=self._call_id)
                    seen = await team_view(work, events)
                for event in seen:
                    await self._send(*frames_of(event))
                    if event.type == ENDED:
                        return OVER
                if events:
                    position = events[-1].sequence
                    continue
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), max(0.0, check_at - monotonic()))
        return RESTART

    async def _obey(self) -> int:
        while True:
            try:
                text = await asyncio.wait_for(self._socket.receive_text(), IDLE_S)
            except TimeoutError:
                return IDLE
            await self._send(await self._answer(text))

    async def _answer(self, text: str) -> Frame:
        frame = _decoded(text)
        op, about = str(frame.pop("op", "")), {"call_id": str(self._call_id)}
        if "id" in frame:
            about["id"] = str(frame.pop("id"))[:100]
        if op == "ping":
            return {"type": "pong", **about}
        try:
            await self._tower.limits.hit("monitor", str(self._principal.actor_id), limit=OPS_A_MINUTE, window_s=60)
            async with self._tower.database.transaction(self._principal) as work:
                await intervene(work, self._call_id, op, frame)
        except Problem as problem:
            return _error(op, about, problem)
        return {"type": "ack", "op": op, **about}

    async def _send(self, *frames: Frame) -> None:
        async with self._sending:
            for frame in frames:
                await self._socket.send_text(msgspec.json.encode(frame).decode())

    def _after_seq(self) -> int:
        given = str(self._socket.query_params.get("after_seq") or "")
        return int(given) if given.isdigit() and len(given) < 10 else 0


def _error(op: str, about: Frame, problem: Problem) -> Frame:
    return {"type": "error", "op": op[:40], **about, "code": problem.wire_code, "message": problem.detail}


def _decoded(text: str) -> dict[str, Any]:
    """A client's frame; what makes no sense has no operation."""
    if len(text) > _LONGEST_FRAME:
        return {}
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}
