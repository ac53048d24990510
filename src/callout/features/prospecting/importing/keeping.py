"""The form in which a file is kept until it is imported: text as UTF-8, one JSON object a line, a workbook as it is."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO

import msgspec

from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.importing.encodings import cleared, decoded, detect
from callout.features.prospecting.importing.layout import CSV, NDJSON

XLSX = "xlsx"
MAX_ENTRY = 8_000_000
"""Characters one entry of a JSON array may have."""
_SEPARATORS = re.compile(r"[\s,]*")
_LINE_ENDS = str.maketrans("\r\n", "  ")
_entry = json.JSONDecoder().raw_decode


class Form(msgspec.Struct, frozen=True):
    """What kind of file it is.

    Attributes:
        kind: csv, ndjson or xlsx.
        encoding: of text; None of a workbook.
        is_array: whether JSON entries stand in one array.
    """

    kind: str
    encoding: str | None
    is_array: bool = False


def recognise_form(stream: BinaryIO) -> Form:
    """Kind and encoding of a file by its content; the stream is back at its start.

    Raises:
        UnreadableFile: the file is empty, or no text in a known encoding.
    """
    stream.seek(0)
    is_workbook = stream.read(4) == b"PK\x03\x04"
    stream.seek(0)
    if is_workbook:
        return Form(XLSX, None)
    encoding = detect(stream)
    stream.seek(0)
    start = ""
    for text in decoded(stream, encoding):
        start += text.lstrip("\ufeff \t\r\n") if not start else text
        if len(start) > 400:
            break
    stream.seek(0)
    if not start.strip():
        raise UnreadableFile("The file is empty.")
    is_array = re.match(r"\[\s*\{", start[:400]) is not None
    return Form(NDJSON if is_array or start.startswith("{") else CSV, encoding, is_array)


def kept_name(filename: str, form: Form) -> str:
    """The name a file is kept under."""
    return f"{PurePath(filename).stem or 'businesses'}.{form.kind}"


def kept_stream(stream: BinaryIO, form: Form) -> BinaryIO:
    """The bytes to keep, made while they are read.

    Raises:
        UnreadableFile: while reading, when an array of JSON objects cannot be read at all.
    """
    if form.encoding is None:
        return stream

    def parts() -> Iterator[bytes]:
        stream.seek(0)
        if form.encoding == "utf-8" and not form.is_array:
            return cleared(stream)
        text = decoded(stream, form.encoding or "utf-8")
        return (part.encode() for part in (array_lines(text) if form.is_array else text))

    made: BinaryIO = Generated(parts)  # type: ignore[assignment]
    return made


class Generated:
    """A readable stream over bytes that are made anew each time it is rewound."""

    def __init__(self, parts: Callable[[], Iterator[bytes]]) -> None:
        """Takes what starts making the bytes."""
        self._make = parts
        self.seek(0)

    def seek(self, offset: int) -> int:
        """Back to the start, the only place there is to go to."""
        if offset:
            raise ValueError("only to the start")
        self._parts, self._rest = self._make(), b""
        return 0

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; all that are left without it."""
        gathered, length = [self._rest], len(self._rest)
        while size < 0 or length < size:
            part = next(self._parts, None)
            if part is None:
                break
            gathered.append(part)
            length += len(part)
        data = b"".join(gathered)
        end = len(data) if size < 0 else size
        self._rest = data[end:]
        return data[:end]


def array_lines(parts: Iterator[str]) -> Iterator[str]:
    """The entries of a JSON array, each on a line of its own; what is left of a broken one is the last line.

    Raises:
        UnreadableFile: nothing of it can be read, or an entry is larger than `MAX_ENTRY`.
    """
    text, position, has_any, needed = "", 1, False, 0
    for part in parts:
        text += part if text else part.lstrip("\ufeff \t\r\n")
        if len(text) - position < needed:
            continue
        lines, position = _whole_entries(text, position)
        has_any = has_any or bool(lines)
        yield "".join(lines)
        text, position = text[position:], 0
        # An entry that goes on is looked at again when as much again has come, not at every part.
        needed = 2 * len(text) if not lines else 0
        if len(text) > MAX_ENTRY:
            raise UnreadableFile("The file is not readable JSON: one entry never ends.")
    lines, position = _whole_entries(text, position)
    yield "".join(lines)
    rest = text[position:].strip(" \t\r\n,]")
    if not rest:
        return
    if not has_any and not lines:
        raise UnreadableFile("The file is not readable JSON.")
    yield rest[:MAX_ENTRY].translate(_LINE_ENDS) + "\n"


def _whole_entries(text: str, position: int) -> tuple[list[str], int]:
    lines: list[str] = []
    while True:
        found = _SEPARATORS.match(text, position)
        start = found.end() if found else position
        if start >= len(text) or text[start] == "]":
            return lines, start
        try:
            _, end = _entry(text, start)
        except ValueError:
            return lines, start
        if end == len(text) and text[start] not in '{["':
            return lines, start  # a number may go on in the next part
        lines.append(text[start:end].translate(_LINE_ENDS) + "\n")
        position = end
