"""How a file would be read, before anything is stored: its columns, and its first rows with what is wrong with them."""

from typing import Any, BinaryIO

from callout.features.prospecting.importing import keeping, workbook
from callout.features.prospecting.importing.layout import CSV, HEAD, Layout, layout_of
from callout.features.prospecting.importing.pieces import cut
from callout.features.prospecting.importing.records import Row, rows_of
from callout.features.prospecting.importing.rows import Rejected, draft_of

SHOWN = 20
_SHEET_ROWS = 200
_FIELDS = (
    "name", "phone", "address", "city", "state", "country", "category", "website", "email", "rating", "review_count",
    "place_id", "lat", "lng", "timezone",
)  # fmt: skip


def preview_of(stream: BinaryIO, mapping: dict[str, str], region: str) -> dict[str, Any]:
    """Form, columns, first rows as they would be read, and about how many there are.

    Args:
        stream: The file, seekable.
        mapping: A person's own choice of columns, header → field.
        region: ISO 3166-1 alpha-2 of phones without a country code.

    Raises:
        UnreadableFile: it is no table, or has no rows below its header.
    """
    form = keeping.recognise_form(stream)
    is_all = False
    if form.kind == keeping.XLSX:
        head, estimate = _sheet_head(stream, mapping), None
    else:
        kept = keeping.kept_stream(stream, form)
        head = kept.read(HEAD)
        is_all = len(head) < HEAD
        stream.seek(0, 2)
        estimate = stream.tell()
    layout = layout_of(head, CSV if form.kind == keeping.XLSX else form.kind, mapping)
    pieces = list(cut(head[layout.first :], layout, at_end=is_all or form.kind == keeping.XLSX))
    rows: list[Row] = []
    after, read = layout.row, 0
    for piece in pieces:
        found = list(rows_of(piece, layout, after))
        after, read = after + piece.rows, read + len(found)
        rows += found[: SHOWN - len(rows)]
    used = sum(len(piece.data) for piece in pieces)
    return {
        "form": form.kind,
        "encoding": form.encoding,
        "delimiter": layout.delimiter if form.kind == CSV else None,
        **_columns(layout, rows, mapping),
        "rows": [_shown(row, region) for row in rows],
        "row_count": read if is_all else _estimate(form, estimate, used, read, stream),
        "row_count_is_exact": is_all,
    }


def _sheet_head(stream: BinaryIO, mapping: dict[str, str]) -> bytes:
    rows = workbook.rows_of_sheet(stream, workbook.header_by(mapping))
    try:
        return workbook.as_csv(workbook.first_rows(rows, _SHEET_ROWS))
    finally:
        rows.close()  # type: ignore[attr-defined]


def _estimate(form: keeping.Form, size: int | None, used: int, read: int, stream: BinaryIO) -> int | None:
    if form.kind == keeping.XLSX:
        rows = workbook.declared_rows(stream)
        return None if rows is None else max(0, rows - 1)
    wide = 2 if (form.encoding or "").replace("-", "_").startswith("utf_16") else 1
    return round(read * (size or 0) / wide / used) if used else None


def _columns(layout: Layout, rows: list[Row], mapping: dict[str, str]) -> dict[str, Any]:
    """Each column with the field it fills; of JSON objects the columns of the first ones."""
    if layout.kind != CSV:
        fields = sorted({field for row in rows if not isinstance(row.told, Rejected) for field in row.told})
        return {"columns": [{"header": field, "field": field} for field in fields], "unknown": [], "positional": False}
    field_of = {index: field for field, index in layout.columns.items()}
    header = layout.header or [f"column {index + 1}" for index in range(len(field_of))]
    columns = [{"header": title, "field": field_of.get(index)} for index, title in enumerate(header)]
    chosen = {title.casefold() for title, field in mapping.items() if not field}
    unknown = [one["header"] for one in columns if one["field"] is None and str(one["header"]).casefold() not in chosen]
    return {"columns": columns, "unknown": [title for title in unknown if title], "positional": not layout.header}


def _shown(row: Row, region: str) -> dict[str, Any]:
    told = row.told if isinstance(row.told, Rejected) else draft_of(row.number, row.told, region=region)
    if isinstance(told, Rejected):
        error = {"field": told.field, "code": told.code, "message": told.message}
        return {"row": row.number, "business": None, "error": error, "note": None, "cells": row.cells[:50]}
    business = {name: getattr(told, name) for name in _FIELDS}
    business["rating"] = None if told.rating is None else float(told.rating)
    business["callable"] = told.callable
    business["phone_raw"] = told.phone_raw
    return {"row": row.number, "business": business, "error": None, "note": row.note or None, "cells": None}
