"""μ-law and 16-bit PCM into each other (ITU-T G.711), sample by sample. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_BIAS, _CLIP = 0x84, 32_635
SILENCE: Final = 0xFF
"""The code of no sound."""


def _decoded() -> NDArray[np.int16]:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((codes & 0x0F) << 3) + _BIAS << ((codes & 0x70) >> 4)) - _BIAS
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _encoded() -> NDArray[np.uint8]:
    samples = np.arange(-32_768, 32_768, dtype=np.int32)
    magnitude = np.minimum(np.abs(samples), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    codes = ~((np.where(samples < 0, 0x80, 0)) | (exponent << 4) | mantissa) & 0xFF
    return np.roll(codes.astype(np.uint8), -32_768)


_PCM_OF, _CODE_OF = _decoded(), _encoded()


def pcm_of(ulaw: bytes) -> bytes:
    """16-bit little-endian PCM of μ-law codes."""
    return _PCM_OF[np.frombuffer(ulaw, np.uint8)].astype("<i2").tobytes()


def ulaw_of(pcm: bytes) -> bytes:
    """μ-law codes of 16-bit little-endian PCM; what `pcm_of` gave becomes the code it was (-0 becomes 0)."""
    return codes_of(np.frombuffer(pcm[: len(pcm) & ~1], "<i2")).tobytes()


def codes_of(samples: NDArray[np.int16]) -> NDArray[np.uint8]:
    """The μ-law code of each sample."""
    return _CODE_OF[samples.astype(np.uint16)]
