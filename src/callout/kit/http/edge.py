"""The outermost layer of a service: request ids, client addresses, access log, metrics, headers, body limits."""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from callout.kit.errors import TooLarge
from callout.kit.http.client_address import LOOPBACK, client_address, networks
from callout.kit.http.problems import body_of
from callout.kit.http.writes import names
from callout.kit.ids import uuid7
from callout.kit.observe.logs import logger
from callout.kit.observe.metrics import http_requests, http_seconds

_log = logger("callout.access")
_REQUEST_ID = re.compile(rb"^[A-Za-z0-9\-]{8,64}$")
_QUIET = ("/health", "/metrics")
_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]

BodyLimit = Callable[[str], int]


class Edge:
    """Wraps a service's application; nothing in here knows a route."""

    def __init__(
        self, app: ASGIApp, service: str, *, body_limit: BodyLimit, trusted_proxies: Sequence[str] = LOOPBACK
    ) -> None:
        """`body_limit`: bytes accepted for a path; `trusted_proxies`: networks whose X-Forwarded-For is believed."""
        self.app = app
        self.service = service
        self.body_limit = body_limit
        self.drain: Callable[[], None] = lambda: None
        """Called when the service is about to end, so that nobody sends it anything new."""
        self.finish: Callable[[float], Awaitable[object]] | None = None
        """Waits, so many seconds at most, for what must not be cut off, before the service stops listening."""
        self._proxies = networks(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind: str = scope["type"]
        if kind != "lifespan":
            self._find_client(scope)
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = self._request_id(headers)
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id
        started = time.perf_counter()
        status = 500
        if_none_match = headers.get(b"if-none-match") if scope["method"] in {"GET", "HEAD"} else None

        async def send_with_headers(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                if if_none_match and _is_known(message, if_none_match):
                    message = _not_modified(message)
                status = message["status"]
                message["headers"] = self._headers(list(message.get("headers", [])), request_id, scope["path"])
                self._count(scope, status, time.perf_counter() - started)
            elif status == 304 and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            limit = self.body_limit(scope["path"])
            length = headers.get(b"content-length", b"0")
            if length.isdigit() and int(length) > limit:
                await self._too_large(scope, send_with_headers, limit)
            else:
                await self.app(scope, _Limited(receive, limit), send_with_headers)
            if not scope["path"].startswith(_QUIET):
                self._log_access(scope, status, started)

    def _find_client(self, scope: Scope) -> None:
        """Puts the address of the real client in place of the proxy's."""
        if (peer := scope["client"]) is None:
            return
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        if forwarded and (address := client_address(peer[0], forwarded, self._proxies)) != peer[0]:
            scope["client"] = (address, 0)

    @staticmethod
    def _request_id(headers: dict[bytes, bytes]) -> str:
        given = headers.get(b"x-request-id", b"")
        return given.decode() if _REQUEST_ID.match(given) else str(uuid7())

    @staticmethod
    def _headers(headers: list[tuple[bytes, bytes]], request_id: str, path: str) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in headers}
        extra = [(b"x-request-id", request_id.encode())]
        extra += [(name, value) for name, value in _SECURITY if name not in names]
        if b"cache-control" not in names and path.startswith("/api/"):
            extra.append((b"cache-control", b"no-store"))
        return [*headers, *extra]

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        template: Any = scope.get("path_template") or "unmatched"
        http_requests.labels(self.service, template, str(status)).inc()
        http_seconds.labels(self.service, template).observe(seconds)

    def _log_access(self, scope: Scope, status: int, started: float) -> None:
        principal: Any = scope.get("user")
        _log.info(
            "request",
            method=scope.get("method"),
            path=scope["path"],
            status=status,
            ms=round((time.perf_counter() - started) * 1000, 1),
            tenant=str(principal.tenant_id) if principal is not None else None,
            role=principal.role if principal is not None else None,
        )

    async def _too_large(self, scope: Scope, send: Send, limit: int) -> None:
        problem = TooLarge(f"The request is larger than {limit} bytes.", max_bytes=limit)
        body = body_of(problem, request_id=scope["state"]["request_id"], instance=scope["path"])
        start: Any = {
            "type": "http.response.start",
            "status": problem.status,
            "headers": [(b"content-type", b"application/problem+json")],
        }
        await send(start)
        await send({"type": "http.response.body", "body": msgspec.json.encode(body), "more_body": False})


def _is_known(start: Any, if_none_match: bytes) -> bool:
    tags = [value for name, value in start.get("headers", ()) if name.lower() == b"etag"]
    return start["status"] == 200 and bool(tags) and names(if_none_match.decode("latin-1"), tags[0].decode("latin-1"))


def _not_modified(start: Any) -> Any:
    kept = [(name, value) for name, value in start["headers"] if not name.lower().startswith(b"content-")]
    return {**start, "status": 304, "headers": kept}


class _Limited:
    """Stops reading a body that grows beyond the limit without having said so."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._left = limit

    async def __call__(self) -> Any:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise TooLarge(f"The request is larger than {self._limit} bytes.", max_bytes=self._limit)
        return message
