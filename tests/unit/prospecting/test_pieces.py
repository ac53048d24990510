"""Whatever is in a file and wherever its stream is cut: every row is read once, and as if the file were read at once."""

import csv
import io
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callout.features.prospecting.importing import keeping
from callout.features.prospecting.importing.layout import HEAD, Layout, layout_of
from callout.features.prospecting.importing.reading import Placed, pieces_of
from callout.features.prospecting.importing.records import rows_of

CELLS = st.text(st.sampled_from("ab ,;\"\n\r\té€😀'|=1"), max_size=12)
HEADER = ["Name", "Phone", "Note to us"]


def written(rows: list[list[str]], delimiter: str, line_end: str, *, quote_all: bool) -> str:
    out = io.StringIO(newline="")
    has_line_ends = any({"\r", "\n"} & set(cell) for row in rows for cell in row)  # which the writer may leave bare
    quoting = csv.QUOTE_ALL if quote_all or has_line_ends else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerow(HEADER)
    writer.writerows(rows)
    return out.getvalue()


async def arriving(data: bytes, sizes: list[int]) -> AsyncIterator[bytes]:
    begin = 0
    for size in sizes:
        yield data[begin : begin + size]
        begin += size
    yield data[begin:]


async def pieces(data: bytes, layout: Layout, offset: int, row: int, sizes: list[int], block: int) -> list[Placed]:
    stream = arriving(data[offset:], sizes)
    return [placed async for placed in pieces_of(stream, layout, offset=offset, row=row, block=block)]


def told(placed: list[Placed], layout: Layout) -> list[tuple[int, list[str]]]:
    return [(row.number, row.cells) for one in placed for row in rows_of(one.piece, layout, one.after)]


def kept(data: bytes) -> bytes:
    stream = io.BytesIO(data)
    return keeping.kept_stream(stream, keeping.recognise_form(stream)).read()


@settings(max_examples=300)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quote_all=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    sizes=st.lists(st.integers(0, 40), max_size=30),
    block=st.integers(1, 60),
    data=st.data(),
)
async def test_rows_are_those_of_the_file_wherever_it_is_cut_and_resumed(
    rows: list[list[str]],
    delimiter: str,
    line_end: str,
    quote_all: bool,
    encoding: str,
    sizes: list[int],
    block: int,
    data: Any,
) -> None:
    rows[0][0] = "x" + rows[0][0]
    file = kept(written(rows, delimiter, line_end, quote_all=quote_all).encode(encoding))
    layout = layout_of(file[:HEAD], "csv", {"Name": "name"})
    assert (layout.delimiter, layout.header) == (delimiter, HEADER)
    expected = [(number, row) for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)]
    found = await pieces(file, layout, layout.first, layout.row, sizes, block)
    assert told(found, layout) == expected
    assert b"".join(one.piece.data for one in found) == file[layout.first :]
    # Resumed behind any piece, exactly the rest is read.
    at = data.draw(st.integers(0, len(found)))
    begin = found[at - 1] if at else None
    offset = begin.end if begin else layout.first
    row = begin.after + begin.piece.rows if begin else layout.row
    rest = await pieces(file, layout, offset, row, sizes, block)
    assert told(found[:at], layout) + told(rest, layout) == expected


@settings(max_examples=300)
@given(
    text=st.text(st.sampled_from('ab,"\n\r'), max_size=60),
    sizes=st.lists(st.integers(0, 10), max_size=20),
    block=st.integers(1, 30),
)
async def test_however_broken_the_quotes_no_byte_is_lost_and_no_cut_changes_what_is_whole(
    text: str, sizes: list[int], block: int
) -> None:
    data = text.encode()
    layout = Layout(kind="csv", header=["name", "b"], columns={"name": 0})
    at_once = await pieces(data, layout, 0, 0, [], 10**6)
    in_parts = await pieces(data, layout, 0, 0, sizes, block)
    assert b"".join(one.piece.data for one in in_parts) == data
    assert told(in_parts, layout) == told(at_once, layout)


@settings(max_examples=100)
@given(
    names=st.lists(st.text(min_size=1, max_size=5).filter(str.strip), min_size=1, max_size=8),
    sizes=st.lists(st.integers(0, 40), max_size=20),
    block=st.integers(1, 60),
    array=st.booleans(),
)
async def test_json_objects_are_read_once_each(names: list[str], sizes: list[int], block: int, array: bool) -> None:
    lines = [f'{{"name": {json.dumps(name)}, "n": {number}}}' for number, name in enumerate(names)]
    file = kept(("[" + ",\n".join(lines) + "]" if array else "\n".join(lines)).encode())
    layout = layout_of(file, "ndjson")
    found = await pieces(file, layout, 0, 0, sizes, block)
    read = [row.told for one in found for row in rows_of(one.piece, layout, one.after)]
    assert [record["name"] for record in read if isinstance(record, dict)] == names


@pytest.mark.parametrize("seed", range(3))
async def test_a_large_file_is_cut_into_pieces_of_about_a_block(seed: int) -> None:
    dice = random.Random(seed)
    rows = [[f"n{number}", "1", '"' * dice.randint(0, 2) + "x\n" * dice.randint(0, 2)] for number in range(5000)]
    file = written(rows, ",", "\n", quote_all=False).encode()
    layout = layout_of(file, "csv")
    found = await pieces(file, layout, layout.first, layout.row, [1000] * 100, 10_000)
    assert len(told(found, layout)) == 5000
    assert max(len(one.piece.data) for one in found[:-1]) < 12_000
