"""Reads an endless answer as it comes, by speaking ASGI."""

import asyncio
from contextlib import suppress
from typing import Any


class Stream:
    """One open event stream: `await next()` gives the next message as a dict of its fields."""

    def __init__(self, app: Any, path: str, headers: dict[str, str]) -> None:
        self.app = app
        route, _, query = path.partition("?")
        self.scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": route, "raw_path": route.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1), "server": ("callout.test", 80), "state": {},
        }  # fmt: skip
        self.parts: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.gone = asyncio.Event()
        self.asked = False
        self.buffer = ""
        self.status = 0

    async def open(self) -> None:
        self.task = asyncio.create_task(self.app(self.scope, self._receive, self.parts.put))
        start = await asyncio.wait_for(self.parts.get(), 10)
        self.status = start["status"]

    async def _receive(self) -> dict[str, Any]:
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def next(self, within_s: float = 10) -> dict[str, str]:
        """The next message; a comment has the one field ``comment``."""
        async with asyncio.timeout(within_s):
            while "\r\n\r\n" not in self.buffer:
                message = await self.parts.get()
                self.buffer += message["body"].decode()
                if not message.get("more_body"):
                    return {"end": ""}
        block, self.buffer = self.buffer.split("\r\n\r\n", 1)
        fields = [line.partition(":") for line in block.split("\r\n") if line]
        return {name or "comment": value.strip() for name, _, value in fields}

    async def ready(self) -> None:
        """Reads up to where the stream waits for news."""
        while "comment" not in await self.next():
            pass

    async def close(self) -> None:
        """Hangs up, as a browser does."""
        self.gone.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.task, 10)
