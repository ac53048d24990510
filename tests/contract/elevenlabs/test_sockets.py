"""Speech over sockets, both ways: several texts side by side, transcripts as somebody speaks, and what goes wrong."""

import asyncio
import base64
import itertools
import json

import httpx
import pytest
from tests.contract.elevenlabs.conftest import KEY, RACHEL
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from callout.sandbox.marked_speech import MarkReader, pcm_of, say, ulaw_of, words_in

TEXT = "Good morning, this is Mia, an AI assistant calling for Bright Homes."
MULTI = f"v1/text-to-speech/{RACHEL}/multi-stream-input?model_id=eleven_flash_v2_5&output_format=ulaw_8000"
SINGLE = f"v1/text-to-speech/{RACHEL}/stream-input?output_format=ulaw_8000"
SCRIBE = "v1/speech-to-text/realtime?model_id=scribe_v2_realtime&audio_format=ulaw_8000"


class Line:
    """One socket of the simulator."""

    def __init__(self, socket):
        self.socket = socket

    async def tell(self, **message):
        await self.socket.send(json.dumps(message))

    async def next(self):
        return json.loads(await asyncio.wait_for(self.socket.recv(), 5))

    async def rest(self):
        """All further messages until the service closes."""
        messages = []
        try:
            while True:
                messages.append(await self.next())
        except ConnectionClosed as closed:
            return messages, closed.rcvd.code

    async def hear(self, ulaw, *, frame=160):
        for start in range(0, len(ulaw), frame):
            sent = base64.b64encode(ulaw[start : start + frame]).decode()
            await self.tell(message_type="input_audio_chunk", audio_base_64=sent, commit=False, sample_rate=8_000)

    async def until(self, kind):
        """The messages up to the first of a kind."""
        messages = []
        while not messages or messages[-1]["message_type"] != kind:
            messages.append(await self.next())
        return messages


@pytest.fixture
async def dial(address):
    opened = []

    async def dialled(path, key=KEY):
        headers = {"xi-api-key": key} if key else {}
        opened.append(await connect(f"ws://{address}/{path}", additional_headers=headers))
        return Line(opened[-1])

    yield dialled
    for socket in opened:
        await socket.close()


@pytest.fixture
def arranged(address):
    async def arrange(what, **members):
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"http://{address}/_sandbox/{what}", json=members)
        assert answer.status_code == 200, answer.text

    return arrange


def said_in(messages, context_id=None):
    reader = MarkReader()
    audio = [
        base64.b64decode(one["audio"]) for one in messages if one.get("audio") and one.get("contextId") == context_id
    ]
    return "".join(heard.text for part in audio for heard in reader.feed_ulaw(part)).strip()


