"""CSV after RFC 4180: commas, CRLF, quotes doubled; UTF-8; no cell is a formula."""

import csv
import io
from collections.abc import Sequence
from typing import Any, BinaryIO

from callout.features.exports.cells import csv_cells
from callout.features.exports.ports import Column

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class CsvFile:
    """A CSV file being written; its header is the names of the fields, so that it can be imported again."""

    def __init__(self, stream: BinaryIO, columns: Sequence[Column], *, bom: bool) -> None:
        self._stream = stream
        self._cells = csv_cells(columns)
        if bom:
            stream.write(BYTE_ORDER_MARK)
        self._append([[column.name for column in columns]])

    def write(self, sheet: str, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows."""
        cells = self._cells
        self._append(
            [None if value is None else cell(value) for cell, value in zip(cells, row, strict=True)] for row in rows
        )

    def close(self, summary: Sequence[tuple[str, Any]]) -> None:
        """Ends the file."""

    def _append(self, rows: Any) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._stream.write(text.getvalue().encode())
