"""Saying a text with a voice, to hear how it sounds."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from callout.features.api_configs.errors import ApiKeysRequired
from callout.features.calling.desk import CallingDesk
from callout.features.calling.errors import VoiceNotReady, problem_of
from callout.features.calling.ports import Chosen, ProviderFailed, Speech, SpeechSynthesis, Utterance
from callout.features.calling.voices import store
from callout.features.calling.voices.choosing import ready_voice
from callout.features.calling.voices.samples import length_of
from callout.features.calling.voices.schemas import Synthesis
from callout.features.calling.voices.stock import Stock
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.principal import Principal

KEPT = timedelta(days=1)
PER_HOUR = 100


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """What was said.

    Attributes:
        ms: how long the provider took.
        warnings: codes of settings this provider does not know.
    """

    voice_id: UUID
    name: str
    speech: Speech
    model: str
    duration_s: float | None
    ms: int
    warnings: tuple[str, ...] = ()


async def say(principal: Principal, desk: CallingDesk, voice_id: UUID, asked: Synthesis, stock: Stock) -> Spoken:
    """Has the provider say a text; outside any transaction while it does.

    Raises:
        NotFound: no such voice.
        VoiceNotReady: it cannot speak now.
        ApiKeysRequired: there is no provider of speech.
        Problem: the provider failed.
    """
    async with desk.database.transaction(principal) as look:
        voice = await ready_voice(look, voice_id, stock)
        chosen = await desk.voices.speech_of(look)
    if voice is None:
        raise NotFound
    if chosen is None:
        raise ApiKeysRequired(missing_providers=[voice.provider])
    if voice.external_id is None or (voice.provider, voice.mode) != (chosen.adapter.provider, chosen.mode):
        raise VoiceNotReady(
            "The provider in use does not have this voice. Train it again.", reason="voice_of_other_key"
        )
    started = time.perf_counter()
    speech = await _spoken(chosen, _utterance(asked, voice.external_id))
    return Spoken(
        voice_id=voice.id,
        name=voice.name,
        speech=speech,
        model=asked.tts_model,
        duration_s=await length_of(speech.audio),
        ms=round((time.perf_counter() - started) * 1000),
        warnings=("pitch_not_supported",) if asked.pitch != 1 else (),
    )


async def keep(work: Work, desk: CallingDesk, spoken: Spoken) -> dict[str, Any]:
    """Keeps what was said for a day and counts the use; returns what the API answers."""
    name = f"{spoken.name}.{spoken.speech.format}"
    row = await desk.files.store_bytes(work, "voice_preview", name, spoken.speech.audio)
    row.expires_at = work.now + KEPT
    await store.count_use(work, spoken.voice_id)
    return {
        "file_id": row.id,
        "url": desk.files.url_of(row, work.now),
        "duration_s": spoken.duration_s,
        "processing_ms": spoken.ms,
        "model_version": spoken.model,
        "characters": spoken.speech.characters,
        "warnings": list(spoken.warnings),
    }


async def _spoken(chosen: Chosen[SpeechSynthesis], utterance: Utterance) -> Speech:
    try:
        return await chosen.adapter.speak(utterance)
    except ProviderFailed as failed:
        raise problem_of(failed, chosen.adapter.provider) from failed


def _utterance(asked: Synthesis, external_id: str) -> Utterance:
    return Utterance(
        text=asked.text,
        voice=external_id,
        model=asked.tts_model,
        format=asked.format,
        language=asked.language,
        stability=float(asked.stability),
        similarity_boost=float(asked.similarity_boost),
        style=float(asked.style),
        use_speaker_boost=asked.use_speaker_boost,
        speed=float(asked.speed),
        seed=asked.seed,
    )
