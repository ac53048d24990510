"""Recordings of simulated calls as files: WAV and MP3 of 8 kHz, one channel or the callee left and our side right."""

import io

import numpy as np
import soundfile

from callout.sandbox.mu_law import pcm_of
from callout.sandbox.twilio_exchange import Tape

RATE = 8000
CONTENT_TYPES = {"wav": "audio/x-wav", "mp3": "audio/mpeg"}


def sound_file(tape: Tape, kind: str, *, channels: int) -> bytes:
    """A recording as a file.

    Args:
        tape: what was recorded.
        kind: wav or mp3.
        channels: 1 mixes both sides, 2 keeps them apart.
    """
    sides = [np.frombuffer(pcm_of(bytes(side)), "<i2") for side in (tape.callee, tape.agent)]
    if not len(sides[0]):
        silence = np.zeros(max(1, tape.duration) * RATE, "<i2")
        sides = [silence, silence]
    if channels == 2:
        samples = np.stack(sides, axis=1)
    else:
        samples = np.clip(sides[0].astype(np.int32) + sides[1], -32_768, 32_767).astype("<i2")
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format=kind.upper(), subtype="PCM_16" if kind == "wav" else None)
    return file.getvalue()
