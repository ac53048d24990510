"""The in-loop server: life before requests, requests before the end."""

import asyncio
import socket
from typing import Any

import httpx
import pytest

from callout.run.http_server import HttpServer, StartError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class App:
    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.story: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["path"] == "/events":
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
            )
            await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
            await asyncio.sleep(60)
        await asyncio.sleep(0.3)
        self.story.append("answered")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        if self.fails:
            await send({"type": "lifespan.startup.failed", "message": "no database"})
            return
        self.story.append("started")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.story.append("ended")
        await send({"type": "lifespan.shutdown.complete"})


async def test_requests_under_way_are_answered_before_the_application_ends() -> None:
    app, port = App(), free_port()
    server = HttpServer(app, "127.0.0.1", port)
    await server.start()
    async with httpx.AsyncClient() as client:
        asked = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/"))
        await asyncio.sleep(0.15)
        await server.stop(within_s=5)
        assert (await asked).text == "done"
    assert app.story == ["started", "answered", "ended"]


async def test_event_streams_do_not_hold_up_the_end() -> None:
    app, port = App(), free_port()
    server = HttpServer(app, "127.0.0.1", port)
    await server.start()
    async with httpx.AsyncClient() as client, client.stream("GET", f"http://127.0.0.1:{port}/events") as stream:
        await anext(stream.aiter_raw())
        async with asyncio.timeout(3):
            await server.stop(within_s=30)
    assert app.story == ["started", "ended"]


async def test_an_application_that_refuses_to_start_says_why() -> None:
    with pytest.raises(StartError, match="no database"):
        await HttpServer(App(fails=True), "127.0.0.1", free_port()).start()


async def test_a_taken_port_refuses_the_start() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(StartError):
            await HttpServer(App(), "127.0.0.1", other.getsockname()[1]).start()


async def test_an_application_says_that_it_is_not_ready_before_it_stops_listening() -> None:
    app, port = App(), free_port()
    app.drain = lambda: app.story.append("not ready")  # type: ignore[attr-defined]
    server = HttpServer(app, "127.0.0.1", port)
    await server.start()
    stopping = asyncio.create_task(server.stop(within_s=5, notice_s=2))
    await asyncio.sleep(0.05)
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).text == "done"
    await stopping
    assert app.story == ["started", "not ready", "answered", "ended"]
