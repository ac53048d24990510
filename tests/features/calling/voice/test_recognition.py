"""Recognisers that fail, at the start and in the middle of words: what the customer says is understood all the same."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar.types import ASGIApp
from websockets.asyncio.server import ServerConnection, serve

from callout.adapters.deepgram.listening import DeepgramEar
from callout.adapters.elevenlabs.listening import ScribeEar
from callout.adapters.pipecat_media import recognition
from callout.adapters.pipecat_media.recognition import Recognition
from callout.features.calling.hosting.ears import Ear, MakeEar, Words
from callout.run.http_server import HttpServer
from callout.sandbox import deepgram, elevenlabs, server
from callout.sandbox.marked_speech import say
from tests.features.calling.voice.stage import free_port

RATE, PIECE = 8_000, 640
FIRST, SECOND = "Good morning, who is calling please?", "We could do with a plumber."

Serve = AsyncIterator["House"]


class House:
    """Both providers behind one port, and a call's ears."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self.url, self.client = url, client
        self.words: list[Words] = []
        self.changed = asyncio.Event()
        self.lost = asyncio.Event()
        self.recognition: Recognition | None = None

    def scribe(self, key: str = "sk_good", url: str = "") -> MakeEar:
        return lambda rate: ScribeEar(url or f"{self.url}/elevenlabs", key, rate)

    def deepgram(self, key: str = "good") -> MakeEar:
        return lambda rate: DeepgramEar(f"{self.url}/deepgram", key, rate)

    def listen(self, *makers: MakeEar, language: str = "en", may_be_others: bool = False) -> Recognition:
        self.recognition = Recognition(makers, RATE, heard=self._heard, lost=self._lost)
        self.recognition.start(language, may_be_others=may_be_others)
        return self.recognition

    async def trouble(self, *kinds: str) -> None:
        answer = await self.client.post(f"{self.url}/elevenlabs/_sandbox/sockets", json={"next": list(kinds)})
        answer.raise_for_status()

    async def utter(self, ear: Recognition, text: str) -> None:
        ear.began()
        pcm = say(text).pcm + bytes(PIECE * 4)
        for start in range(0, len(pcm), PIECE):
            ear.sound(pcm[start : start + PIECE])
            await asyncio.sleep(0.002)
        ear.ended()

    async def finals(self, count: int, within_s: float = 10) -> list[str]:
        async with asyncio.timeout(within_s):
            while len(found := [one.text for one in self.words if one.is_final]) < count:
                self.changed.clear()
                await self.changed.wait()
        return found

    def _heard(self, words: Words) -> None:
        self.words.append(words)
        self.changed.set()

    def _lost(self) -> None:
        self.lost.set()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with httpx.AsyncClient(timeout=10) as client:
        port = free_port()
        parts: dict[str, ASGIApp] = {"elevenlabs": elevenlabs.create_app(client), "deepgram": deepgram.create_app()}
        simulator = HttpServer(server.create_app(parts), "127.0.0.1", port)
        await simulator.start()
        made = House(f"http://127.0.0.1:{port}", client)
        yield made
        if made.recognition is not None:
            await made.recognition.stop()
        await simulator.stop(within_s=1)


async def both(house: House, ear: Recognition) -> None:
    await house.utter(ear, FIRST)
    assert await house.finals(1) == [FIRST]
    await house.utter(ear, SECOND)
    assert await house.finals(2) == [FIRST, SECOND]
    assert not house.lost.is_set()


@pytest.mark.parametrize("name", ["scribe", "deepgram"])
async def test_each_alone(house: House, name: str) -> None:
    ear = house.listen(getattr(house, name)())
    await both(house, ear)
    assert next(one.text for one in house.words if not one.is_final) == "Good"
    assert set(ear.seconds) == {"elevenlabs" if name == "scribe" else "deepgram"}


@pytest.mark.parametrize("name", ["scribe", "deepgram"])
async def test_several_languages(house: House, name: str) -> None:
    ear = house.listen(getattr(house, name)(), may_be_others=True)
    await both(house, ear)
    await ear.switch_language("es")
    await house.utter(ear, SECOND)
    assert await house.finals(3) == [FIRST, SECOND, SECOND]


@pytest.mark.parametrize("kind", ["drop", "quota_exceeded", "rate_limited", "stall:30"])
async def test_failing_in_the_middle_of_words(house: House, kind: str) -> None:
    ear = house.listen(house.scribe(), house.deepgram())
    await house.utter(ear, SECOND)
    assert await house.finals(1) == [SECOND]
    await house.trouble(*["ok"] * 10, kind)
    await house.utter(ear, FIRST)
    assert await house.finals(2, within_s=5) == [SECOND, FIRST]
    await house.utter(ear, SECOND)
    assert await house.finals(3) == [SECOND, FIRST, SECOND]
    assert ear.seconds["deepgram"] > 2


