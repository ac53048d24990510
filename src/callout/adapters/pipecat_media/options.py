"""How a call hears and speaks: plain values."""

from __future__ import annotations

from typing import Literal

import msgspec

from callout.features.calling.hosting.ears import MakeEar
from callout.features.calling.hosting.turn_taking import Patience
from callout.features.calling.hosting.voice_choice import VoiceChoice

PHONE_RATE = 8_000
"""Samples per second on the phone; the whole pipeline stays at it, so nothing is resampled."""
BROWSER_RATE = 16_000
"""The same for a browser."""


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Where a speech provider answers (with scheme, without a trailing slash) and the key it takes."""

    base_url: str
    api_key: str

    def __repr__(self) -> str:
        return f"Provider({self.base_url})"

    @property
    def socket_url(self) -> str:
        """The same address for websockets."""
        return self.base_url.replace("http", "ws", 1)


class HearingOptions(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody counts as speaking, and when their turn is over.

    Attributes:
        min_volume: 0..1 after pipecat's scale; what is quieter is no speech.
        start_s, stop_s: how long there has to be speech or silence before it counts.
    """

    confidence: float = 0.7
    min_volume: float = 0.3
    start_s: float = 0.1
    stop_s: float = 0.2
    patience: Patience = Patience()


class MediaOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the sound of one call needs.

    Attributes:
        voice_provider: ElevenLabs, for speech out.
        ears: recognisers of speech, the preferred one first; the next one takes over from one that fails.
        line: what the customer speaks into.
        language: ISO 639-1 the call begins in; `languages` all it may be held in.
        first_audio_s: how long a sentence may wait for its first sound before the backup speaks it.
    """

    voice_provider: Provider
    ears: tuple[MakeEar, ...]
    voice: VoiceChoice
    language: str = "en"
    languages: tuple[str, ...] = ()
    hearing: HearingOptions = HearingOptions()
    first_audio_s: float = 2.5
    line: Literal["phone", "browser"] = "phone"

    @property
    def rate(self) -> int:
        """Samples per second of the whole pipeline."""
        return PHONE_RATE if self.line == "phone" else BROWSER_RATE
