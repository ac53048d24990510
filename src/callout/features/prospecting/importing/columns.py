"""Which column of a file is what, by its header or by its position."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from callout.features.prospecting.folding import folded

POSITIONAL = ("name", "phone", "business_name", "address", "category")
"""Order of a file without a recognised header (product specification §6.2)."""


def known_fields() -> frozenset[str]:
    """Every field a column can fill."""
    return frozenset(field for field, _ in _known().values())


@cache
def _known() -> Mapping[str, tuple[str, int]]:
    source = files("callout.features.prospecting.importing").joinpath("columns.toml").read_text("utf-8")
    names: dict[str, list[str]] = tomllib.loads(source)
    return {folded(alias): (field, rank) for field, aliases in names.items() for rank, alias in enumerate(aliases)}


def recognise(header: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, int] | None:
    """Field → column index; None when the row is not a header.

    Where several columns could be the same field, the alias listed first wins, then the column further left.

    Args:
        header: The first row.
        mapping: A person's own choice, header → field ("" leaves a column out); wins over recognition.
    """
    chosen = {folded(name): field for name, field in (mapping or {}).items()}
    best: dict[str, tuple[int, int]] = {}
    for index, title in enumerate(header):
        key = folded(title)
        field, rank = (chosen[key], -1) if key in chosen else _known().get(key, ("", 0))
        if field and (rank, index) < best.get(field, (len(header), len(header))):
            best[field] = (rank, index)
    columns = {field: index for field, (_, index) in best.items()}
    return columns if columns.keys() & {"name", "business_name"} else None


def positional(width: int) -> dict[str, int]:
    """Columns by position, for a file without a header."""
    return {field: index for index, field in enumerate(POSITIONAL) if index < width}
