"""Kinds of businesses to look for: what they are called, and which services premises of their kind buy.

The list is `business_types.csv`. `services` are codes of the service catalogue vendors work by; `google_type` is the
place type of Google's Places API (New) that means the same, where there is one.
"""

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from callout.features.prospecting.catalogue.plain import plain


class BusinessType(NamedTuple):
    """A kind of business; `code` is also what a search for it says."""

    code: str
    label: str
    group: str
    services: tuple[str, ...]
    google_type: str | None
    synonyms: tuple[str, ...]


@cache
def business_types() -> dict[str, BusinessType]:
    """All by code, in the order of their groups."""
    text = (files(__package__) / "business_types.csv").read_text("utf-8")
    return {row["code"]: _read(row) for row in csv.DictReader(text.splitlines())}


def type_groups() -> list[str]:
    """The groups there are."""
    return list(dict.fromkeys(each.group for each in business_types().values()))


def find_types(q: str | None = None, group: str | None = None) -> list[BusinessType]:
    """The types of a group that are called so, best first: by label, then by synonym; a word's beginning is enough."""
    found = [each for each in business_types().values() if group is None or each.group == group]
    if not q:
        return found
    wanted = plain(q)
    ranked = [(rank, place, each) for place, each in enumerate(found) if (rank := _rank(each, wanted)) is not None]
    return [each for _, _, each in sorted(ranked)]


def buyers_of(service: str) -> list[BusinessType]:
    """The types whose premises buy a service."""
    return [each for each in business_types().values() if service in each.services]


def normal_type(text: str) -> str:
    """One way to write a type: the code of one that is known by any of its names, else trimmed small letters."""
    normal = " ".join(text.split()).casefold()
    return _codes().get(plain(normal.replace("_", " ")), normal)


def normal_types(texts: Iterable[str]) -> list[str]:
    """The types in their normal form, each once, in the order given."""
    return list(dict.fromkeys(normal_type(text) for text in texts if text.strip()))


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for each in business_types().values():
        for name in (each.code.replace("_", " "), each.label):
            codes.setdefault(plain(name), each.code)
            codes.setdefault(_plural(plain(name)), each.code)
    return codes


def _plural(name: str) -> str:
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"


def _read(row: dict[str, str]) -> BusinessType:
    return BusinessType(
        code=row["code"],
        label=row["label"],
        group=row["group"],
        services=tuple(row["services"].split(";")),
        google_type=row["google_type"] or None,
        synonyms=tuple(filter(None, row["synonyms"].split(";"))),
    )


def _rank(each: BusinessType, wanted: str) -> int | None:
    names = [plain(each.label), each.code.replace("_", " "), *map(plain, each.synonyms)]
    if wanted in names[:2]:
        return 0
    if any(name.startswith(wanted) for name in names[:2]):
        return 1
    if any(f" {wanted}" in name for name in names[:2]):
        return 2
    if any(name.startswith(wanted) for name in names[2:]):
        return 3
    return 4 if any(f" {wanted}" in name for name in names) else None
