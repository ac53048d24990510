"""What a turn says that matters before everything else, by the patterns of `data/rules.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from callout.features.conversations import intent
from callout.features.conversations.text import Words

_FILE = Path(__file__).parent / "data" / "rules.toml"
_DIGITS = re.compile(r"(?<!\w)(?:\d[ \-.]?){11,18}\d(?!\w)")
_SPOKEN = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_CARD = (12, 19)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _pattern(name: str, language: str | None) -> re.Pattern[str] | None:
    lists = _table()[name]
    chosen = [one for key, group in lists.items() if language in (None, key) for one in group]
    if not chosen:
        return None
    # whole tokens: a pattern begins after a space and ends before one, unless it says so itself
    joined = "|".join(f"(?:{one})" for one in chosen)
    return re.compile(rf"(?:^|(?<=\s))(?:{joined})(?:(?=\s|$)|(?<=\s))")


def find(name: str, words: Words, language: str | None = None) -> str | None:
    """The words by which a turn says `name`, or None; in any language unless one is given.

    Args:
        name: a table of `data/rules.toml`.
        words: the turn.
        language: ISO 639-1.
    """
    pattern = _pattern(name, language)
    match = pattern.search(words.line) if pattern else None
    return match.group().strip() if match else None


def says(name: str, words: Words, language: str | None = None) -> bool:
    """Whether a turn says `name`."""
    return find(name, words, language) is not None


def opt_out(words: Words) -> str | None:
    """The words by which the customer asks not to be called again, in any language."""
    found = intent.opt_out(0, words)
    return found.text if found else None


def sensitive(words: Words) -> str | None:
    """Words about payment cards, codes, passwords or national ids, or a card number itself (masked)."""
    number = card_number(words)
    if number is not None:
        return "•" * 4 + number[-4:]
    found = find("sensitive", words)
    if found is None or "won't" in words.tokens or "never" in words.tokens:
        return None
    return found


def card_number(words: Words) -> str | None:
    """The digits of a payment card number in a turn, written or spoken (ISO/IEC 7812 check digit)."""
    for match in _DIGITS.finditer(words.text):
        digits = re.sub(r"\D", "", match.group())
        if _is_card(digits):
            return digits
    run = ""
    for token in [*words.tokens, ""]:
        if token.isdigit() or token in _SPOKEN:
            run += _SPOKEN.get(token, token)
            continue
        if _is_card(run):
            return run
        run = ""
    return None


def masked(text: str) -> str:
    """The text with the digits of card numbers covered but the last four; offsets stay."""
    words = Words(text)
    if card_number(words) is None:
        return text
    places = [index for index, char in enumerate(text) if char.isdigit()]
    if len(places) < _CARD[0]:
        return " ".join("•" * len(token) if token in _SPOKEN else token for token in text.split(" "))
    covered = set(places[:-4])
    return "".join("•" if index in covered else char for index, char in enumerate(text))


def _is_card(digits: str) -> bool:
    if not _CARD[0] <= len(digits) <= _CARD[1] or digits[0] not in "3456":
        return False
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def agrees(words: Words, language: str) -> bool:
    """Whether a reply agrees."""
    if language == "en":
        return intent.reply(words) == "affirmative"
    return says("yes", words, language) and not says("no", words, language)


def declines(words: Words, language: str) -> bool:
    """Whether a reply declines."""
    if language == "en":
        return intent.reply(words) == "negative"
    return says("no", words, language)


def line_of(words: Words) -> str | None:
    """The machine that speaks so: screening, voicemail, ivr; None for what a person may say."""
    for name in ("screening", "voicemail", "ivr"):
        if says(name, words):
            return name
    return None
