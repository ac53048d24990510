"""The patterns of fraud, all searched at once over the tokens of an utterance."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import re2

from callout.features.conversations.lexicon import table
from callout.features.conversations.text import Words

STRENGTHS = ("strong", "medium", "weak")


class Found(NamedTuple):
    """A pattern in an utterance: tokens `first` to `last`, both included."""

    family: str
    strength: str
    first: int
    last: int


class _Pattern(NamedTuple):
    family: str
    strength: str
    spans: re.Pattern[str]


class _Compiled(NamedTuple):
    """RE2 says in one pass which patterns occur; only those are searched for their spans."""

    which: Any
    patterns: list[_Pattern]


def find(words: Words) -> list[Found]:
    """The patterns in an utterance; inside a family the stronger, then the longer one takes its tokens."""
    if not words.tokens:
        return []
    which, patterns = _compiled()
    by_family: dict[str, list[Found]] = {}
    for number in which.Match(words.line) or ():
        pattern = patterns[number]
        for match in pattern.spans.finditer(words.line):
            first = words.token_at(match.start() - 1)
            last = first + words.line.count(" ", match.start(), match.end())
            by_family.setdefault(pattern.family, []).append(Found(pattern.family, pattern.strength, first, last))
    found = [one for group in by_family.values() for one in _without_overlap(group)]
    found.sort(key=lambda one: (one.first, one.last))
    return found


def _without_overlap(group: list[Found]) -> list[Found]:
    taken: set[int] = set()
    kept = []
    for one in sorted(group, key=lambda one: (STRENGTHS.index(one.strength), one.first - one.last, one.first)):
        tokens = range(one.first, one.last + 1)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(one)
    return kept


@cache
def _compiled() -> _Compiled:
    options = re2.Options()
    options.log_errors = False
    which = re2.Set.SearchSet(options)
    patterns = []
    for family, lists in table("scam").items():
        for strength in STRENGTHS:
            for text in lists.get(strength, ()):
                which.Add(f" (?:{text}) ")
                patterns.append(_Pattern(family, strength, re.compile(f"(?<= )(?:{text})(?= )")))
    which.Compile()
    return _Compiled(which, patterns)
