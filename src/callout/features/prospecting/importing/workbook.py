"""The table in an Office Open XML workbook (.xlsx), read as a stream: memory does not grow with its rows.

Written after ECMA-376 part 1, §18 (SpreadsheetML). Dates are the numbers they are stored as; formulas are what the
spreadsheet last computed.
"""

import csv
import io
import mmap
import re
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, BinaryIO
from xml.parsers import expat

from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.importing.columns import recognise
from callout.features.prospecting.importing.encodings import without_controls

MAX_UNPACKED = 4 * 1024**3
"""Bytes a workbook may unpack to; they are never held at once."""
MAX_COLUMNS = 1000
BLOCK = 256 * 1024
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:[A-Z]+(\d+)"')
_SHEETS = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "sharedStrings"
_EXACT = 1e15


def _is_header(cells: list[str]) -> bool:
    return recognise(cells) is not None


def rows_of_sheet(
    stream: BinaryIO, is_header: Callable[[list[str]], bool] = _is_header
) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of the table in a workbook; blank rows may be missing.

    The table is the first sheet that begins with a header, with the rows of all later sheets that begin with the same
    one: their numbers go on. Where no sheet has a header it is the first sheet.

    Args:
        stream: The workbook, seekable.
        is_header: Tells a header by its cells.

    Raises:
        UnreadableFile: while reading, when it is no workbook or too large.
    """
    try:
        with ExitStack() as stack:
            archive = stack.enter_context(zipfile.ZipFile(stream))
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise UnreadableFile("The workbook is too large. Save it as .csv.")
            sheets, strings = _parts(archive)
            shared = stack.enter_context(_shared_strings(archive, strings))
            yield from _joined(archive, _tables(archive, sheets, shared, is_header), shared)
    except (zipfile.BadZipFile, expat.ExpatError, KeyError, IndexError, ValueError, OSError, EOFError) as error:
        raise UnreadableFile("The workbook cannot be read. Save it as .xlsx or .csv.") from error
    except (RuntimeError, NotImplementedError) as error:
        raise UnreadableFile("The workbook is locked with a password. Save it without one.") from error


def _joined(archive: zipfile.ZipFile, sheets: list[str], shared: Any) -> Iterator[tuple[int, list[str]]]:
    last = 0
    for index, sheet in enumerate(sheets):
        with archive.open(sheet) as file:
            before, has_header = last, index == 0
            for number, cells in _Sheet(shared).read(file):
                if has_header:
                    last = before + number
                    yield last, cells
                has_header = has_header or _is_filled(cells)


def _tables(
    archive: zipfile.ZipFile, sheets: list[str], shared: Any, is_header: Callable[[list[str]], bool]
) -> list[str]:
    """The sheets that make up the table, in order."""
    headers: dict[str, list[str]] = {}
    for sheet in sheets:
        with archive.open(sheet) as file:
            filled = next((cells for _, cells in _Sheet(shared).read(file) if _is_filled(cells)), None)
        if filled is not None and is_header(filled):
            headers[sheet] = filled
    if not headers:
        return sheets[:1]
    header = next(iter(headers.values()))
    return [sheet for sheet, cells in headers.items() if cells == header]


def _is_filled(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def first_rows(rows: Iterator[tuple[int, list[str]]], most: int = 2) -> list[tuple[int, list[str]]]:
    """Up to `most` rows that are not blank.

    Raises:
        UnreadableFile: there is none.
    """
    found = list(islice((row for row in rows if any(cell.strip() for cell in row[1])), most))
    if not found:
        raise UnreadableFile("The file has no rows.")
    return found


def header_by(mapping: Mapping[str, str]) -> Callable[[list[str]], bool]:
    """Tells a header also by a person's own choice of columns, header → field."""
    return lambda cells: recognise(cells, mapping) is not None


def write_csv(stream: BinaryIO, out: BinaryIO, mapping: Mapping[str, str] | None = None) -> int:
    """Writes the table as CSV in UTF-8 with the same row numbers; returns the number of the last row."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    last = 0
    for number, cells in rows_of_sheet(stream, header_by(mapping or {})):
        if number <= last:
            raise UnreadableFile("The workbook cannot be read: its rows are out of order.")
        text.write("\n" * (number - last - 1))
        writer.writerow(cells)
        last = number
    text.flush()
    text.detach()
    return last


def as_csv(rows: list[tuple[int, list[str]]]) -> bytes:
    """Rows as `write_csv` writes them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    last = 0
    for number, cells in rows:
        text.write("\n" * (number - last - 1))
        writer.writerow(cells)
        last = number
    return text.getvalue().encode()


def declared_rows(stream: BinaryIO) -> int | None:
    """The number of the last row as the sheet itself declares it; None when it does not."""
    with zipfile.ZipFile(stream) as archive:
        sheets, _ = _parts(archive)
        if len(sheets) > 1:
            return None
        with archive.open(sheets[0]) as file:
            found = _DIMENSION.search(file.read(4096))
    return int(found.group(1)) if found else None


