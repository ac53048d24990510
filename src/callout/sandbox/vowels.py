"""Something like a voice: a buzz of vocal cords through the formants of vowels, one sound for each letter. Pure.

It says no words, but it is as loud, as pitched and as long as speech, and voice activity detectors take it for such.
"""

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

LETTER_S: Final = 0.065
"""How long a letter sounds: some 15 letters a second, as in quick English."""
_LOUDNESS = 0.3
_FRAME_S = 0.01
_HIGHEST_HZ = 3_600.0
_VOWELS: Final = {
    "a": (730.0, 1_090.0, 2_440.0), "e": (530.0, 1_840.0, 2_480.0), "i": (270.0, 2_290.0, 3_010.0),
    "o": (570.0, 840.0, 2_410.0), "u": (300.0, 870.0, 2_240.0), "y": (300.0, 1_900.0, 2_600.0),
}  # fmt: skip
"""Formants in Hz (Peterson and Barney, "Control methods used in a study of the vowels", 1952)."""
_CONSONANT = (420.0, 1_400.0, 2_500.0)
_BANDWIDTHS = (90.0, 110.0, 160.0)


def pitch_of(voice: str) -> float:
    """The pitch of a voice in Hz, 95 to 215: always the same for the same voice."""
    return 95.0 + hashlib.sha256(voice.encode()).digest()[0] / 255 * 120


def sound_of(text: str, *, rate: int, voice: str, letter_s: float) -> NDArray[np.float64]:
    """The sound of a text, -1..1, `len(text)` letters long."""
    total = round(len(text) * letter_s * rate)
    frames = max(2, round(len(text) * letter_s / _FRAME_S) + 1)
    letter = np.minimum((np.arange(frames) * _FRAME_S / letter_s).astype(int), len(text) - 1)
    formants = _smooth(np.array([_VOWELS.get(one, _CONSONANT) for one in text.lower()])[letter])
    loud = _smooth(np.array([_loudness(one) for one in text.lower()])[letter][:, None])[:, 0]
    pitch = pitch_of(voice) * (1.06 - 0.12 * np.arange(frames) / frames + 0.03 * np.sin(np.arange(frames) / 9))
    return _sung(formants, loud, pitch, total, rate)


def _sung(
    formants: NDArray[np.float64], loud: NDArray[np.float64], pitch: NDArray[np.float64], total: int, rate: int
) -> NDArray[np.float64]:
    """Harmonics of a pitch, each as loud as the formants let it through."""
    at = np.arange(total) / rate / _FRAME_S
    spots = np.arange(len(pitch))
    turn = np.exp(2j * np.pi * np.cumsum(np.interp(at, spots, pitch)) / rate)
    wave, sound = np.ones(total, complex), np.zeros(total)
    for harmonic in range(1, int(min(_HIGHEST_HZ, rate * 0.45) / pitch.max()) + 1):
        wave *= turn
        away = (harmonic * pitch[:, None] - formants) / np.array(_BANDWIDTHS)
        through = (1 / (1 + away**2)).sum(axis=1) / np.sqrt(harmonic)
        sound += np.interp(at, spots, through * loud) * wave.imag
    peak = np.max(np.abs(sound)) if total else 0.0
    return sound * (_LOUDNESS / peak) if peak > 0 else sound


def _loudness(letter: str) -> float:
    if letter in _VOWELS:
        return 1.0
    return 0.35 if letter.isalnum() else 0.0


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each frame with its neighbours: a mouth does not jump."""
    padded = np.pad(values, ((1, 1), (0, 0)), mode="edge")
    smoothed: NDArray[np.float64] = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return smoothed
