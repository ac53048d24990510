"""Town and state out of an address of one line, where its country writes them in a place of their own. Pure."""

import re
from typing import NamedTuple

from callout.features.prospecting.catalogue.divisions import find_division
from callout.features.prospecting.countries import country_by_name


class Parts(NamedTuple):
    """What an address says by itself."""

    city: str | None = None
    state: str | None = None
    country: str | None = None


_STATE_ZIP = re.compile(r"([A-Z]{2})(?: \d{5}(?:-\d{4})?| [A-Z]\d[A-Z] ?\d[A-Z]\d)?")
_CITY_STATE_CODE = re.compile(r"(\D+?) (NSW|VIC|QLD|WA|SA|TAS|ACT|NT) \d{4}")
_CITY_DASH_STATE = re.compile(r"(.+) - ([A-Z]{2})")
_POSTCODE_CITY = re.compile(
    r"(?:[A-Z]{1,2}-)?(?:\d{4} [A-Z]{2}|\d{4}-\d{3}|\d{2,3}[- ]?\d{2,3}) ([^\d\W]\D*?)(?: \d{1,2})?"
)
_CITY_POSTCODE = re.compile(r"([^\d\W]\D*?) (?:\d{5,6}|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})")


def parts_of(address: str, default_country: str) -> Parts:
    """The town, state and country of an address; what cannot be told is None.

    States of the US are spelled out; elsewhere a state is told as it is written.

    Args:
        address: as Google Maps writes it: `705 Market St, San Francisco, CA 94103`, `Gartenweg 186, 10115 Berlin,
            Germany`, `2 England's Ln, London NW3 4TG, United Kingdom`.
        default_country: ISO 3166-1 alpha-2, where the address names none.
    """
    parts = [part.strip() for part in address.split(",") if part.strip()]
    named = country_by_name(parts[-1]) if parts else None
    if named:
        parts = parts[:-1]
    city, state = _town(parts, named or default_country.upper()) if parts else (None, None)
    return Parts(city[:80] if city else None, state[:80] if state else None, named)


def _town(parts: list[str], country: str) -> tuple[str | None, str | None]:
    """City and state out of the last parts; the street and the country are not among what is told."""
    last, before = parts[-1], parts[-2] if len(parts) > 1 else None
    match country:
        case "US" | "CA":
            found = _STATE_ZIP.fullmatch(last)
            return (before, _state(country, found.group(1))) if found else (None, None)
        case "AU":
            found = _CITY_STATE_CODE.fullmatch(last)
            return (found.group(1), found.group(2)) if found else (None, None)
        case "BR":
            found = next(filter(None, map(_CITY_DASH_STATE.fullmatch, reversed(parts[-2:]))), None)
            return (found.group(1), found.group(2)) if found else (None, None)
        case "IN" if len(parts) > 2 and (found := _CITY_POSTCODE.fullmatch(last)):
            return before, found.group(1)
        case _:
            found = _POSTCODE_CITY.fullmatch(last) or _CITY_POSTCODE.fullmatch(last)
            return (found.group(1), None) if found else (None, None)


def _state(country: str, code: str) -> str:
    division = find_division(country, code)
    return division.name if division else code
