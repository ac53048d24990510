"""Text to speech of the ElevenLabs simulator over HTTP: whole, in parts, and with the time of every letter."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.response import Stream

from callout.sandbox import flite
from callout.sandbox.elevenlabs_audio import Rendered, render
from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.elevenlabs_stock import models
from callout.sandbox.elevenlabs_voices import check_settings, voice_in
from callout.sandbox.elevenlabs_world import Account, World, entered, new_id, object_of, paused
from callout.sandbox.keyed import answer
from callout.sandbox.marked_speech import Word
from callout.sandbox.vowels import pitch_of

Asked = Request[Any, Any, State]
PART_S: Final = 0.5
_MODELS: Final = {row["model_id"]: row for row in models() if row["can_do_text_to_speech"]}
_TOLD_LANGUAGE = ("eleven_flash_v2_5", "eleven_turbo_v2_5", "eleven_v3")


class Order(msgspec.Struct, frozen=True):
    """What is to be said.

    Attributes:
        cost: characters billed.
    """

    text: str
    voice: str
    output_format: str
    speed: float
    cost: int

    async def spoken(self, world: World, account: Account) -> Rendered:
        """The speech, made beside the loop where it takes long."""
        voice = audible_voice(voice_in(account, self.voice)) if world.is_audible else self.voice
        return await asyncio.to_thread(render, self.text, self.output_format, voice=voice, speed=self.speed)


@get("/v1/models")
async def list_models(request: Asked, state: State) -> Response[Any]:
    """The models of the service."""
    entered(request, state)
    return answer(200, models())


@post("/v1/text-to-speech/{voice_id:str}", status_code=200)
async def speak(request: Asked, state: State, voice_id: str) -> Response[bytes]:
    """All of the speech at once."""
    world, account, order = await _ordered(request, state, voice_id)
    with account.working():
        made = await order.spoken(world, account)
        await paused(world.delays.tts_first_ms + world.delays.tts_ms_per_s * made.seconds)
    return Response(made.audio, media_type=made.media_type, headers=_headers(account, order))


@post("/v1/text-to-speech/{voice_id:str}/stream", status_code=200)
async def stream(request: Asked, state: State, voice_id: str) -> Stream:
    """The speech in parts as it is made."""
    world, account, order = await _ordered(request, state, voice_id)
    account.working()
    made = await order.spoken(world, account)
    parts = _parts(world, account, made)
    return Stream(parts, media_type=made.media_type, headers=_headers(account, order))


@post("/v1/text-to-speech/{voice_id:str}/with-timestamps", status_code=200)
async def speak_with_times(request: Asked, state: State, voice_id: str) -> Response[Any]:
    """All of the speech at once, with the time of every letter."""
    world, account, order = await _ordered(request, state, voice_id)
    with account.working():
        made = await order.spoken(world, account)
        await paused(world.delays.tts_first_ms + world.delays.tts_ms_per_s * made.seconds)
    said = answer(200, {"audio_base64": _base64(made.audio), **_alignments(made.words, 0)})
    said.headers.update(_headers(account, order))
    return said


@post("/v1/text-to-speech/{voice_id:str}/stream/with-timestamps", status_code=200)
async def stream_with_times(request: Asked, state: State, voice_id: str) -> Stream:
    """The speech in parts, each with the time of its letters: one JSON object a line."""
    world, account, order = await _ordered(request, state, voice_id)
    account.working()
    made = await order.spoken(world, account)

    async def lines() -> AsyncIterator[bytes]:
        with account.working():
            await paused(world.delays.tts_first_ms)
            for words, audio in cut(made):
                await paused(world.delays.tts_ms_per_s * (words[-1].end_s - words[0].start_s))
                yield json.dumps({"audio_base64": _base64(audio), **_alignments(words, 0)}).encode() + b"\n"

    return Stream(lines(), media_type="application/json", headers=_headers(account, order))


ROUTES = [list_models, speak, stream, speak_with_times, stream_with_times]


def order_of(
    account: Account, text: str, *, voice_id: str, output_format: str, model_id: str, body: dict[str, Any]
) -> Order:
    """What is to be said, paid for.

    Raises:
        Refused: the voice, the model, the text or a setting is not taken, or nothing is left to pay with.
    """
    voice_in(account, voice_id)
    model = _MODELS.get(model_id)
    if model is None:
        raise Refused(400, "model_not_found", f"A model with model ID {model_id} does not exist.")
    if body.get("language_code") and model_id not in _TOLD_LANGUAGE:
        raise Refused(400, "unsupported_language", f"Model {model_id} does not support the language parameter.")
    most = model["maximum_text_length_per_request"]
    if len(text) > most:
        words = f"This request's text has {len(text)} characters and exceeds the character limit of {most} characters."
        raise Refused(400, "max_character_limit_exceeded", words)
    settings = body.get("voice_settings") or {}
    check_settings(settings)
    cost = account.bill(text, model["token_cost_factor"]) if text.strip() else 0
    return Order(text, voice_id, output_format, float(settings.get("speed") or 1.0), cost)


def audible_voice(voice: dict[str, Any]) -> str:
    """A voice of flite for one of ours: always the same, and of its gender."""
    first, *others = flite.VOICES
    is_male = voice["labels"].get("gender") == "male"
    chosen = others[int(pitch_of(voice["voice_id"])) % len(others)] if is_male else first
    return f"{flite.PREFIX}{chosen}"


def cut(made: Rendered, longest_s: float = PART_S) -> list[tuple[list[Word], bytes]]:
    """The speech in parts of whole words, some `longest_s` seconds each; audio that cannot be cut is one part."""
    if not made.words:
        return []
    if not made.bytes_per_s:
        return [(list(made.words), made.audio)]
    parts: list[list[Word]] = [[]]
    for word in made.words:
        if parts[-1] and word.end_s - parts[-1][0].start_s > longest_s:
            parts.append([])
        parts[-1].append(word)
    width = 2 if made.media_type == "audio/pcm" else 1
    ends = [width * round(part[-1].end_s * made.bytes_per_s / width) for part in parts]
    ends[-1] = len(made.audio)
    starts = [0, *ends[:-1]]
    return [(part, made.audio[start:end]) for part, start, end in zip(parts, starts, ends, strict=True)]


def letter_times(words: list[Word] | tuple[Word, ...], start_s: float) -> tuple[list[str], list[float], list[float]]:
    """Every letter with its start and end, in seconds from `start_s`."""
    letters: list[str] = []
    starts: list[float] = []
    ends: list[float] = []
    for word in words:
        each = (word.end_s - word.start_s) / len(word.text)
        for number, letter in enumerate(word.text):
            letters.append(letter)
            starts.append(word.start_s - start_s + number * each)
            ends.append(word.start_s - start_s + (number + 1) * each)
    return letters, starts, ends


async def _ordered(request: Asked, state: State, voice_id: str) -> tuple[World, Account, Order]:
    world, account = entered(request, state)
    body = object_of(await request.json())
    text = body.get("text")
    if not isinstance(text, str):
        raise Refused.missing(("body", "text"))
    if not text.strip():
        raise Refused(400, "empty_text", "The text is empty.")
    model_id = body.get("model_id") or "eleven_multilingual_v2"
    output_format = request.query_params.get("output_format") or "mp3_44100_128"
    order = order_of(account, text, voice_id=voice_id, output_format=output_format, model_id=str(model_id), body=body)
    return world, account, order


async def _parts(world: World, account: Account, made: Rendered) -> AsyncIterator[bytes]:
    size = int((made.bytes_per_s or 16_000) * PART_S)
    with account.working():
        await paused(world.delays.tts_first_ms)
        for start in range(0, len(made.audio), size):
            yield made.audio[start : start + size]
            await paused(world.delays.tts_ms_per_s * PART_S)


def _headers(account: Account, order: Order) -> dict[str, str]:
    return {
        "request-id": new_id("request"),
        "history-item-id": new_id("request"),
        "character-cost": str(order.cost),
        "current-concurrent-requests": str(account.at_work),
        "maximum-concurrent-requests": str(account.limits.concurrent),
    }


def _alignments(words: list[Word] | tuple[Word, ...], start_s: float) -> dict[str, Any]:
    letters, starts, ends = letter_times(words, start_s)
    times = {
        "characters": letters,
        "character_start_times_seconds": [round(at, 3) for at in starts],
        "character_end_times_seconds": [round(at, 3) for at in ends],
    }
    return {"alignment": times, "normalized_alignment": times}


def _base64(audio: bytes) -> str:
    return base64.b64encode(audio).decode()
