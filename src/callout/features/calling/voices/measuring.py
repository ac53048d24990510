"""What a recording is like: level, clipping, noise, how much of it is speech (pure)."""

import msgspec
import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.02
CLIPPED_AT = 0.985
_FLOOR = 1e-10
"""-100 dB below full scale: nothing is quieter."""
_MOST_DB = 60.0
_LEAST_RANGE_DB = 6.0
"""Where loud and quiet frames differ by less there are no words and pauses, but one steady sound."""
_SILENCE_DB = -55.0

Samples = NDArray[np.float32]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Properties of a recording.

    Attributes:
        duration_s: of all of it.
        peak_db: the loudest sample, dB below full scale.
        clipped_share: samples cut off at full scale, 0..1.
        noise_db: the level between the words, dB below full scale.
        speech_share: frames in which somebody speaks, 0..1.
        snr_db: speech over noise; 60 where there is no noise to be heard.
    """

    duration_s: float
    peak_db: float
    clipped_share: float
    noise_db: float
    speech_share: float
    snr_db: float


def measure(samples: Samples, rate: int) -> Measured:
    """Measures a mono recording.

    Words and pauses are told apart by energy: a frame of 20 ms is speech when it lies well above the quietest tenth.
    The noise is the mean power of the quiet frames, the speech that of the loud ones without it.

    Args:
        samples: -1..1.
        rate: samples a second.
    """
    size = max(1, int(rate * FRAME_S))
    whole = len(samples) // size * size
    power = np.mean(np.square(samples[:whole].reshape(-1, size), dtype=np.float64), axis=1) + _FLOOR
    level = 10 * np.log10(power) if len(power) else np.full(1, -100.0)
    power = power if len(power) else np.full(1, _FLOOR)
    quiet, loud = float(np.percentile(level, 10)), float(np.percentile(level, 95))
    spread = loud - quiet
    is_speech = level > quiet + max(_LEAST_RANGE_DB, 0.4 * spread)
    is_pause = level <= quiet + 3
    noise = float(np.mean(power[is_pause]))
    if spread < _LEAST_RANGE_DB or loud < _SILENCE_DB or not is_speech.any():
        speech_share, snr = 0.0, 0.0
    else:
        speech_share = float(np.mean(is_speech))
        snr = 10 * np.log10(max(float(np.mean(power[is_speech])) - noise, _FLOOR) / noise)
    peak = float(np.max(np.abs(samples))) if len(samples) else 0.0
    return Measured(
        duration_s=round(len(samples) / rate, 2),
        peak_db=round(20 * float(np.log10(max(peak, 1e-5))), 1),
        clipped_share=round(_clipped(samples), 5),
        noise_db=round(10 * float(np.log10(noise)), 1),
        speech_share=round(speech_share, 3),
        snr_db=round(min(float(snr), _MOST_DB), 1),
    )


def _clipped(samples: Samples) -> float:
    """The share of samples in runs of at least three at full scale: one alone is a peak, not a cut."""
    if not len(samples):
        return 0.0
    is_full = np.abs(samples) >= CLIPPED_AT
    runs = is_full[:-2] & is_full[1:-1] & is_full[2:]
    return float(np.mean(runs)) if len(runs) else 0.0


def resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """The recording at another rate, without what that rate cannot hold (Fourier method)."""
    if rate == wanted or not len(samples):
        return samples
    step = rate // int(np.gcd(rate, wanted))
    signal = np.pad(samples, (0, _smooth(-(-len(samples) // step)) * step - len(samples)))
    length = len(signal) * wanted // rate
    spectrum = np.fft.rfft(signal)
    bins = length // 2 + 1
    kept = spectrum[:bins] if bins <= len(spectrum) else np.pad(spectrum, (0, bins - len(spectrum)))
    out = np.fft.irfft(kept, length) * (length / len(signal))
    return np.clip(out[: len(samples) * wanted // rate], -1, 1).astype(np.float32)


def _smooth(number: int) -> int:
    """The next number made of twos, threes and fives: a transform of such a length is fast."""
    while True:
        rest = number
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return number
        number += 1
