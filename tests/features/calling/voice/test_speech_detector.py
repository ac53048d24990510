"""Speech is noticed as soon as Pipecat's own analyser notices it, or sooner, and as reliably."""

import numpy as np
import pytest
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams, VADState

from callout.adapters.pipecat_media.options import HearingOptions
from callout.adapters.pipecat_media.speech_detector import SpeechDetector
from callout.sandbox.marked_speech import say

RATE, PIECE = 8_000, 320
OPTIONS = HearingOptions()
TEXTS = ("Good morning, who is calling please?", "No.", "We could do with a plumber on Monday.")


def talk(noise: float) -> bytes:
    """Speech with pauses, and a noise below it, 0..1 of full scale."""
    random = np.random.default_rng(7)
    parts = [np.zeros(RATE * 2)]
    for text in TEXTS:
        parts += [np.frombuffer(say(text).pcm, np.int16).astype(np.float64), np.zeros(RATE * 3 // 2)]
    whole = np.concatenate(parts)
    whole += random.normal(0, noise * 32_767 or 1e-9, len(whole))
    return whole.clip(-32_768, 32_767).astype(np.int16).tobytes()


def ours(pcm: bytes) -> list[tuple[bool, float]]:
    """When speech begins and ends, seconds of the audio."""
    detector = SpeechDetector(OPTIONS, RATE)
    return [
        (detector.is_speaking, (start + PIECE) / 2 / RATE)
        for start in range(0, len(pcm), PIECE)
        if detector.hear(pcm[start : start + PIECE])
    ]


def pipecats(pcm: bytes) -> list[tuple[bool, float]]:
    params = VADParams(
        confidence=OPTIONS.confidence,
        start_secs=OPTIONS.start_s,
        stop_secs=OPTIONS.stop_s,
        min_volume=OPTIONS.min_volume,
    )
    analyzer, found, before = SileroVADAnalyzer(sample_rate=RATE, params=params), [], False
    analyzer.set_sample_rate(RATE)
    for start in range(0, len(pcm), PIECE):
        state = analyzer._run_analyzer(pcm[start : start + PIECE])
        if (now := state in {VADState.SPEAKING, VADState.STOPPING}) != before:
            found.append((now, (start + PIECE) / 2 / RATE))
            before = now
    return found


@pytest.mark.parametrize("noise", [0.0, 0.0003, 0.003])
def test_as_good_as_pipecats_and_no_later(noise: float) -> None:
    pcm = talk(noise)
    mine, theirs = ours(pcm), pipecats(pcm)
    assert [begins for begins, _ in mine] == [True, False] * len(TEXTS)
    assert [begins for begins, _ in theirs] == [begins for begins, _ in mine]
    for (_, at), (begins, reference) in zip(mine, theirs, strict=True):
        assert -0.15 <= at - reference <= (0.001 if begins else 0.07)


@pytest.mark.parametrize("noise", [0.0, 0.0003, 0.01])
def test_silence_and_noise_are_no_speech(noise: float) -> None:
    random = np.random.default_rng(3)
    pcm = random.normal(0, noise * 32_767, RATE * 20).astype(np.int16).tobytes()
    assert ours(pcm) == []


def test_clicks_are_no_speech() -> None:
    wave = np.zeros(RATE * 10, np.int16)
    wave[RATE // 2 :: RATE // 2] = 30_000
    assert ours(wave.tobytes()) == []


def test_who_is_too_quiet_is_not_heard() -> None:
    loud = np.frombuffer(talk(0), np.int16)
    assert ours((loud // 20_000).astype(np.int16).tobytes()) == []
