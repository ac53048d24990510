# ruff: noqa: RUF001 - listings write ranges with en dashes
"""Files as people have them: encodings, delimiters, workbooks, JSON, and what is broken in them."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.importing import keeping, pieces, workbook
from callout.features.prospecting.importing.layout import CSV, HEAD, layout_of
from callout.features.prospecting.importing.records import Row, rows_of
from callout.features.prospecting.importing.rows import Rejected

TEXT = "Name;Phone;Town of birth\nCafé Zoë;+33 1 23 45 67 89;Łódź\n"


def kept(data: bytes) -> tuple[bytes, str]:
    """A file as it is kept for reading, and what kind of table that is."""
    stream = io.BytesIO(data)
    form = keeping.recognise_form(stream)
    if form.kind == keeping.XLSX:
        out = io.BytesIO()
        workbook.write_csv(stream, out)
        return out.getvalue(), CSV
    return keeping.kept_stream(stream, form).read(), form.kind


def read(data: bytes | str, mapping: dict[str, str] | None = None) -> Iterator[Row]:
    table, kind = kept(data.encode() if isinstance(data, str) else data)
    layout = layout_of(table[:HEAD], kind, mapping)
    after = layout.row
    for piece in pieces.cut(table[layout.first :], layout, at_end=True):
        yield from rows_of(piece, layout, after)
        after += piece.rows


def rows(data: bytes | str) -> list[tuple[int, Any]]:
    return [
        (row.number, row.told if isinstance(row.told, Rejected) else {k: _told(v) for k, v in row.told.items()})
        for row in read(data)
    ]


def _told(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def rejected(data: bytes | str) -> list[tuple[int, str]]:
    return [(row.number, row.told.code) for row in read(data) if isinstance(row.told, Rejected)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"])
def test_the_encoding_is_found_out(encoding: str) -> None:
    text = TEXT if encoding != "cp1250" else TEXT.replace("Zoë", "Zoe")
    name = "Café Zoë" if encoding != "cp1250" else "Café Zoe"
    assert rows(text.encode(encoding)) == [(2, {"name": name, "phone": "+33 1 23 45 67 89"})]


def test_windows_1252_is_read() -> None:
    text = "name,phone,address\nMüller & Söhne,030 901820,Große Straße 1\nCafé – Bar,030 901821,„Am Platz“ 2\n"
    found = rows(text.encode("cp1252"))
    assert [record["name"] for _, record in found] == ["Müller & Söhne", "Café – Bar"]
    assert found[1][1]["address"] == "„Am Platz“ 2"


def test_letters_beyond_ascii_are_found_however_late_they_come() -> None:
    text = "name,address\n" + "Joe,1 Main St\n" * 100_000 + "Müller & Söhne,Große Straße 1\n" * 3
    assert rows(text.encode("cp1252"))[-1][1] == {"name": "Müller & Söhne", "address": "Große Straße 1"}


def test_a_damaged_letter_does_not_make_utf8_another_encoding() -> None:
    text = "name,address\nMüller & Söhne,Große Straße 1\nCafé Zoë,x\n".encode() + b"Broken \xff,y\n"
    assert [record["name"] for _, record in rows(text)] == ["Müller & Söhne", "Café Zoë", "Broken \ufffd"]
    assert rows("name\nCafé Zoë Łódź żółw\n".encode()[:-2])[0][1]["name"].startswith("Café Zoë Łódź")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str) -> None:
    text = delimiter.join(["name", "phone", '"a,b;c|d"']) + "\n" + delimiter.join(["Joe", "1", '"x,y;z|w"']) + "\n"
    assert rows(text) == [(2, {"name": "Joe", "phone": "1"})]


def test_a_delimiter_inside_quotes_does_not_count() -> None:
    assert rows('name;"a,b,c,d"\nJoe;1\n') == [(2, {"name": "Joe"})]


def test_a_spreadsheets_separator_line_is_obeyed() -> None:
    assert rows("sep=;\r\nname;phone\r\nSmith, Joe;1\r\n") == [(3, {"name": "Smith, Joe", "phone": "1"})]


def test_quotes_commas_and_line_breaks_stay_in_their_cell() -> None:
    text = 'name,address,phone\n"Smith, ""Joe""","1 Main St\nSpringfield",(305) 555-0100\n'
    assert rows(text) == [(2, {"name": 'Smith, "Joe"', "address": "1 Main St\nSpringfield", "phone": "(305) 555-0100"})]


def test_blank_rows_are_left_out_and_numbers_stay_those_of_the_file() -> None:
    assert [number for number, _ in rows("\nname,phone\n\nJoe,1\n , \nAnn,2\n\n")] == [4, 6]


def test_a_short_row_is_taken_as_far_as_it_goes() -> None:
    assert rows("name,phone,email\nJoe\nAnn,2,a@b.de,,\n") == [
        (2, {"name": "Joe"}),
        (3, {"name": "Ann", "phone": "2", "email": "a@b.de"}),
    ]


