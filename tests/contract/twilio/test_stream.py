"""Media streams: the simulated Twilio as our media service meets it."""

import asyncio
import base64
import io
import itertools
import json
import wave

import numpy as np
import pytest
from tests.contract.twilio.conftest import SID, media_server, until, until_over

from callout.features.calling.ports import Conference, Stream
from callout.sandbox.marked_speech import MarkReader, pcm_of, say, ulaw_of

TALKER = {"after_s": 0.1, "lines": ["Hello, who is this?", "No, thank you. Goodbye."]}


class Agent:
    """Our side of a stream: says its lines whenever the callee was quiet for a while, and keeps what it hears."""

    def __init__(self, *lines):
        self.lines = list(lines)
        self.messages = []
        self.heard = ""
        self.marks = []

    async def __call__(self, socket, read):
        reader, quiet = MarkReader(), 0
        async for message in socket:
            told = json.loads(message)
            self.messages.append(told)
            if told["event"] == "media":
                frame = base64.b64decode(told["media"]["payload"])
                self.heard += "".join(word.text for word in reader.feed_ulaw(frame))
                quiet = quiet + 1 if set(frame) == {0xFF} else 0
                if quiet == 20 and self.lines:
                    await self.say(socket, told["streamSid"], self.lines.pop(0))
            elif told["event"] == "mark":
                self.marks.append(told["mark"]["name"])

    async def say(self, socket, stream, text):
        audio = ulaw_of(say(text).pcm)
        for at in range(0, len(audio), 320):
            payload = base64.b64encode(audio[at : at + 320]).decode()
            await socket.send(json.dumps({"event": "media", "streamSid": stream, "media": {"payload": payload}}))
        await socket.send(json.dumps({"event": "mark", "streamSid": stream, "mark": {"name": text}}))

    def of(self, event):
        return [message for message in self.messages if message["event"] == event]


@pytest.fixture
def call_with(arrange, telephony, a_call, simulator):
    """Plays a call with a handler of ours and a callee; gives what the simulator saw of it."""

    async def play(handler, callee, **changes):
        await arrange("callees", {"default": callee})
        async with media_server(handler) as url:
            stream = Stream(url=url, parameters={"call": "17", "who": "Jane <Doe>"})
            made = await telephony.create_call(a_call(instruction=stream, **changes))
            await until_over(telephony, made.external_id)
        calls = (await simulator.get("/_sandbox/calls")).json()["items"]
        return next(call for call in calls if call["sid"] == made.external_id)

    return play


async def test_both_sides_understand_each_other(call_with, stand, telephony):
    agent = Agent("Good day, this is Ava, an AI assistant.", "Do you need a plumber?", "I see.")
    call = await call_with(agent, TALKER)
    assert [(one["speaker"], one["text"]) for one in call["said"]] == [
        ("agent", "Good day, this is Ava, an AI assistant."),
        ("callee", "Hello, who is this?"),
        ("agent", "Do you need a plumber?"),
        ("callee", "No, thank you. Goodbye."),
        ("agent", "I see."),
    ]
    assert agent.heard == "Hello, who is this?No, thank you. Goodbye."
    assert agent.marks[:2] == ["Good day, this is Ava, an AI assistant.", "Do you need a plumber?"]
    assert call["notes"] == []
    await stand.until(lambda all_: any("/recording" in post["target"] for post in all_.posts))
    tape = (await telephony.recordings_of(call["sid"]))[0]
    wav = b"".join([part async for part in telephony.recording(tape.external_id, format="wav")])
    with wave.open(io.BytesIO(wav)) as sound:
        both = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, 2)
        assert sound.getnframes() == pytest.approx(8000 * tape.duration_s, abs=4000)
    sides = ["".join(word.text for word in MarkReader().feed_pcm(side.tobytes())) for side in both.T]
    assert sides[0] == agent.heard
    assert sides[1].startswith("Good day, this is Ava, an AI assistant.Do you need a plumber?")


