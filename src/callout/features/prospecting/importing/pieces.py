"""Cuts the stream of a kept file between its records: pieces are read apart, and a resume splits none. Pure."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Literal

import msgspec

from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.importing.layout import MAX_CELL, NDJSON, Layout

LONGEST = 4 * 1024 * 1024
"""Bytes in which a record must end; one that does not has a quote that is never closed."""
END = "\x1e"
"""Marks the end of what is read; kept files hold no control characters."""
Kind = Literal["whole", "open", "truncated"]


class Piece(msgspec.Struct, frozen=True):
    """A run of records.

    Attributes:
        data: their bytes.
        rows: how many they are, blank ones too.
        kind: whole; `open` for one line whose quote is never closed; `truncated` for a last record the file ends in.
    """

    data: bytes
    rows: int
    kind: Kind = "whole"


def cut(data: bytes, layout: Layout, *, at_end: bool) -> Iterator[Piece]:
    """The records of some bytes that begin with one; what is not yielded goes on in the bytes that follow.

    Args:
        data: from the start of a record.
        layout: of the file.
        at_end: whether nothing follows.

    Raises:
        UnreadableFile: a line of JSON that does not end.
    """
    if layout.kind == NDJSON:
        yield from _lines(data, at_end=at_end)
    elif b'"' in data:
        yield from _quoted(data, layout, at_end=at_end)
    else:
        yield from _plain(data, at_end=at_end)


def _lines(data: bytes, *, at_end: bool) -> Iterator[Piece]:
    end = len(data) if at_end else data.rfind(b"\n") + 1
    if end:
        yield Piece(data[:end], data.count(b"\n", 0, end) + (not data.endswith(b"\n") if at_end else 0))
    elif len(data) > 2 * LONGEST:
        raise UnreadableFile("The file is not readable JSON: one line never ends.")


def _plain(data: bytes, *, at_end: bool) -> Iterator[Piece]:
    end = len(data) if at_end else _last_end(data)
    if end:
        yield Piece(data[:end], len(data[:end].splitlines()))
    elif len(data) > LONGEST:
        raise UnreadableFile("The file is not a readable CSV: one row never ends.")


def _last_end(data: bytes) -> int:
    """Behind the last line end; a carriage return that comes last may be half of one."""
    end = len(data) - data.endswith(b"\r")
    return max(data.rfind(b"\n", 0, end), data.rfind(b"\r", 0, end)) + 1


def _quoted(data: bytes, layout: Layout, *, at_end: bool) -> Iterator[Piece]:
    while data:
        usable = len(data) if at_end else _last_end(data)
        end, rows = _well_formed(data[:usable], layout.delimiter)
        if end < usable:
            further, more = _whole(data[end:usable], layout)
            end, rows = end + further, rows + more
        if end:
            yield Piece(data[:end], rows)
            data = data[end:]
        if not data or (not at_end and len(data) <= LONGEST):
            return
        line = data.splitlines(keepends=True)[0]
        if len(data) <= LONGEST and not _has_rows(data[len(line) :], layout):
            yield Piece(data, 1, "truncated")
            return
        yield Piece(line, 1, "open")
        data = data[len(line) :]


def _well_formed(data: bytes, delimiter: str) -> tuple[int, int]:
    """Where the records end whose quotes stand where quotes belong, and how many there are: quickly told by shape."""
    end = rows = 0
    for found in _record(delimiter).finditer(data):
        if found.start() != end:
            break
        end, rows = found.end(), rows + 1
    return end, rows


@cache
def _record(delimiter: str) -> re.Pattern[bytes]:
    """One record with its line end; a cell is quoted as a whole, or holds no quote."""
    sign = re.escape(delimiter.encode())
    quoted = rb'"(?:[^"]++|"")*+"(?=[\r\n' + sign + rb"])"
    plain = rb'[^"\r\n' + sign + rb"]*+"
    cell = rb"(?:" + quoted + rb"|" + plain + rb")"
    return re.compile(cell + rb"(?:" + sign + cell + rb")*+(?:\r\n|\n|\r)")


def _whole(data: bytes, layout: Layout) -> tuple[int, int]:
    """Where the last record that is whole ends, and how many there are."""
    csv.field_size_limit(MAX_CELL)
    position = before = rows = 0

    def lines() -> Iterator[str]:
        nonlocal position
        for line in data.splitlines(keepends=True):
            position += len(line)
            yield line.decode("latin-1")  # a byte a character: only the structure matters
        yield END

    with suppress(csv.Error):  # a cell that is too large ends what is whole
        for row in csv.reader(lines(), delimiter=layout.delimiter):
            if row and row[-1].endswith(END):
                break  # alone it stands behind the last record; else it fell into a cell that is still open
            rows, before = rows + 1, position
    return before, rows


def _has_rows(data: bytes, layout: Layout) -> bool:
    """Whether lines inside an open cell are rows of the table by themselves."""
    width = len(layout.header) or len(layout.columns)
    lines = [line.decode("latin-1") for line in data.splitlines()[:200]]
    return width > 1 and any(len(row) == width for row in map(_cells_of(layout.delimiter), lines))


def _cells_of(delimiter: str) -> Callable[[str], list[str]]:
    return lambda line: next(csv.reader([line[:MAX_CELL]], delimiter=delimiter), [])
