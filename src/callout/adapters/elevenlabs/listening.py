"""Speech recognised while it is spoken, by ElevenLabs' Scribe: the messages of its socket. Pure.

Source: ElevenLabs API reference, "Realtime speech to text". We say where an utterance ends (manual commit).
"""

import base64
import json
from typing import Any, Final
from urllib.parse import urlencode

from callout.features.calling.hosting.ears import Address, EarLostError, Words

MODEL: Final = "scribe_v2_realtime"
_NOTHING_HEARD: Final = ("insufficient_audio_activity", "commit_throttled")
_FOR_GOOD: Final = ("auth_error", "quota_exceeded", "unaccepted_terms", "invalid_request")
_PASSING: Final = ("error", "transcriber_error", "rate_limited", "queue_overflow", "resource_exhausted",
                   "session_time_limit_exceeded")  # fmt: skip


class ScribeEar:
    """One connection. Implements `Ear`."""

    provider = "elevenlabs"
    model = MODEL
    answer_s = 1.5
    is_silence_an_answer = False

    def __init__(self, base_url: str, api_key: str, rate: int) -> None:
        """`base_url`: http or https, without a path of the API; `rate`: samples per second."""
        self._url = base_url.replace("http", "ws", 1)
        self._key, self._rate = api_key, rate
        self._head = f'{{"message_type":"input_audio_chunk","sample_rate":{rate},'
        self._tells_language = False

    def address(self, language: str, *, may_be_others: bool) -> Address:
        """See `Ear.address`; among several languages it is told which one was spoken."""
        self._tells_language = may_be_others
        asked = {"model_id": MODEL, "audio_format": f"pcm_{self._rate}", "commit_strategy": "manual"}
        asked |= {"include_language_detection": "true"} if may_be_others else {"language_code": language[:2]}
        return Address(f"{self._url}/v1/speech-to-text/realtime?{urlencode(asked)}", {"xi-api-key": self._key})

    def audio(self, pcm: bytes) -> str:
        """See `Ear.audio`."""
        sound = base64.b64encode(pcm).decode()
        return f'{self._head}"commit":false,"audio_base_64":"{sound}"}}'

    def commit(self) -> str:
        """See `Ear.commit`."""
        return f'{self._head}"commit":true,"audio_base_64":""}}'

    def alive(self) -> str:
        """See `Ear.alive`: a moment of silence."""
        return self.audio(bytes(self._rate // 5))

    def read(self, message: str | bytes) -> Words | None:
        """See `Ear.read`."""
        try:
            told: dict[str, Any] = json.loads(message)
            kind, text = told["message_type"], str(told.get("text") or "").strip()
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        if kind == "partial_transcript":
            return Words(text, is_final=False) if text else None
        if kind in _NOTHING_HEARD:
            return Words("", is_final=True)
        if kind == "committed_transcript" and not (text and self._tells_language):
            return Words(text, is_final=True)
        if kind == "committed_transcript_with_timestamps" and text and self._tells_language:
            return Words(text, is_final=True, language=told.get("language_code"))
        if kind in _FOR_GOOD or kind in _PASSING:
            raise EarLostError(f"{kind}: {told.get('error', '')}", is_for_good=kind in _FOR_GOOD)
        return None

    def unanswered(self) -> Words:
        """See `Ear.unanswered`: it answers always."""
        return Words("", is_final=True)
