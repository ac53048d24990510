"""The rows of a contact file: cells by field, numbered as a person counts them. Pure."""

import csv
import io
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import BinaryIO

from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.folding import folded
from callout.features.prospecting.importing.encodings import decoded
from callout.features.prospecting.importing.keeping import recognise_form
from callout.features.prospecting.importing.layout import MAX_CELL, NDJSON, delimiter_of
from callout.features.prospecting.importing.workbook import rows_of_sheet

MAX_ROWS = 50_000
POSITIONAL = ("name", "phone", "business_name", "address", "category")
"""Order of a file without a recognised header (product specification §6.2)."""
Record = dict[str, str]


def known_fields() -> frozenset[str]:
    """Every field a column can fill."""
    return frozenset(_known().values())


def read_rows(stream: BinaryIO, mapping: Mapping[str, str], keys: Sequence[str]) -> list[tuple[int, Record]]:
    """(row number, cells by field) of a CSV or XLSX file; blank rows are left out.

    Args:
        stream: The file, seekable.
        mapping: A person's own choice, header → field ("" leaves a column out); wins over recognition.
        keys: Fields of which a header names at least one; a first row without is no header, and columns go by position.

    Raises:
        UnreadableFile: no table, no rows, or more than `MAX_ROWS`.
    """

    def is_header(cells: Sequence[str]) -> bool:
        return bool(_columns(cells, mapping).keys() & set(keys))

    numbered = [(number, cells) for number, cells in _table(stream, is_header) if any(map(str.strip, cells))]
    if not numbered:
        raise UnreadableFile("The file has no rows.")
    columns = _columns(numbered[0][1], mapping)
    if is_header(numbered[0][1]):
        numbered = numbered[1:]
    else:
        columns = {field: index for index, field in enumerate(POSITIONAL) if index < len(numbered[0][1])}
    if not numbered:
        raise UnreadableFile("The file has no rows below its header.")
    if len(numbered) > MAX_ROWS:
        raise UnreadableFile(f"The file has more than {MAX_ROWS} rows. Split it.")
    return [
        (number, {field: cells[index] for field, index in columns.items() if index < len(cells)})
        for number, cells in numbered
    ]


def _table(stream: BinaryIO, is_header: Callable[[Sequence[str]], bool]) -> Iterator[tuple[int, list[str]]]:
    form = recognise_form(stream)
    if form.kind == NDJSON:
        raise UnreadableFile("Contacts come as .csv or .xlsx.")
    if form.encoding is None:
        yield from rows_of_sheet(stream, is_header)
        return
    text = "".join(decoded(stream, form.encoding)).removeprefix("\ufeff")
    csv.field_size_limit(MAX_CELL)
    try:
        yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)), start=1)
    except csv.Error as error:
        raise UnreadableFile(f"The file is not a readable CSV: {error}.") from error


def _columns(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    chosen = {folded(title): field for title, field in mapping.items()}
    columns: dict[str, int] = {}
    for index, title in enumerate(header):
        key = folded(title)
        field = chosen[key] if key in chosen else _known().get(key, "")
        if field:
            columns.setdefault(field, index)
    return columns


@cache
def _known() -> Mapping[str, str]:
    source = files("callout.features.prospecting.contact_import").joinpath("columns.toml").read_text("utf-8")
    names: dict[str, list[str]] = tomllib.loads(source)
    return {folded(alias): field for field, aliases in names.items() for alias in aliases}
