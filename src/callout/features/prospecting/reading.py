"""Rows of an uploaded file: CSV in any usual encoding and delimiter, XLSX, or one JSON object a line."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from charset_normalizer import from_bytes
from python_calamine import CalamineWorkbook

from callout.features.prospecting.columns import positional, recognise
from callout.features.prospecting.errors import UnreadableFile

DELIMITERS = ",;\t|"
MAX_CELL = 1_000_000
Record = dict[str, Any]


def read_records(data: bytes, filename: str, mapping: Mapping[str, str] | None = None) -> Iterator[tuple[int, Record]]:
    """Yields (row number as a person counts it, fields) of a file; blank rows are left out.

    Raises:
        UnreadableFile: the file is empty or neither CSV, XLSX nor NDJSON.
    """
    if data[:4] == b"PK\x03\x04":
        yield from _from_table(_xlsx_rows(data), mapping)
        return
    text = _decode(data)
    if not text.strip():
        raise UnreadableFile("The file is empty.")
    if filename.lower().endswith((".ndjson", ".jsonl")) or text.lstrip().startswith("{"):
        yield from _from_json_lines(text)
        return
    yield from _from_table(_csv_rows(text), mapping)


def _decode(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(data[:200_000], cp_isolation=["cp1252", "cp1250", "utf_16", "cp1251", "cp1254"]).best()
        if best is None:
            raise UnreadableFile("The file is not text in a known encoding. Save it as UTF-8.") from None
        return data.decode(best.encoding, errors="replace")


def _csv_rows(text: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL)
    first_line = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise UnreadableFile(f"The file is not a readable CSV: {error}.") from error


def _xlsx_rows(data: bytes) -> Iterator[list[str]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    except Exception as error:  # the reader has many error types of its own
        raise UnreadableFile("The workbook cannot be read. Save it as .xlsx or .csv.") from error
    for row in sheet.iter_rows():
        yield [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _from_table(rows: Iterator[list[str]], mapping: Mapping[str, str] | None) -> Iterator[tuple[int, Record]]:
    columns: dict[str, int] | None = None
    for number, row in enumerate(rows, start=1):
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = recognise(row, mapping)
            if columns is not None:
                continue
            columns = positional(len(row))
        yield number, {field: row[index].strip() for field, index in columns.items() if index < len(row)}
    if columns is None:
        raise UnreadableFile("The file has no rows.")


def _from_json_lines(text: str) -> Iterator[tuple[int, Record]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entry = msgspec.json.decode(line)
        except msgspec.DecodeError:
            yield number, {}
            continue
        if not isinstance(entry, dict):
            yield number, {}
            continue
        columns = recognise(list(entry)) or {}
        values = list(entry.values())
        yield number, {field: _text(values[index]) for field, index in columns.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
