"""An ElevenLabs in this process, one behind a port for sockets and SDKs, and the adapters that speak to it."""

import asyncio
import contextlib
import socket

import httpx
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from callout.adapters.elevenlabs.speech import ElevenLabsSpeech
from callout.adapters.elevenlabs.voices import ElevenLabsVoices
from callout.sandbox import elevenlabs, server

BASE_URL = "http://callout.test"
KEY = "sk_sandbox_callout"
RACHEL = "21m00Tcm4TlvDq8ikWAM"


@pytest.fixture
async def service(serve):
    """A client of the simulator in this process."""
    return await serve(elevenlabs.create_app())


@pytest.fixture
def voices(service):
    return ElevenLabsVoices(service, api_key=KEY, base_url=BASE_URL)


@pytest.fixture
def speech(service):
    return ElevenLabsSpeech(service, api_key=KEY, base_url=BASE_URL)


@pytest.fixture
def arrange(service):
    """Arranges something at `/_sandbox/<what>`."""

    async def arranged(what, **members):
        answer = await service.post(f"/_sandbox/{what}", json=members)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return arranged


@pytest.fixture
async def address():
    """The simulator behind a port, below its name as all simulators are: `127.0.0.1:<port>/elevenlabs`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = server.create_app({"elevenlabs": elevenlabs.create_app()})
    embedded = Server(app, port=port, interface=Interfaces.ASGI, log_enabled=False)
    running = asyncio.create_task(embedded.serve())
    async with httpx.AsyncClient() as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/elevenlabs/_sandbox/accounts")).status_code == 200:
                    break
            await asyncio.sleep(0.02)
    yield f"127.0.0.1:{port}/elevenlabs"
    embedded.stop()
    await running
