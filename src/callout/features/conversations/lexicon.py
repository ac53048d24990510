"""The word lists of `data/*.toml`, read and compiled once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from callout.features.conversations.text import Hit, PhraseSet, Words

_DATA = Path(__file__).parent / "data"


@cache
def table(name: str) -> dict[str, Any]:
    """The contents of `data/<name>.toml`."""
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def phrase_set(name: str, section: str | None = None) -> PhraseSet:
    """All lists of a file (or of one of its tables) as one phrase set, labelled by list name."""
    lists = table(name)[section] if section else table(name)
    return PhraseSet({key: value for key, value in lists.items() if isinstance(value, list)})


@cache
def word_set(name: str, key: str) -> frozenset[str]:
    """One list of single words, given as a list or as words separated by space."""
    value = table(name)[key]
    return frozenset(value.split() if isinstance(value, str) else value)


def needs(words: Words) -> list[Hit]:
    """Every word of need in an utterance: urgency, trouble, wishes, prices, commitments."""
    return phrase_set("needs").find(words)
