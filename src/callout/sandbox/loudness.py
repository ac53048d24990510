"""Whether somebody speaks, by how loud it is. Pure."""

import numpy as np

LOUD = 0.01
"""Root mean square of what counts as speech, full scale 1."""


def is_loud(pcm: bytes) -> bool:
    """Whether 16-bit little-endian PCM is louder than a quiet line."""
    samples = np.frombuffer(pcm[: len(pcm) & ~1], "<i2").astype(np.float64) / 32_768
    return len(samples) > 0 and float(np.sqrt(np.mean(samples**2))) > LOUD
