"""The agent's own sentences, by language."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from callout.features.calling.brain.brief import Brief

_FOLDER = Path(__file__).parent / "data" / "phrases"
DEFAULT = "en"


@cache
def pack(language: str) -> dict[str, Any]:
    """All sentences of a language; those of English where there are none."""
    path = _FOLDER / f"{language[:2]}.toml"
    if not path.is_file():
        path = _FOLDER / f"{DEFAULT}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def phrase(brief: Brief, language: str, key: str, turn: int = 0, **values: Any) -> str:
    """A sentence with its places filled.

    Args:
        brief: gives business and agent.
        language: ISO 639-1.
        key: of the language's file.
        turn: which version, where there are several; the last one stays.
        values: further places.
    """
    found = pack(language)[key]
    text = found if isinstance(found, str) else found[min(turn, len(found) - 1)]
    places = {"business": brief.business_name, "agent": brief.agent_name, **values}
    return " ".join(text.format(**places).split())


def listed(language: str, items: Sequence[str], joiner: str = "or") -> str:
    """Several things in one breath: "a, b or c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {pack(language)[joiner]} {items[-1]}"
