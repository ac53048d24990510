"""Finds out who is asking, before guards decide what they may do."""

from typing import Any, Protocol

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from callout.kit.errors import Problem, TooMany, Unauthenticated
from callout.kit.http.limits import RateLimits, Standing
from callout.kit.http.problems import render
from callout.kit.principal import Principal

WINDOW_S = 900
TICKET = "takes_ticket"
"""Routes declared with `takes_ticket=True` may be opened by a one-time ticket instead of a header."""


class Authenticator(Protocol):
    """Turns a credential into a principal."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> Principal | None:
        """The principal of a request; None without a credential.

        Raises:
            Unauthenticated: The credential is expired, revoked or forged.
        """
        ...


class Authentication(ASGIMiddleware):
    """Sets `scope["user"]`, refuses bad credentials, and counts requests per principal."""

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    def __init__(self, authenticator: Authenticator, limits: RateLimits, *, per_window: dict[str, int]) -> None:
        """`per_window`: requests per 15 minutes by role; "" is the default."""
        self.authenticator = authenticator
        self.limits = limits
        self.per_window = per_window

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope, receive, send)
        try:
            principal, standing = await self._identify(connection)
        except Problem as problem:
            if scope["type"] != ScopeType.HTTP:
                code = 4429 if isinstance(problem, TooMany) else 4401
                await send({"type": "websocket.close", "code": code, "reason": problem.wire_code})
                return
            request: Request[Any, Any, Any] = Request(scope, receive, send)
            await render(request, problem).to_asgi_response(app=None, request=request)(scope, receive, send)
            return
        scope["user"] = principal

        async def send_with_standing(message: Message) -> None:
            if standing is not None and message["type"] == "http.response.start":
                sent = list(message.get("headers", []))
                if not any(name.lower() == b"ratelimit-limit" for name, _ in sent):
                    sent += standing.headers
                message["headers"] = sent
            await send(message)

        await next_app(scope, receive, send_with_standing)

    async def _identify(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> tuple[Principal | None, Standing | None]:
        is_public = _is_public(connection.route_handler)
        try:
            ticket = connection.query_params.get("ticket") if connection.route_handler.opt.get(TICKET) else None
            principal = await self.authenticator.authenticate(connection.headers.get("authorization"), ticket)
        except Unauthenticated:
            if not is_public:
                raise
            principal = None
        if principal is None:
            return None, None
        limit = self.per_window.get(principal.role, self.per_window.get("", 1000))
        key = f"principal:{principal.actor_id or principal.tenant_id}"
        return principal, self.limits.touch(key, limit=limit, window_s=WINDOW_S)


def _is_public(handler: Any) -> bool:
    cached: bool | None = handler.opt.get("_is_public")
    if cached is None:
        cached = any(getattr(guard, "is_public", False) for guard in handler.resolve_guards())
        handler.opt["_is_public"] = cached
    return cached
