"""When the customer's turn is over: silence long enough for what was said, and the recogniser's final words. Pure."""

from __future__ import annotations

import re

import msgspec

_OPEN_END = re.compile(
    r"(?:,|-|\.\.\.|\b(?:and|or|but|so|because|if|the|a|an|my|our|to|at|on|in|of|for|with|is|um|uh|er|und|oder|"
    r"aber|y|o|pero|et|ou|mais))$",
    re.IGNORECASE,
)
_WHOLE_END = re.compile(r"[.!?。！？]['\")]?$")  # noqa: RUF001 - full-width marks end sentences too


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of silence after which a turn is over.

    Attributes:
        whole_s: after a finished sentence.
        plain_s: after words without an end mark.
        open_s: after words that call for more.
        recogniser_s: the longest wait for the recogniser's final words; then its partial ones count.
    """

    whole_s: float = 0.25
    plain_s: float = 0.5
    open_s: float = 1.0
    recogniser_s: float = 2.0


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A finished turn; moments are seconds of the caller's monotonic clock.

    Attributes:
        last_sound: when the customer was last heard.
        recogniser_s: how long the recogniser was waited for beyond the silence the turn needed.
    """

    text: str
    language: str | None
    duration_s: float
    last_sound: float
    recogniser_s: float


class TurnTaking:
    """Listens to one customer. Every method takes the present moment; `ended` gives a turn once."""

    def __init__(self, patience: Patience | None = None) -> None:
        """Nobody has spoken yet."""
        self._patience = patience or Patience()
        self.is_speaking = False
        self._overdue = 0
        self._reset()

    def _reset(self) -> None:
        self._parts: list[str] = []
        self._partial = ""
        self._language: str | None = None
        self._began: float | None = None
        self._silent_since = 0.0
        self._awaited, self._due_since, self._final_at = 0, 0.0, 0.0

    def began(self, at: float) -> None:
        """The customer starts or goes on to speak; `at` is their first sound."""
        self.is_speaking = True
        if self._began is None:
            self._began = at

    def paused(self, last_sound: float, at: float) -> None:
        """Silence since `last_sound`; the recogniser is asked for its final words now."""
        self.is_speaking = False
        self._silent_since = last_sound
        self._awaited, self._due_since = self._awaited + 1, at

    def partial(self, text: str) -> str:
        """Takes words that may still change; returns all of the turn so far."""
        self._partial = text.strip()
        return self._text()

    def final(self, text: str, language: str | None, at: float) -> str:
        """Takes words that will not change; returns all of the turn so far.

        Final words that come after their turn went without them are not heard a second time.
        """
        if self._overdue:
            self._overdue -= 1
            return self._text()
        self._partial, self._awaited, self._final_at = "", max(0, self._awaited - 1), at
        if text.strip():
            self._parts.append(text.strip())
        self._language = language or self._language
        if not self.is_speaking and not self._silent_since:
            self._silent_since = at
        return self._text()

    def ended(self, at: float) -> Ended | None:
        """The turn, when it is over by now."""
        due = self.due_at()
        if due is None or at < due:
            return None
        text = self._text()
        began = self._began if self._began is not None else self._silent_since
        waited = max(0.0, self._final_at - (self._silent_since + self._wait()))
        turn = Ended(
            text=text,
            language=self._language,
            duration_s=max(0.0, self._silent_since - began),
            last_sound=self._silent_since,
            recogniser_s=min(waited, max(0.0, at - self._silent_since)),
        )
        self._overdue += self._awaited if text else 0
        self._reset()
        return turn if text else None

    def due_at(self) -> float | None:
        """When to ask `ended` again; None while the customer speaks or nothing was said."""
        if self.is_speaking:
            return None
        if self._awaited:
            return self._due_since + self._patience.recogniser_s
        if not self._parts:
            return None
        return max(self._silent_since + self._wait(), self._final_at)

    def _wait(self) -> float:
        text = self._text()
        if _OPEN_END.search(text):
            return self._patience.open_s
        return self._patience.whole_s if _WHOLE_END.search(text) else self._patience.plain_s

    def _text(self) -> str:
        return " ".join(part for part in (*self._parts, self._partial) if part)
