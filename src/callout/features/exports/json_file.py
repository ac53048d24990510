"""A JSON array of objects, one a line; fields that hold JSON are JSON again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from callout.features.exports.ports import Column
from callout.kit.http.wire import timestamp


class JsonFile:
    """A JSON file being written."""

    def __init__(self, stream: BinaryIO, columns: Sequence[Column]) -> None:
        self._stream = stream
        self._names = [column.name for column in columns]
        self._nested = [column.kind == "json" for column in columns]
        self._before = b"[\n"

    def write(self, sheet: str, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows."""
        if not rows:
            return
        encode = msgspec.json.Encoder().encode
        self._stream.write(self._before + b",\n".join([encode(self._object(row)) for row in rows]))
        self._before = b",\n"

    def close(self, summary: Sequence[tuple[str, Any]]) -> None:
        """Ends the file."""
        self._stream.write(b"[]\n" if self._before == b"[\n" else b"\n]\n")

    def _object(self, row: Sequence[Any]) -> dict[str, Any]:
        return {
            name: _value(value, nested=nested)
            for name, nested, value in zip(self._names, self._nested, row, strict=True)
        }


def _value(value: Any, *, nested: bool) -> Any:
    if nested and value is not None:
        return msgspec.Raw(value.encode())
    return timestamp(value) if isinstance(value, datetime) else value
