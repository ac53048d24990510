"""Lets libraries made for httpx2 send over our httpx clients, with their guards, pools and limits."""

import contextlib
from collections.abc import AsyncIterator
from contextvars import ContextVar

import httpx
import httpx2

_PASSED_ON = ("connect", "read", "write", "pool")
_opened: ContextVar[list[httpx.Response] | None] = ContextVar("_opened", default=None)


@contextlib.asynccontextmanager
async def all_closed() -> AsyncIterator[None]:
    """Closes at its end what was opened inside: not every library closes an answer that it gave up."""
    opened: list[httpx.Response] = []
    token = _opened.set(opened)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # an abandoned generator is closed in another context
            _opened.reset(token)
        for answer in opened:
            await answer.aclose()


class OverHttpx(httpx2.AsyncBaseTransport):
    """A transport that hands requests to a client of httpx and brings its answers as they come."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Takes the client, which stays its owner's to close."""
        self._client = client

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends a request once; redirects are not followed."""
        given = request.extensions.get("timeout") or {}
        wanted = httpx.Timeout(**{name: given.get(name) for name in _PASSED_ON})
        body = await request.aread()
        sent = httpx.Request(request.method, str(request.url), headers=request.headers.raw, content=body)
        sent.extensions["timeout"] = wanted.as_dict()
        try:
            answer = await self._client.send(sent, stream=True, follow_redirects=False)
        except httpx.TransportError as error:
            raise _theirs(error, request) from error
        if (opened := _opened.get()) is not None:
            opened.append(answer)
        headers = [(name, value) for name, value in answer.headers.raw if name.lower() != b"content-encoding"]
        return httpx2.Response(answer.status_code, headers=headers, stream=_Arriving(answer, request), request=request)


class _Arriving(httpx2.AsyncByteStream):
    def __init__(self, answer: httpx.Response, request: httpx2.Request) -> None:
        self._answer, self._request = answer, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._answer.aiter_bytes():
                yield part
        except httpx.TransportError as error:
            raise _theirs(error, self._request) from error

    async def aclose(self) -> None:
        await self._answer.aclose()


def _theirs(error: httpx.TransportError, request: httpx2.Request) -> httpx2.TransportError:
    """The same failure by its name there."""
    kind = getattr(httpx2, type(error).__name__, httpx2.TransportError)
    known = kind if isinstance(kind, type) and issubclass(kind, httpx2.TransportError) else httpx2.TransportError
    return known(str(error) or type(error).__name__, request=request)
