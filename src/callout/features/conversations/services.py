"""Which service of the tenant's catalogue is spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from callout.features.conversations.model import ServiceTerm
from callout.features.conversations.text import PhraseSet, Words


class ServiceMention(NamedTuple):
    """A catalogue term in an utterance; `negated` when the speaker says it is not that."""

    start: int
    end: int
    code: str
    term: str
    negated: bool


class Catalogue:
    """The catalogue's terms as one phrase set: longest match first, whole tokens."""

    def __init__(self, services: Sequence[ServiceTerm]) -> None:
        """Compile the terms: code, label, canonical name and synonyms."""
        phrases: dict[str, set[str]] = {}
        claimed: dict[str, str] = {}
        for service in services:
            for term in (service.label, service.code.replace("_", " "), *service.synonyms):
                claimed.setdefault(" ".join(Words(term).tokens), service.code)
        for service in services:
            claimed.setdefault(service.canonical.replace("_", " "), service.code)
        for term, code in claimed.items():
            if term and term != "other":
                phrases.setdefault(code, set()).add(term)
        self._phrases = PhraseSet({code: sorted(terms) for code, terms in phrases.items()})

    @staticmethod
    def of(services: Sequence[ServiceTerm]) -> Catalogue:
        """The compiled catalogue of these services; compiled once."""
        return _compiled(tuple((one.code, one.canonical, one.label, tuple(one.synonyms)) for one in services))

    def find(self, words: Words) -> list[ServiceMention]:
        """The terms in an utterance that do not overlap, in order."""
        return [
            ServiceMention(
                words.starts[hit.first], words.ends[hit.last], hit.label, hit.phrase, words.negated(hit.first)
            )
            for hit in self._phrases.longest(words)
        ]


@lru_cache(maxsize=256)
def _compiled(services: tuple[tuple[str, str, str, tuple[str, ...]], ...]) -> Catalogue:
    return Catalogue([ServiceTerm(*service) for service in services])
