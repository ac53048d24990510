"""Which encoding a text file is in, found out on samples; the file is read as a stream, never as a whole."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from charset_normalizer import from_bytes

from callout.features.prospecting.errors import UnreadableFile

BLOCK = 1024 * 1024
SAMPLE = 100_000
"""Bytes looked at from the start, and again around the first byte that is no UTF-8."""
_NARROW = ["cp1252", "cp1250", "cp1251", "cp1254"]
_WIDE = ["utf_16_le", "utf_16_be"]
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32), 127))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def detect(stream: BinaryIO) -> str:
    """The Python name of the encoding; the stream is left where it ends.

    Raises:
        UnreadableFile: the file is empty, or no text in a known encoding.
    """
    head = stream.read(SAMPLE)
    if not head:
        raise UnreadableFile("The file is empty.")
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head[:200].count(0) * 5 > len(head[:200]):
        return _guess(head[: SAMPLE & ~1], _WIDE)
    stray = _first_stray(head, stream)
    if stray is None:
        return "utf-8"
    around, letters = stray
    # A few strays among many letters beyond ASCII are damage: the text is UTF-8 all the same.
    return "utf-8" if letters > 3 else _guess(head + around, _NARROW)


def decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The text from where the stream stands, in parts, without control characters."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while block := stream.read(BLOCK):
        yield without_controls(decoder.decode(block))
    yield decoder.decode(b"", final=True)


def cleared(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of text in UTF-8 from where the stream stands, in parts, without control characters."""
    while block := stream.read(BLOCK):
        yield block.translate(None, _CONTROL_BYTES)


def without_controls(text: str) -> str:
    """Text without control characters other than tab and line ends."""
    return _CONTROL.sub("", text)


def _first_stray(head: bytes, stream: BinaryIO) -> tuple[bytes, int] | None:
    """Bytes around the first one that is no UTF-8, and about how much beyond ASCII came before it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    block, letters = head, 0
    while block:
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            before = block[: error.start]
            letters += len(before) - len(before.decode("utf-8", errors="ignore"))
            return block[max(0, error.start - SAMPLE // 2) : error.start + SAMPLE // 2], letters
        letters += len(block) - len(text)
        block = stream.read(BLOCK)
    return None


def _guess(sample: bytes, candidates: list[str]) -> str:
    best = from_bytes(sample, cp_isolation=candidates).best()
    if best is None:
        raise UnreadableFile("The file is not text in a known encoding. Save it as UTF-8.")
    return best.encoding
