"""A Twilio in this process, the adapter that asks it, and a stand that takes its webhooks and media streams."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

import httpx
import pytest
from websockets.asyncio.server import serve as serve_websocket

from callout.adapters.twilio import TwilioReports, TwilioTelephony
from callout.features.calling.ports import OutgoingCall, Stream
from callout.sandbox import twilio

SID, TOKEN = twilio.USUAL_ACCOUNT, twilio.USUAL_TOKEN
SIMULATOR = "http://twilio.test"
HOOKS = "https://callout.test"
FROM = "+15005550006"
ENDED = {"completed", "busy", "failed", "no-answer", "canceled"}


class Stand:
    """Takes webhooks: keeps what came, and answers TwiML."""

    def __init__(self):
        self.posts = []
        self.document = "<Response><Hangup/></Response>"
        self.arrived = asyncio.Event()

    async def __call__(self, scope, receive, send):
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        query = scope["query_string"].decode()
        target = scope["path"] + (f"?{query}" if query else "")
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.posts.append({"target": target, "headers": headers, "body": body, "form": fields})
        self.arrived.set()
        reply = self.document.encode()
        head = [(b"content-type", b"application/xml"), (b"content-length", str(len(reply)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": reply})

    def statuses(self, call_id=None):
        return [
            post["form"]["CallStatus"]
            for post in self.posts
            if "/status" in post["target"] and call_id in {None, post["form"]["CallSid"]}
        ]

    async def until(self, holds, within_s=10):
        async with asyncio.timeout(within_s):
            while not holds(self):
                self.arrived.clear()
                await self.arrived.wait()


@pytest.fixture
def stand():
    return Stand()


@pytest.fixture
async def simulator(stand, serve):
    """A client of the simulator; its clock runs fast, its webhooks come to the stand."""
    hooks = httpx.AsyncClient(transport=httpx.ASGITransport(app=stand))
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=twilio.create_app(hooks)), base_url=SIMULATOR, timeout=5
    )
    async with hooks, client:
        await client.post("/_sandbox/clock", json={"speed": 200, "media_speed": 20})
        await client.post("/_sandbox/limits", json={"calls_per_second": 100})
        yield client
        await client.post("/_sandbox/reset")


@pytest.fixture
def telephony(simulator):
    return TwilioTelephony(simulator, account_sid=SID, auth_token=TOKEN, base_url=SIMULATOR)


@pytest.fixture
def reports():
    return TwilioReports(auth_token=TOKEN, public_url=HOOKS)


@pytest.fixture
def arrange(simulator):
    async def post(what, body):
        answer = await simulator.post(f"/_sandbox/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return post


@pytest.fixture
def faults(arrange):
    async def coming(*faults):
        await arrange("faults", {"next": list(faults)})

    return coming


@pytest.fixture
def a_call():
    """A call to be made, as the product makes it."""

    def made(to="+13055550100", **changes):
        given = {
            "to": to,
            "from_number": FROM,
            "instruction": Stream(url="ws://127.0.0.1:9/media/twilio/none", parameters={"call": "1"}),
            "status_url": f"{HOOKS}/hooks/status?call=1",
            "amd_url": f"{HOOKS}/hooks/amd?call=1",
            "recording_url": f"{HOOKS}/hooks/recording?call=1",
        }
        return OutgoingCall(**{**given, **changes})

    return made


@asynccontextmanager
async def media_server(handler):
    """Runs `handler(socket, read)` for every media stream; `read()` gives the next message."""

    async def connected(socket):
        async def read():
            return json.loads(await socket.recv())

        await handler(socket, read)

    async with serve_websocket(connected, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/media/twilio/token"


async def until(holds, within_s=10):
    """Waits until `await holds()` is true."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not await holds():
        assert loop.time() < end, "waited too long"
        await asyncio.sleep(0.01)


async def until_over(telephony, call_id):
    """The call, once it is over."""

    async def is_over():
        return (await telephony.call(call_id)).raw_status in ENDED

    await until(is_over)
    return await telephony.call(call_id)


async def until_status(telephony, call_id, status):
    """Waits until a call has a status."""

    async def has():
        return (await telephony.call(call_id)).status == status

    await until(has)
