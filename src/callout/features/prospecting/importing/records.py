"""The records of a piece of a kept file: numbered as a person counts rows, by field. Pure."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from callout.features.prospecting.importing.columns import recognise
from callout.features.prospecting.importing.layout import MAX_CELL, NDJSON, Layout
from callout.features.prospecting.importing.pieces import END, Piece
from callout.features.prospecting.importing.rows import Rejected

Record = dict[str, Any]
Cells = list[str]


class Row(msgspec.Struct, frozen=True):
    """One row that is not blank.

    Attributes:
        number: as a person counts it.
        cells: as they are written.
        told: its fields, or why it cannot be read.
        note: what a person should know although the row is taken.
    """

    number: int
    cells: Cells
    told: Record | Rejected
    note: str = ""


def rows_of(piece: Piece, layout: Layout, after: int) -> Iterator[Row]:
    """The rows of a piece.

    Args:
        piece: some records.
        layout: of the file.
        after: the number of the last row before the piece.
    """
    text = piece.data.decode("utf-8", errors="replace")
    if layout.kind == NDJSON:
        return _objects(text, layout, after)
    csv.field_size_limit(MAX_CELL)
    if piece.kind == "open":
        return iter([_open(text, layout, after + 1)])
    if piece.kind == "truncated":
        return iter([_truncated(text, layout, after + 1)])
    return _table(text, layout, after)


def _table(text: str, layout: Layout, after: int) -> Iterator[Row]:
    width = len(layout.header)
    read = _reader(layout)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter)
    for number, cells in enumerate(reader, start=after + 1):
        if not (written := "".join(cells)) or written.isspace():
            continue
        if width and len(cells) > width and any(cell.strip() for cell in cells[width:]):
            yield Row(number, cells, _too_many(number, len(cells), width))
        else:
            yield Row(number, cells, read(cells))


def _reader(layout: Layout) -> Callable[[Cells], Record]:
    columns = list(layout.columns.items())
    last = max(layout.columns.values())

    def read(cells: Cells) -> Record:
        if last < len(cells):
            return {field: cells[index] for field, index in columns}
        return {field: cells[index] for field, index in columns if index < len(cells)}

    return read


def _open(text: str, layout: Layout, number: int) -> Row:
    message = "a quote opens in this row and is never closed"
    cells = _unquoted(text, layout.delimiter)
    return Row(number, cells, Rejected(number, "row", "unclosed_quote", message))


def _truncated(text: str, layout: Layout, number: int) -> Row:
    """The last row of a file that ends in the middle of it: what is whole of it is taken."""
    try:
        cells = next(csv.reader([*io.StringIO(text, newline=""), END], delimiter=layout.delimiter))
    except csv.Error:
        return _open(text, layout, number)
    whole = cells[:-1]
    shown = [*whole, cells[-1].removesuffix(END)]
    record = _reader(layout)(whole)
    if not record.get("name") and not record.get("business_name"):
        message = "the file ends in this row, before its name"
        return Row(number, shown, Rejected(number, "row", "truncated_row", message))
    note = "The file ends in this row: its last cell is cut off and was left out."
    return Row(number, shown, record, note)


def _too_many(number: int, found: int, width: int) -> Rejected:
    message = f"the row has {found} cells and the header {width}: put quotes around a cell that holds the delimiter"
    return Rejected(number, "row", "too_many_cells", message)


def _unquoted(text: str, delimiter: str) -> Cells:
    return text.rstrip("\r\n").split(delimiter)


def _objects(text: str, layout: Layout, after: int) -> Iterator[Row]:
    columns_of: dict[tuple[str, ...], dict[str, int]] = {}
    for number, line in enumerate(text.split("\n"), start=after + 1):
        if not line.strip():
            continue
        try:
            entry = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            yield Row(number, [line], _no_object(number, f"the row is not readable JSON: {error}"))
            continue
        if not isinstance(entry, dict):
            yield Row(number, [line], _no_object(number, "the row is not a JSON object"))
            continue
        names = tuple(entry)
        if names not in columns_of:
            columns_of[names] = recognise(names, layout.mapping) or {}
        values = list(entry.values())
        told = {field: _plain(values[index]) for field, index in columns_of[names].items()}
        yield Row(number, [line], told)


def _no_object(number: int, message: str) -> Rejected:
    return Rejected(number, "row", "unreadable_json", message)


def _plain(value: Any) -> Any:
    """Objects and lists stay what they are; everything else becomes text."""
    return value if value is None or isinstance(value, str | dict | list) else msgspec.json.encode(value).decode()
