"""Cutting text into chunks that overlap (pure)."""

import re

SIZE = 800
OVERLAP = 100
_SOFTEST_SHARE = 0.6
"""A chunk is cut at the last boundary after this share of its size."""
_BOUNDARIES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"(?<=[.!?\u3002\uff01\uff1f])\s+|(?<=[\u3002\uff01\uff1f])|\n"),
    re.compile(r"\s+"),
)
"""Paragraphs, then sentences and lines, then words."""


def chunks(text: str, *, size: int = SIZE, overlap: int = OVERLAP) -> list[str]:
    """The text in pieces of at most `size` characters, each beginning with up to `overlap` characters of the last.

    They are cut between paragraphs where possible, else between sentences, else between words; only a word longer than
    a chunk is cut itself. Nothing is left out but white space.
    """
    text = _tidy(text)
    found: list[str] = []
    start = 0
    while start < len(text):
        end = _cut(text, start, min(start + size, len(text)))
        if piece := text[start:end].strip():
            found.append(piece)
        if end >= len(text):
            break
        start = _resume(text, start, end, overlap)
    return found


def _cut(text: str, start: int, limit: int) -> int:
    if limit == len(text):
        return limit
    earliest = start + int((limit - start) * _SOFTEST_SHARE)
    for boundary in _BOUNDARIES:
        ends = [match.end() for match in boundary.finditer(text, earliest, limit) if match.end() > start]
        if ends:
            return ends[-1]
    return limit


def _resume(text: str, start: int, end: int, overlap: int) -> int:
    """Where the next chunk begins: at a word, about `overlap` characters before the end of this one."""
    back = max(end - overlap, start + 1)
    for boundary in (_BOUNDARIES[1], _BOUNDARIES[2]):
        match = boundary.search(text, back, end)
        if match is not None and match.end() < end:
            return match.end()
    return back if overlap else end


def _tidy(text: str) -> str:
    """White space as a person would set it: no trailing blanks, at most one empty line."""
    text = re.sub(r"[^\S\n]+", " ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", text)).strip()
