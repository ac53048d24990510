"""A live Ogg file begins at once, grows page by page, and holds what was said."""

import io
from collections.abc import AsyncIterator

import numpy as np
import pytest
import soundfile

from callout.adapters.live_audio.ogg import OggOpus, ogg


def tone(hertz: float, seconds: float, rate: int) -> bytes:
    at = np.arange(round(seconds * rate)) / rate
    return np.round(8000 * np.sin(2 * np.pi * hertz * at)).astype("<i2").tobytes()


@pytest.mark.parametrize("rate", [8_000, 16_000])
async def test_what_is_heard_is_what_was_said(rate: int) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        whole = tone(440, 3, rate)
        for start in range(0, len(whole), rate // 5):
            yield whole[start : start + rate // 5]

    made = [part async for part in ogg(pieces(), rate)]
    assert made[0].startswith(b"OggS")
    assert b"OpusHead" in made[0]
    assert len(made) >= 3
    samples, heard_rate = soundfile.read(io.BytesIO(b"".join(made)))
    spectrum = np.abs(np.fft.rfft(samples))
    loudest = np.argmax(spectrum) * heard_rate / len(samples)
    assert abs(loudest - 440) < 3
    assert abs(len(samples) / heard_rate - 3) < 0.1


def test_the_beginning_can_be_played_while_it_goes_on() -> None:
    encoder = OggOpus(8000)
    begun = b"".join(encoder.feed(tone(300, 0.1, 8000)) for _ in range(25))
    assert begun.count(b"OggS") >= 3
    encoder.end()
