"""Which column of a file is what, by its header or by its position."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from callout.features.prospecting.folding import folded

POSITIONAL = ("name", "phone", "business_name", "address", "category")
"""Order of a file without a recognised header (product specification §6.2)."""
_CHOSEN = -1


def known_fields() -> frozenset[str]:
    """Every field a column can fill."""
    return frozenset(field for meanings in _known().values() for field, _ in meanings)


@cache
def _known() -> Mapping[str, Sequence[tuple[str, int]]]:
    """Header → the fields it can mean, each with how well it fits (0 best), best first."""
    source = files("callout.features.prospecting.importing").joinpath("columns.toml").read_text("utf-8")
    names: dict[str, list[str]] = tomllib.loads(source)
    meanings: dict[str, list[tuple[str, int]]] = {}
    for field, aliases in names.items():
        for rank, alias in enumerate(aliases):
            meanings.setdefault(folded(alias), []).append((field, rank))
    return {header: sorted(fields, key=lambda one: one[1]) for header, fields in meanings.items()}


def recognise(header: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, int] | None:
    """Field → column index; None when the row is not a header.

    Where several columns could be the same field, the alias listed first wins, then the column further left; the other
    one may still be something else.

    Args:
        header: The first row.
        mapping: A person's own choice, header → field ("" leaves a column out); wins over recognition.
    """
    chosen = {folded(name): field for name, field in (mapping or {}).items()}
    offers: list[tuple[int, int, str]] = []
    for index, title in enumerate(header):
        key = folded(title)
        meanings = [(chosen[key], _CHOSEN)] if key in chosen else _known().get(key, ())
        offers += [(rank, index, field) for field, rank in meanings if field]
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for _, index, field in sorted(offers):
        if field not in columns and index not in taken:
            columns[field] = index
            taken.add(index)
    return columns if columns.keys() & {"name", "business_name"} else None


def positional(width: int) -> dict[str, int]:
    """Columns by position, for a file without a header."""
    return {field: index for index, field in enumerate(POSITIONAL) if index < width}
