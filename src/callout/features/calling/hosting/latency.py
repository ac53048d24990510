"""How long a reply took, and where the time went. Pure; moments are seconds of one monotonic clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec


class TurnTimes(msgspec.Struct, frozen=True, kw_only=True):
    """One reply, in milliseconds.

    Attributes:
        seq: of the customer's turn.
        endpoint_ms: the customer's last sound → the turn counts as finished, without waiting for the recogniser.
        stt_final_ms: waiting for the recogniser's final words.
        llm_first_token_ms, sentence_ms: the model's first word, and from it to its first sentence; None without one.
        tts_first_byte_ms: the sentence asked for → its first audio; None where it was at hand.
        platform_ms: what is left, our own.
        voice_to_voice_ms: the customer's last sound → the agent's first.
    """

    seq: int
    at: datetime
    endpoint_ms: int
    stt_final_ms: int
    llm_first_token_ms: int | None
    sentence_ms: int | None
    tts_first_byte_ms: int | None
    platform_ms: int
    voice_to_voice_ms: int


class ReplyClock:
    """Takes the moments of one reply after the other."""

    def __init__(self) -> None:
        """Nothing is measured yet."""
        self._reset()

    def _reset(self) -> None:
        self._spoke: float | None = None
        self._due = self._final = 0.0
        self._asked: float | None = None
        self._token: float | None = None
        self._said: float | None = None
        self._say_id: str | None = None
        self._audio: float | None = None
        self._is_ahead = False

    def turn_ended(self, *, last_sound: float, waited: float, final_at: float) -> None:
        """The customer's turn goes to the brain.

        Args:
            last_sound: when they were last heard.
            waited: seconds the recogniser was waited for, beyond what the end of the turn needed anyway.
            final_at: now.
        """
        self._reset()
        self._spoke, self._due, self._final = last_sound, waited, final_at

    def asked(self, at: float) -> None:
        """The model is asked; only the first time counts."""
        if self._asked is None:
            self._asked = at

    def first_token(self, at: float) -> None:
        """The model's first word came."""
        if self._token is None and self._asked is not None:
            self._token = at

    def said(self, say_id: str, at: float) -> None:
        """A sentence is handed to the voice; the first one counts."""
        if self._spoke is not None and self._said is None:
            self._said, self._say_id = at, say_id

    def audio_came(self, say_id: str, at: float, *, is_ahead: bool = False) -> None:
        """The first audio of a sentence came from the voice, or was at hand."""
        if say_id == self._say_id and self._audio is None:
            self._audio, self._is_ahead = at, is_ahead

    def sounded(self, say_id: str, at: float, seq: int, now: datetime) -> TurnTimes | None:
        """The first audio of a sentence went to the customer; the times, where it is the reply's first."""
        if say_id != self._say_id or self._spoke is None or self._said is None:
            return None
        whole, stt = at - self._spoke, self._due
        endpoint = self._final - self._spoke - stt
        token = self._token - self._asked if self._token is not None and self._asked is not None else None
        sentence = max(0.0, self._said - self._token) if self._token is not None else None
        voice = self._audio - self._said if self._audio is not None and not self._is_ahead else None
        known = endpoint + stt + sum(part for part in (token, sentence, voice) if part is not None)
        self._reset()
        return TurnTimes(
            seq=seq,
            at=now,
            endpoint_ms=_ms(endpoint),
            stt_final_ms=_ms(stt),
            llm_first_token_ms=None if token is None else _ms(token),
            sentence_ms=None if sentence is None else _ms(sentence),
            tts_first_byte_ms=None if voice is None else _ms(voice),
            platform_ms=_ms(max(0.0, whole - known)),
            voice_to_voice_ms=_ms(whole),
        )


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile, share in 0..1; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] if ordered else None


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
