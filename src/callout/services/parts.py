"""What every service is built from, handed in by the composition root."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from litestar import Litestar

from callout import __version__
from callout.features.accounts.permissions import public
from callout.kit.db.database import Database
from callout.kit.events.hub import EventHub
from callout.kit.http.authentication import Authenticator
from callout.kit.http.client_address import LOOPBACK
from callout.kit.http.edge import Edge
from callout.kit.http.health import Check, Health, health_router
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.services import api_pages

MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parts:
    """The running pieces and ports of one process.

    Attributes:
        ports: Adapters and bindings by the parameter name under which handlers ask for them.
        trusted_proxies: Networks whose X-Forwarded-For is believed.
        opening: Called at the start, in order.
        closing: Called at shutdown, in order.
    """

    database: Database
    hub: EventHub
    limits: RateLimits
    authenticator: Authenticator
    ports: dict[str, Any]
    checks: dict[str, Check]
    origins: Sequence[str] = ()
    docs: bool = True
    trusted_proxies: Sequence[str] = LOOPBACK
    opening: Sequence[Any] = field(default_factory=tuple)
    closing: Sequence[Any] = field(default_factory=tuple)


def assemble_service(
    name: str,
    routers: Sequence[Any],
    parts: Parts,
    *,
    requests_per_window: dict[str, int],
    body_limit_mib: dict[str, int],
    **health: Any,
) -> Edge:
    """One service: its routes, its health and its life.

    Args:
        requests_per_window: Requests per principal and 15 minutes, by role; "" is the default.
        body_limit_mib: Mebibytes accepted by path prefix; "" is the default.
        health: Further members of the health report.
    """
    report = Health(name, __version__, checks=parts.checks, **health)

    def body_limit(path: str) -> int:
        for prefix, mebibytes in body_limit_mib.items():
            if prefix and path.startswith(prefix):
                return mebibytes * MEBI
        return body_limit_mib[""] * MEBI

    @asynccontextmanager
    async def life(_app: Litestar) -> Any:
        await parts.hub.start()
        for begin in parts.opening:
            await begin()
        try:
            yield
        finally:
            report.drain()
            await parts.hub.stop()
            for close in parts.closing:
                await close()

    context: AbstractAsyncContextManager[Any] | Any = life
    service = build_service(
        name,
        [*routers, health_router(report, public), *([api_pages.router] if parts.docs else [])],
        version=__version__,
        database=parts.database,
        authenticator=parts.authenticator,
        limits=parts.limits,
        requests_per_window=requests_per_window,
        dependencies=parts.ports,
        origins=parts.origins,
        body_limit=body_limit,
        lifespan=[context],
        docs=parts.docs,
        trusted_proxies=parts.trusted_proxies,
    )
    service.drain = report.drain
    return service
