"""The provider's own voices: asked at most every five minutes and key, and the same id for everybody who sees them."""

import asyncio
import time
from collections.abc import Callable, Mapping
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from callout.features.calling.ports import (
    Chosen,
    Mode,
    ProviderFailed,
    ProviderVoice,
    SpeechModel,
    SpeechSynthesis,
    VoiceAccess,
    VoiceProvider,
)
from callout.kit.db.database import Database
from callout.kit.principal import Principal

FRESH_S = 300
"""How long an answer of the provider is good for."""
SORRY_S = 15
"""How long a provider that failed is left alone."""
_KEYS = 1000


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider offers.

    Attributes:
        provider: None without a key and a simulator.
        voices: by the id they have in this tenant.
        models: None when the provider did not tell.
        warnings: what is missing, for a person.
    """

    provider: str | None = None
    mode: Mode = "live"
    voices: Mapping[UUID, ProviderVoice] = {}
    models: tuple[SpeechModel, ...] | None = None
    warnings: tuple[str, ...] = ()


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    until: float
    voices: tuple[ProviderVoice, ...] = ()
    models: tuple[SpeechModel, ...] | None = None
    warnings: tuple[str, ...] = ()


class StockVoices:
    """Remembers the voices and models of each key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds that never go back."""
        self._clock = clock
        self._known: dict[str, _Answer] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def of(self, principal: Principal, access: VoiceAccess, database: Database) -> Stock:
        """The voices a tenant may choose from; a provider in trouble gives what it said last, and a warning.

        Reads the key in a transaction of its own: no transaction is open while the provider is asked.
        """
        async with database.transaction(principal) as look:
            tenant_id = look.tenant_id
            voices = await access.voices_of(look)
            speech = await access.speech_of(look)
        if voices is None:
            return Stock(warnings=("No provider of voices: add a key of ElevenLabs under Settings, Providers.",))
        answer = await self._answer(voices, speech)
        provider = voices.adapter.provider
        return Stock(
            provider=provider,
            mode=voices.mode,
            voices={stock_id(tenant_id, provider, voices.mode, one.external_id): one for one in answer.voices},
            models=answer.models,
            warnings=answer.warnings,
        )

    def forget(self, key_id: str) -> None:
        """Asks anew next time."""
        self._known.pop(key_id, None)

    async def _answer(self, voices: Chosen[VoiceProvider], speech: Chosen[SpeechSynthesis] | None) -> _Answer:
        key = voices.key_id
        if (known := self._known.get(key)) is not None and known.until > self._clock():
            return known
        async with self._asking.setdefault(key, asyncio.Lock()):
            if (known := self._known.get(key)) is not None and known.until > self._clock():
                return known
            fresh = await self._ask(voices, speech, known)
            if len(self._known) >= _KEYS:
                self._known.clear()
            self._known[key] = fresh
        self._asking.pop(key, None)
        return fresh

    async def _ask(
        self, voices: Chosen[VoiceProvider], speech: Chosen[SpeechSynthesis] | None, before: _Answer | None
    ) -> _Answer:
        try:
            offered = [voice for voice in await voices.adapter.stock_voices() if not voice.is_own_clone]
            models = tuple(await speech.adapter.models()) if speech is not None else None
        except ProviderFailed as failed:
            words = f"{voices.adapter.provider}: {failed.message} {failed.remedy}".strip()
            held = before or _Answer(until=0)
            return msgspec.structs.replace(held, until=self._clock() + SORRY_S, warnings=(words,))
        return _Answer(until=self._clock() + FRESH_S, voices=tuple(offered), models=models or None)


def stock_id(tenant_id: UUID, provider: str, mode: Mode, external_id: str) -> UUID:
    """The id of a provider's voice in a tenant, whether or not it has a row yet (UUIDv5, RFC 9562)."""
    return uuid5(NAMESPACE_URL, f"callout:voice:{tenant_id}:{provider}:{mode}:{external_id}")