def documented(shared_data, name, says):
    lines = (shared_data / "payloads" / "elevenlabs" / f"{name}.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    return next(row["value"] for row in rows if row["direction"] == "server" and says(row["value"]))


async def test_one_text_is_spoken_and_the_socket_closed(dial, shared_data):
    line = await dial(SINGLE)
    await line.tell(text=" ", voice_settings={"stability": 0.5})
    await line.tell(text=f"{TEXT} ", try_trigger_generation=True)
    await line.tell(text="")
    messages, code = await line.rest()
    assert (said_in(messages), code) == (TEXT, 1000)
    assert [one["isFinal"] for one in messages[-2:]] == [None, True]
    shape = documented(shared_data, "ws_v1_text_to_speech_voice_id_stream_input_1", lambda value: value.get("audio"))
    assert shape.keys() <= messages[0].keys()
    assert shape["alignment"].keys() <= messages[0]["alignment"].keys()


async def test_the_key_may_come_with_the_first_message(dial):
    line = await dial(SINGLE, key=None)
    await line.tell(text=" ", xi_api_key=KEY)
    await line.tell(text="Hello. ", flush=True)
    assert said_in([await line.next()]) == "Hello."


async def test_letters_are_timed_from_the_start_of_each_part(dial):
    line = await dial(f"{MULTI}&auto_mode=true")
    await line.tell(text=TEXT, context_id="a")
    await line.tell(context_id="a", close_context=True)
    parts = [await line.next()]
    while not parts[-1]["isFinal"]:
        parts.append(await line.next())
    assert len(parts) > 4
    assert "".join(letter for part in parts[:-1] for letter in part["alignment"]["chars"]).strip() == TEXT
    for part in parts[:-1]:
        times = part["alignment"]
        length_ms = times["charStartTimesMs"][-1] + times["charDurationsMs"][-1]
        assert times["charStartTimesMs"][0] == 0
        assert len(base64.b64decode(part["audio"])) / 8 == pytest.approx(length_ms, abs=3)


async def test_several_texts_go_side_by_side(dial, shared_data):
    line = await dial(MULTI)
    for context_id, text in (("a", "Hello from one. "), ("b", "Hello from two. ")):
        await line.tell(text=" ", context_id=context_id, voice_settings={"stability": 0.4})
        await line.tell(text=text, context_id=context_id, flush=True)
    await line.tell(context_id="a", close_context=True)
    await line.tell(close_socket=True)
    messages, code = await line.rest()
    assert (said_in(messages, "a"), said_in(messages, "b"), code) == ("Hello from one.", "Hello from two.", 1000)
    assert {one["contextId"] for one in messages if one["isFinal"]} == {"a", "b"}
    shape = documented(
        shared_data, "ws_v1_text_to_speech_voice_id_multi_stream_input_2", lambda value: "alignment" in value
    )
    assert shape.keys() <= messages[0].keys()


async def test_text_waits_until_there_is_enough_of_it_or_it_is_flushed(dial):
    line = await dial(MULTI)
    await line.tell(text="Short. ", context_id="a")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(line.socket.recv(), 0.2)
    await line.tell(context_id="a", flush=True)
    assert said_in([await line.next()], "a") == "Short."
    await line.tell(text=f"{TEXT} {TEXT} {TEXT}", context_id="a")
    assert (await line.next())["audio"]


async def test_more_contexts_than_allowed(dial):
    line = await dial(MULTI)
    for number in range(6):
        await line.tell(text="Hi. ", context_id=f"c{number}")
    messages, code = await line.rest()
    assert (messages[-1]["error"], code) == ("max_active_conversations", 1008)


async def test_settings_come_only_with_the_first_message_of_a_context(dial):
    line = await dial(MULTI)
    await line.tell(text="Hi. ", context_id="a")
    await line.tell(text="Ho. ", context_id="a", voice_settings={"stability": 0.1})
    messages, code = await line.rest()
    assert (messages[-1]["error"], code) == ("invalid_message", 1008)


async def test_silence_ends_a_socket_and_a_sign_of_life_keeps_it(dial):
    line = await dial(f"{MULTI}&inactivity_timeout=1")
    for _ in range(3):
        await asyncio.sleep(0.5)
        await line.tell(text="", context_id="a")
    messages, code = await line.rest()
    assert ([one["error"] for one in messages], code) == (["input_timeout_exceeded"], 1008)


@pytest.mark.parametrize(
    ("path", "key", "error"),
    [
        (MULTI, "sk_refused", "invalid_api_key"),
        (MULTI, None, "invalid_api_key"),
        (MULTI.replace(RACHEL, "nobody"), KEY, "voice_not_found"),
    ],
)
async def test_who_is_not_let_in_is_told(dial, path, key, error):
    messages, code = await (await dial(path, key)).rest()
    assert (messages[-1]["error"], code) == (error, 1008)


async def test_spent_characters_are_told(dial):
    line = await dial(MULTI, "sk_spent_00")
    await line.tell(text="Hello. ", context_id="a", flush=True)
    assert (await line.next())["error"] == "quota_exceeded"


@pytest.mark.parametrize("message", ["nonsense", "[]", '{"text": 3}'])
async def test_nonsense_ends_a_socket(dial, message):
    line = await dial(MULTI)
    await line.socket.send(message)
    messages, code = await line.rest()
    assert (messages[-1]["error"], code) == ("invalid_message", 1008)


async def test_a_socket_that_breaks(dial, arranged):
    await arranged("sockets", next=["drop"])
    line = await dial(MULTI)
    await line.tell(text="Hello. ", context_id="a", flush=True)
    assert (await line.rest())[1] == 1011


async def test_a_session_says_what_it_is(dial, shared_data):
    line = await dial(f"{SCRIBE}&include_timestamps=true&language_code=en")
    started = await line.next()
    shape = documented(shared_data, "ws_scribe_realtime", lambda value: value["message_type"] == "session_started")
    assert started.keys() == shape.keys()
    assert started["config"].keys() == shape["config"].keys()
    assert (started["config"]["audio_format"], started["config"]["sample_rate"]) == ("ulaw_8000", 8_000)


async def test_words_come_as_they_are_said_and_stand_when_committed(dial):
    line = await dial(f"{SCRIBE}&include_timestamps=true")
    await line.hear(ulaw_of(say(TEXT).pcm))
    await line.tell(message_type="input_audio_chunk", audio_base_64="", commit=True, sample_rate=8_000)
    messages = await line.until("committed_transcript_with_timestamps")
    partials = [one["text"] for one in messages if one["message_type"] == "partial_transcript"]
    assert partials[0] == "Good"
    assert all(later.startswith(sooner) for sooner, later in itertools.pairwise(partials))
    assert partials[-1] == messages[-2]["text"] == messages[-1]["text"] == TEXT
    assert messages[-2]["message_type"] == "committed_transcript"
    words = [row for row in messages[-1]["words"] if row["type"] == "word"]
    assert words[-1]["end"] == pytest.approx(len(TEXT) * 0.065, abs=0.05)


async def test_silence_commits_where_that_is_asked_for(dial):
    line = await dial(f"{SCRIBE}&commit_strategy=vad&vad_silence_threshold_secs=0.5")
    await line.hear(ulaw_of(say("Yes please.").pcm) + b"\xff" * 6_000)
    assert (await line.until("committed_transcript"))[-1]["text"] == "Yes please."


async def test_two_segments_do_not_mix(dial):
    line = await dial(SCRIBE)
    for text in ("Yes please.", "At ten."):
        await line.hear(ulaw_of(say(text).pcm))
        await line.tell(message_type="input_audio_chunk", audio_base_64="", commit=True)
        assert (await line.until("committed_transcript"))[-1]["text"] == text


async def test_other_audio_says_nothing(dial):
    line = await dial(SCRIBE)
    await line.hear(b"\xff" * 8_000)
    await line.tell(message_type="input_audio_chunk", audio_base_64="", commit=True)
    assert (await line.until("committed_transcript"))[-1]["text"] == ""


async def test_a_commit_without_audio_is_refused_and_the_session_goes_on(dial):
    line = await dial(SCRIBE)
    await line.tell(message_type="input_audio_chunk", audio_base_64="", commit=True)
    assert (await line.until("commit_throttled"))[-1]["error"]
    await line.tell(message_type="elsewhere")
    await line.until("input_error")
    await line.tell(message_type="input_audio_chunk", audio_base_64="§§")
    await line.until("input_error")
    await line.hear(ulaw_of(say("Still here.").pcm))
    await line.tell(message_type="input_audio_chunk", audio_base_64="", commit=True)
    assert (await line.until("committed_transcript"))[-1]["text"] == "Still here."


@pytest.mark.parametrize(
    ("path", "key", "kind"),
    [
        (SCRIBE, "sk_refused", "auth_error"),
        (SCRIBE, "sk_spent_00", "quota_exceeded"),
        (SCRIBE, "sk_limited_00", "rate_limited"),
        (SCRIBE.replace("scribe_v2_realtime", "other"), KEY, "input_error"),
        (SCRIBE.replace("ulaw_8000", "mp3_44100"), KEY, "input_error"),
    ],
)
async def test_sessions_that_do_not_start(dial, path, key, kind):
    messages, code = await (await dial(path, key)).rest()
    assert (messages[-1]["message_type"], code) == (kind, 1008)


async def test_sessions_end_after_their_time(dial, arranged):
    await arranged("limits", session_s=0.2)
    messages, code = await (await dial(SCRIBE)).rest()
    assert (messages[-1]["message_type"], code) == ("session_time_limit_exceeded", 1008)


async def test_trouble_on_request(dial, arranged):
    await arranged("sockets", next=["ok", "rate_limited", "drop"])
    line = await dial(SCRIBE)
    await line.hear(b"\xff" * 480)
    messages, code = await line.rest()
    assert [one["message_type"] for one in messages] == ["session_started", "rate_limited", "transcriber_error"]
    assert code == 1008


async def test_delays_on_request(dial, arranged):
    await arranged("latency", tts_first_ms=200)
    line = await dial(MULTI)
    began = asyncio.get_running_loop().time()
    await line.tell(text="Hello. ", context_id="a", flush=True)
    await line.next()
    assert asyncio.get_running_loop().time() - began >= 0.2


def test_codes_and_samples_say_the_same():
    assert words_in(pcm_of(ulaw_of(say(TEXT).pcm))) == TEXT
