"""Files of exports are read by others as they were meant."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from callout.features.exports import xlsx_file
from callout.features.exports.ports import Column
from callout.features.exports.table_files import Layout, open_table
from callout.features.exports.xlsx_file import XlsxFile

COLUMNS = [
    Column("name", "Name"),
    Column("phone", "Phone", "phone"),
    Column("rating", "Rating", "number"),
    Column("is_verified", "Is verified", "flag"),
    Column("scraped_at", "Scraped at", "time"),
    Column("hours", "Hours", "json"),
]
AT = datetime(2026, 3, 5, 15, 30, tzinfo=UTC)
ROWS: list[Sequence[Any]] = [
    ("Joe's <b>&</b> Sons", "+13055550100", 4.5, True, AT, '{"mon": "9-17"}'),
    ('=HYPERLINK("x"), "y"', None, None, None, None, None),
    ("Two\nlines", "+13055550101", 3, False, AT, "[]"),
]


def made(format_: str, parts: dict[str, list[Sequence[Any]]], columns: list[Column] = COLUMNS, **options: Any) -> bytes:
    stream = io.BytesIO()
    table = open_table(stream, Layout(format=format_, columns=columns, **options))
    for sheet, rows in parts.items():
        table.write(sheet, rows)
    table.close([("Exported at", AT), ("Mean rating", None), ("Share", 0.5), ("Whole", True)])
    return stream.getvalue()


def sheets_of(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def test_csv_follows_rfc_4180_and_guards_its_cells() -> None:
    data = made("csv", {"a": ROWS[:2], "b": ROWS[2:]}, bom=True)
    assert data.startswith(b"\xef\xbb\xbfname,phone,rating,is_verified,scraped_at,hours\r\n")
    assert b'"\'=HYPERLINK(""x""), ""y""",,,,,\r\n' in data
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[1] == [
        "Joe's <b>&</b> Sons",
        "+13055550100",
        "4.5",
        "true",
        "2026-03-05T15:30:00.000Z",
        '{"mon": "9-17"}',
    ]
    assert rows[3] == ["Two\nlines", "+13055550101", "3", "false", "2026-03-05T15:30:00.000Z", ""]
    assert not made("csv", {}).startswith(b"\xef")


def test_json_is_an_array_of_objects_with_json_inside() -> None:
    objects = json.loads(made("json", {"a": ROWS[:2], "b": ROWS[2:]}))
    assert objects[0]["hours"] == {"mon": "9-17"}
    assert objects[1] == {
        "name": ROWS[1][0],
        **dict.fromkeys(["phone", "rating", "is_verified", "scraped_at", "hours"]),
    }
    assert (objects[2]["scraped_at"], objects[2]["hours"]) == ("2026-03-05T15:30:00.000Z", [])
    assert json.loads(made("json", {})) == json.loads(made("json", {"a": []})) == []


def test_a_workbook_has_a_summary_and_a_sheet_for_each_group_with_typed_cells() -> None:
    sheets = sheets_of(made("xlsx", {"High priority": ROWS[:2], "Low priority": ROWS[2:], "None": []}))
    assert list(sheets) == ["Summary", "High priority", "Low priority", "None"]
    header, first, second = sheets["High priority"]
    assert header == ["Name", "Phone", "Rating", "Is verified", "Scraped at", "Hours"]
    assert first == ["Joe's <b>&</b> Sons", "+13055550100", 4.5, True, AT.replace(tzinfo=None), '{"mon": "9-17"}']
    assert second == ['=HYPERLINK("x"), "y"', "", "", "", "", ""]
    assert sheets["None"] == [header]
    assert [row[:2] for row in sheets["Summary"]] == [
        ["Summary", ""], ["Exported at", AT.replace(tzinfo=None)], ["Mean rating", ""], ["Share", 0.5], ["Whole", True],
        ["High priority", 2.0], ["Low priority", 1.0], ["None", 0.0], ["Rows", 3.0],
    ]  # fmt: skip


def test_a_workbook_freezes_its_header_and_marks_what_looks_like_a_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(made("xlsx", {"Rows": ROWS}))) as archive:
        assert archive.testzip() is None
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        for name in archive.namelist():
            ET.fromstring(archive.read(name))
    assert 'state="frozen"' in sheet
    assert f'<c t="inlineStr" s="{4}"><is><t>=HYPERLINK' in sheet
    assert "<f>" not in sheet


def test_a_full_sheet_goes_on_on_the_next() -> None:
    stream = io.BytesIO()
    table = XlsxFile(stream, [Column("n", "N", "number")], max_rows=4)
    table.write("Numbers", [(number,) for number in range(5)])
    table.write("Numbers", [(number,) for number in range(5, 8)])
    table.close([])
    sheets = sheets_of(stream.getvalue())
    assert {name: [row[0] for row in rows[1:]] for name, rows in sheets.items() if name != "Summary"} == {
        "Numbers": [0, 1, 2], "Numbers (2)": [3, 4, 5], "Numbers (3)": [6, 7],
    }  # fmt: skip
    assert sheets["Summary"][-1] == ["Rows", 8.0]


TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("\n\t _x0041<&'\""), max_size=40
)


@given(st.lists(TEXT.filter(str.strip), min_size=1, max_size=5))
def test_any_text_comes_out_of_a_workbook_as_it_went_in(cells: list[str]) -> None:
    data = made("xlsx", {"Rows": [(cell,) for cell in cells]}, columns=[Column("t", "T")])
    assert [row[0] for row in sheets_of(data)["Rows"][1:]] == cells


def test_control_characters_are_dropped_and_long_text_is_cut() -> None:
    data = made("xlsx", {"Rows": [("a\x00\x0b\ufffeb",), ("x" * 40_000,)]}, columns=[Column("t", "T")])
    (_, first, second) = sheets_of(data)["Rows"]
    assert (first[0], len(second[0])) == ("ab", xlsx_file.MAX_CELL)


@pytest.mark.parametrize("name", ["Summary", "a/b:c*d?e[f]g", "", "x" * 60])
def test_sheet_names_are_made_such_as_excel_takes(name: str) -> None:
    titles = list(sheets_of(made("xlsx", {name: [ROWS[0]], name + " ": [ROWS[0]]})))
    assert len({title.casefold() for title in titles}) == 3
    assert all(0 < len(title) <= 31 and not set(title) & set("[]:*?/\\") for title in titles)
