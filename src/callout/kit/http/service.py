"""Builds the application of a service from routers and kit conventions."""

import re
from collections.abc import Sequence
from typing import Any

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from callout.kit.db.database import Database
from callout.kit.errors import Problem
from callout.kit.http.authentication import Authentication, Authenticator
from callout.kit.http.client_address import LOOPBACK
from callout.kit.http.edge import BodyLimit, Edge
from callout.kit.http.limits import RateLimits
from callout.kit.http.models import read_filters
from callout.kit.http.problems import HANDLERS
from callout.kit.http.transaction import Transactions, provide_work
from callout.kit.http.writes import read_if_match

ALLOWED_HEADERS = [
    "authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id",
    "x-requested-with", "last-event-id", "accept", "x-app-id", "x-origin-url", "x-base44-anonymous-id",
    "base44-functions-version", "base44-state", "x-data-env", "on-behalf-of", "x-environment", "x-bypass-rls",
]  # fmt: skip
EXPOSED_HEADERS = [
    "etag", "x-request-id", "x-total-count", "link", "retry-after", "ratelimit-limit", "ratelimit-remaining",
    "ratelimit-reset", "idempotency-replayed",
]  # fmt: skip
LOCAL_ORIGINS = r"(capacitor|ionic)://localhost|http://localhost(:\d+)?"


class Unguarded(Problem):
    """A route that does not say who may use it; the service refuses to start."""


def build_service(
    name: str,
    routers: Sequence[ControllerRouterHandler],
    *,
    version: str,
    database: Database,
    authenticator: Authenticator,
    limits: RateLimits,
    requests_per_window: dict[str, int],
    dependencies: dict[str, Any],
    origins: Sequence[str] = (),
    body_limit: BodyLimit,
    lifespan: Sequence[Any] = (),
    docs: bool = True,
    trusted_proxies: Sequence[str] = LOOPBACK,
) -> Edge:
    """The ASGI application of one service.

    Args:
        name: The service's name in health, logs and metrics.
        routers: Its routes; every handler carries a guard that names its permission or declares it public.
        dependencies: Ports by the parameter name handlers ask for.
        requests_per_window: Requests per principal and 15 minutes, by role ("" = default).
        origins: Browser origins allowed besides the local ones.
        body_limit: Bytes accepted for a path.
        lifespan: Async context managers (taking the app) around the service's life.
        docs: Serve /openapi.json.
        trusted_proxies: Networks whose X-Forwarded-For is believed.
    """
    provided = {
        "work": Provide(provide_work, sync_to_thread=False),
        "filters": Provide(read_filters, sync_to_thread=False),
        "if_match": Provide(read_if_match, sync_to_thread=False),
        "limits": _value(limits),
        **{parameter: _value(port) for parameter, port in dependencies.items()},
    }
    pattern = "|".join([LOCAL_ORIGINS, *(re.escape(origin) for origin in origins)])
    app = Litestar(
        route_handlers=list(routers),
        dependencies=provided,
        middleware=[Authentication(authenticator, limits, per_window=requests_per_window), Transactions(database)],
        exception_handlers=HANDLERS,
        cors_config=CORSConfig(
            allow_origins=[],
            allow_origin_regex=rf"^({pattern})$",
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            allow_headers=ALLOWED_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            allow_credentials=True,
            max_age=600,
        ),
        openapi_config=OpenAPIConfig(
            title=f"Callout {name}",
            version=version,
            path="/",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        )
        if docs
        else None,
        lifespan=list(lifespan),
        logging_config=None,
        request_max_body_size=None,
    )
    _require_guards(app)
    edge = Edge(app, name, body_limit=body_limit, trusted_proxies=trusted_proxies)
    edge.litestar = app  # type: ignore[attr-defined]
    return edge


def _value(port: Any) -> Provide:
    return Provide(lambda: port, sync_to_thread=False, use_cache=True)


def _require_guards(app: Litestar) -> None:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            if handler is None or handler.opt.get("no_guard") or handler.fn.__module__.startswith("litestar."):
                continue
            guards = handler.resolve_guards()
            if not any(getattr(guard, "is_public", False) or getattr(guard, "permission", None) for guard in guards):
                raise Unguarded(f"{handler} does not say who may use it")
