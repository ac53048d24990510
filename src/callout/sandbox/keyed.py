"""The frame of simulators that know accounts by their keys, with faults to be arranged.

A key says what happens to it: one that holds the word `refused`, `spent`, `limited` or `stopped` is refused, has
nothing left, asks too often, or belongs to a stopped account. `POST /_sandbox/faults` arranges what else goes wrong,
see `faults`; `garbage` answers with a page for people instead of what was asked for.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any, Literal

from litestar import Litestar, Response
from litestar.datastructures import State
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from callout.sandbox.faults import Fault, Faults, truncated

Standing = Literal["good", "refused", "spent", "limited", "stopped"]
ErrorBody = Callable[[int], Any]
"""What the provider says with a status."""
GARBAGE = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>It works.</body></html>"
_WORDS: tuple[Standing, ...] = ("refused", "spent", "limited", "stopped")


def standing_of(key: str | None) -> Standing:
    """What a key says about itself; a missing one is refused."""
    if not key:
        return "refused"
    return next((word for word in _WORDS if word in key.lower()), "good")


def bearer(header: str | None, scheme: str = "Bearer") -> str | None:
    """The key of an Authorization header."""
    given, _, key = (header or "").partition(" ")
    return key.strip() or None if given == scheme else None


def answer(status: int, body: Any) -> Response[Any]:
    """A JSON answer."""
    return Response(body, status_code=status, media_type="application/json")


def simulator(handlers: Sequence[Any], error_body: ErrorBody, *, state: dict[str, Any] | None = None) -> ASGIApp:
    """A simulator as an ASGI application, with faults.

    Args:
        handlers: what the provider answers when all is well.
        error_body: what it says with the status of a fault.
        state: what handlers remember.
    """
    inner = Litestar(route_handlers=handlers, state=State(state or {}), openapi_config=None)
    return faulty(inner, error_body)


def faulty(inner: ASGIApp, error_body: ErrorBody) -> ASGIApp:
    """The same application with faults in front of it."""
    faults, garbage = Faults(), [0]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        path, kind = str(scope.get("path", "")), str(scope["type"])
        if kind != "http" or (path.startswith("/_sandbox/") and path != "/_sandbox/faults"):
            await inner(scope, receive, send)
        elif path == "/_sandbox/faults":
            await _arrange(faults, garbage, receive, send)
        elif garbage[0]:
            garbage[0] -= 1
            await _reply(send, 200, GARBAGE, b"text/html")
        else:
            await _meet(faults.draw(), inner, error_body, (scope, receive, send))

    return serve


async def _arrange(faults: Faults, garbage: list[int], receive: Receive, send: Send) -> None:
    try:
        wanted = json.loads(await _body(receive) or b"{}")
        coming = list(wanted.get("next") or [])
        garbage[0] = coming.count("garbage")
        said = faults.arrange({**wanted, "next": [fault for fault in coming if fault != "garbage"]})
    except (ClientException, ValueError, AttributeError, TypeError) as error:
        await _reply(send, 400, json.dumps({"detail": str(error)}).encode())
        return
    await _reply(send, 200, json.dumps(said).encode())


async def _meet(
    fault: Fault | None, inner: ASGIApp, error_body: ErrorBody, connection: tuple[Scope, Receive, Send]
) -> None:
    scope, receive, send = connection
    if fault is None or fault.kind in {"ok", "duplicate"}:
        await inner(scope, receive, send)
    elif fault.kind == "status":
        await _reply(send, fault.status, json.dumps(error_body(fault.status)).encode())
    elif fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
        await inner(scope, receive, send)
    else:
        kept: list[Any] = []

        async def keep(message: Message) -> None:
            kept.append(message)

        await inner(scope, receive, keep)
        if fault.kind == "after":
            await asyncio.sleep(fault.seconds)
            await _reply(send, fault.status, json.dumps(error_body(fault.status)).encode())
            return
        body = b"".join(message.get("body", b"") for message in kept)
        await _reply(send, kept[0]["status"], truncated(body))


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message: Any = await receive()
        body += message.get("body", b"")
        more = bool(message.get("more_body"))
    return body


async def _reply(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
