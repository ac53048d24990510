"""Column types that mean the same on PostgreSQL, MySQL and SQLite."""

import base64
import zlib
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import JSON, DateTime, Dialect, Numeric, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine


class Timestamp(TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("timestamps need a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is UTC:  # what the driver gives
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json: TypeEngine[Any] = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON document; Python `None` is SQL NULL."""


class PackedJson(TypeDecorator[Any]):
    """A large JSON document that the database never looks into: stored deflated, as one JSON string.

    Takes whatever msgspec can write, structs as well; the plain document comes back. A tenth of the time that the
    database needs to take the same document apart and compress it. A document stored plainly comes back as it is.
    """

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        plain = JSONB(none_as_null=True) if dialect.name == "postgresql" else JSON(none_as_null=True)
        return dialect.type_descriptor(plain)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return base64.b64encode(zlib.compress(msgspec.json.encode(value), zlib.Z_BEST_SPEED)).decode("ascii")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if not isinstance(value, str):
            return value
        return msgspec.json.decode(zlib.decompress(base64.b64decode(value)))


Money = Numeric(15, 3)
"""A monetary amount in the row's currency; three decimals hold every minor unit there is."""

Id = Uuid(as_uuid=True)


def Str(length: int) -> String:  # noqa: N802 - reads as a type in column definitions
    """Text of at most `length` characters."""
    return String(length)
