"""Transcription of recordings by the ElevenLabs simulator. Source: API reference, `POST /v1/speech-to-text`."""

import asyncio
from typing import Any

from litestar import Request, Response, post
from litestar.datastructures import State, UploadFile

from callout.sandbox.elevenlabs_audio import channels_of, text_in
from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.elevenlabs_words import told_words
from callout.sandbox.elevenlabs_world import World, entered, new_id
from callout.sandbox.keyed import answer
from callout.sandbox.marked_speech import MarkReader

MODELS = ("scribe_v1", "scribe_v1_experimental", "scribe_v2")
_RAW_RATE = 16_000


@post("/v1/speech-to-text", status_code=200)
async def transcribe(request: Request[Any, Any, State], state: State) -> Response[Any]:
    """The words of a recording, each channel on its own where that is asked for."""
    world, account = entered(request, state)
    form = await request.form()
    model, file = str(form.get("model_id") or ""), form.get("file")
    if model not in MODELS:
        raise Refused(400, "invalid_model_id", f"'{model}' is not a valid model_id.")
    if not isinstance(file, UploadFile):
        raise Refused.missing(("body", "file"))
    with account.working():
        content = await file.read()
        if form.get("file_format") == "pcm_s16le_16":
            channels, rate = [content], _RAW_RATE
        else:
            channels, rate = await asyncio.to_thread(channels_of, content)
        language = str(form.get("language_code") or "en")
        if form.get("use_multi_channel") == "true":
            parts = [
                await _told(world, channel, rate, language=language, number=number)
                for number, channel in enumerate(channels)
            ]
            return answer(200, {"transcription_id": new_id("request"), "transcripts": parts})
        told = await _told(world, channels[0], rate, content=content, language=language)
        return answer(200, {**told, "transcription_id": new_id("request")})


ROUTES = [transcribe]


async def _told(
    world: World, pcm: bytes, rate: int, *, language: str, content: bytes = b"", number: int | None = None
) -> dict[str, Any]:
    text = text_in(content, pcm)
    speaker: dict[str, Any] = {"speaker_id": f"speaker_{number or 0}"}
    if number is not None:
        speaker["channel_index"] = number
    words = told_words(MarkReader().feed_pcm(pcm), rate, **speaker)
    if not text and world.recognizer is not None:
        text = await asyncio.to_thread(world.recognizer, pcm, rate)
    if not words:
        words = [{"text": word, "start": 0.0, "end": 0.0, "type": "word", **speaker} for word in text.split()]
    return {"language_code": language, "language_probability": 0.98, "text": text, "words": words}
