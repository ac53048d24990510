"""A row as a JSON document and back: what a merge remembers to be undone. Pure."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric, Uuid

from callout.features.prospecting.tables import Business
from callout.kit.db.types import Timestamp

Picture = dict[str, Any]
BOOKKEEPING = frozenset({"version", "updated_at", "updated_by_role"})
"""Columns the kit keeps by itself: they go on, and are not set back."""
FLEETING = frozenset({*BOOKKEEPING, "last_seen_at", "job_ids", "provenance", "open_now", "enriched_at"})
"""Columns a source may renew without anything having changed."""
_COLUMNS = {attribute.key: attribute.columns[0].type for attribute in Business.__mapper__.column_attrs}


def picture_of(row: Business) -> Picture:
    """Every column of a business as JSON has it."""
    return {name: _plain(getattr(row, name)) for name in _COLUMNS}


def restore(row: Business, picture: Picture) -> None:
    """Sets a business back to a picture of it."""
    for name, kind in _COLUMNS.items():
        if name in BOOKKEEPING or name not in picture:
            continue
        value = _value(picture[name], kind)
        if getattr(row, name) != value:
            setattr(row, name, value)


def changed_fields(row: Business, picture: Picture, *, ignoring: Iterable[str] = FLEETING) -> list[str]:
    """The columns in which a business differs from a picture of it."""
    now = picture_of(row)
    return sorted(name for name in now.keys() - set(ignoring) if name in picture and now[name] != picture[name])


def _plain(value: Any) -> Any:
    match value:
        case UUID() | Decimal():
            return str(value)
        case datetime():
            return value.isoformat()
        case _:
            return value


def _value(plain: Any, kind: Any) -> Any:
    if plain is None:
        return None
    if isinstance(kind, Uuid):
        return UUID(plain)
    if isinstance(kind, Numeric) and isinstance(plain, str):
        return Decimal(plain)
    return datetime.fromisoformat(plain) if isinstance(kind, Timestamp) else plain
