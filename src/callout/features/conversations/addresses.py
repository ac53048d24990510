"""Where the work is: postal addresses and localities in speech."""

# ruff: noqa: S105 - a token is a word here

from __future__ import annotations

import re
from typing import Any, NamedTuple

import usaddress

from callout.features.conversations import lexicon
from callout.features.conversations.model import Place
from callout.features.conversations.numerals import digits_at
from callout.features.conversations.text import PhraseSet, Words, word_list

_MAX_STREET_TOKENS = 5
_MAX_CITY_TOKENS = 3
_ANSWER_TOKENS = 12
_SHORT_ANSWER = 6
_LABELS = {
    "city": ("PlaceName",),
    "state": ("StateName",),
    "zip": ("ZipCode",),
}
_INTRODUCTIONS = PhraseSet(
    {
        "address": [
            "my address is", "my address", "address is", "the address is", "address", "my new address is",
            "adress", "i live at", "we live at", "i'm located at", "we're located at",
            "we are located at", "i am at", "i'm at", "we're at", "located at", "come to", "property is at",
            "house is at", "office is at", "it's at",
        ],
        "city": [
            "in", "near", "around", "to", "at", "live in", "located in", "i'm in", "area of",
            "city of", "over in", "out in", "for",
        ],
    }
)  # fmt: skip
_ZIP = re.compile(r"^\d{5}(?:-\d{4})?$")
_HASH_UNIT = re.compile(r"\s*#\s*[A-Za-z]?\d+[A-Za-z]?")


class AddressMention(NamedTuple):
    """An address or locality in a text; `street` is true when it names a street."""

    start: int
    end: int
    place: Place
    street: bool


def asks_for_address(words: Words) -> bool:
    """Whether an agent turn asks where the customer is."""
    return any(hit.label == "asks" for hit in lexicon.phrase_set("addresses").find(words))


def find(words: Words, *, lower_case: bool, asked: bool = False) -> list[AddressMention]:
    """Addresses with a street in an utterance, else its localities.

    Args:
        words: the utterance.
        lower_case: the transcript has no capitals.
        asked: the agent has just asked where the customer is.
    """
    found = _streets(words, lower_case)
    if not found:
        introduced = _introduced(words)
        if introduced:
            found = [introduced]
    if not found:
        found = _localities(words, lower_case, asked)
    return found


def _streets(words: Words, lower_case: bool) -> list[AddressMention]:
    found: list[AddressMention] = []
    index = 0
    while index < len(words):
        number = _house_number(words, index)
        if number is None:
            index += 1
            continue
        end = _street_end(words, number)
        if end is None:
            index += 1
            continue
        last = _rest(words, end, lower_case)
        first = index
        if (
            first
            and words.tokens[first - 1] in ("no", "number")
            and not words.text[words.ends[first - 1] : words.starts[first]].strip()
        ):
            first -= 1
        found.append(_mention(words, first, last, street=True))
        index = last + 1
    return found


def _house_number(words: Words, index: int) -> int | None:
    """The index after a house number at `index`, in digits or words."""
    token = words.tokens[index]
    if token.isdigit() and len(token) <= 6:
        return index + 1
    if len(token) <= 6 and token[0].isdigit() and token[:-1].isdigit() and token[-1].isalpha():
        return index + 1
    at = index
    digits = ""
    while at < len(words) and len(digits) < 5:
        item = digits_at(words.tokens, at)
        if item is None or words.tokens[at].isdigit() or (words.tokens[at] in ("oh", "o") and not digits):
            break
        digits += item[0]
        at = item[1]
    return at if digits else None


def _street_end(words: Words, begin: int) -> int | None:
    """The token of the street suffix of a name that begins at `begin`."""
    suffixes = lexicon.word_set("addresses", "suffix")
    weak = lexicon.word_set("addresses", "weak_suffix")
    stop = lexicon.word_set("addresses", "stop")
    directions = lexicon.word_set("addresses", "direction")
    for index in range(begin, min(begin + _MAX_STREET_TOKENS, len(words))):
        token = words.tokens[index]
        gap = words.text[words.ends[index - 1] : words.starts[index]]
        if (
            index > begin
            and any(mark in gap for mark in ".,;!?")
            and not (gap == ". " and words.tokens[index - 1] in directions | {"st"})
        ):
            return None
        if index == begin and any(mark in gap for mark in ",;!?"):
            return None
        named = any(words.tokens[at] not in directions for at in range(begin, index))
        if token in suffixes and (named or token == "broadway"):
            if token == "st" and index + 1 < len(words) and index == begin + 1 and words.tokens[index - 1].isdigit():
                continue
            if token in weak and not words.text[words.starts[index]].isupper() and index - begin > 2:
                return None
            following = index + 1
            if following < len(words) and words.tokens[following] in suffixes and words.tokens[following] not in weak:
                return following
            return index
        ordinal_part = token in ("st", "nd", "rd", "th") and words.tokens[index - 1].isdigit()
        if token in stop and not ordinal_part and token not in ("a", "e"):
            return None
    return None


