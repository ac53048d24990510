"""Words of an utterance: tokens with offsets, clauses, negation, stems, whole-token phrase search."""

# ruff: noqa: S105 - a token is a word here

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import ahocorasick_rs

_TOKEN = re.compile(r"[^\W_]+(?:['\u2019`][^\W_]+)*", re.UNICODE)
_CLAUSE_END = re.compile(r"[.,;!?…\n]|\s[-\u2013\u2014]+\s")
_NUMERIC_GAP = re.compile(r"[.,:]")
_QUOTES = str.maketrans({"\u2019": "'", "`": "'", "\u2018": "'"})


def word_list(text: str) -> frozenset[str]:
    """The words of a line of words."""
    return frozenset(text.split())


NEGATORS = word_list(
    "not no never without don't dont doesn't doesnt didn't didnt won't wont can't cant cannot couldn't couldnt "
    "wouldn't wouldnt shouldn't shouldnt isn't isnt aren't arent wasn't wasnt weren't werent haven't havent "
    "hasn't hasnt hadn't hadnt nor neither nobody none ain't aint hardly"
)
_NEGATION_EXCEPTIONS = {
    "not": frozenset({"only", "bad"}),
    "no": frozenset({"problem", "problems", "worries", "doubt"}),
}
NEGATION_REACH = 4
_SUFFIXES = ("ing", "es", "ed", "s")


def fold(text: str) -> str:
    """Text as it is compared: NFKC, case-folded, straight apostrophes."""
    return unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()


@lru_cache(maxsize=16384)
def stem(token: str) -> str:
    """The token without a suffix s, es, ed or ing, as long as four letters remain.

    >>> stem("cleaning"), stem("visits"), stem("does"), stem("booked")
    ('clean', 'visit', 'does', 'book')
    """
    token = token.replace("'", "")
    for suffix in _SUFFIXES:
        if token.endswith(suffix) and len(token) - len(suffix) >= 4:
            return token[: -len(suffix)]
    return token


