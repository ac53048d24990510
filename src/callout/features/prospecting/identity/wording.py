# ruff: noqa: RUF001 - letters of other alphabets are what this is about
"""Names and addresses in a form in which the same ones are equal: case, accents, punctuation, legal forms. Pure."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from callout.features.prospecting.folding import folded

_LETTERS = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ς": "σ",
    "&": " & ", "+": " & ",
})  # fmt: skip
_MARKS = re.compile("[\u0300-\u036f]")
_JOINED = re.compile(r"['\u2019\u02bc`\u00b4]")
_INITIALS = re.compile(r"\b(\w)\.(?=\w\.|\w\b)")
_SPAN = re.compile(r"(?<=\d)[/-](?=\d)")
_NUMBER = re.compile(r"\d+[a-z]?(?:[/-]\d+[a-z]?)*")
_DIGITS = re.compile(r"\d+")
_PARTS = re.compile(r"[,;\n]| - ")
MAX_CACHED = 20_000


class Street(msgspec.Struct, frozen=True):
    """Where a house stands: its number and the words of its street, each in its one spelling."""

    number: str
    words: str


class _Words(msgspec.Struct, frozen=True):
    legal_forms: list[str]
    leading: list[str]
    units: list[str]
    spellings: dict[str, str]


@lru_cache(maxsize=MAX_CACHED)
def normal_name(name: str) -> str:
    """A name without case, accents, punctuation and legal form, its words in order: what two spellings share.

    Marks are taken off Latin, Greek and Cyrillic letters only: in other scripts they are part of the word.
    """
    words = [_spelling(word) for word in _plain(name).split()]
    core = _without_legal_form(words)
    return " ".join(sorted(core or words))


@lru_cache(maxsize=MAX_CACHED)
def all_words(name: str) -> str:
    """A name without case, accents and punctuation, its words in order, legal form included."""
    return " ".join(sorted(_spelling(word) for word in _plain(name).split()))


@lru_cache(maxsize=MAX_CACHED)
def leading_letters(name: str) -> str:
    """The letters a name starts with in `dedupe_key`, up to its legal form."""
    words = name.casefold().split()
    plain = [_plain(word) for word in words]
    kept = len(words)
    for count in range(1, min(4, len(words) - 1) + 1):
        if " ".join(filter(None, plain[-count:])) in _legal_forms():
            kept = len(words) - count
    return folded("".join(words[:kept]))


@lru_cache(maxsize=MAX_CACHED)
def street_of(address: str) -> Street | None:
    """House number and street of a postal address; None when it names no house.

    The house number is the first number of the first parts of the address that does not belong to a flat, a floor or
    an office.
    """
    parts = [_address_words(part) for part in _PARTS.split(address.replace("#", " unit "))]
    for index, words in enumerate(parts[:3]):
        number = _house_number(words)
        if number is None:
            continue
        street = _street_words(words) or (_street_words(parts[index + 1]) if index + 1 < len(parts) else [])
        return Street(number, " ".join(sorted(street))) if street else None
    return None


@lru_cache(maxsize=MAX_CACHED)
def town_of(address: str) -> frozenset[str]:
    """The words of an address beyond the street: town, postcode, state, country."""
    parts = [_address_words(part) for part in _PARTS.split(address.replace("#", " unit "))]
    street = next((index for index, words in enumerate(parts[:3]) if _house_number(words) is not None), 0)
    return frozenset(word for words in parts[street + 1 :] for word in words)


def numbers_of(words: str) -> tuple[str, ...]:
    """The numbers in a text: `No. 5` and `No. 6` differ by one letter and are two places."""
    return tuple(sorted(_DIGITS.findall(words)))


def host_of(website: str | None) -> str | None:
    """The host of a web address without `www.`."""
    if not website:
        return None
    host = re.sub(r"^[a-z]+://", "", website.strip().lower()).split("/", 1)[0].split("?", 1)[0].split(":", 1)[0]
    return host.removeprefix("www.") or None


def _plain(text: str, kept: str = "") -> str:
    small = _JOINED.sub("", text.casefold().translate(_LETTERS))
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", small))
    joined = _INITIALS.sub(r"\1", unicodedata.normalize("NFC", bare))
    return "".join(letter if _belongs(letter) or letter in kept else " " for letter in joined).strip()


def _belongs(letter: str) -> bool:
    """Whether a character is part of a word; vowel signs of Indian and Thai scripts are."""
    return letter.isalnum() or letter == "&" or unicodedata.category(letter) in {"Mn", "Mc"}


def _spelling(word: str) -> str:
    return _words().spellings.get(word, word)


def _without_legal_form(words: list[str]) -> list[str]:
    """The words without legal forms at the end, and without those that stand in front."""
    while True:
        shorter = _without_one(words)
        if len(shorter) == len(words):
            return words
        words = shorter


def _without_one(words: list[str]) -> list[str]:
    for count in range(min(5, len(words) - 1), 0, -1):
        if " ".join(words[-count:]) in _legal_forms():
            return words[:-count]
    for count in range(min(2, len(words) - 1), 0, -1):
        if " ".join(words[:count]) in _leading():
            return words[count:]
    return words


def _address_words(part: str) -> list[str]:
    return [_spelling(word) for word in _plain(_SPAN.sub("/", part), kept="/").split()]


def _street_words(words: list[str]) -> list[str]:
    return [word for word in words[: _first_unit(words)] if not _NUMBER.fullmatch(word)]


def _house_number(words: list[str]) -> str | None:
    for index, word in enumerate(words):
        follows_unit = index > 0 and words[index - 1] in _units()
        if _NUMBER.fullmatch(word) and not follows_unit:
            return word.lstrip("0") or word
    return None


def _first_unit(words: list[str]) -> int:
    return next((index for index, word in enumerate(words) if index > 0 and word in _units()), len(words))


@cache
def _words() -> _Words:
    source = files("callout.features.prospecting.identity").joinpath("words.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(source), _Words)


@cache
def _legal_forms() -> frozenset[str]:
    return frozenset(_respelled(_words().legal_forms))


@cache
def _leading() -> frozenset[str]:
    return frozenset(_respelled(_words().leading))


@cache
def _units() -> frozenset[str]:
    return frozenset(_respelled(_words().units))


def _respelled(phrases: Iterable[str]) -> list[str]:
    return [" ".join(_spelling(word) for word in phrase.split()) for phrase in phrases]