def _rest(words: Words, last: int, lower_case: bool) -> int:
    """The last token of direction, unit, city, state and ZIP after a street."""
    directions = lexicon.word_set("addresses", "direction")
    units = lexicon.word_set("addresses", "unit")
    at = last
    if _next_is(words, at, directions):
        at += 1
    if _next_is(words, at, units) and at + 2 < len(words) and not _breaks(words, at + 1):
        at += 2
    elif at + 1 < len(words) and "#" in words.text[words.ends[at] : words.starts[at + 1]]:
        at += 1
    return _city(words, at, lower_case)


def _city(words: Words, last: int, lower_case: bool) -> int:
    stop = lexicon.word_set("addresses", "stop")
    states = lexicon.word_set("addresses", "states")
    at = last
    taken = 0
    while at + 1 < len(words):
        token = words.tokens[at + 1]
        gap = words.text[words.ends[at] : words.starts[at + 1]]
        if any(mark in gap for mark in ".;!?\n:") or gap.count(",") > 1:
            break
        if _ZIP.match(token):
            return at + 1
        two = f"{token} {words.tokens[at + 2]}" if at + 2 < len(words) else ""
        if two in _state_names():
            at += 2
            taken = _MAX_CITY_TOKENS
            continue
        if (
            (token in states or token in _state_names())
            and (taken or "," in gap or lower_case)
            and (lower_case or words.text[words.starts[at + 1]].isupper())
        ):
            at += 1
            taken = _MAX_CITY_TOKENS
            continue
        if token == "in" and not taken and at + 2 < len(words) and _is_name(words, at + 2, lower_case, stop):
            at += 2
            taken = 1
            continue
        if taken >= _MAX_CITY_TOKENS or not _is_name(words, at + 1, lower_case, stop):
            break
        if not lower_case and not taken and "," not in gap and not words.text[words.starts[at + 1]].isupper():
            break
        at += 1
        taken += 1
    return at


def _is_name(words: Words, index: int, lower_case: bool, stop: frozenset[str]) -> bool:
    token = words.tokens[index]
    if token in stop or not token.isalpha():
        return False
    if lower_case:
        return token not in lexicon.word_set("names", "verbs")
    return words.text[words.starts[index]].isupper()


def _introduced(words: Words) -> AddressMention | None:
    """What follows "my address is", when it looks like a place."""
    for hit in _INTRODUCTIONS.longest(words):
        if hit.label != "address" or hit.last + 1 >= len(words):
            continue
        begin = hit.last + 1
        if words.tokens[begin] == "is":
            begin += 1
        last = _until_stop(words, begin)
        if last is None:
            continue
        tokens = words.tokens[begin : last + 1]
        numbered = any(token.isdigit() for token in tokens)
        if numbered or "address" in hit.phrase or "adress" in hit.phrase:
            return _mention(words, begin, last, street=True)
    return None


def _until_stop(words: Words, begin: int) -> int | None:
    stop = lexicon.word_set("addresses", "stop")
    last = None
    for index in range(begin, min(begin + _ANSWER_TOKENS, len(words))):
        token = words.tokens[index]
        if index > begin and any(mark in words.text[words.ends[index - 1] : words.starts[index]] for mark in ".;!?"):
            break
        if (token in stop and not (token in ("no", "not") and index == begin)) or (token.isdigit() and len(token) >= 9):
            break
        last = index
    return last


def _localities(words: Words, lower_case: bool, asked: bool) -> list[AddressMention]:
    found = None if lower_case else _after_preposition(words, asked)
    found = found or _with_zip(words)
    if found is None and asked and 0 < len(words) <= _SHORT_ANSWER:
        found = _short_answer(words, lower_case)
    return [found] if found else []