class Words:
    """One utterance split into tokens.

    `tokens` are folded, `starts`/`ends` are their character offsets in `text`, `clauses` their
    clause number; a clause ends at . , ; ! ? … a dash or before "but".
    """

    __slots__ = ("_line", "_line_starts", "_stems", "clauses", "ends", "starts", "text", "tokens")

    def __init__(self, text: str) -> None:
        """Split `text`."""
        self.text = text
        self.tokens: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.clauses: list[int] = []
        self._stems: list[str] | None = None
        self._line: str | None = None
        self._line_starts: dict[int, int] = {}
        clause, last_end = 0, 0
        for match in _TOKEN.finditer(text):
            token = fold(match.group())
            start = match.start()
            if self.tokens:
                gap = text[last_end:start]
                if (token == "but" or _CLAUSE_END.search(gap)) and not _inside_number(gap, self.tokens[-1], token):
                    clause += 1
            self.tokens.append(token)
            self.starts.append(start)
            self.ends.append(match.end())
            self.clauses.append(clause)
            last_end = match.end()

    def __len__(self) -> int:
        """The number of tokens."""
        return len(self.tokens)

    @property
    def stems(self) -> list[str]:
        """The stem of each token."""
        if self._stems is None:
            self._stems = [stem(token) for token in self.tokens]
        return self._stems

    @property
    def line(self) -> str:
        """The tokens in one line, a space before, between and after."""
        if self._line is None:
            self._line = " " + " ".join(self.tokens) + " "
            at = 0
            for index, token in enumerate(self.tokens):
                self._line_starts[at] = index
                at += len(token) + 1
        return self._line

    def token_at(self, line_offset: int) -> int:
        """The index of the token whose leading space is at `line_offset` of `line`."""
        return self._line_starts[line_offset]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Character offsets of the tokens `first` to `last`, both included."""
        return self.starts[first], self.ends[last]

    def quote(self, first: int, last: int) -> str:
        """The original text of the tokens `first` to `last`, both included."""
        return self.text[self.starts[first] : self.ends[last]]

    def negated(self, first: int) -> bool:
        """Whether a negator stands up to four tokens before token `first` in its clause.

        "don't want" and its like count from their second word.
        """
        clause = self.clauses[first]
        for index in range(first - 1, max(-1, first - 2 - NEGATION_REACH), -1):
            if self.clauses[index] != clause:
                return False
            reach = NEGATION_REACH + (self.tokens[index + 1] in _WISHES and index + 1 < first)
            if first - index <= reach and self._negates(index):
                return True
        return False

    def _negates(self, index: int) -> bool:
        token = self.tokens[index]
        if token not in NEGATORS and not token.endswith("n't"):
            return False
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else ""
        if following in _NEGATION_EXCEPTIONS.get(token, frozenset()):
            return False
        if token == "not" and index and self.tokens[index - 1] == "why":
            return False
        # "No, I need ..." answers something else; "can't you come" and "why don't you" ask for it
        if token == "no" and index + 1 < len(self.tokens) and following in _STARTS_ANEW:
            return False
        return not (following in ("you", "we") and token.endswith(("n't", "nt")))


_WISHES = frozenset({"want", "need", "wanna", "require", "like", "wish"})
_STARTS_ANEW = frozenset({"i", "we", "i'd", "i'm", "i'll", "we'd", "let's", "please", "actually"})


def _inside_number(gap: str, before: str, after: str) -> bool:
    return len(gap) == 1 and bool(_NUMERIC_GAP.match(gap)) and before[-1:].isdigit() and after[:1].isdigit()


class Hit(NamedTuple):
    """A phrase found in an utterance: tokens `first` to `last`, both included."""

    label: str
    phrase: str
    first: int
    last: int


class PhraseSet:
    """Many phrases, each with a label, searched at once on whole tokens (Aho-Corasick)."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        """Compile `phrases`: label → phrases."""
        self._entries: list[tuple[str, str]] = []
        patterns: list[str] = []
        seen: set[tuple[str, str]] = set()
        for label, group in phrases.items():
            for phrase in group:
                tokens = Words(phrase).tokens
                joined = " ".join(tokens)
                if not tokens or (label, joined) in seen:
                    continue
                seen.add((label, joined))
                self._entries.append((label, joined))
                patterns.append(f" {joined} ")
        self._automaton = ahocorasick_rs.AhoCorasick(patterns) if patterns else None

    def find(self, words: Words) -> list[Hit]:
        """Every occurrence, overlapping ones too, in order of position."""
        if self._automaton is None or not words.tokens:
            return []
        found = []
        for pattern, start, _end in self._automaton.find_matches_as_indexes(words.line, overlapping=True):
            label, phrase = self._entries[pattern]
            first = words.token_at(start)
            found.append(Hit(label, phrase, first, first + phrase.count(" ")))
        found.sort(key=lambda hit: (hit.first, -hit.last))
        return found

    def longest(self, words: Words) -> list[Hit]:
        """Occurrences that do not overlap, the longest first choice, in order of position."""
        return longest_hits(self.find(words))


def longest_hits(hits: Sequence[Hit]) -> list[Hit]:
    """The hits that remain when a longer one (then the earlier one) takes its tokens."""
    if len(hits) < 2:
        return list(hits)
    taken: set[int] = set()
    kept = []
    for hit in sorted(hits, key=lambda hit: (hit.first - hit.last, hit.first)):
        tokens = range(hit.first, hit.last + 1)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(hit)
    kept.sort(key=lambda hit: hit.first)
    return kept


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Character spans of the sentences of `text`, trimmed."""
    start = 0
    for match in re.finditer(r"[.!?…\n]+(?:\s+|$)", text):
        if text[start : match.start()].strip():
            yield start, match.end() - (len(match.group()) - len(match.group().rstrip()))
        start = match.end()
    if text[start:].strip():
        yield start, len(text.rstrip())
