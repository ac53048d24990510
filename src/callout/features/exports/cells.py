"""Values as cells of a text file. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from callout.features.exports.ports import CellKind, Column
from callout.kit.http.wire import timestamp
from callout.kit.text.formula_guard import guarded

Cell = Callable[[Any], Any]


def csv_cells(columns: Sequence[Column]) -> list[Cell]:
    """One function per column, from a value other than None to what csv.writer takes."""
    return [_CSV[column.kind] for column in columns]


def _same(value: Any) -> Any:
    return value


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _json(value: str) -> str:
    return "" if value in {"[]", "{}"} else value


_CSV: dict[CellKind, Cell] = {
    "text": guarded,
    "phone": guarded,
    "number": _same,
    "flag": _flag,
    "time": timestamp,
    "json": _json,
}
