"""Which column of a file is what, by its header or by its position."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

POSITIONAL = ("name", "phone", "category", "address", "rating")
"""Order of a file without a recognised header (Name, Phone, Business Name or category, Address, Category)."""


def normal_header(header: str) -> str:
    """A header without case, spaces and punctuation."""
    return "".join(character for character in header.casefold() if character.isalnum())


@cache
def _known() -> Mapping[str, str]:
    source = files("callout.features.prospecting").joinpath("data/columns.toml").read_text("utf-8")
    names: dict[str, list[str]] = tomllib.loads(source)
    return {normal_header(alias): field for field, aliases in names.items() for alias in aliases}


def recognise(header: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, int] | None:
    """Field → column index; None when the row is not a header.

    Args:
        header: The first row.
        mapping: A person's own choice, header → field ("" leaves a column out); wins over recognition.
    """
    chosen = {normal_header(name): field for name, field in (mapping or {}).items()}
    columns: dict[str, int] = {}
    for index, title in enumerate(header):
        key = normal_header(title)
        field = chosen.get(key, _known().get(key, ""))
        if field and field not in columns:
            columns[field] = index
    return columns if "name" in columns else None


def positional(width: int) -> dict[str, int]:
    """Columns by position, for a file without a header."""
    return {field: index for index, field in enumerate(POSITIONAL) if index < width}
