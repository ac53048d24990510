"""Opus in Ogg while it is being recorded (RFC 7845), by libsndfile; a page about every second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import soundfile

CONTENT_TYPE = "audio/ogg"


async def ogg(pcm: AsyncIterator[bytes], rate: int) -> AsyncIterator[bytes]:
    """Turns 16-bit mono PCM into an Ogg file as it comes; encoded in another thread.

    Args:
        pcm: pieces of whole samples.
        rate: samples per second: 8000, 12000, 16000, 24000 or 48000.
    """
    encoder = OggOpus(rate)
    async for piece in pcm:
        if page := await asyncio.to_thread(encoder.feed, piece):
            yield page
    yield await asyncio.to_thread(encoder.end)


class OggOpus:
    """One file in the making. Not to be used by two threads at once."""

    def __init__(self, rate: int) -> None:
        """Nothing is written before the first sound."""
        self._out = _Pipe()
        self._file = soundfile.SoundFile(self._out, "w", rate, 1, format="OGG", subtype="OPUS")

    def feed(self, pcm: bytes) -> bytes:
        """Takes sound; returns what is ready of the file."""
        self._file.buffer_write(pcm, dtype="int16")
        return self._out.taken()

    def end(self) -> bytes:
        """The rest of the file."""
        self._file.close()
        return self._out.taken()


class _Pipe:
    """A file that is written from front to back and taken away at once."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._at = 0

    def write(self, data: Any) -> int:
        self._data += data
        self._at += len(data)
        return len(data)

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return self._at

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Everything is written already."""

    def taken(self) -> bytes:
        data, self._data = bytes(self._data), bytearray()
        return data
