"""One request is one transaction: committed before the first byte of a good answer, undone for any other."""

from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.http.idempotency import StoredAnswer, replayed
from callout.kit.http.problems import render
from callout.kit.principal import Principal

ANONYMOUS = Principal(role="public")


class Transactions(ASGIMiddleware):
    """Opens the unit of work of each HTTP request; its connection is taken at the first statement."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, database: Database) -> None:
        self.database = database

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        principal: Principal = scope.get("user") or ANONYMOUS
        work = self.database.open(principal)
        scope["state"]["work"] = work
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        gate = _CommitGate(scope, send, work)
        try:
            answer = await StoredAnswer.of(request, principal)
            if answer is not None and (row := await answer.find(work)) is not None:
                status, headers, body = replayed(row)
                await work.rollback()
                await send({"type": "http.response.start", "status": status, "headers": headers})
                await send({"type": "http.response.body", "body": body, "more_body": False})
                return
            gate.answer = answer
            await next_app(scope, receive, gate.send)
        except Exception as error:
            if gate.is_open:
                raise
            await work.rollback()
            response = render(request, gate.failure or error)
            await response.to_asgi_response(app=None, request=request)(scope, receive, send)
        finally:
            await work.session.close()


class _CommitGate:
    """Holds the start of the answer back until the transaction is decided."""

    def __init__(self, scope: Scope, send: Send, work: Work) -> None:
        self._scope = scope
        self._send = send
        self._work = work
        self._start: Any = None
        self.answer: StoredAnswer | None = None
        self.is_open = False
        self.failure: Exception | None = None

    async def send(self, message: Message) -> None:
        if self.is_open:
            await self._send(message)
            return
        if message["type"] == "http.response.start":
            self._start = message
            return
        try:
            await self._decide(message)
        except Exception as error:
            self.failure = error
            raise
        self.is_open = True
        await self._send(self._start)
        await self._send(message)

    async def _decide(self, message: Any) -> None:
        status: int = self._start["status"]
        if status >= 400 and not self._scope["state"].get("keeps_work"):
            await self._work.rollback()
            return
        if self.answer is not None and status < 400 and not message.get("more_body"):
            await self.answer.store(self._work, status, list(self._start["headers"]), message.get("body", b""))
        await self._work.commit()


def provide_work(scope: Scope) -> Work:
    """Provides `work` to handlers."""
    work: Work = scope["state"]["work"]
    return work