async def test_the_messages_are_those_of_twilio(call_with, shared_data):
    agent = Agent("Hi.")
    call = await call_with(agent, {**TALKER, "keys": "5", "lines": ["Yes."]})
    lines = (shared_data / "payloads" / "twilio" / "media_streams" / "from_twilio.jsonl").read_text().splitlines()
    real = {message["event"]: message for message in map(json.loads, lines)}
    events = [message["event"] for message in agent.messages]
    assert events[:3] == ["connected", "start", "media"]
    assert events[-1] == "stop"
    assert set(events) == set(real)
    for event, sample in real.items():
        ours = agent.of(event)[0]
        assert set(sample) <= set(ours), event
        if event in ours and isinstance(sample.get(event), dict):
            assert set(sample[event]) <= set(ours[event]), event
    start = agent.of("start")[0]["start"]
    assert start["customParameters"] == {"call": "17", "who": "Jane <Doe>"}
    assert start["mediaFormat"] == real["start"]["start"]["mediaFormat"]
    assert (start["callSid"], start["accountSid"]) == (call["sid"], SID)
    media = agent.of("media")
    assert [int(one["media"]["timestamp"]) for one in media[:3]] == [20, 40, 60]
    assert {len(base64.b64decode(one["media"]["payload"])) for one in media} == {160}
    numbers = [int(one["sequenceNumber"]) for one in agent.messages if one["event"] != "connected"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert agent.of("dtmf")[0]["dtmf"]["digit"] == "5"


async def test_clear_forgets_what_is_not_played_and_tells_the_marks_back(call_with):
    marks, seconds = [], []

    async def impatient(socket, read):
        stream = (await read(), await read())[1]["streamSid"]
        audio = ulaw_of(say("This is a very long sentence that nobody will ever hear to its end, alas. " * 4).pcm)
        payload = base64.b64encode(audio).decode()
        await socket.send(json.dumps({"event": "media", "streamSid": stream, "media": {"payload": payload}}))
        await socket.send(json.dumps({"event": "mark", "streamSid": stream, "mark": {"name": "end"}}))
        seconds.append(len(audio) / 8000)
        for _ in range(100):
            await read()
        await socket.send(json.dumps({"event": "clear", "streamSid": stream}))
        while True:
            told = await read()
            if told["event"] == "mark":
                marks.append(told["mark"]["name"])
                seconds.append(int(told["sequenceNumber"]) * 0.02)
                return

    call = await call_with(impatient, {**TALKER, "patience_s": 60})
    assert marks == ["end"]
    assert seconds[1] < 4 < 10 < seconds[0]
    assert call["status"] == "completed"
    heard = " ".join(one["text"] for one in call["said"] if one["speaker"] == "agent")
    assert 0 < len(heard) < 60


async def test_a_callee_hangs_up_in_the_middle_of_a_word(call_with):
    agent = Agent("Good day.", "And on it goes.")
    lines = ["Absolutely-not-interested", "I am still here."]
    call = await call_with(agent, {**TALKER, "lines": lines, "hangs_up_mid_word": True})
    assert agent.messages[-1]["event"] == "stop"
    assert "interested" not in agent.heard
    assert call["status"] == "completed"
    assert [one["text"] for one in call["said"]] == ["Good day.", "Absolutely-not-interested"]


async def test_frames_get_lost_and_late_on_demand(call_with):
    agent = Agent("Good day.")
    await call_with(agent, {**TALKER, "drop": 0.2, "jitter_ms": 30, "hangs_up_after_s": 8})
    chunks = [int(one["media"]["chunk"]) for one in agent.of("media")]
    assert 0.1 < 1 - len(chunks) / chunks[-1] < 0.3
    assert chunks == sorted(chunks)


async def test_what_we_say_wrong_is_noted(call_with):
    async def careless(socket, read):
        stream = (await read(), await read())[1]["streamSid"]
        for message in (
            "no json",
            "[]",
            json.dumps({"event": "media", "streamSid": "MZ0", "media": {"payload": ""}}),
            json.dumps({"event": "media", "streamSid": stream, "media": {"payload": "%%%"}}),
            json.dumps({"event": "dance", "streamSid": stream}),
        ):
            await socket.send(message)
        for _ in range(20):
            await read()

    call = await call_with(careless, TALKER)
    assert len([note for note in call["notes"] if "31951" in note]) == 5


async def test_nobody_takes_the_stream(arrange, telephony, stand, reports, a_call):
    await arrange("callees", {"default": TALKER})
    stream = Stream(url="ws://127.0.0.1:9/media", status_url="https://callout.test/hooks/stream?call=1")
    made = await telephony.create_call(a_call(instruction=stream))
    await until_over(telephony, made.external_id)
    await stand.until(lambda all_: any("/stream" in post["target"] for post in all_.posts))
    post = next(post for post in stand.posts if "/stream" in post["target"])
    assert reports.is_genuine(post["target"], post["headers"], post["body"])
    told = reports.read("stream", post["body"], made.created_at)
    assert told.error_code == "stream_error"


async def test_a_live_call_leaves_its_stream_for_a_conference(arrange, telephony, simulator, a_call):
    agent = Agent("Good day.")
    await arrange("callees", {"default": {**TALKER, "lines": ["Hm."] * 50, "hangs_up_after_s": 600}})
    async with media_server(agent) as url:
        made = await telephony.create_call(a_call(instruction=Stream(url=url)))
        await until(lambda: _has(agent, "Hm."))
        await telephony.redirect(made.external_id, Conference(name="room"))
        await until(lambda: _stopped(agent))
        assert (await telephony.call(made.external_id)).status == "in_progress"
        await telephony.end_call(made.external_id)
        assert (await until_over(telephony, made.external_id)).status == "completed"


async def test_a_voicemail_speaks_first_and_beeps(call_with):
    agent = Agent()
    call = await call_with(agent, {"answers": "machine", "after_s": 0.1, "hangs_up_after_s": 14})
    assert any(word in agent.heard for word in ("voicemail", "mailbox", "beep"))
    assert call["answered_by"] == "machine_start"
    audio = b"".join(base64.b64decode(one["media"]["payload"]) for one in agent.of("media"))
    samples = np.frombuffer(pcm_of(audio), "<i2").astype(float)
    beep = [_pitch(samples[at : at + 1600]) for at in range(0, len(samples) - 1600, 1600)]
    assert any(abs(hertz - 1000) < 10 for hertz in beep)


@pytest.mark.parametrize(("answers", "word"), [("ivr", "press 1"), ("screening", "call")])
async def test_other_machines_speak(call_with, answers, word):
    agent = Agent()
    await call_with(agent, {"answers": answers, "after_s": 0.1, "hangs_up_after_s": 12})
    assert word in agent.heard


async def test_a_persona_answers_what_it_is_asked(call_with):
    agent = Agent("Hello, this is Ava, an AI assistant. Do you have a minute?", "Is there anything we can do for you?")
    call = await call_with(agent, {"persona": "keen", "after_s": 0.1, "seed": 3, "hangs_up_after_s": 30})
    said = [one["text"] for one in call["said"] if one["speaker"] == "callee"]
    assert len(said) >= 2
    assert "need" in " ".join(said).lower()


async def _has(agent, text):
    await asyncio.sleep(0)
    return text in agent.heard


async def _stopped(agent):
    return bool(agent.messages) and agent.messages[-1]["event"] == "stop"


def _pitch(part):
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    return float(np.argmax(spectrum) * 8000 / len(part)) if spectrum.max() > 1e5 else 0.0


async def test_a_caller_cuts_in_now_and_then_and_never_twice_running(call_with):
    sentence = "I would like to tell you about all the things we can do in your house, one after the other. "
    agent = Agent(*[f"{sentence}Do you want {word}?" for word in ("this", "that", "those", "these", "them", "it")])
    call = await call_with(agent, {"persona": "rude", "after_s": 0.1, "seed": 2, "hangs_up_after_s": 70})
    heard = [one["text"] for one in call["said"] if one["speaker"] == "agent"]
    assert "Do you want this?" in heard[0]
    cut = [not text.endswith("?") for text in heard]
    assert any(cut)
    assert not any(one and other for one, other in itertools.pairwise(cut))


async def test_in_text_words_go_instead_of_sound_at_the_pace_of_speech(call_with, arrange):
    await arrange("clock", {"speed": 20})
    messages = []

    async def agent(socket, read):
        async for message in socket:
            told = json.loads(message)
            messages.append(told)
            if told["event"] in {"start", "text"}:
                words = {"start": "Do you need a plumber?", "text": "I see."}[told["event"]]
                stream = told["streamSid"]
                await socket.send(json.dumps({"event": "text", "streamSid": stream, "text": {"body": words}}))

    call = await call_with(agent, {**TALKER, "media": "text"})
    assert [(one["speaker"], one["text"]) for one in call["said"]] == [
        ("agent", "Do you need a plumber?"),
        ("callee", "Hello, who is this?"),
        ("agent", "I see."),
        ("callee", "No, thank you. Goodbye."),
        ("agent", "I see."),
    ]
    assert call["said"][1]["at_s"] - call["said"][0]["at_s"] == pytest.approx(4 / 2.5 + 0.7, abs=1.5)
    assert [message["event"] for message in messages] == ["connected", "start", "text", "text", "stop"]
    assert messages[1]["start"]["mediaFormat"] == {"encoding": "text"}
