"""Whole calls over the media socket: real speech services on the wire, an invented customer at the other end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from callout.adapters.deepgram.listening import DeepgramEar
from callout.adapters.elevenlabs.listening import ScribeEar
from callout.adapters.pipecat_media.options import Provider
from callout.features.calling.brain.step import opening
from callout.features.calling.calls.pricing import priced
from callout.features.calling.hosting.ears import MakeEar
from callout.sandbox.marked_speech import say
from callout.sandbox.twilio_behaviour import Behaviour
from callout.sandbox.twilio_stream import connect as phone
from tests.features.calling.voice.callers import Interrupter, Watched
from tests.features.calling.voice.stage import Scene, Stage, stage

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
async def opened() -> AsyncIterator[Stage]:
    async with stage() as one:
        yield one


@pytest.mark.timeout(170)
async def test_a_booking_makes_one_order_with_the_disclosure_first(opened: Stage) -> None:
    scene = await opened.play(opened.scene(Behaviour(persona="keen", seed=1)))
    first = opening(scene.brief, datetime.now(UTC))[0].text
    assert scene.agent_heard.startswith(first)
    assert scene.book.outcome is not None
    assert scene.book.outcome.disposition == "converted"
    assert len(scene.desk.tools.orders) == 1
    assert [used.name for used in scene.desk.tools.used].count("create_order") == 1
    heard = [turn.content for _, turn in sorted(scene.book.talk.items()) if turn.speaker == "customer"]
    assert " ".join(heard) == " ".join(one["text"] for one in scene.line.said if one["speaker"] == "callee")
    assert len(scene.book.times) == len(heard)
    assert scene.exchange.done == [("hang_up", "")]
    assert {one.service: one.units > 0 for one in scene.book.usage} == {"tts": True, "stt": True}
    assert all(priced(one).cost for one in scene.book.usage)
    async with asyncio.timeout(10):
        while opened.floor.calls or opened.floor.active:  # noqa: ASYNC110 - the floor tells nobody
            await asyncio.sleep(0.05)


async def test_who_interrupts_is_heard_at_once_and_the_transcript_ends_where_the_agent_was_cut(opened: Stage) -> None:
    scene = opened.scene(Behaviour(), welcome_message="I would like to tell you about our offers of this week today.")
    disclosure = opening(scene.brief, datetime.now(UTC))[0].text
    callee = Interrupter("Hold on, who are you exactly?", after_words=len(disclosure.split()) + 4)
    socket = await play(opened, scene, callee)
    assert len(socket.moments["clear"]) == 1
    assert socket.moments["clear"][0] - callee.spoke_at < 0.5
    said = next(turn for turn in scene.book.talk.values() if turn.speaker == "agent").content
    cut = said.removeprefix(disclosure).strip().split()
    assert 3 <= len(cut) <= 9
    welcome = scene.brief.welcome_message.split()
    assert cut == welcome[: len(cut)]
    assert abs(len(said.split()) - len(callee.heard_words[: len(said.split()) + 2])) <= 2
    assert said.split() == callee.heard_words[: len(said.split())]


async def test_the_disclosure_is_not_interrupted(opened: Stage) -> None:
    scene = opened.scene(Behaviour())
    callee = Interrupter("Hello? Hello? Is anybody there?", after_words=2, hangs_up_after_s=8)
    socket = await play(opened, scene, callee)
    disclosure = opening(scene.brief, datetime.now(UTC))[0].text
    assert " ".join(callee.heard_words).startswith(disclosure)
    assert scene.book.outcome is not None
    assert next(one for one in scene.book.outcome.compliance if one.rule == "disclosure").ok
    assert not [at for at in socket.moments.get("clear", []) if at < callee.spoke_at + 2]


async def test_who_wants_no_calls_is_suppressed_and_left_in_peace(opened: Stage) -> None:
    scene = await opened.play(opened.scene(Behaviour(persona="opt_out")))
    assert len(scene.book.suppressed) == 1
    assert scene.book.outcome is not None
    assert scene.book.outcome.disposition == "do_not_call"
    assert scene.exchange.done == [("hang_up", "")]


async def test_a_call_that_breaks_off_mid_word_is_concluded(opened: Stage) -> None:
    scene = opened.scene(Behaviour())
    await play(opened, scene, Interrupter("Actually we do need a plumber", after_words=16, hangs_up_after_s=0.8))
    assert scene.end == "hung_up"
    assert scene.book.outcome is not None
    assert scene.book.outcome.end_reason == "customer_hangup"
    assert not scene.desk.tools.orders


async def test_a_voicemail_gets_the_message_and_who_calls(opened: Stage) -> None:
    message = "Please call us back whenever it suits you."
    behaviour = Behaviour(answers="machine", persona="voicemail")
    scene = opened.scene(behaviour, voicemail_action="leave_message", voicemail_message=message)
    await opened.play(scene)
    assert scene.book.outcome is not None
    assert scene.book.outcome.disposition == "voicemail"
    assert message in scene.agent_heard


async def test_a_key_opts_out(opened: Stage) -> None:
    scene = await opened.play(opened.scene(Behaviour(lines=("Hm.",), keys="9")))
    assert len(scene.book.suppressed) == 1


async def test_without_the_live_voice_the_backup_speaks(opened: Stage) -> None:
    refuse_voice(opened)

    async def backup(text: str, language: str) -> AsyncIterator[bytes]:
        assert language == "en"
        yield say(text).pcm

    opened.backup = backup
    scene = opened.scene(Behaviour(lines=("Who is this?",), hangs_up_after_s=14), welcome_message="How are you?")
    scene.is_ahead = False
    await opened.play(scene)
    assert scene.agent_heard.startswith(opening(scene.brief, datetime.now(UTC))[0].text)


async def test_when_nothing_can_speak_the_carrier_says_sorry(opened: Stage) -> None:
    refuse_voice(opened)
    scene = opened.scene(Behaviour(lines=("Hello?",)))
    scene.is_ahead = False
    await opened.play(scene)
    assert scene.book.outcome is not None
    assert scene.book.outcome.end_reason == "provider_error"
    assert scene.book.outcome.callback is not None
    kind, words = scene.exchange.done[0]
    assert kind == "say_instead"
    assert "call you back" in words


async def test_when_nobody_is_heard_any_more_the_agent_says_so(opened: Stage) -> None:
    refused: MakeEar = lambda rate: ScribeEar(opened.speech_url, "sk_refused", rate)  # noqa: E731
    opened.options = msgspec.structs.replace(opened.options, ears=(refused,))
    scene = await opened.play(opened.scene(Behaviour(lines=("Hello?",))))
    assert scene.book.outcome is not None
    assert scene.book.outcome.end_reason == "provider_error"
    assert "technical problem" in scene.agent_heard


async def test_another_recogniser_takes_over(opened: Stage) -> None:
    refused: MakeEar = lambda rate: ScribeEar(opened.speech_url, "sk_refused", rate)  # noqa: E731
    other: MakeEar = lambda rate: DeepgramEar(opened.deepgram_url, "good", rate)  # noqa: E731
    opened.options = msgspec.structs.replace(opened.options, ears=(refused, other))
    scene = await opened.play(opened.scene(Behaviour(lines=("Please never call me again.",))))
    heard = [turn.content for turn in scene.book.talk.values() if turn.speaker == "customer"]
    assert heard == ["Please never call me again."]
    assert len(scene.book.suppressed) == 1
    assert {one.provider for one in scene.book.usage if one.service == "stt"} >= {"deepgram"}


async def test_no_token_no_call(opened: Stage) -> None:
    scene = opened.scene(Behaviour(lines=("Hello?",)))
    scene.token = "another"
    await opened.play(scene)
    assert scene.call is None
    assert scene.end == "closed"
    async with connect(f"{opened.media_url}/media/twilio", proxy=None) as socket:
        await socket.send('{"event":"connected"}')
        await socket.send('{"event":"start","streamSid":"MZ1","start":{"callSid":"CA1","customParameters":{}}}')
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 5)
        assert socket.close_code == 4404


async def test_a_token_in_the_path_is_as_good(opened: Stage) -> None:
    scene = opened.scene(Behaviour(lines=("Bye.",), hangs_up_after_s=1))
    scene.token = "in-the-path"
    opened.media_path = "/media/sandbox/in-the-path"
    await opened.play(scene, token="")
    assert scene.call is not None


async def test_a_full_or_ending_process_takes_no_further_call() -> None:
    async with stage(capacity=1) as one:
        long = asyncio.create_task(one.play(one.scene(Behaviour(lines=("Hm.",), hangs_up_after_s=6))))
        await asyncio.sleep(1.5)
        assert one.floor.active == 1
        with pytest.raises(InvalidStatus):
            await connect(f"{one.media_url}/media/twilio", proxy=None)
        drained = asyncio.create_task(one.floor.drain(20))
        await asyncio.sleep(0.1)
        assert not drained.done()
        await long
        assert await drained
        assert not one.floor.is_open


def refuse_voice(opened: Stage) -> None:
    refused = Provider(base_url=opened.speech_url, api_key="sk_refused")
    opened.options = opened.options.__class__(
        voice_provider=refused, ears=opened.options.ears, voice=opened.options.voice, first_audio_s=0.5
    )


async def play(opened: Stage, scene: Scene, callee: Any) -> Watched:
    sockets: list[Watched] = []

    def open_socket(url: str) -> Any:
        sockets.append(Watched(phone(url)))
        return sockets[0]

    await opened.play(scene, callee=callee, open_socket=open_socket)
    return sockets[0]