def convert(source: str, target: str, mapping: dict[str, str]) -> int:
    """`write_csv` from path to path, for a process beside."""
    with open(source, "rb") as stream, open(target, "wb") as out:  # noqa: PTH123 - plain data for another process
        return write_csv(stream, out, mapping)


def _parts(archive: zipfile.ZipFile) -> tuple[list[str], str | None]:
    """The archive's names of the sheets, in their order, and of the shared strings."""
    sheets = [attributes for name, attributes in _elements(archive, _SHEETS) if name == "sheet"]
    related = [
        next(value for key, value in sheet.items() if key.endswith("id") and key != "sheetId") for sheet in sheets
    ]
    targets: dict[str, str] = {}
    strings = None
    for name, attributes in _elements(archive, _RELATIONS):
        if name == "Relationship":
            target = attributes["Target"]
            path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            targets[attributes["Id"]] = path
            if attributes.get("Type", "").endswith(_STRINGS):
                strings = path
    return [targets[one] for one in related if targets[one] in archive.NameToInfo], strings


def _elements(archive: zipfile.ZipFile, path: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, attributes: found.append((_local(name), attributes))
    parser.Parse(archive.read(path), True)
    return found


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise UnreadableFile("The workbook cannot be read: it declares a document type.")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _local(name: str) -> str:
    return name.rsplit(":", 1)[-1]


class _Strings:
    """Shared strings on disk: only where each begins is kept in memory."""

    def __init__(self, data: Any, ends: "array[int]") -> None:
        self._data = data
        self._ends = ends

    def __getitem__(self, index: int) -> str:
        begin = self._ends[index - 1] if index else 0
        text: bytes = self._data[begin : self._ends[index]]
        return text.decode()


@contextmanager
def _shared_strings(archive: zipfile.ZipFile, path: str | None) -> Iterator[_Strings]:
    ends: array[int] = array("Q")
    with tempfile.TemporaryFile() as file:
        size = 0
        if path is not None and path in archive.NameToInfo:
            with archive.open(path) as stream:
                for text in _Texts("si").read(stream):
                    data = text.encode(errors="replace")
                    file.write(data)
                    size += len(data)
                    ends.append(size)
        file.flush()
        if not size:
            yield _Strings(b"", ends)
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield _Strings(mapped, ends)


class _Texts:
    """The text of each element of a name: its runs joined, without phonetic hints."""

    def __init__(self, element: str) -> None:
        self._element = element
        self._done: list[str] = []
        self._runs: list[str] = []
        self._in_text = self._in_hint = False

    def read(self, stream: Any) -> Iterator[str]:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        while block := stream.read(BLOCK):
            parser.Parse(block, False)
            yield from self._done
            self._done.clear()
        parser.Parse(b"", True)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == self._element:
            self._runs = []
        elif local == "rPh":
            self._in_hint = True
        self._in_text = local == "t" and not self._in_hint

    def _end(self, name: str) -> None:
        local = _local(name)
        if local == self._element:
            self._done.append(_plain("".join(self._runs)))
        elif local == "rPh":
            self._in_hint = False
        self._in_text = False

    def _characters(self, text: str) -> None:
        if self._in_text:
            self._runs.append(text)


class _Sheet:
    """The rows of a sheet as its elements come by."""

    def __init__(self, shared: _Strings) -> None:
        self._shared = shared
        self._done: list[tuple[int, list[str]]] = []
        self._cells: list[str] = []
        self._number = 0
        self._column = 0
        self._type = "n"
        self._text: list[str] = []
        self._is_open = self._in_hint = False

    def read(self, stream: Any) -> Iterator[tuple[int, list[str]]]:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        while block := stream.read(BLOCK):
            parser.Parse(block, False)
            yield from self._done
            self._done.clear()
        parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "row":
            self._number = int(attributes.get("r") or self._number + 1)
            self._cells, self._column = [], 0
        elif local == "c":
            if found := _REFERENCE.fullmatch(attributes.get("r", "")):
                self._column = _column(found.group(1))
            self._type = attributes.get("t", "n")
            self._text = []
        elif local == "rPh":
            self._in_hint = True
        elif local in {"v", "t"}:
            self._is_open = not self._in_hint

    def _end(self, name: str) -> None:
        local = _local(name)
        if local in {"v", "t"}:
            self._is_open = False
        elif local == "rPh":
            self._in_hint = False
        elif local == "c":
            self._put()
        elif local == "row":
            self._done.append((self._number, self._cells))

    def _characters(self, text: str) -> None:
        if self._is_open:
            self._text.append(text)

    def _put(self) -> None:
        if self._column >= MAX_COLUMNS:
            return
        self._cells.extend([""] * (self._column - len(self._cells)))
        self._cells.append(self._value("".join(self._text)))
        self._column += 1

    def _value(self, text: str) -> str:
        match self._type:
            case "s":
                return self._shared[int(text)] if text else ""
            case "b":
                return "true" if text == "1" else "false"
            case "e":
                return ""
            case "n":
                return _number(text) if text else ""
        return _plain(text)


def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _number(text: str) -> str:
    number = float(text)
    if number.is_integer() and abs(number) < _EXACT:
        return str(int(number))
    return repr(number)


def _plain(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
    return without_controls(text)
