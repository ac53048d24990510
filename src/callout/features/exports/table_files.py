"""Table files written row by row into a stream: what the formats have in common."""

from collections.abc import Sequence
from typing import Any, BinaryIO, Protocol

import msgspec

from callout.features.exports.csv_file import CsvFile
from callout.features.exports.json_file import JsonFile
from callout.features.exports.ports import Column
from callout.features.exports.xlsx_file import XlsxFile


class TableFile(Protocol):
    """A file being written. Call from one thread at a time."""

    def write(self, sheet: str, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows; those of one sheet follow each other."""
        ...

    def close(self, summary: Sequence[tuple[str, Any]]) -> None:
        """Ends the file. Only workbooks show the summary. The stream stays open."""
        ...


class Layout(msgspec.Struct, frozen=True):
    """How a file shall look."""

    format: str
    columns: list[Column]
    bom: bool = False

    @property
    def has_sheets(self) -> bool:
        """Whether rows are told apart by sheets."""
        return self.format == "xlsx"


def open_table(stream: BinaryIO, layout: Layout) -> TableFile:
    """A new file of a format: csv, xlsx or json."""
    match layout.format:
        case "csv":
            return CsvFile(stream, layout.columns, bom=layout.bom)
        case "json":
            return JsonFile(stream, layout.columns)
        case _:
            return XlsxFile(stream, layout.columns)
