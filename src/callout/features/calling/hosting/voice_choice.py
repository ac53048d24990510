"""Whose voice speaks in a call, and how."""

from __future__ import annotations

from datetime import datetime

import msgspec

from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.step import opening
from callout.features.calling.ports import SpeechFormat, Utterance

ON_THE_PHONE: SpeechFormat = "pcm_8000"
IN_A_BROWSER: SpeechFormat = "pcm_16000"


class VoiceChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The provider's id of a voice, and how it speaks; the ratios are 0..1, `speed` 1.0 is the voice's own."""

    voice: str
    model: str = "eleven_flash_v2_5"
    stability: float = 0.5
    similarity_boost: float = 0.75
    style: float = 0.0
    use_speaker_boost: bool = True
    speed: float = 1.0

    def utterance(self, text: str, language: str, form: SpeechFormat = ON_THE_PHONE) -> Utterance:
        """A text as it is spoken in a call: 16-bit PCM of 8 kHz on the phone."""
        return Utterance(text=text, format=form, language=language, **msgspec.structs.asdict(self))

    def first_words(self, brief: Brief, now: datetime, form: SpeechFormat = ON_THE_PHONE) -> list[Utterance]:
        """What an agent says before anybody answers it."""
        return [self.utterance(say.text, say.language, form) for say in opening(brief, now)]
