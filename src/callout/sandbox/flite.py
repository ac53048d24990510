"""A voice one can understand, for demonstrations: flite, where it is installed (http://www.festvox.org/flite/)."""

import io
import shutil
import subprocess
import tempfile
import unicodedata
import wave
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

VOICES: Final = ("slt", "rms", "awb", "kal16")
"""The first is female, the others male."""
PREFIX: Final = "flite:"
_LOUDNESS = 0.5
_TIMEOUT_S = 30
_TAPS = 61


def is_there() -> bool:
    """Whether flite is installed."""
    return _program() is not None


def sound_by_flite(text: str, *, rate: int, voice: str, speed: float) -> NDArray[np.float64] | None:
    """The sound of a text, -1..1; None where flite is not installed or cannot say it.

    Args:
        text: letters outside ASCII lose their marks, or are left out.
        rate: samples per second.
        voice: one of `VOICES`; any other is the first.
        speed: 1.0 is the voice's own.
    """
    program = _program()
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().strip()
    if program is None or not any(letter.isalnum() for letter in plain):
        return None
    name = voice if voice in VOICES else VOICES[0]
    with tempfile.TemporaryDirectory() as folder:
        text_file, sound_file = Path(folder, "text"), Path(folder, "sound.wav")
        text_file.write_text(plain, "ascii")
        stretch = f"duration_stretch={1 / speed:.3f}"
        command = [program, "-voice", name, "--setf", stretch, "-f", str(text_file), "-o", str(sound_file)]
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 - no shell
        if done.returncode != 0 or not sound_file.exists():
            return None
        return _read(sound_file.read_bytes(), rate)


@lru_cache(maxsize=1)
def _program() -> str | None:
    return shutil.which("flite")


def _read(wav: bytes, rate: int) -> NDArray[np.float64]:
    with wave.open(io.BytesIO(wav)) as file:
        own_rate = file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32_768
    if rate < own_rate:
        sound = np.convolve(sound, _low_pass(0.45 * rate / own_rate), "same")
    at = np.arange(int(len(sound) * rate / own_rate)) * own_rate / rate
    resampled: NDArray[np.float64] = np.interp(at, np.arange(len(sound)), sound)
    peak = np.max(np.abs(resampled)) if len(resampled) else 0.0
    return resampled * (_LOUDNESS / peak) if peak > 0 else resampled


def _low_pass(cut: float) -> NDArray[np.float64]:
    """A windowed-sinc filter; `cut` in cycles per sample."""
    at = np.arange(_TAPS) - _TAPS // 2
    taps: NDArray[np.float64] = 2 * cut * np.sinc(2 * cut * at) * np.hamming(_TAPS)
    return np.asarray(taps / taps.sum())
