"""Telephone numbers of many rows: told by their shape where that is enough, each distinct one read once. Pure.

Most numbers of a file are written plainly and are what they seem. For those the rules of the library for phones come
down to a few look-ups in its own tables, which are done here; everything else is left to it.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import phonenumbers

from callout.kit.text.phones import parse_phone

REMEMBERED = 50_000
_FEWEST_DIGITS = 3
_PLAIN = re.compile(r"\+?[0-9 ()./-]+", re.ASCII)
_MARKS = str.maketrans("", "", " ()./-")
_PREFIXES = {None, "0", "1"}
_Match = Callable[[str], Any]


class _Plan:
    """What a country's plain numbers look like."""

    __slots__ = ("abroad", "code", "is_whole", "lengths", "prefix", "prefix_of")

    def __init__(
        self, code: str, prefix: str, *, prefix_of: _Match, abroad: _Match, lengths: frozenset[int], is_whole: _Match
    ) -> None:
        self.code, self.prefix, self.prefix_of, self.abroad = code, prefix, prefix_of, abroad
        self.lengths, self.is_whole = lengths, is_whole


@lru_cache(maxsize=REMEMBERED)
def read_phone(raw: str, country: str | None, region: str) -> str | None:
    """The E.164 form of a number as written; None when it is none.

    Args:
        raw: as written.
        country: ISO 3166-1 alpha-2 of the place, whose national forms are tried first.
        region: the country meant when the place's is unknown or its forms do not fit.
    """
    if _PLAIN.fullmatch(raw) and (told := _plainly(raw.translate(_MARKS), country or region)):
        return told
    if sum(map(str.isdecimal, raw)) < _FEWEST_DIGITS and not any(map(str.isalpha, raw)):
        return None
    for tried in dict.fromkeys(filter(None, (country, region))):
        try:
            return parse_phone(raw, tried)
        except ValueError:
            continue
    return None


def _plainly(digits: str, country: str) -> str | None:
    """The number when nothing about it is doubtful: the country's own code or dialling prefix, then a whole number."""
    plan = _plan(country)
    if plan is None:
        return None
    if digits[0] == "+":
        if not digits.startswith(plan.code):
            return None
        national = digits[len(plan.code) :]
    elif plan.abroad(digits):
        return None
    elif plan.prefix and (found := plan.prefix_of(digits)):
        if found.group() != plan.prefix or plan.is_whole(digits):
            return None
        national = digits[len(plan.prefix) :]
    elif plan.prefix == "0":
        return None  # without it, or with a foreign code put in: the library weighs that
    else:
        national = digits
    if len(national) not in plan.lengths or national[0] == "0" or (plan.prefix and plan.prefix_of(national)):
        return None
    return plan.code + national if plan.is_whole(national) else None


@cache
def _plan(country: str) -> _Plan | None:
    """The plan of a country whose rules are simple: one prefix, none rewritten, no zero that belongs to the number."""
    rules: Any = phonenumbers.PhoneMetadata.metadata_for_region(country.upper(), None)
    if rules is None or rules.national_prefix_transform_rule is not None or rules.national_prefix not in _PREFIXES:
        return None
    prefix = rules.national_prefix or ""
    # What may be dialled is decided by the country that leads the calling code, as the library does.
    leading: Any = phonenumbers.PhoneMetadata.metadata_for_region(
        phonenumbers.region_code_for_country_code(rules.country_code), None
    )
    if leading is None:
        return None
    lengths = frozenset(length for length in leading.general_desc.possible_length if length > 0)
    prefix_of = re.compile(rules.national_prefix_for_parsing or prefix).match
    is_whole = re.compile(rules.general_desc.national_number_pattern).fullmatch
    abroad = re.compile(rules.international_prefix or "00").match
    code = f"+{rules.country_code}"
    return _Plan(code, prefix, prefix_of=prefix_of, abroad=abroad, lengths=lengths, is_whole=is_whole)
