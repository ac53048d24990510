"""Finds a rule's keywords and phrases in an utterance, by stems, and whether they are negated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from callout.features.conversations.text import NEGATORS, Words, stem
from callout.features.triggers.model import Rule

MAX_GAPS = 2

Stems = tuple[str, ...]


class Match(NamedTuple):
    """An expression of a rule in an utterance: tokens `first` to `last`, both included."""

    expression: str
    stems: Stems
    first: int
    last: int
    negated: bool


class Expressions(NamedTuple):
    """A list of keywords or phrases by the stem each begins with."""

    by_first: dict[str, tuple[tuple[str, Stems], ...]]
    gaps: int


class Compiled(NamedTuple):
    """The expressions of one rule, ready to be searched for."""

    keywords: Expressions
    phrases: Expressions
    negatives: Expressions


def compiled(rule: Rule) -> Compiled:
    """The rule's expressions, compiled once per wording."""
    return _compiled(rule.keywords, rule.alternative_phrases, rule.negative_keywords)


def find(expressions: Expressions, words: Words) -> list[Match]:
    """Every place where an expression occurs, all tokens in order with at most the allowed gaps."""
    found = []
    stems = words.stems
    for first, start in enumerate(stems):
        for expression, wanted in expressions.by_first.get(start, ()):
            last = _end_of(stems, first, wanted, expressions.gaps)
            if last is not None:
                found.append(Match(expression, wanted, first, last, _negated(words, first, last, wanted)))
    return found


@lru_cache(maxsize=4096)
def _compiled(keywords: Sequence[str], phrases: Sequence[str], negatives: Sequence[str]) -> Compiled:
    return Compiled(_index(keywords, 0), _index(phrases, MAX_GAPS), _index(negatives, MAX_GAPS))


def _index(expressions: Iterable[str], gaps: int) -> Expressions:
    by_first: dict[str, list[tuple[str, Stems]]] = {}
    seen: set[Stems] = set()
    for expression in expressions:
        stems = tuple(Words(expression).stems)
        if stems and stems not in seen:
            seen.add(stems)
            by_first.setdefault(stems[0], []).append((expression, stems))
    return Expressions({first: tuple(entries) for first, entries in by_first.items()}, gaps)


def _end_of(stems: Sequence[str], first: int, wanted: Stems, gaps: int) -> int | None:
    at, left = first, gaps
    for token in wanted[1:]:
        at += 1
        while at < len(stems) and stems[at] != token and left:
            at += 1
            left -= 1
        if at >= len(stems) or stems[at] != token:
            return None
    return at


def _negated(words: Words, first: int, last: int, wanted: Stems) -> bool:
    if words.negated(first):
        return True
    inside = words.tokens[first + 1 : last]
    return any(token in NEGATORS and stem(token) not in wanted for token in inside)
