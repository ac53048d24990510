"""Speech by ElevenLabs: a whole clip, or the audio as it is made.

Source: ElevenLabs API reference, `POST /v1/text-to-speech/{voice_id}` and `/stream`, `GET /v1/models`.
"""

import io
import wave
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import quote

import httpx

from callout.adapters.elevenlabs.reading import model_of
from callout.adapters.elevenlabs.wire import DEFAULT_BASE_URL, Wire
from callout.features.calling.ports import Speech, SpeechFormat, SpeechModel, Unavailable, Utterance

SPEAK_TIMEOUT_S: Final = 60.0
STREAM_TIMEOUT_S: Final = 20.0
"""Longest wait for the next part."""
SLOWEST, FASTEST = 0.7, 1.2
"""The speeds ElevenLabs takes."""
WAV_RATE: Final = 24_000
_FORMATS: Final[dict[SpeechFormat, str]] = {
    "mp3": "mp3_44100_128",
    "wav": f"pcm_{WAV_RATE}",
    "ulaw_8000": "ulaw_8000",
    "pcm_8000": "pcm_8000",
    "pcm_16000": "pcm_16000",
    "pcm_24000": "pcm_24000",
}
_TAKES_LANGUAGE = ("eleven_flash_v2_5", "eleven_turbo_v2_5", "eleven_v3")
"""Models that are told the language; the others refuse to be."""


class ElevenLabsSpeech:
    """Implements `SpeechSynthesis`."""

    provider = "elevenlabs"

    def __init__(self, client: httpx.AsyncClient, *, api_key: str, base_url: str = DEFAULT_BASE_URL) -> None:
        """Takes the client, the key and where the provider answers."""
        self._wire = Wire(client, api_key=api_key, base_url=base_url)

    async def speak(self, utterance: Utterance) -> Speech:
        """See `SpeechSynthesis.speak`."""
        audio, headers = await self._wire.take(
            "POST", _path(utterance), timeout_s=SPEAK_TIMEOUT_S, params=_params(utterance), json=body_of(utterance)
        )
        if not audio:
            raise Unavailable("ElevenLabs gave no audio.")
        billed = headers.get("character-cost", "")
        return Speech(
            audio=_wav(audio) if utterance.format == "wav" else audio,
            format=utterance.format,
            characters=int(billed) if billed.isascii() and billed.isdigit() else len(utterance.text),
            request_id=headers.get("request-id"),
        )

    async def stream(self, utterance: Utterance) -> AsyncIterator[bytes]:
        """See `SpeechSynthesis.stream`; "wav" comes as raw PCM of 24 kHz."""
        path, params = f"{_path(utterance)}/stream", _params(utterance)
        parts = self._wire.stream("POST", path, timeout_s=STREAM_TIMEOUT_S, params=params, json=body_of(utterance))
        async for part in parts:
            yield part

    async def models(self) -> list[SpeechModel]:
        """See `SpeechSynthesis.models`."""
        told = await self._wire.ask("GET", "/v1/models", timeout_s=STREAM_TIMEOUT_S)
        if not isinstance(told, list):
            raise Unavailable("ElevenLabs gave an answer that lists no models.")
        return [model for row in told if (model := model_of(row)) is not None]


def body_of(utterance: Utterance) -> dict[str, Any]:
    """What ElevenLabs is asked to say and how."""
    body: dict[str, Any] = {
        "text": utterance.text,
        "model_id": utterance.model,
        "voice_settings": {
            "stability": utterance.stability,
            "similarity_boost": utterance.similarity_boost,
            "style": utterance.style,
            "use_speaker_boost": utterance.use_speaker_boost,
            "speed": max(SLOWEST, min(FASTEST, utterance.speed)),
        },
    }
    if utterance.language and utterance.model.startswith(_TAKES_LANGUAGE):
        body["language_code"] = utterance.language.replace("_", "-").partition("-")[0].lower()
    if utterance.seed is not None:
        body["seed"] = utterance.seed
    return body


def _path(utterance: Utterance) -> str:
    return f"/v1/text-to-speech/{quote(utterance.voice, safe='')}"


def _params(utterance: Utterance) -> dict[str, str]:
    return {"output_format": _FORMATS[utterance.format]}


def _wav(pcm: bytes) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(WAV_RATE)
        file.writeframes(pcm)
    return out.getvalue()
