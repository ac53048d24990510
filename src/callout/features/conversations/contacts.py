"""Phone numbers, e-mail addresses and sums of money in speech."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from callout.features.conversations.numerals import digits_at, number_at
from callout.features.conversations.text import Words, word_list

_MIN_DIGITS, _MAX_DIGITS = 7, 15
_NOT_A_PHONE = word_list(
    "ssn social security card account acct confirmation reservation policy claim zip zipcode postal code pin "
    "order reference ticket invoice routing cvv license licence serial tracking passport vin"
)
_IS_A_PHONE = word_list("phone number cell mobile telephone contact call reach ph tel landline fax no")
_CONTEXT_REACH = 5
_GLUE = re.compile(r"^[\s().+\-\u2013/]*$")
_SPOKEN_GLUE = re.compile(r"^[\s,().+\-\u2013/]*$")
_ISSUE = frozenset({"dash", "hyphen", "and"})

_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_SPOKEN_EMAIL = re.compile(
    r"\b(?P<local>[a-z0-9]+(?:(?:\s+(?:dot|underscore|dash|hyphen)\s+|[._-])[a-z0-9]+)*)\s+at\s+"
    r"(?P<host>[a-z0-9-]+(?:\s+dot\s+[a-z0-9-]+)*)\s+dot\s+(?P<tld>com|net|org|edu|io|co|us|uk|biz|info|gov)\b",
    re.IGNORECASE,
)
_PROVIDERS = "gmail|yahoo|hotmail|outlook|comcast|icloud|aol|live|msn|protonmail|verizon|att|sbcglobal"
_FUSED_EMAIL = re.compile(
    rf"\b(?P<local>[a-z][a-z0-9]*(?:\s\d+)?)\s?(?P<host>{_PROVIDERS})(?P<tld>com|net)\b", re.IGNORECASE
)

_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP"}
_CURRENCY_WORDS = {
    "dollar": "USD", "dollars": "USD", "bucks": "USD", "usd": "USD", "euro": "EUR", "euros": "EUR",
    "pound": "GBP", "pounds": "GBP", "quid": "GBP",
}  # fmt: skip
_SYMBOL_SUM = re.compile(
    r"(?P<symbol>[$€£])\s?(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?)(?P<k>\s?k\b|\s+thousand\b|\s+grand\b)?",
    re.IGNORECASE,
)
_UPPER = frozenset(
    {"under", "below", "up to", "max", "maximum", "at most", "less than", "no more than", "not more than", "within"}
)
_LOWER = frozenset({"over", "above", "at least", "minimum", "more than", "from", "starting at"})


class PhoneMention(NamedTuple):
    """A phone number; `e164` is set when it is possible in its region, `valid` by number plan."""

    start: int
    end: int
    digits: str
    e164: str | None
    valid: bool


class EmailMention(NamedTuple):
    """An e-mail address; `sure` is false when it had to be put together from run-on words."""

    start: int
    end: int
    address: str
    sure: bool


class SumMention(NamedTuple):
    """A sum of money and on which side it bounds a price."""

    start: int
    end: int
    amount: Decimal
    currency: str
    bound: str


def phones(words: Words, region: str) -> list[PhoneMention]:
    """Phone numbers in digits or words ("five five five one two ...")."""
    found: list[PhoneMention] = []
    index = 0
    while index < len(words):
        run = _run(words, index)
        if run is None:
            index += 1
            continue
        last = run[-1][2]
        if not _belongs_to_something_else(words, run[0][1]):
            found.extend(_phones_of_run(words, run, region))
        index = last + 1
    return found


def emails(text: str) -> list[EmailMention]:
    """E-mail addresses, also spoken ("anna dot reyes at gmail dot com") or run together."""
    found = [EmailMention(match.start(), match.end(), match.group().lower(), True) for match in _EMAIL.finditer(text)]
    if found:
        return found
    if " dot " in text.lower():
        found = [
            EmailMention(match.start(), match.end(), _spoken_address(match), True)
            for match in _SPOKEN_EMAIL.finditer(text)
        ]
    if not found and ("com" in text or "net" in text):
        for match in _FUSED_EMAIL.finditer(text):
            local = match["local"].replace(" ", "").lower()
            address = f"{local}@{match['host'].lower()}.{match['tld'].lower()}"
            found.append(EmailMention(match.start(), match.end(), address, False))
    return found


def sums(words: Words, default_currency: str = "USD") -> list[SumMention]:
    """Sums of money: "$250", "three hundred dollars", "under 500 bucks"."""
    text = words.text
    found = []
    for match in _SYMBOL_SUM.finditer(text):
        amount = Decimal(match["amount"].replace(",", ""))
        if match["k"]:
            amount *= 1000
        symbol = match["symbol"]
        currency = (
            default_currency
            if symbol == "$" and default_currency in ("CAD", "AUD", "NZD", "USD")
            else _CURRENCIES[symbol]
        )
        found.append(SumMention(match.start(), match.end(), amount, currency, _bound(text[: match.start()])))
    tokens = words.tokens
    for index, token in enumerate(tokens):
        currency_word = _CURRENCY_WORDS.get(token)
        if currency_word is None or index == 0:
            continue
        first = index - 1
        while first > 0 and number_at(tokens, first - 1) is not None and number_at(tokens, first - 1)[1] == index:  # type: ignore[index]
            first -= 1
        number = number_at(tokens, first)
        if number is None or number[1] != index:
            continue
        start, end = words.span(first, index)
        if any(start < other.end and other.start < end for other in found):
            continue
        found.append(SumMention(start, end, Decimal(number[0]), currency_word, _bound(text[:start])))
    found.sort()
    return found


def possible_phone(digits: str, region: str) -> tuple[str | None, bool]:
    """E.164 of `digits` when they can be a number of `region`, and whether the plan allows it."""
    raw = digits
    if region in ("US", "CA") and len(digits) == 11 and digits.startswith("1"):
        raw = "+" + digits
    elif digits.startswith("00") and len(digits) > 11:
        raw = "+" + digits[2:]
    try:
        number = phonenumbers.parse(raw, region)
    except NumberParseException:
        return None, False
    if not phonenumbers.is_possible_number(number):
        return None, False
    if region in ("US", "CA") and len(digits) < 10:
        return None, False
    return phonenumbers.format_number(number, PhoneNumberFormat.E164), phonenumbers.is_valid_number(number)


Item = tuple[str, int, int]


def _run(words: Words, index: int) -> list[Item] | None:
    """Adjacent items that read as digits, each (digits, first token, last token)."""
    if words.tokens[index] in ("oh", "o", "and"):
        return None
    items: list[Item] = []
    at = index
    while at < len(words):
        if items:
            gap = words.text[words.ends[at - 1] : words.starts[at]]
            spoken = not (items[-1][0] == words.tokens[items[-1][1]] and words.tokens[at].isdigit())
            if not (_SPOKEN_GLUE if spoken else _GLUE).match(gap):
                break
        item = digits_at(words.tokens, at)
        if item is None:
            if items and words.tokens[at] in _ISSUE and at + 1 < len(words) and digits_at(words.tokens, at + 1):
                at += 1
                continue
            break
        items.append((item[0], at, item[1] - 1))
        at = item[1]
    return items or None


def _phones_of_run(words: Words, run: list[Item], region: str) -> list[PhoneMention]:
    international = words.starts[run[0][1]] > 0 and words.text[words.starts[run[0][1]] - 1] == "+"
    best: tuple[tuple[int, int, int], PhoneMention] | None = None
    for first in range(len(run)):
        digits = ""
        for last in range(first, len(run)):
            digits += run[last][0]
            if len(digits) > _MAX_DIGITS:
                break
            if len(digits) < _MIN_DIGITS:
                continue
            mention = _mention(words, run[first], run[last], digits, region, international and first == 0)
            if mention is None:
                continue
            whole = first == 0 and last == len(run) - 1
            rank = (mention.valid, mention.e164 is not None, whole, len(digits))
            if best is None or rank > best[0]:
                best = (rank, mention)  # type: ignore[assignment]
    if best is None:
        return []
    mention = best[1]
    if mention.e164 is None and not _said_to_be_a_phone(words, run[0][1]):
        return []
    return [mention]


def _mention(  # noqa: PLR0917 - one item of a run
    words: Words, first: Item, last: Item, digits: str, region: str, international: bool
) -> PhoneMention | None:
    start, end = words.starts[first[1]], words.ends[last[2]]
    e164, valid = possible_phone("+" + digits if international else digits, region)
    if start and words.text[start - 1] in "+(":
        start -= 1
        if start and words.text[start - 1] == "+":
            start -= 1
    if e164 is None and len(digits) < _MIN_DIGITS + 1:
        return None
    return PhoneMention(start, end, digits, e164, valid)


def _belongs_to_something_else(words: Words, first: int) -> bool:
    before = words.tokens[max(0, first - _CONTEXT_REACH) : first]
    for token in reversed(before):
        if token in ("phone", "cell", "mobile", "call", "reach", "telephone", "contact"):
            return False
        if token in _NOT_A_PHONE:
            return True
    return False


def _said_to_be_a_phone(words: Words, first: int) -> bool:
    return not _IS_A_PHONE.isdisjoint(words.tokens[max(0, first - _CONTEXT_REACH) : first])


def _spoken_address(match: re.Match[str]) -> str:
    local = re.sub(
        r"\s+(dot|underscore|dash|hyphen)\s+",
        lambda part: {"dot": ".", "underscore": "_"}.get(part[1].lower(), "-"),
        match["local"],
    )
    host = re.sub(r"\s+dot\s+", ".", match["host"])
    return f"{local}@{host}.{match['tld']}".lower()


def _bound(before: str) -> str:
    tail = before.lower().rstrip(" $€£").split()[-3:]
    for size in (3, 2, 1):
        phrase = " ".join(tail[-size:])
        if phrase in _UPPER:
            return "max"
        if phrase in _LOWER:
            return "min"
    return ""
