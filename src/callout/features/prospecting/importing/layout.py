"""How a kept file is laid out: its delimiter, its header, which column is what, where its rows begin. Pure."""

import csv
import re
from collections.abc import Iterator, Mapping

import msgspec

from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.importing.columns import positional, recognise

CSV, NDJSON = "csv", "ndjson"
DELIMITERS = ",;\t|"
HEAD = 2 * 1024 * 1024
"""Bytes from the start that tell the layout; header and first row lie within them."""
MAX_CELL = 1_000_000
_QUOTED = re.compile(r'"[^"]*"?')
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


class Layout(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to read the rows of a kept file.

    Attributes:
        kind: csv or ndjson.
        delimiter: between cells.
        header: the titles of the columns; empty when columns go by position.
        columns: field → index of its column.
        first: the byte at which the rows begin.
        row: the number of the last row before that.
        mapping: a person's own choice, header → field; JSON objects each have their own header.
    """

    kind: str
    delimiter: str = ","
    header: list[str] = []
    columns: dict[str, int] = {}
    first: int = 0
    row: int = 0
    mapping: dict[str, str] = {}


def layout_of(head: bytes, kind: str, mapping: Mapping[str, str] | None = None) -> Layout:
    """The layout told by the first bytes of a file.

    Raises:
        UnreadableFile: there is no row, or none below the header.
    """
    if kind == NDJSON:
        return Layout(kind=NDJSON, mapping=dict(mapping or {}))
    csv.field_size_limit(MAX_CELL)
    start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    text = head[start:].decode("utf-8", errors="replace")
    told = _SEPARATOR_LINE.match(text)
    begin, number = (told.end(), 1) if told else (0, 0)
    delimiter = told.group(1) if told else delimiter_of(text)
    rows = list(_first_rows(text, begin, delimiter))
    filled = [(index, row, end) for index, (row, end) in enumerate(rows, start=number + 1) if _is_filled(row)]
    if not filled:
        raise UnreadableFile("The file has no rows.")
    index, header, end = filled[0]
    columns = recognise(header, mapping)
    if columns is None:
        first = start + len(text[:begin].encode())
        return Layout(kind=CSV, delimiter=delimiter, columns=positional(len(header)), first=first, row=number)
    if len(filled) < 2:
        raise UnreadableFile("The file has no rows below its header.")
    first = start + len(text[:end].encode())
    return Layout(kind=CSV, delimiter=delimiter, header=header, columns=columns, first=first, row=index)


def _first_rows(text: str, begin: int, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Rows up to the second that is not blank, each with the position after it."""
    position = begin

    def lines() -> Iterator[str]:
        nonlocal position
        for line in lines_of(text[begin:]):
            position += len(line)
            yield line

    filled = 0
    try:
        for row in csv.reader(lines(), delimiter=delimiter):
            yield row, position
            filled += _is_filled(row)
            if filled == 2:
                return
    except csv.Error as error:  # below the header it is a row that is refused with its reason
        if not filled:
            raise UnreadableFile(f"The file is not a readable CSV: {error}.") from error
        yield ["?"], position


def lines_of(text: str) -> Iterator[str]:
    """Lines with their ends, as the csv module counts them: CR, LF or both."""
    begin = 0
    for found in re.finditer(r"\r\n|\r|\n", text):
        yield text[begin : found.end()]
        begin = found.end()
    if begin < len(text):
        yield text[begin:]


def delimiter_of(text: str) -> str:
    """What separates the cells: the mark most frequent in the first line, quotes aside."""
    first_line = _QUOTED.sub("", next(filter(str.strip, lines_of(text)), ""))
    return max(DELIMITERS, key=first_line.count)


def _is_filled(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)
