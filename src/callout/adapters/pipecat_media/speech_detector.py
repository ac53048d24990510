"""Notices when somebody starts and stops to speak; one Silero model serves all calls of the process."""

from __future__ import annotations

import asyncio
from functools import cache
from importlib import resources

from pipecat.audio.vad.silero import SileroOnnxModel, SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    StartFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from callout.adapters.pipecat_media.options import HearingOptions

_IDLE_S = 1.0


@cache
def warm_up() -> SileroOnnxModel:
    """Loads the model; done once, best before the first call."""
    path = resources.files("pipecat.audio.vad.data").joinpath("silero_vad.onnx")
    return SileroOnnxModel(str(path), force_onnx_cpu=True)


class _CallModel(SileroOnnxModel):
    """The state of one call on the shared session."""

    def __init__(self) -> None:
        shared = warm_up()
        self.session = shared.session
        self.sample_rates = shared.sample_rates
        self.reset_states()


class _Analyzer(SileroVADAnalyzer):
    """Silero without a session and a thread of its own: a piece takes a fraction of a millisecond."""

    def __init__(self, rate: int, params: VADParams) -> None:
        VADAnalyzer.__init__(self, sample_rate=rate, params=params)
        self._executor.shutdown(wait=False)
        self._model = _CallModel()
        self._windows_since_reset = 0
        self._low_confidence_windows = 0

    def analyze(self, audio: bytes) -> VADState:
        """The state after this audio, 16-bit PCM."""
        return self._run_analyzer(audio)


class SpeechDetector(FrameProcessor):
    """Passes audio on and says when speech begins and ends."""

    def __init__(self, options: HearingOptions, rate: int) -> None:
        """Nobody speaks. `rate`: samples per second."""
        super().__init__(enable_direct_mode=True)
        params = VADParams(
            confidence=options.confidence,
            start_secs=options.start_s,
            stop_secs=options.stop_s,
            min_volume=options.min_volume,
        )
        self._analyzer = _Analyzer(rate, params)
        self._options, self._rate = options, rate
        self._is_speaking = False
        self._idle: asyncio.TimerHandle | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Takes audio; everything is passed on."""
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._analyzer.set_sample_rate(self._rate)
        elif isinstance(frame, InputAudioRawFrame):
            await self._listen(frame.audio)

    async def _listen(self, audio: bytes) -> None:
        state = self._analyzer.analyze(audio)
        if state is VADState.SPEAKING and not self._is_speaking:
            self._is_speaking = True
            await self.push_frame(VADUserStartedSpeakingFrame(start_secs=self._options.start_s))
        elif state is VADState.QUIET and self._is_speaking:
            await self._stopped(self._options.stop_s)
        self._watch()

    async def _stopped(self, silence_s: float) -> None:
        self._is_speaking = False
        await self.push_frame(VADUserStoppedSpeakingFrame(stop_secs=silence_s))

    def _watch(self) -> None:
        """Where audio stops to come in, whoever spoke has stopped as well."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if self._is_speaking:
            self._idle = asyncio.get_running_loop().call_later(_IDLE_S, self._gone_quiet)

    def _gone_quiet(self) -> None:
        if self._is_speaking:
            self.create_task(self._stopped(_IDLE_S))

    async def cleanup(self) -> None:
        """Ends the watch."""
        if self._idle is not None:
            self._idle.cancel()
        await super().cleanup()
