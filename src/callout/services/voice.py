"""The voice service (:3003): live calls, and what there is to know about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from litestar import Router, asgi, get
from litestar.enums import ScopeType
from litestar.params import Dependency
from litestar.types import Receive, Scope, Send

from callout.features.accounts.permissions import allow, public
from callout.features.calling.calls.desk import CallDesk
from callout.features.calling.calls.health_admin_api import capabilities
from callout.kit.db.work import Work
from callout.kit.http.edge import Edge
from callout.services.parts import Parts, assemble_service
from callout.services.voice_listen import Ear, listening_routes
from callout.services.voice_media import CallSocket, CallSource, MediaSockets
from callout.services.voice_monitor import Tower, monitor_route

REQUESTS_PER_WINDOW = {"": 3000}
BODY_LIMIT_MIB = {"": 1}
_MOUNT = "/media"


class NotOpenError(Exception):
    """No further call is taken now; the gateway sends calls to another process."""


def voice_service(parts: Parts, *, ear: Ear, source: CallSource) -> Edge:
    """The service's application.

    Args:
        parts: what every service has.
        ear: the calls of this process, and what it takes to listen in.
        source: where calls come from.
    """
    floor, doorkeeper = ear.floor, ear.doorkeeper
    sockets = MediaSockets(floor, source, doorkeeper)
    tower = Tower(database=parts.database, hub=parts.hub, doorkeeper=doorkeeper, limits=parts.limits)

    @asgi(_MOUNT, is_mount=True, copy_scope=True, guards=[public])
    async def media(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.WEBSOCKET:
            await send({"type": "http.response.start", "status": 426, "headers": [(b"upgrade", b"websocket")]})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await sockets.serve(CallSocket(scope, receive, send), scope["path"].removeprefix(_MOUNT))  # type: ignore[arg-type]

    @get("/api/voice/stats", guards=[allow("call.read", roles="OMWA")], operation_id="voice_stats")
    async def stats(work: Work, call_desk: Annotated[CallDesk, Dependency(skip_validation=True)]) -> dict[str, Any]:
        """What this process carries now."""
        return {
            "active": floor.active,
            "capacity": floor.capacity,
            "loop_lag_ms": floor.lag.ms,
            "latency_p50_ms": floor.latency_ms(0.5),
            "latency_p95_ms": floor.latency_ms(0.95),
            "providers": await capabilities(work, call_desk),
        }

    async def room() -> None:
        if not floor.is_open:
            raise NotOpenError

    service = assemble_service(
        "voice",
        [media, Router("/", route_handlers=[stats, *listening_routes(ear), monitor_route(tower)], tags=["Voice"])],
        replace(parts, checks={**parts.checks, "room": room}),
        requests_per_window=REQUESTS_PER_WINDOW,
        body_limit_mib=BODY_LIMIT_MIB,
        required=("database", "room"),
    )
    service.finish = floor.drain
    return service
