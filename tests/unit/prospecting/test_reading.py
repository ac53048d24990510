# ruff: noqa: RUF001 - listings write ranges with en dashes
"""Files as people have them: encodings, delimiters, workbooks, JSON, and what is broken in them."""

import io
import zipfile
from pathlib import Path

import pytest

from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.importing.reading import kept_form, read_records

TEXT = "Name;Phone;City\nCafé Zoë;+33 1 23 45 67 89;Łódź\n"


def rows(data: bytes | str, after: int = 0) -> list[tuple[int, dict[str, str]]]:
    return list(read_records(data.encode() if isinstance(data, str) else data, after=after))


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


def test_short_and_long_rows_are_taken_as_far_as_they_go() -> None:
    assert rows("name,phone,email\nJoe\nAnn,2,a@b.de,more,cells\n") == [
        (2, {"name": "Joe"}),
        (3, {"name": "Ann", "phone": "2", "email": "a@b.de"}),
    ]


def test_a_file_that_ends_inside_a_quote_keeps_its_last_row(shared_data: Path) -> None:
    data = (shared_data / "businesses/gosom_v43_truncated_last_row.csv").read_bytes()
    found = rows(data)
    assert len(found) == 68
    assert found[-1][1]["name"]


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


def test_json_lines_and_an_array_of_objects_read_alike() -> None:
    lines = '{"title": "Joe", "phone": "1", "open_hours": {"Monday": ["9-5"]}}\n\n{"phone": "2", "title": "Ann"}\n'
    array = "[" + lines.strip().replace("\n\n", ",") + "]"
    assert rows(lines) == [
        (1, {"name": "Joe", "phone": "1", "hours": '{"Monday":["9-5"]}'}),
        (3, {"name": "Ann", "phone": "2"}),
    ]
    assert [record for _, record in rows(array)] == [record for _, record in rows(lines)]


def test_a_line_that_is_no_json_object_is_a_row_without_fields() -> None:
    assert rows('{"name": "Joe"}\n{"name": \n[1]\n') == [(1, {"name": "Joe"}), (2, {}), (3, {})]


def test_reading_goes_on_after_a_row() -> None:
    text = "name\n" + "".join(f"N{number}\n" for number in range(10))
    assert rows(text, after=9) == [(10, {"name": "N8"}), (11, {"name": "N9"})]
    assert rows('{"name": "a"}\n{"name": "b"}', after=1) == [(2, {"name": "b"})]


@pytest.mark.parametrize("data", [b"", b"  \n\n ", b"\xef\xbb\xbf", b"PK\x03\x04 broken", b'[{"name": "Joe"]'])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        rows(data)


def test_a_workbook_that_would_unpack_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callout.features.prospecting.importing.reading.MAX_UNPACKED", 1000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 2000)
    with pytest.raises(UnreadableFile, match="too large"):
        rows(buffer.getvalue())


@pytest.mark.parametrize(
    ("data", "filename", "kept_name"),
    [
        ("name,phone\nJoe\0,1\a\n".encode("utf-16"), "my list.txt", "my list.csv"),
        (b'{"name": "Joe", "phone": "1"}', "list.json", "list.ndjson"),
        (b"name,phone\nJoe,1\n", "", "businesses.csv"),
    ],
)
def test_a_file_is_kept_as_plain_utf8_under_a_telling_name(data: bytes, filename: str, kept_name: str) -> None:
    name, kept = kept_form(data, filename)
    assert name == kept_name
    assert not set(kept) & set(range(9))
    assert [record for _, record in rows(kept)] == [{"name": "Joe", "phone": "1"}]


def test_every_sample_file_keeps_its_rows(shared_data: Path) -> None:
    for path in sorted((shared_data / "businesses").iterdir()):
        data = path.read_bytes()
        assert rows(kept_form(data, path.name)[1]) == rows(data), path.name
