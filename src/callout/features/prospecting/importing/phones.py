"""Telephone numbers of many rows: told by their shape where that is enough, each distinct one read once. Pure."""

import re
from functools import lru_cache

from callout.kit.text.phones import parse_phone

REMEMBERED = 50_000
_MANY_DIGITS = re.compile(r"(?:\D*\d){5}")
_NORTH_AMERICAN = re.compile(r"(?:\+?1[ .-]?)?\(?([2-9][0-9]{2})\)?[ .-]{0,2}([0-9]{3})[ .-]?([0-9]{4})", re.ASCII)
_INTERNATIONAL = re.compile(r"\+1[ .-]?\(?([2-9][0-9]{2})\)?[ .-]{0,2}([0-9]{3})[ .-]?([0-9]{4})", re.ASCII)
_DIALS_TEN = frozenset({"US", "CA"})
"""Countries in which ten digits are a whole number, with or without a 1 before them."""


@lru_cache(maxsize=REMEMBERED)
def read_phone(raw: str, country: str | None, region: str) -> str | None:
    """The E.164 form of a number as written; None when it is none.

    Args:
        raw: as written.
        country: ISO 3166-1 alpha-2 of the place, whose national forms are tried first.
        region: the country meant when the place's is unknown or its forms do not fit.
    """
    if not _MANY_DIGITS.match(raw):
        return None  # fewer digits than any number has, or words
    shape = _NORTH_AMERICAN if (country or region) in _DIALS_TEN else _INTERNATIONAL
    if found := shape.fullmatch(raw):
        return "+1" + "".join(found.groups())
    for tried in dict.fromkeys(filter(None, (country, region))):
        try:
            return parse_phone(raw, tried)
        except ValueError:
            continue
    return None