def test_a_row_with_more_cells_than_the_header_is_refused_since_they_may_stand_in_wrong_columns() -> None:
    assert rejected("name,address,phone\nJoe,1 Main St, Springfield,1\nAnn,2 Main St,2\n") == [(2, "too_many_cells")]


def test_the_last_row_of_a_file_that_ends_inside_it_is_taken_without_its_last_cell(shared_data: Path) -> None:
    found = list(read((shared_data / "businesses/gosom_v43_truncated_last_row.csv").read_bytes()))
    assert len(found) == 68
    assert not isinstance(found[-1].told, Rejected)
    assert found[-1].told["name"]
    assert "cut off" in found[-1].note
    assert [row.note for row in found[:-1]] == [""] * 67


def test_a_file_that_ends_before_the_name_of_its_last_row_says_so() -> None:
    assert rejected('phone,name\n1,Joe\n2,"An') == [(3, "truncated_row")]


def test_a_quote_that_is_never_closed_costs_its_own_row_only() -> None:
    text = 'name,phone\nJoe,1\n"Ann,2\nBo,3\nCy,4\n'
    assert [(number, told if isinstance(told, dict) else told.code) for number, told in rows(text)] == [
        (2, {"name": "Joe", "phone": "1"}),
        (3, "unclosed_quote"),
        (4, {"name": "Bo", "phone": "3"}),
        (5, {"name": "Cy", "phone": "4"}),
    ]


def test_a_quote_that_stays_open_for_megabytes_is_found_without_the_end_of_the_file() -> None:
    text = 'name,phone\n"Ann,2\n' + "Bo,3\n" * 1_200_000
    layout = layout_of(text.encode()[:HEAD], CSV)
    found = list(pieces.cut(text.encode()[layout.first :], layout, at_end=False))
    assert [(piece.kind, piece.rows) for piece in found] == [("open", 1), ("whole", 1_200_000)]


def test_inch_marks_do_not_confuse() -> None:
    assert rows('name,phone\n19" Racks,1\nJoe 5"x7",2\n') == [
        (2, {"name": '19" Racks', "phone": "1"}),
        (3, {"name": 'Joe 5"x7"', "phone": "2"}),
    ]


def test_without_a_header_columns_go_by_position() -> None:
    text = 'Joe Smith,(305) 555-0100,Joe\'s Garage,"1 Main St, Springfield",Mechanic\n'
    assert rows(text) == [
        (
            1,
            {
                "name": "Joe Smith",
                "phone": "(305) 555-0100",
                "business_name": "Joe's Garage",
                "address": "1 Main St, Springfield",
                "category": "Mechanic",
            },
        )
    ]


def test_a_workbook_reads_like_the_same_table_as_text(shared_data: Path) -> None:
    stem = shared_data / "businesses/r7avi_contractors_in_new_jersey_usa"
    sheet = rows(stem.with_suffix(".xlsx").read_bytes())
    text = rows(stem.with_suffix(".csv").read_bytes())
    assert [record["name"] for _, record in sheet] == [record["name"] for _, record in text]
    assert [record["phone"] for _, record in sheet] == [record["phone"] for _, record in text]


