"""One ASGI application on one port inside a running event loop, with an orderly end."""

import asyncio
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from callout.run.errors import RunError

Message = dict[str, Any]
_LIVE_SOUND = b"audio/ogg"


class StartError(RunError):
    """An application did not start; the message says why."""


class HttpServer:
    """Serves an application; stops it by refusing new connections, finishing requests, then ending its life."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        """`app`: an ASGI application; one with a method `drain` is told before it ends, `finish` is waited for."""
        self._drain = getattr(app, "drain", None)
        self._finish = getattr(app, "finish", None)
        self._counted = _InFlight(app)
        self._life = _Life(app)
        self._server = Server(
            self._counted,
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            backlog=1024,
            log_enabled=False,
            websockets=True,
        )
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin the application's life and listen.

        Raises:
            StartError: the application refused, or the port is taken.
        """
        await self._life.begin()
        self._serving = asyncio.create_task(self._server.serve())
        await asyncio.sleep(0)
        if self._serving.done():
            await self._life.end()
            raise StartError(str(self._serving.exception()))

    async def stop(self, *, within_s: float, notice_s: float = 0) -> None:
        """End it: requests under way may finish within the time, event streams may not.

        Args:
            within_s: how long requests may take to finish.
            notice_s: how long it goes on serving after it said that it is not ready any more.
        """
        if self._drain is not None:
            self._drain()
            await asyncio.sleep(notice_s)
        if self._finish is not None:
            await self._finish(within_s)
        self._server.stop()  # type: ignore[no-untyped-call]
        await self._counted.wait_until_idle(within_s)
        await self._life.end()
        if self._serving is not None:
            await asyncio.wait([self._serving], timeout=1)


class _InFlight:
    """Counts requests that are being answered; endless streams are not waited for."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._active = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        counted = True
        self._active += 1
        self._idle.clear()

        async def watch(message: Message) -> None:
            nonlocal counted
            if counted and message["type"] == "http.response.start" and _is_endless(message):
                counted = False
                self._leave()
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            if counted:
                self._leave()

    def _leave(self) -> None:
        self._active -= 1
        if self._active == 0:
            self._idle.set()

    async def wait_until_idle(self, within_s: float) -> None:
        try:
            await asyncio.wait_for(self._idle.wait(), within_s)
        except TimeoutError:
            return


def _is_endless(start: Message) -> bool:
    kinds = [value for name, value in start.get("headers", ()) if name.lower() == b"content-type"]
    return any(b"event-stream" in kind or kind.startswith(_LIVE_SOUND) for kind in kinds)


class _Life:
    """Drives the ASGI lifespan of an application."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self._task = asyncio.create_task(self._app(scope, self._to_app.get, self._from_app.put))
        answer = await self._exchange("lifespan.startup")
        if answer["type"] != "lifespan.startup.complete":
            raise StartError(answer.get("message", "the application did not start"))

    async def end(self) -> None:
        if self._task is not None and not self._task.done():
            await self._exchange("lifespan.shutdown")
            await asyncio.wait([self._task], timeout=1)

    async def _exchange(self, event: str) -> Message:
        """Say something to the application and hear its answer, or why it died."""
        assert self._task is not None
        await self._to_app.put({"type": event})
        answer = asyncio.create_task(self._from_app.get())
        await asyncio.wait([answer, self._task], return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        answer.cancel()
        problem = self._task.exception()
        return {"type": f"{event}.failed", "message": f"{type(problem).__name__}: {problem}" if problem else ""}
