"""How likely a moment of sound is speech: the Silero model, one ONNX session for all calls of the process."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from pipecat.audio.vad.silero import SileroOnnxModel

Window = NDArray[np.float32]
WINDOW_S = 0.032
_CONTEXT_S = 0.004
_STATE = (2, 1, 128)


@cache
def warm_up() -> SileroOnnxModel:
    """Loads the model that comes with Pipecat; done once, best before the first call."""
    path = resources.files("pipecat.audio.vad.data").joinpath("silero_vad.onnx")
    return SileroOnnxModel(str(path), force_onnx_cpu=True)


class Silero:
    """What the model remembers of one call."""

    def __init__(self, rate: int) -> None:
        """`rate`: 8000 or 16000 samples per second."""
        self._session = warm_up().session
        self._context_length = round(_CONTEXT_S * rate)
        self._input = np.zeros((1, self._context_length + round(WINDOW_S * rate)), np.float32)
        self._told = {"input": self._input, "sr": np.array(rate, np.int64)}
        self.forget()

    def forget(self) -> None:
        """As if nothing had been heard yet."""
        self._told["state"] = np.zeros(_STATE, np.float32)
        self._input[:] = 0

    def confidence(self, window: Window) -> float:
        """0..1, of the next window of sound, -1..1."""
        context = self._context_length
        self._input[0, :context] = self._input[0, -context:]
        self._input[0, context:] = window
        out, self._told["state"] = self._session.run(None, self._told)
        return float(out[0, 0])
