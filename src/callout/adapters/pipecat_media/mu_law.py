"""μ-law and 16-bit PCM into each other (ITU-T G.711) by table. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_BIAS, _CLIP = 0x84, 32_635


def _decoding() -> NDArray[np.int16]:
    codes = ~np.arange(256) & 0xFF
    magnitude: NDArray[np.int64] = ((((codes & 0x0F) << 3) + _BIAS) << ((codes & 0x70) >> 4)) - _BIAS
    return np.where(codes & 0x80, -magnitude, magnitude).astype("<i2")


def _encoding() -> NDArray[np.uint8]:
    samples = np.arange(65_536).astype(np.uint16).astype(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(samples), _CLIP) + _BIAS
    exponent = np.frexp(magnitude.astype(np.float64))[1] - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    codes: NDArray[np.int64] = ~(np.where(samples < 0, 0x80, 0) | (exponent << 4) | mantissa) & 0xFF
    return codes.astype(np.uint8)


_PCM: Final = _decoding()
_CODE: Final = _encoding()


def to_pcm(codes: bytes) -> bytes:
    """16-bit little-endian PCM of μ-law codes."""
    return _PCM[np.frombuffer(codes, np.uint8)].tobytes()


def from_pcm(pcm: bytes) -> bytes:
    """μ-law codes of 16-bit little-endian PCM; a half sample at the end is left out."""
    samples: NDArray[np.uint16] = np.frombuffer(pcm[: len(pcm) & ~1], "<u2")
    return _CODE[samples].tobytes()
