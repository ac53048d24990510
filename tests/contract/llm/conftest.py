"""All simulated language models behind one real port, and the adapter that asks them."""

import asyncio
import contextlib
import socket
import threading
from typing import NamedTuple

import httpx
import pytest

from callout.adapters.llm import PydanticAiModel
from callout.run.http_server import HttpServer
from callout.sandbox import server


class Family(NamedTuple):
    provider: str
    model: str
    key: str
    recorded: str


FAMILIES = {
    one.provider: one
    for one in (
        Family("openai", "gpt-4o-mini", "sk-callout-test", "openai"),
        Family("claude", "claude-haiku-4-5", "sk-ant-callout-test", "anthropic"),
        Family("gemini", "gemini-2.5-flash", "AIza-callout-test", "gemini"),
        Family("grok", "grok-4-fast-non-reasoning", "xai-callout-test", "xai"),
        Family("local_llm", "llama-3.1-8b-instruct", "", "openai"),
    )
}


@pytest.fixture(params=list(FAMILIES))
def family(request):
    return FAMILIES[request.param]


@pytest.fixture(scope="session")
def url():
    """The simulators in a thread of their own, for all tests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    loop, ready, done = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve():
        running = HttpServer(server.create_app(), "127.0.0.1", port)
        await running.start()
        for _ in range(500):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            await asyncio.sleep(0.02)
        ready.set()
        await done.wait()
        await running.stop(within_s=1)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(10)
    yield f"http://127.0.0.1:{port}"
    loop.call_soon_threadsafe(done.set)
    thread.join(5)
    loop.close()


@pytest.fixture(autouse=True)
async def fresh(url, client):
    """Nothing arranged is left over from another test."""
    for provider in FAMILIES:
        await client.post(f"{url}/{provider}/_sandbox/answers", json={})
        await client.post(f"{url}/{provider}/_sandbox/faults", json={})


@pytest.fixture
async def client():
    async with httpx.AsyncClient(timeout=10, trust_env=False) as opened:
        yield opened


@pytest.fixture
def make(url, client):
    def made(family, key=None, model=None, base_url=None):
        return PydanticAiModel(
            family.provider,
            model or family.model,
            api_key=family.key if key is None else key,
            base_url=base_url or f"{url}/{family.provider}",
            client=client,
        )

    return made


@pytest.fixture
def arrange(url, client):
    async def arranged(family, what="answers", **body):
        answer = await client.post(f"{url}/{family.provider}/_sandbox/{what}", json=body)
        assert answer.status_code == 200, answer.text

    return arranged
