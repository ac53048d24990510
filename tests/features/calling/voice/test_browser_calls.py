"""Talking to an agent from a browser: no telephone, sound of 16 kHz, what is said on the screen as well."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from callout.adapters.pipecat_media import call as live_call
from callout.adapters.pipecat_media.web_stream import WebStream
from callout.features.calling.brain.step import opening
from callout.sandbox.browser_caller import BrowserCaller
from tests.features.calling.voice.stage import Stage, stage

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
async def opened() -> AsyncIterator[Stage]:
    async with stage() as one:
        yield one


async def test_a_person_at_a_browser_is_heard_answered_shown_what_is_said_and_gets_in_once(opened: Stage) -> None:
    scene, url = opened.web_scene(welcome_message="How can I help you?")
    caller = BrowserCaller(["Who is this?"])
    await caller.talk(url)
    await asyncio.wait_for(scene.book.concluded.wait(), 20)
    assert caller.heard.startswith(opening(scene.brief, datetime.now(UTC))[0].text)
    talk = [turn for _, turn in sorted(scene.book.talk.items())]
    assert "Who is this?" in [turn.content for turn in talk if turn.speaker == "customer"]
    shown = [one for one in caller.told if one["type"] == "transcript"]
    assert {(one["speaker"], one["text"]) for one in shown} >= {("customer", "Who is this?")}
    assert [one["latency_ms"] > 0 for one in caller.told if one["type"] == "reply"] == [True]
    assert caller.told[-1] == {"type": "end", "by": "customer"}
    assert caller.close_code == 1000
    again = BrowserCaller([])
    await again.talk(url)
    assert (again.close_code, again.told) == (4401, [])


@pytest.mark.parametrize(("role", "path", "code"), [("viewer", "good", 4403), ("owner", "another", 4404)])
async def test_nobody_else_gets_in(opened: Stage, role: str, path: str, code: int) -> None:
    scene, url = opened.web_scene(role=role)
    caller = BrowserCaller([])
    await caller.talk(url.replace(f"/{scene.token}?", f"/{path}?"))
    assert caller.close_code == code
    assert scene.call is None


async def test_a_browser_that_sends_no_sound_is_left(opened: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_call, "SILENT_LINE_S", 0.5)
    scene, url = opened.web_scene()
    async with connect(url, proxy=None) as socket:
        await socket.send(json.dumps({"type": "start"}))
        told = []
        with suppress(ConnectionClosed):
            async for message in socket:
                told += [message] if isinstance(message, str) else []
        assert socket.close_code == 4408
    assert json.loads(told[-1]) == {"type": "end", "by": "provider"}
    assert scene.call is not None
    assert scene.call.is_silent


async def test_what_comes_too_fast_or_makes_no_sense_is_left_out() -> None:
    now, heard, ended = 100.0, bytearray(), []

    async def hear(audio: bytes) -> None:
        heard.extend(audio)

    stream = WebStream(marked=lambda name: None, stopped=lambda: ended.append(1), heard=hear, clock=lambda: now)
    second = b"\1\0" * 16_000
    for _ in range(10):
        await stream.deserialize(second)
    assert stream.seconds == 2.0
    now += 1
    await stream.deserialize(json.dumps({"type": "mute"}))
    await stream.deserialize(second + b"\7")
    assert heard[-32_000:] == bytes(32_000)
    for nonsense in ("", "[]", '"x"', "{", '{"type":"key","digit":"x"}', '{"type":"mark"}', '{"type":7}'):
        assert await stream.deserialize(nonsense) is None
    await stream.deserialize(json.dumps({"type": "hangup"}))
    assert ended == [1]
