"""The desk behind every simulated language model: what is arranged for it, what it was asked, how its answers travel.

`POST /_sandbox/answers {"next": [{"text": "Hello."}, {"calls": [{"name": "end_call"}]}, …]}` arranges exact answers, in
order; the fields are those of `model_talk.Reply`. `POST /_sandbox/pace {"first_token_s": 0.3, "gap_s": 0.02}` says how
long all others take. `GET /_sandbox/requests` shows what was asked last. Both together with `/_sandbox/faults`.
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException
from litestar.types import Receive, Scope, Send

from callout.sandbox.model_policy import reply_to
from callout.sandbox.model_talk import Ask, Reply, within

KEPT = 200
Raw = dict[str, Any]


class Pace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long answers take, in seconds."""

    first_token_s: float = 0.0
    gap_s: float = 0.0


class Desk:
    """Decides what one simulated provider answers; `asked` are the bodies of the last requests, oldest first."""

    def __init__(self) -> None:
        self.asked: deque[Raw] = deque(maxlen=KEPT)
        self.pace = Pace()
        self.arranged: deque[Reply] = deque()
        self._answers = 0

    def reply(self, ask: Ask, body: Raw) -> Reply:
        """The reply to a request: the next arranged one, else what the policy says."""
        self.asked.append(body)
        if self.arranged:
            return self.arranged.popleft()
        reply = within(reply_to(ask), ask.max_tokens)
        return msgspec.structs.replace(reply, first_token_s=self.pace.first_token_s, gap_s=self.pace.gap_s)

    def number(self) -> int:
        """Counts answers, so that each has an id of its own."""
        self._answers += 1
        return self._answers


@post("/_sandbox/answers", status_code=200)
async def arrange_answers(data: Raw, state: State) -> Raw:
    """Arranges the next answers; those arranged before are dropped."""
    try:
        state.desk.arranged = deque(msgspec.convert(data.get("next", []), list[Reply]))
    except msgspec.ValidationError as error:
        raise ClientException(f"not a list of answers: {error}") from error
    return {"next": len(state.desk.arranged)}


@post("/_sandbox/pace", status_code=200)
async def set_pace(data: Raw, state: State) -> Raw:
    """Says how long answers take from now on."""
    try:
        state.desk.pace = msgspec.convert(data, Pace)
    except msgspec.ValidationError as error:
        raise ClientException(f"not a pace: {error}") from error
    return data


@get("/_sandbox/requests")
async def show_requests(state: State) -> Response[Any]:
    """The bodies of the last requests, oldest first."""
    return Response({"items": list(state.desk.asked)})


HANDLERS = (arrange_answers, set_pace, show_requests)


class EventStream(Response[None]):
    """An answer sent in parts as time goes by; it may break off."""

    def __init__(self, parts: Iterable[str], reply: Reply, *, error: str = "", headers: dict[str, str]) -> None:
        """Takes the parts.

        Args:
            parts: as they go over the wire.
            reply: how they travel.
            error: the part that says that something broke.
            headers: of the provider.
        """
        super().__init__(None, headers=headers)
        self._parts, self._reply, self._error, self._sent = list(parts), reply, error, headers

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        """Itself: it knows how to send."""
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the parts."""
        names = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", **self._sent}
        headers = [(name.encode(), value.encode()) for name, value in names.items()]
        reply = self._reply
        await asyncio.sleep(reply.first_token_s)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for index, part in enumerate(self._parts):
            if index == reply.error_after:
                await send({"type": "http.response.body", "body": self._error.encode(), "more_body": False})
                return
            if index == reply.cut_after:
                break
            if index:
                await asyncio.sleep(reply.gap_s)
            await send({"type": "http.response.body", "body": part.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def stream(parts: Iterable[str], reply: Reply, *, error: str, headers: dict[str, str]) -> EventStream:
    """An answer in parts; an arranged raw one goes out as it is, one event a part."""
    if reply.raw is not None:
        events = reply.raw.replace("\r\n", "\n").split("\n\n")
        parts = [f"{event}\n\n" for event in events if event.strip()]
    return EventStream(parts, reply, error=error, headers=headers)


async def whole(body: Raw, reply: Reply, headers: dict[str, str]) -> Response[Any]:
    """An answer in one piece."""
    await asyncio.sleep(reply.first_token_s)
    content = reply.raw.encode() if reply.raw is not None else json.dumps(body, ensure_ascii=False).encode()
    return Response(content, media_type="application/json", headers=headers)


def first_text(*candidates: Any) -> str:
    """The text of a content that is a string or a list of parts with text."""
    for content in candidates:
        if isinstance(content, str):
            return content
        if isinstance(content, Sequence):
            return "\n".join(str(part["text"]) for part in content if isinstance(part, dict) and part.get("text"))
    return ""
