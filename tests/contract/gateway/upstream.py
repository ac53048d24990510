"""A tiny service behind the gateway: tells who answered and what arrived, and can fail on demand."""

import asyncio
import json
import os
import sys
from collections import Counter

from granian.constants import Interfaces
from granian.server.embed import Server

NAME = os.environ["UPSTREAM_NAME"]
seen: Counter[str] = Counter()


async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await echo(receive, send)
    elif scope["type"] == "http":
        await answer(scope, receive, send)


async def echo(receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"{NAME}:{message.get('text')}"})


async def answer(scope, receive, send):
    path, headers = scope["path"], {name.decode(): value.decode() for name, value in scope["headers"]}
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    if path == "/health/ready":
        await reply(send, 200, {})
        return
    key = headers.get("x-key", "")
    seen[key] += 1
    if path.endswith("/events"):
        await stream(send)
        return
    if path.endswith("/flaky") and seen[key] == 1:
        await reply(send, 503, {"service": NAME})
        return
    if path.endswith("/slow"):
        await asyncio.sleep(float(headers["x-seconds"]))
    status = 500 if path.endswith("/broken") else 200
    await reply(send, status, {"service": NAME, "path": path, "headers": headers, "times": seen[key], "size": size})


async def stream(send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    for number in range(3):
        await send({"type": "http.response.body", "body": f"id: {number}\ndata: x\n\n".encode(), "more_body": True})
        await asyncio.sleep(0.4)
    await send({"type": "http.response.body", "body": b""})


async def reply(send, status, body):
    headers = (
        [(b"content-type", b"application/json"), (b"ratelimit-limit", b"77")]
        if status == 500
        else [(b"content-type", b"application/json")]
    )
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


if __name__ == "__main__":
    asyncio.run(Server(app, port=int(sys.argv[1]), interface=Interfaces.ASGI, log_enabled=False).serve())