async def test_refused_at_the_start(house: House) -> None:
    ear = house.listen(house.scribe("sk_refused"), house.deepgram())
    await both(house, ear)
    assert ear.seconds["deepgram"] > 3


async def test_an_address_where_nobody_answers(house: House) -> None:
    ear = house.listen(house.scribe(url=f"http://127.0.0.1:{free_port()}"), house.deepgram())
    await both(house, ear)
    assert set(ear.seconds) == {"deepgram"}


async def test_a_connection_that_never_opens(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "_OPEN_WITHIN_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        ear = house.listen(house.scribe(url=f"http://127.0.0.1:{deaf.getsockname()[1]}"), house.deepgram())
        await both(house, ear)


async def test_alone_it_connects_again(house: House) -> None:
    ear = house.listen(house.scribe())
    await house.trouble(*["ok"] * 10, "drop")
    await both(house, ear)
    assert set(ear.seconds) == {"elevenlabs"}


async def test_who_understood_well_is_asked_again_after_the_connection_ended(house: House) -> None:
    first: list[ServerConnection] = []

    async def once(caller: ServerConnection) -> None:
        """Answers one end and hangs up in the middle of what follows."""
        first.append(caller)
        answered = False
        async for message in caller:
            if answered and len(first) == 1:
                await caller.close(1011)
            elif '"commit":true' in str(message):
                await caller.send('{"message_type":"committed_transcript","text":"Yes."}')
                answered = True

    async with serve(once, "127.0.0.1", 0) as shaky:
        port = next(iter(shaky.sockets)).getsockname()[1]
        ear = house.listen(house.scribe(url=f"http://127.0.0.1:{port}"), house.deepgram())
        await house.utter(ear, "Yes.")
        await house.finals(1)
        await house.utter(ear, "Yes.")
        assert await house.finals(2) == ["Yes.", "Yes."]
        assert len(first) == 2
        assert set(ear.seconds) == {"elevenlabs"}


async def test_when_all_fail_every_end_is_answered_and_it_is_told(house: House) -> None:
    ear = house.listen(house.scribe("sk_refused"), house.deepgram("refused"))
    await house.utter(ear, FIRST)
    await house.utter(ear, SECOND)
    assert await house.finals(2) == ["", ""]
    async with asyncio.timeout(5):
        await house.lost.wait()


async def test_when_all_fail_again_and_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "_PAUSES_S", (0.01,))
    house.listen(house.scribe(url=f"http://127.0.0.1:{free_port()}"))
    async with asyncio.timeout(5):
        await house.lost.wait()


async def test_a_socket_that_takes_nothing_more_holds_nobody_up(house: House) -> None:
    gone = asyncio.Event()

    async def full(caller: ServerConnection) -> None:
        caller.transport.pause_reading()
        await gone.wait()

    async with serve(full, "127.0.0.1", 0, close_timeout=0.1) as stuck:
        port = next(iter(stuck.sockets)).getsockname()[1]
        ear = house.listen(house.scribe(url=f"http://127.0.0.1:{port}"), house.deepgram())
        await asyncio.sleep(0.2)
        ear.began()
        began = time.monotonic()
        for _ in range(20):
            ear.sound(bytes(2 * RATE * 3))
        assert time.monotonic() - began < 1
        await house.utter(ear, FIRST)
        assert await house.finals(1) == [FIRST]
        gone.set()


async def test_an_end_without_words_is_answered(house: House) -> None:
    for maker in (house.scribe(), house.deepgram()):
        house.words.clear()
        ear = house.listen(maker)
        ear.began()
        for _ in range(20):
            ear.sound(bytes(PIECE))
        ear.ended()
        assert await house.finals(1) == [""]
        await ear.stop()


def test_deepgram_puts_its_parts_together() -> None:
    ear: Ear = DeepgramEar("https://x", "k", RATE)

    def told(text: str, **facts: Any) -> Words | None:
        best = {"transcript": text, "languages": ["es"]}
        return ear.read(msgspec.json.encode({"type": "Results", "channel": {"alternatives": [best]}, **facts}))

    assert told("Hola") == Words("Hola", is_final=False, language="es")
    assert told("Hola, buenas", is_final=True) == Words("Hola, buenas", is_final=False, language="es")
    assert told("tardes") == Words("Hola, buenas tardes", is_final=False, language="es")
    assert told("tardes.", is_final=True, from_finalize=True) == Words("Hola, buenas tardes.", True, "es")
    assert told("", is_final=True, from_finalize=True) == Words("", is_final=True, language="es")
    assert told("") is None
    assert ear.read("no json") is None
    assert ear.read('{"type":"Metadata"}') is None
