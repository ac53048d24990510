"""Notices when somebody starts and stops to speak."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from callout.adapters.pipecat_media.options import HearingOptions
from callout.adapters.pipecat_media.silero import WINDOW_S, Silero, Window

_FULL = 32_768.0
_LOUD_FOR_S = 0.4
"""Sound counts as loud enough for so long after it was."""
_QUIETEST_DB, _LOUDEST_DB = -110.0, -10.0
"""Volume 0 and 1."""
_FORGET_AFTER_S = 2.0
_SURELY_SILENT, _SURELY_SILENT_S = 0.1, 0.32


class SpeechDetector:
    """Speech is what Silero takes for speech and is not too quiet.

    Where nothing at all is to be heard the model is not asked. What it remembers is given up from time to time while
    nobody speaks: long silence or music would leave it unable to notice the speech that follows.
    """

    def __init__(self, options: HearingOptions, rate: int) -> None:
        """Nobody speaks. `rate`: 8000 or 16000 samples per second."""
        self.is_speaking = False
        self._options = options
        self._model = Silero(rate)
        self._window_bytes = round(WINDOW_S * rate) * 2
        self._waiting = bytearray()
        self._passed_over: deque[Window] = deque(maxlen=round(_LOUD_FOR_S / WINDOW_S))
        self._starts, self._stops = (max(1, round(wait / WINDOW_S)) for wait in (options.start_s, options.stop_s))
        self._in_a_row = 0
        self._loud_for = 0
        self._since_forgotten = self._silent = 0

    def hear(self, audio: bytes) -> bool:
        """Takes sound, 16-bit PCM; whether somebody has started or stopped to speak in it."""
        was_speaking = self.is_speaking
        self._waiting += audio
        while len(self._waiting) >= self._window_bytes:
            window = np.frombuffer(bytes(self._waiting[: self._window_bytes]), np.int16).astype(np.float32) / _FULL
            del self._waiting[: self._window_bytes]
            self._follow(is_speech=self._is_speech(window))
        return self.is_speaking != was_speaking

    def stop(self) -> None:
        """Nothing more is heard, so nobody speaks."""
        self.is_speaking, self._in_a_row = False, 0

    def _follow(self, *, is_speech: bool) -> None:
        self._in_a_row = self._in_a_row + 1 if is_speech != self.is_speaking else 0
        if self._in_a_row >= (self._stops if self.is_speaking else self._starts):
            self.is_speaking, self._in_a_row = is_speech, 0

    def _is_speech(self, window: Window) -> bool:
        self._loud_for = round(_LOUD_FOR_S / WINDOW_S) if self._is_loud(window) else self._loud_for - 1
        if self._loud_for <= 0 and not self.is_speaking:
            self._passed_over.append(window)
            return False
        if self._passed_over:
            self._catch_up()
        confidence = self._model.confidence(window)
        self._forget_at_times(confidence)
        return confidence >= self._options.confidence and self._loud_for > 0

    def _is_loud(self, window: Window) -> bool:
        level_db = 10 * math.log10(float(np.dot(window, window)) / len(window) + 1e-12)
        return (level_db - _QUIETEST_DB) / (_LOUDEST_DB - _QUIETEST_DB) >= self._options.min_volume

    def _catch_up(self) -> None:
        """The model hears what came before the first sound."""
        self._model.forget()
        self._since_forgotten = self._silent = 0
        for window in self._passed_over:
            self._model.confidence(window)
        self._passed_over.clear()

    def _forget_at_times(self, confidence: float) -> None:
        self._since_forgotten += 1
        self._silent = self._silent + 1 if confidence < _SURELY_SILENT else 0
        is_due = self._since_forgotten * WINDOW_S >= _FORGET_AFTER_S
        is_quiet = not self.is_speaking and not self._in_a_row and self._silent * WINDOW_S >= _SURELY_SILENT_S
        if is_due and is_quiet:
            self._model.forget()
            self._since_forgotten = self._silent = 0
