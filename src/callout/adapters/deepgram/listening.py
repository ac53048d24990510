"""Speech recognised while it is spoken, by Deepgram: the messages of its socket. Pure.

Source: Deepgram API reference, "Live audio"; https://developers.deepgram.com/docs/finalize. We say where an utterance
ends: `Finalize` is answered by results marked `from_finalize`, though not always where there was little to hear.
"""

import json
from typing import Any, Final
from urllib.parse import urlencode

from callout.features.calling.hosting.ears import Address, EarLostError, Words

MODEL: Final = "nova-3"


class DeepgramEar:
    """One connection. Implements `Ear`."""

    provider = "deepgram"
    answer_s = 1.0
    is_silence_an_answer = True

    def __init__(self, base_url: str, api_key: str, rate: int) -> None:
        """`base_url`: http or https, without a path of the API; `rate`: samples per second."""
        self._url = base_url.replace("http", "ws", 1)
        self._key, self._rate = api_key, rate
        self.model = f"{MODEL}-monolingual"
        self._parts: list[str] = []
        self._changing = ""
        self._language: str | None = None

    def address(self, language: str, *, may_be_others: bool) -> Address:
        """See `Ear.address`."""
        asked = {"model": MODEL, "encoding": "linear16", "sample_rate": self._rate, "channels": 1, "punctuate": "true"}
        asked |= {"interim_results": "true", "endpointing": "false"}
        asked["language"] = "multi" if may_be_others else language[:2]
        self.model = f"{MODEL}-{'multilingual' if may_be_others else 'monolingual'}"
        return Address(f"{self._url}/v1/listen?{urlencode(asked)}", {"Authorization": f"Token {self._key}"})

    def audio(self, pcm: bytes) -> bytes:
        """See `Ear.audio`."""
        return pcm

    def commit(self) -> str:
        """See `Ear.commit`."""
        return '{"type":"Finalize"}'

    def alive(self) -> str:
        """See `Ear.alive`."""
        return '{"type":"KeepAlive"}'

    def read(self, message: str | bytes) -> Words | None:
        """See `Ear.read`. Parts it has made up its mind about are put together until the answer to a commit."""
        try:
            told: dict[str, Any] = json.loads(message)
            if told["type"] == "Error":
                raise EarLostError(str(told.get("description") or told.get("message") or ""))
            best = told["channel"]["alternatives"][0]
            text = str(best.get("transcript") or "").strip()
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return None
        self._language = next(iter(best.get("languages") or ()), self._language) if text else self._language
        self._changing = text
        if told.get("is_final"):
            self._parts += [text] if text else []
            self._changing = ""
            if told.get("from_finalize"):
                return self.unanswered()
        so_far = self._so_far()
        return Words(so_far, is_final=False, language=self._language) if so_far else None

    def unanswered(self) -> Words:
        """See `Ear.unanswered`."""
        words = Words(self._so_far(), is_final=True, language=self._language)
        self._parts, self._changing = [], ""
        return words

    def _so_far(self) -> str:
        return " ".join(part for part in (*self._parts, self._changing) if part)
