"""A real workbook, written row by row: memory stays flat whatever its size.

Sheets are streamed straight into the archive with their text inline (ECMA-376, part 1, §18.3). Text is typed as text,
so no cell is a formula; text that would become one when somebody edits it carries Excel's own quote mark.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import IO, Any, BinaryIO

from callout.features.exports import xlsx_parts as parts
from callout.features.exports.ports import CellKind, Column
from callout.kit.text.formula_guard import is_risky

MAX_ROWS = 1_048_576
"""Rows of a sheet, its header included (Excel's limit); further rows go on a further sheet."""
MAX_CELL = 32_767
"""Characters of a cell (Excel's limit); longer text is cut."""
SUMMARY = "Summary"
DAY_S = 86_400
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_UNSAFE = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NAME = re.compile(r"[\[\]:*?/\\']")
Cell = Callable[[Any], str]
_WIDTHS: dict[CellKind, int] = {"text": 28, "phone": 18, "number": 12, "flag": 8, "time": 20, "json": 28}


class XlsxFile:
    """A workbook being written: a sheet for each name in the rows, and a summary in front."""

    def __init__(self, stream: BinaryIO, columns: Sequence[Column], *, max_rows: int = MAX_ROWS) -> None:
        self._archive = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        self._archive.writestr("_rels/.rels", parts.ROOT)
        self._columns = columns
        self._cells = [_CELLS[column.kind] for column in columns]
        self._digits = [
            parts.column_letters(index) for index, column in enumerate(columns) if column.kind in {"text", "phone"}
        ]
        self._max_rows = max_rows
        self._sheet: IO[bytes] | None = None
        self._row = 0
        self._titles: list[str] = []
        self._name: str | None = None
        self._counts: Counter[str] = Counter()

    def write(self, sheet: str, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows, going on to a further sheet where one is full."""
        if sheet != self._name:
            self._open(sheet)
        while rows:
            if self._row >= self._max_rows:
                self._open(sheet)
            part = rows[: self._max_rows - self._row]
            self._append(part, self._cells)
            self._counts[sheet] += len(part)
            rows = rows[len(part) :]

    def close(self, summary: Sequence[tuple[str, Any]]) -> None:
        """Ends the workbook; `summary` and the number of rows stand on its first sheet."""
        self._end()
        per_sheet = self._counts.items() if len(self._counts) > 1 else ()
        self._begin([28, 40])
        self._append([[SUMMARY, None]], cells=[_header, _header])
        self._append([*summary, *per_sheet, ("Rows", self._counts.total())], cells=[_text, _any])
        self._end()
        count = len(self._titles) + 1
        order = [(count, SUMMARY), *enumerate(self._titles, start=1)]
        self._archive.writestr("xl/styles.xml", parts.STYLES)
        self._archive.writestr("xl/workbook.xml", parts.workbook(order))
        self._archive.writestr("xl/_rels/workbook.xml.rels", parts.workbook_relations(count))
        self._archive.writestr("[Content_Types].xml", parts.content_types(count))
        self._archive.close()

    def _open(self, sheet: str) -> None:
        self._end()
        self._begin([_WIDTHS[column.kind] for column in self._columns])
        self._titles.append(_sheet_name(sheet, self._titles))
        self._name = sheet
        self._append([[column.label for column in self._columns]], cells=[_header] * len(self._columns))
        self._counts.setdefault(sheet, 0)

    def _begin(self, widths: Sequence[int]) -> None:
        number = len(self._titles) + 1
        self._sheet = self._archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True)
        self._sheet.write(parts.sheet_start(widths).encode())
        self._row = 0

    def _end(self) -> None:
        if self._sheet is not None:
            self._sheet.write(parts.sheet_end(self._digits).encode())
            self._sheet.close()
            self._sheet = None

    def _append(self, rows: Sequence[Sequence[Any]], cells: Sequence[Cell]) -> None:
        lines = [
            "".join(["<c/>" if value is None else cell(value) for cell, value in zip(cells, row, strict=True)])
            for row in rows
        ]
        self._row += len(lines)
        if self._sheet is not None and lines:
            self._sheet.write(f"<row>{'</row><row>'.join(lines)}</row>".encode())


def _sheet_name(wanted: str, taken: Sequence[str]) -> str:
    plain = _NAME.sub(" ", wanted).strip()[:24] or "Sheet"
    name, number = plain, 1
    while name.casefold() in {SUMMARY.casefold(), *(title.casefold() for title in taken)}:
        number += 1
        name = f"{plain} ({number})"
    return name


def _escaped(value: str) -> str:
    value = value[:MAX_CELL]
    if "_x" in value:
        value = _ESCAPE_LIKE.sub("_x005F_", value)
    if _UNSAFE.search(value):
        value = _FORBIDDEN.sub("", value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        value = value.replace("\r", "_x000D_")
    return value


def _string(value: str, style: int) -> str:
    space = ' xml:space="preserve"' if value[:1].isspace() or value[-1:].isspace() or "\n" in value else ""
    shown = f' s="{style}"' if style else ""
    return f'<c t="inlineStr"{shown}><is><t{space}>{_escaped(value)}</t></is></c>'


def _text(value: str) -> str:
    return _string(value, parts.GUARDED if is_risky(value) else parts.PLAIN)


def _phone(value: str) -> str:
    return _string(value, parts.TEXT)


def _header(value: str) -> str:
    return _string(value, parts.HEADER)


def _number(value: float) -> str:
    return f"<c><v>{value!r}</v></c>" if isfinite(value) else "<c/>"


def _flag(value: bool) -> str:
    return f'<c t="b"><v>{int(value)}</v></c>'


def _time(value: datetime) -> str:
    days = (value - _EPOCH).total_seconds() / DAY_S
    return f'<c s="{parts.TIME}"><v>{days!r}</v></c>'


def _json(value: str) -> str:
    return "<c/>" if value in {"[]", "{}"} else _string(value, parts.PLAIN)


def _any(value: Any) -> str:
    match value:
        case None:
            return "<c/>"
        case bool():
            return _flag(value)
        case int() | float():
            return _number(value)
        case datetime():
            return _time(value)
        case _:
            return _text(str(value))


_CELLS: dict[CellKind, Cell] = {
    "text": _text,
    "phone": _phone,
    "number": _number,
    "flag": _flag,
    "time": _time,
    "json": _json,
}