def test_a_workbook_is_read_as_another_reader_reads_it(shared_data: Path) -> None:
    path = shared_data / "businesses/r7avi_contractors_in_new_jersey_usa.xlsx"
    other = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    with path.open("rb") as stream:
        ours = list(workbook.rows_of_sheet(stream))
    assert [number for number, _ in ours] == list(range(1, 27))
    for (_, cells), theirs in zip(ours, other, strict=True):
        assert [str(cell) for cell in cells] == [_cell(value) for value in theirs[: len(cells)]]


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def sheet(rows_xml: str, strings: str = "", **more: str) -> bytes:
    """A workbook by hand."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    r = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{r}"><sheets><sheet name="A" sheetId="1" r:id="x"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships><Relationship Id="x" Type="{r}/worksheet" Target="worksheets/s.xml"/>'
            f'<Relationship Id="y" Type="{r}/sharedStrings" Target="/xl/shared.xml"/></Relationships>',
        )
        archive.writestr("xl/shared.xml", f"<sst {main}>{strings}</sst>")
        archive.writestr("xl/worksheets/s.xml", f"<worksheet {main}><sheetData>{rows_xml}</sheetData></worksheet>")
        for name, content in more.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_cells_of_every_kind_become_text() -> None:
    data = sheet(
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>phone</t></is></c><c r="D1" t="str"><v>email</v></c></row>'
        '<row r="4"><c r="A4" t="s"><v>1</v></c><c r="B4"><v>3055550100</v></c><c r="C4" t="b"><v>1</v></c>'
        '<c r="D4" t="e"><v>#N/A</v></c><c r="E4"><v>1.30555501E10</v></c><c r="F4"><v>4.5999999999999996</v></c></row>',
        "<si><t>name</t></si><si><r><t>Joe</t></r><r><t xml:space='preserve'> &amp; Co_x000A_</t></r><rPh><t>jo</t></rPh></si>",
    )
    assert list(workbook.rows_of_sheet(io.BytesIO(data))) == [
        (1, ["name", "phone", "", "email"]),
        (4, ["Joe & Co\n", "3055550100", "true", "", "13055550100", "4.6"]),
    ]
    assert rows(data)[0][0] == 4


def test_the_table_of_a_workbook_is_its_named_sheets_and_not_their_summary() -> None:
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    r = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def table(*rows_: tuple[str, ...]) -> str:
        cells = ("".join(f'<c t="str"><v>{cell}</v></c>' for cell in row) for row in rows_)
        return f"<worksheet {main}><sheetData>{''.join(f'<row>{row}</row>' for row in cells)}</sheetData></worksheet>"

    sheets = [
        table(("Rows", "3")), table(("Name", "Phone"), ("Joe", "1")), table(("Other", "x"), ("y", "z")),
        table(("Name", "Phone"), ("Ann", "2"), ("Bo", "3")),
    ]  # fmt: skip
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(4))
        archive.writestr("xl/workbook.xml", f'<workbook {main} xmlns:r="{r}"><sheets>{names}</sheets></workbook>')
        links = "".join(
            f'<Relationship Id="r{n}" Type="{r}/worksheet" Target="worksheets/s{n}.xml"/>' for n in range(4)
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        for number, content in enumerate(sheets):
            archive.writestr(f"xl/worksheets/s{number}.xml", content)
    assert [record["name"] for _, record in rows(buffer.getvalue())] == ["Joe", "Ann", "Bo"]


def test_a_workbook_with_a_document_type_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><sst><si><t>&a;</t></si></sst>'
    data = sheet("<row><c><v>1</v></c></row>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, bomb if name == "xl/shared.xml" else old.read(name))
    with pytest.raises(UnreadableFile):
        list(workbook.rows_of_sheet(buffer))


def test_a_workbook_that_would_unpack_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1000)
    with pytest.raises(UnreadableFile, match="too large"):
        rows(sheet("<row><c><v>1</v></c></row>" * 100))


def test_json_lines_and_an_array_of_objects_read_alike() -> None:
    lines = '{"title": "Joe", "phone": "1", "open_hours": {"Monday": ["9-5"]}}\n\n{"phone": "2", "title": "Ann"}\n'
    array = "[" + lines.strip().replace("\n\n", ",") + "]"
    assert rows(lines) == [
        (1, {"name": "Joe", "phone": "1", "hours": {"Monday": ["9-5"]}}),
        (3, {"name": "Ann", "phone": "2"}),
    ]
    assert [record for _, record in rows(array)] == [record for _, record in rows(lines)]


def test_an_array_written_over_many_lines_reads_alike() -> None:
    text = '[\n {\n  "title": "Joe\\n & Co",\n  "phone": "1"\n },\n {"title": "Ann"}\n]\n'
    assert [record for _, record in rows(text)] == [{"name": "Joe\n & Co", "phone": "1"}, {"name": "Ann"}]


def test_what_is_left_of_a_broken_array_is_a_row_with_its_reason() -> None:
    assert rows('[{"name": "Joe"}, {"name": "An')[0] == (1, {"name": "Joe"})
    assert rejected('[{"name": "Joe"}, {"name": "An') == [(2, "unreadable_json")]


def test_a_line_that_is_no_json_object_is_refused_by_its_number() -> None:
    assert rejected('{"name": "Joe"}\n{"name": \n[1]\n') == [(2, "unreadable_json"), (3, "unreadable_json")]


def test_a_persons_mapping_counts_for_json_objects_too() -> None:
    (row,) = read('{"Firma": "Joe", "Ruf": "1"}', {"Firma": "name", "Ruf": "phone"})
    assert row.told == {"name": "Joe", "phone": "1"}


@pytest.mark.parametrize(
    "data", [b"", b"  \n\n ", b"\xef\xbb\xbf", b"PK\x03\x04 broken", b'[{"name": "Joe"', b"name\n"]
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        rows(data)


@pytest.mark.parametrize(
    ("data", "filename", "kept_name"),
    [
        ("name,phone\nJoe\0,1\a\n".encode("utf-16"), "my list.txt", "my list.csv"),
        (b"name,phone\nJoe\0,1\a\n", "list", "list.csv"),
        (b'{"name": "Joe", "phone": "1"}', "list.json", "list.ndjson"),
        (b"name,phone\nJoe,1\n", "", "businesses.csv"),
    ],
)
def test_a_file_is_kept_as_plain_utf8_under_a_telling_name(data: bytes, filename: str, kept_name: str) -> None:
    stream = io.BytesIO(data)
    form = keeping.recognise_form(stream)
    assert keeping.kept_name(filename, form) == kept_name
    bytes_ = keeping.kept_stream(stream, form).read()
    assert not set(bytes_) & set(range(9))
    assert [record for _, record in rows(bytes_)] == [{"name": "Joe", "phone": "1"}]


def test_every_sample_file_keeps_its_rows(shared_data: Path) -> None:
    for path in sorted((shared_data / "businesses").iterdir()):
        data = path.read_bytes()
        assert rows(kept(data)[0]) == rows(data), path.name
