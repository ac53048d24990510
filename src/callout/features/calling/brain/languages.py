"""Which language the customer speaks or asks for, by `data/languages.toml`. ISO 639-1 codes."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from callout.features.conversations.text import Words

_FILE = Path(__file__).parent / "data" / "languages.toml"
_PACKS = Path(__file__).parent / "data" / "phrases"
_MIN_WORDS, _MIN_HITS, _MIN_SHARE = 3, 3, 0.4


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _asks() -> dict[str, re.Pattern[str]]:
    return {
        language: re.compile(r"(?<=\s)(?:" + "|".join(patterns) + r")(?=\s|$)")
        for language, patterns in _table()["asks"].items()
    }


@cache
def _frequent() -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in _table()["words"].items()}


def asked_for(words: Words) -> str | None:
    """The language a turn asks for."""
    return next((language for language, pattern in _asks().items() if pattern.search(words.line)), None)


def spoken(words: Words, current: str) -> str:
    """The language a turn is in; `current` when its words do not tell."""
    for language, letters in _table()["scripts"].items():
        if len(re.findall(letters, words.text)) > len(words.text) // 3:
            return str(language)
    if len(words) < _MIN_WORDS:
        return current
    scores = {language: sum(token in known for token in words.tokens) for language, known in _frequent().items()}
    best = max(scores, key=lambda language: (scores[language], language == current))
    clear = scores[best] >= _MIN_HITS and scores[best] / len(words) >= _MIN_SHARE
    return best if clear and scores[best] > scores.get(current, 0) else current


def has_phrases(language: str) -> bool:
    """Whether the script can speak a language."""
    return (_PACKS / f"{language}.toml").is_file()


def name_of(language: str) -> str:
    """The English name of a language."""
    return str(_table()["names"].get(language, language))
