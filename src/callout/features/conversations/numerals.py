"""Numbers as they are spoken: "twenty five", "double five", "third"."""

# ruff: noqa: S105 - a token is a word here

from __future__ import annotations

from collections.abc import Sequence

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_ORDINAL_UNITS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
    "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "k": 1000}
_REPEATS = {"double": 2, "triple": 3}
_OHS = {"oh", "o"}

ORDINALS = _ORDINAL_UNITS | {
    f"{tens} {unit}": TENS[tens] + value
    for tens in ("twenty", "thirty")
    for unit, value in _ORDINAL_UNITS.items()
    if value < 10 and TENS[tens] + value <= 31
}


def number_at(tokens: Sequence[str], index: int) -> tuple[int, int] | None:
    """The whole number that starts at token `index` and the index after it.

    >>> number_at("thirty five dollars".split(), 0), number_at("two hundred fifty".split(), 0)
    ((35, 2), (250, 3))
    """
    total, part, at = 0, 0, index
    while at < len(tokens):
        token = tokens[at]
        if token.isdigit() and token.isascii() and part == 0 and at == index:
            part = int(token)
        elif token in UNITS and (
            part == 0 or (part % 10 == 0 and part % 100 >= 20 and UNITS[token] < 10) or part % 100 == 0
        ):
            part += UNITS[token]
        elif token in TENS and part % 100 == 0:
            part += TENS[token]
        elif token in _SCALES and part:
            if token == "hundred":
                part *= 100
            else:
                total, part = total + part * 1000, 0
        elif (
            token == "and"
            and at > index
            and tokens[at - 1] in ("hundred", "thousand")
            and at + 1 < len(tokens)
            and (tokens[at + 1] in UNITS or tokens[at + 1] in TENS)
        ):
            pass
        else:
            break
        at += 1
    return (total + part, at) if at > index else None


def digits_at(tokens: Sequence[str], index: int) -> tuple[str, int] | None:
    """The digits one spoken item at `index` stands for, and the index after it.

    >>> digits_at("double five one".split(), 0), digits_at("fifty five".split(), 0), digits_at(["oh"], 0)
    (('55', 2), ('55', 2), ('0', 1))
    """
    token = tokens[index]
    if token.isdigit() and token.isascii():
        return token, index + 1
    if token in _OHS:
        return "0", index + 1
    if token in _REPEATS and index + 1 < len(tokens):
        item = digits_at(tokens, index + 1)
        if item and len(item[0]) == 1:
            return item[0] * _REPEATS[token], item[1]
        return None
    if token in UNITS:
        following = tokens[index + 1] if index + 1 < len(tokens) else ""
        if following == "hundred" and UNITS[token] < 10:
            return f"{UNITS[token]}00", index + 2
        return str(UNITS[token]), index + 1
    if token in TENS:
        following = tokens[index + 1] if index + 1 < len(tokens) else ""
        if following in UNITS and 0 < UNITS[following] < 10:
            return str(TENS[token] + UNITS[following]), index + 2
        return str(TENS[token]), index + 1
    return None