def _after_preposition(words: Words, asked: bool) -> AddressMention | None:
    stop = lexicon.word_set("addresses", "stop")
    for hit in _INTRODUCTIONS.find(words):
        vague = hit.phrase in ("to", "at", "for") and not asked
        if hit.label != "city" or hit.last + 1 >= len(words) or vague:
            continue
        mention = _capital_place(words, hit.last + 1, stop)
        if mention:
            return mention
    return None


def _with_zip(words: Words) -> AddressMention | None:
    unnamed = lexicon.word_set("addresses", "stop") | lexicon.word_set("names", "common")
    states = lexicon.word_set("addresses", "states") | _state_names()
    for index in range(1, len(words)):
        if _ZIP.match(words.tokens[index]) and (words.tokens[index - 1] in states or "zip" in words.tokens[:index]):
            first = index - 1
            while first and words.tokens[first - 1] not in unnamed and index - first < _MAX_CITY_TOKENS + 1:
                first -= 1
            return _mention(words, first, index, street=False)
    return None


def _short_answer(words: Words, lower_case: bool) -> AddressMention | None:
    stop = lexicon.word_set("addresses", "stop")
    unnamed = stop | lexicon.word_set("names", "common")
    begin = 0
    while begin < len(words) and words.tokens[begin] in unnamed:
        begin += 1
    last = begin
    while last < len(words) and words.tokens[last] not in stop and words.tokens[last].isalpha():
        last += 1
    if last > begin and (lower_case or words.text[words.starts[begin]].isupper()):
        return _mention(words, begin, last - 1, street=False)
    return None


def _capital_place(words: Words, begin: int, stop: frozenset[str]) -> AddressMention | None:
    if words.tokens[begin] == "the" and begin + 1 < len(words):
        begin += 1
    last = begin - 1
    while (
        last + 1 < len(words)
        and last - begin < 3
        and words.text[words.starts[last + 1]].isupper()
        and words.tokens[last + 1].isalpha()
    ):
        if last >= begin and words.text[words.ends[last] : words.starts[last + 1]] not in (" ", ", "):
            break
        if words.tokens[last + 1] in stop or words.tokens[last + 1] in _NOT_PLACES:
            break
        last += 1
    if last < begin:
        return None
    return _mention(words, begin, last, street=False)


def _mention(words: Words, first: int, last: int, *, street: bool) -> AddressMention:
    start, end = words.span(first, last)
    if street and (unit := _HASH_UNIT.match(words.text, end)):
        end = unit.end()
    text = words.text[start:end]
    spoken = _house_number(words, first)
    if street and spoken and not words.tokens[first][0].isdigit():
        digits = ""
        at = first
        while at < spoken and (item := digits_at(words.tokens, at)):
            digits, at = digits + item[0], item[1]
        text = f"{digits}{words.text[words.ends[spoken - 1] : end]}"
    if not street:
        city, _, state = text.partition(",")
        return AddressMention(
            start, end, Place(address=None, city=city.strip(), state=state.strip() or None), street=False
        )
    return AddressMention(start, end, parse(text), street=True)


def parse(text: str) -> Place:
    """An address as written, with its city, state and ZIP code where they can be told apart."""
    parts: dict[str, Any] = {}
    labelled: dict[str, list[str]] = {}
    for token, label in usaddress.parse(text):
        labelled.setdefault(label, []).append(token.strip(",. "))
    for name, labels in _LABELS.items():
        values = [value for label in labels for value in labelled.get(label, ())]
        if values:
            parts[name] = " ".join(values)
    state = parts.get("state")
    if state and state.casefold() not in lexicon.word_set("addresses", "states") | _state_names():
        parts.pop("state")
        parts.setdefault("city", state)
    zip_code = parts.get("zip")
    if zip_code and not _ZIP.match(zip_code):
        parts.pop("zip")
    return Place(address=re.sub(r"\s+", " ", text).strip(" ,."), **parts)


def _next_is(words: Words, at: int, options: frozenset[str]) -> bool:
    return at + 1 < len(words) and words.tokens[at + 1] in options and not _breaks(words, at)


def _breaks(words: Words, at: int) -> bool:
    return any(mark in words.text[words.ends[at] : words.starts[at + 1]] for mark in ".;!?")


def _state_names() -> frozenset[str]:
    return lexicon.word_set("addresses", "state_names")


_NOT_PLACES = word_list(
    "january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday i dr mr mrs ms doctor"
)
