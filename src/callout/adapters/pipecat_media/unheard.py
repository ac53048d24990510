"""Sound that was not understood yet, and where its utterances ended. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

BEFORE_SPEECH_S: Final = 1.0
LONGEST_S: Final = 60.0

END: Final = None
"""Stands where an utterance ended and its final words were asked for."""

Piece = bytes | None


class Unheard:
    """Keeps pieces under running numbers until they are answered, so that another recogniser can be told all of them.

    Of silence the last second is kept: a word may begin in it. `is_speech`: somebody speaks, and all is kept.
    """

    def __init__(self, rate: int) -> None:
        """Nothing was said; `rate` is samples per second of 16 bits."""
        self.ends = 0
        self.is_speech = False
        self._pieces: deque[Piece] = deque()
        self._first = 0
        self._bytes = 0
        self._second = 2 * rate

    def sound(self, pcm: bytes) -> None:
        """Sound came."""
        self._pieces.append(pcm)
        self._bytes += len(pcm)
        kept_s = LONGEST_S if self.is_speech or self.ends else BEFORE_SPEECH_S
        while self._bytes > kept_s * self._second and (first := self._pieces[0]) is not END:
            self._drop(first)

    def ended(self) -> None:
        """They paused, and an answer is due."""
        self.is_speech = False
        self._pieces.append(END)
        self.ends += 1

    def answered(self) -> None:
        """What was said up to the oldest end is understood; so is nothing where no answer was due."""
        if not self.ends:
            return
        self.ends -= 1
        while (first := self._pieces[0]) is not END:
            self._drop(first)
        self._pieces.popleft()
        self._first += 1

    def after(self, number: int) -> tuple[int, Piece] | None:
        """The first piece with a higher number than this, and its own; None where there is none."""
        at = max(number + 1, self._first)
        return (at, self._pieces[at - self._first]) if at - self._first < len(self._pieces) else None

    def _drop(self, first: bytes) -> None:
        self._pieces.popleft()
        self._first += 1
        self._bytes -= len(first)
