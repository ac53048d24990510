"""Column types that mean the same on PostgreSQL, MySQL and SQLite."""

from typing import Any

from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import JSON, Numeric, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

Timestamp = DateTimeUTC
"""An aware UTC datetime."""

Json: TypeEngine[Any] = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON document; Python `None` is SQL NULL."""

Money = Numeric(12, 2)
"""A monetary amount in the row's currency."""

Id = Uuid(as_uuid=True)


def Str(length: int) -> String:  # noqa: N802 - reads as a type in column definitions
    """Text of at most `length` characters."""
    return String(length)
