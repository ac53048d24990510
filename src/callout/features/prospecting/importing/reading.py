"""Rows of an uploaded file: CSV in any usual encoding and delimiter, XLSX, or JSON objects."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import PurePath
from typing import Any

import msgspec
from charset_normalizer import from_bytes
from python_calamine import CalamineSheet, CalamineWorkbook

from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.importing.columns import positional, recognise

DELIMITERS = ",;\t|"
MAX_CELL = 1_000_000
MAX_UNPACKED = 300 * 1024 * 1024
"""Bytes a workbook may unpack to."""
ENCODINGS = ["cp1252", "cp1250", "cp1251", "cp1254", "utf_16_le", "utf_16_be"]
_QUOTED = re.compile(r'"[^"]*"?')
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
Record = dict[str, Any]


def kept_form(data: bytes, filename: str) -> tuple[str, bytes]:
    """Name and bytes under which a file is kept for import: text as UTF-8, a workbook as it is.

    Raises:
        UnreadableFile: the file is empty, or no text in a known encoding.
    """
    stem = PurePath(filename).stem or "businesses"
    if _is_workbook(data):
        return f"{stem}.xlsx", data
    text = decode(data)
    suffix = ".ndjson" if _is_json(text) else ".csv"
    return f"{stem}{suffix}", text.encode()


def read_records(
    data: bytes, mapping: Mapping[str, str] | None = None, *, after: int = 0
) -> Iterator[tuple[int, Record]]:
    """Yields (row number as a person counts it, fields) of a file; blank rows are left out.

    Args:
        data: The file.
        mapping: A person's own choice of columns, header → field.
        after: Rows up to this number are passed over.

    Raises:
        UnreadableFile: the file is empty or neither CSV, XLSX nor JSON.
    """
    if _is_workbook(data):
        return _from_table(enumerate(_xlsx_rows(data), start=1), mapping, after)
    text = decode(data)
    if _is_json(text):
        return _from_json(text, mapping, after)
    return _from_table(_csv_rows(text), mapping, after)


def decode(data: bytes) -> str:
    """The text of a file, without a byte order mark and control characters."""
    text = _decode(data).translate(_CONTROLS)
    if not text.strip():
        raise UnreadableFile("The file is empty.")
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    is_wide = b"\0" in data[:200]
    if not is_wide:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    best = from_bytes(data[: 200_000 & ~1], cp_isolation=ENCODINGS[4:] if is_wide else ENCODINGS[:4]).best()
    if best is None:
        raise UnreadableFile("The file is not text in a known encoding. Save it as UTF-8.")
    return data.decode(best.encoding, errors="replace")


def _is_workbook(data: bytes) -> bool:
    return data[:4] == b"PK\x03\x04"


def _is_json(text: str) -> bool:
    start = text.lstrip()[:400]
    return start.startswith("{") or re.match(r"\[\s*\{", start) is not None


def _csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MAX_CELL)
    told = _SEPARATOR_LINE.match(text)
    if told:
        text = text[told.end() :]
    first_line = _QUOTED.sub("", next(filter(str.strip, text.splitlines()), ""))
    delimiter = told.group(1) if told else max(DELIMITERS, key=first_line.count)
    try:
        yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=2 if told else 1)
    except csv.Error as error:
        raise UnreadableFile(f"The file is not a readable CSV: {error}.") from error


def _xlsx_rows(data: bytes) -> Iterator[list[str]]:
    for row in _first_sheet(data).iter_rows():
        yield [_cell(value) for value in row]


def _first_sheet(data: bytes) -> CalamineSheet:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked <= MAX_UNPACKED:
            return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    except Exception as error:  # the reader has many error types of its own
        raise UnreadableFile("The workbook cannot be read. Save it as .xlsx or .csv.") from error
    raise UnreadableFile("The workbook is too large.")


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _from_table(
    rows: Iterable[tuple[int, list[str]]], mapping: Mapping[str, str] | None, after: int
) -> Iterator[tuple[int, Record]]:
    numbered: Iterator[tuple[int, list[str]]] = (
        (number, row) for number, row in rows if any(cell.strip() for cell in row)
    )
    first = next(numbered, None)
    if first is None:
        raise UnreadableFile("The file has no rows.")
    columns = recognise(first[1], mapping)
    if columns is None:
        columns = positional(len(first[1]))
        numbered = chain([first], numbered)
    for number, row in numbered:
        if number > after:
            yield number, {field: row[index].strip() for field, index in columns.items() if index < len(row)}


def _from_json(text: str, mapping: Mapping[str, str] | None, after: int) -> Iterator[tuple[int, Record]]:
    columns_of: dict[tuple[str, ...], dict[str, int]] = {}
    for number, entry in enumerate(_json_entries(text), start=1):
        if number <= after or entry is None:
            continue
        if not isinstance(entry, dict):
            yield number, {}
            continue
        names = tuple(entry)
        if names not in columns_of:
            columns_of[names] = recognise(names, mapping) or {}
        values = list(entry.values())
        yield number, {field: _text(values[index]) for field, index in columns_of[names].items()}


def _json_entries(text: str) -> Iterator[Any]:
    """One entry a line, or the entries of one array; None for a blank line, False for an unreadable one."""
    if text.lstrip().startswith("["):
        try:
            yield from msgspec.json.decode(text, type=list[Any])
        except msgspec.DecodeError as error:
            raise UnreadableFile(f"The file is not readable JSON: {error}.") from error
        return
    for line in text.split("\n"):
        try:
            yield msgspec.json.decode(line) if line.strip() else None
        except msgspec.DecodeError:
            yield False


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
