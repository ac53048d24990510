"""A web of our own on loopback: raw servers that count who comes, and the simulator of websites behind a real port."""

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress

import pytest

from callout.adapters.web_fetch import SafeFetcher
from callout.run.http_server import HttpServer
from callout.sandbox import server as sandbox

AGENT = "CalloutBot (+https://callout.test)"


Answer = Callable[..., bytes | Awaitable[None]]


class RawServer:
    """Answers each connection with prepared bytes, or by a coroutine of (request, writer), and keeps the requests."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.connections = 0
        self.port = 0
        self._meetings: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._open, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.server.close()
        for meeting in self._meetings:
            meeting.cancel()
        await asyncio.gather(*self._meetings, return_exceptions=True)

    def _open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._meetings.add(asyncio.create_task(self._meet(reader, writer)))

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(request)
            if inspect.iscoroutinefunction(self.answer):
                await self.answer(request, writer)
            else:
                writer.write(self.answer(request))  # type: ignore[arg-type]
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


def http(body: bytes = b"<p>hi</p>", *, status: str = "200 OK", kind: str = "text/html", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture
async def serve_raw() -> AsyncIterator[Callable[..., Awaitable[RawServer]]]:
    async with AsyncExitStack() as stack:

        async def start(answer: Answer | bytes) -> RawServer:
            server = RawServer(answer if callable(answer) else lambda _request: answer)
            await server.start()
            stack.push_async_callback(server.stop)
            return server

        yield start


@pytest.fixture
async def fetcher_of() -> AsyncIterator[Callable[..., SafeFetcher]]:
    """Makes fetchers; `port` stands behind every host under `.example`."""
    async with AsyncExitStack() as stack:

        def make(port: int = 0, **options: object) -> SafeFetcher:
            stand_ins = {".example": ("127.0.0.1", port)} if port else {}
            fetcher = SafeFetcher(user_agent=AGENT, stand_ins=stand_ins, **options)  # type: ignore[arg-type]
            stack.push_async_callback(fetcher.aclose)
            return fetcher

        yield make


@pytest.fixture
async def simulated() -> AsyncIterator[int]:
    """The port of all simulators, of which the websites are one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = HttpServer(sandbox.create_app(), "127.0.0.1", port)
    await server.start()
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            break
    yield port
    await server.stop(within_s=1)
