"""Where the values of a business came from. Pure.

`Business.provenance` maps a field to {"source", "job", "at"}. A business is mostly told by one source at once, so the
entry under `*` speaks for every field that has none of its own; a million businesses need no million times thirty
entries.
"""

from collections.abc import Iterable, Mapping
from typing import Any

REST = "*"
"""Stands for all fields without an entry of their own."""
Origin = Mapping[str, Any]


def origin_of(provenance: Mapping[str, Any], field: str) -> Origin | None:
    """Source, job and time of a field's value; None when it is not known."""
    origin: Origin | None = provenance.get(field) or provenance.get(REST)
    return origin


def told_fields(provenance: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Origin]:
    """The origin of each of the given fields."""
    return {field: origin for field in fields if (origin := origin_of(provenance, field)) is not None}
