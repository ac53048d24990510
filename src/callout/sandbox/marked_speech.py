"""Speech of simulators that carries its own words: something like a voice, with the text in its lowest bits.

Each word rides in the lowest bit of the μ-law codes at the end of its sound, as a packet of its own: a mark, a number,
a length, the text in UTF-8 and a check sum. So whoever hears a word whole can read it, wherever the audio was cut and
whatever was lost before. The bits survive μ-law and 16-bit PCM turned into each other at the same rate; they do not
survive resampling, mixing or lossy compression.
"""

import re
import zlib
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from callout.sandbox.flite import PREFIX, sound_by_flite
from callout.sandbox.mu_law import codes_of, pcm_of, ulaw_of
from callout.sandbox.vowels import LETTER_S, sound_of

__all__ = ["Heard", "MarkReader", "Said", "Word", "pcm_of", "say", "ulaw_of", "words_in"]

_MARK: Final = bytes(int(bit) for bit in f"{0xE25A93:024b}")
_HEAD_BITS: Final = len(_MARK) + 16
_SUM_BITS: Final = 16
_MOST_BYTES: Final = 60
_ROOM_S: Final = 0.02
"""Seconds a letter needs at least, so that its packet fits."""
_PIECES: Final = re.compile(r"\s*\S{1,15}(?:\s+|(?=\S)|$)")
"""Words with the space after them; very long ones in parts."""


class Word(msgspec.Struct, frozen=True):
    """A word and when it sounds, in seconds from the start."""

    text: str
    start_s: float
    end_s: float


class Said(msgspec.Struct, frozen=True):
    """A spoken text: 16-bit little-endian PCM, mono, and its words in order."""

    pcm: bytes
    words: tuple[Word, ...]
    rate: int


class Heard(msgspec.Struct, frozen=True):
    """A word somebody heard to its end.

    Attributes:
        text: with the space after it.
        number: counts the words of one utterance, modulo 256; a gap tells that words were lost.
        at: how many samples had been heard when it ended.
    """

    text: str
    number: int
    at: int


@lru_cache(maxsize=512)
def say(text: str, *, rate: int = 8_000, voice: str = "", speed: float = 1.0) -> Said:
    """Speaks a text.

    Args:
        text: what to say; nothing but spaces is silence of no length.
        rate: samples per second, at least 8000.
        voice: decides the pitch; `flite:slt` and its like speak words, where flite is installed.
        speed: 1.0 is some 15 letters a second; 0.25..2 keep enough room for the marks.
    """
    pieces = [match.group() for match in _PIECES.finditer(text)]
    if not pieces:
        return Said(b"", (), rate)
    sound = _sound("".join(pieces), rate=rate, voice=voice, speed=max(0.25, min(speed, 2.0)))
    letter_s = len(sound) / rate / sum(len(piece) for piece in pieces)
    codes = codes_of(np.round(sound * 32_767).astype(np.int16)).copy()
    words, letters = [], 0
    for number, piece in enumerate(pieces):
        start_s, letters = letters * letter_s, letters + len(piece)
        end = min(round(letters * letter_s * rate), len(codes))
        bits = _packet(piece, number)
        place = codes[end - len(bits) : end]
        place[:] = (place & 0xFE) | bits
        words.append(Word(piece, start_s, letters * letter_s))
    return Said(pcm_of(codes.tobytes()), tuple(words), rate)


class MarkReader:
    """Hears marked speech as it comes in, in parts of any length."""

    def __init__(self) -> None:
        """Starts to listen."""
        self.at = 0
        self._bits = bytearray()

    def feed_ulaw(self, ulaw: bytes) -> list[Heard]:
        """The words that ended in this part of μ-law codes."""
        return self._feed(np.frombuffer(ulaw, np.uint8))

    def feed_pcm(self, pcm: bytes) -> list[Heard]:
        """The words that ended in this part of 16-bit little-endian PCM."""
        return self._feed(codes_of(np.frombuffer(pcm[: len(pcm) & ~1], "<i2")))

    def _feed(self, codes: NDArray[np.uint8]) -> list[Heard]:
        self._bits += (codes & 1).tobytes()
        self.at += len(codes)
        heard: list[Heard] = []
        while (start := self._bits.find(_MARK)) >= 0:
            del self._bits[:start]
            if len(self._bits) < _HEAD_BITS:
                return heard
            number, length = _bytes_of(self._bits[len(_MARK) : _HEAD_BITS])
            end = _HEAD_BITS + 8 * length + _SUM_BITS
            if length > _MOST_BYTES:
                del self._bits[0]
            elif len(self._bits) < end:
                return heard
            elif (text := _checked(_bytes_of(self._bits[len(_MARK) : end]))) is None:
                del self._bits[0]
            else:
                del self._bits[:end]
                heard.append(Heard(text, number, self.at - len(self._bits)))
        del self._bits[: max(0, len(self._bits) - len(_MARK))]
        return heard


def words_in(pcm: bytes) -> str:
    """The text that marked 16-bit PCM carries; "" for any other sound."""
    return "".join(heard.text for heard in MarkReader().feed_pcm(pcm)).strip()


def _sound(text: str, *, rate: int, voice: str, speed: float) -> NDArray[np.float64]:
    if voice.startswith(PREFIX):
        spoken = sound_by_flite(text, rate=rate, voice=voice.removeprefix(PREFIX), speed=speed)
        if spoken is not None and len(spoken) >= len(text) * _ROOM_S * rate:
            return spoken
    return sound_of(text, rate=rate, voice=voice, letter_s=LETTER_S / speed)


def _packet(piece: str, number: int) -> NDArray[np.uint8]:
    text = piece.encode()
    body = bytes((number % 256, len(text))) + text
    whole = body + (zlib.crc32(body) & 0xFFFF).to_bytes(2, "big")
    return np.concatenate([np.frombuffer(_MARK, np.uint8), np.unpackbits(np.frombuffer(whole, np.uint8))])


def _bytes_of(bits: bytearray) -> bytes:
    return np.packbits(np.frombuffer(bytes(bits), np.uint8)).tobytes()


def _checked(whole: bytes) -> str | None:
    body, told = whole[:-2], int.from_bytes(whole[-2:], "big")
    if zlib.crc32(body) & 0xFFFF != told:
        return None
    try:
        return body[2:].decode()
    except UnicodeDecodeError:
        return None
