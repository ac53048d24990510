"""The words of `words.toml`, as sets."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from callout.features.prospecting.catalogue.plain import plain


class Words(msgspec.Struct, frozen=True):
    """What websites call things; see `words.toml`."""

    pages: tuple[tuple[int, tuple[str, ...]], ...]
    general: frozenset[str]
    aside: frozenset[str]
    never: frozenset[str]
    placeholder_addresses: frozenset[str]
    placeholder_domains: frozenset[str]
    placeholder_mailboxes: frozenset[str]
    file_endings: frozenset[str]
    freemail: frozenset[str]
    other_profiles: frozenset[str]
    not_profiles: frozenset[str]


@cache
def words() -> Words:
    """Read once."""
    raw: dict[str, Any] = tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))
    placeholders = raw["placeholders"]
    return Words(
        pages=tuple((each[0], tuple(plain(name) for name in each[1:])) for each in raw["pages"].values()),
        general=frozenset(raw["mailboxes"]["general"]),
        aside=frozenset(raw["mailboxes"]["aside"]),
        never=frozenset(raw["mailboxes"]["never"]),
        placeholder_addresses=frozenset(placeholders["addresses"]),
        placeholder_domains=frozenset(placeholders["domains"]),
        placeholder_mailboxes=frozenset(placeholders["mailboxes"]),
        file_endings=frozenset(placeholders["endings"]),
        freemail=frozenset(raw["freemail"]["domains"]),
        other_profiles=frozenset(raw["profiles"]["others"]),
        not_profiles=frozenset(raw["profiles"]["pages"]),
    )
