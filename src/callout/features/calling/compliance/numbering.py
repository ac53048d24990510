"""What kind of number something is, and whether calls to it are out of the question (pure)."""

from functools import lru_cache
from typing import Literal, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType, geocoder

from callout.kit.text.phones import region_of

Fault = Literal["invalid_number", "premium_number"]
PREMIUM = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN})
"""Kinds whose callers pay more than for a call: premium rate, shared cost, company numbers."""
_US_STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID",
    "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA",
    "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH", "New Jersey": "NJ",
    "New Mexico": "NM", "New York": "NY", "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH",
    "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA", "Rhode Island": "RI", "South Carolina": "SC",
    "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA",
    "Washington State": "WA", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip


class NumberFacts(NamedTuple):
    """What a number tells by itself.

    Attributes:
        fault: why it must not be called whoever it belongs to.
        country: ISO 3166-1 alpha-2; None where no single country owns it.
        state: two letters, of numbers in the United States whose area code tells.
    """

    fault: Fault | None
    country: str | None
    state: str | None


@lru_cache(maxsize=65536)
def number_facts(phone: str) -> NumberFacts:
    """Judges an E.164 number by its numbering plan."""
    country = region_of(phone)
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return NumberFacts("invalid_number", None, None)
    if not phonenumbers.is_valid_number(number) or _is_emergency(number, country):
        return NumberFacts("invalid_number", country, None)
    if phonenumbers.number_type(number) in PREMIUM:
        return NumberFacts("premium_number", country, None)
    return NumberFacts(None, country, _state(number) if country == "US" else None)


def _is_emergency(number: phonenumbers.PhoneNumber, country: str | None) -> bool:
    digits = str(number.national_number)
    return country is not None and phonenumbers.connects_to_emergency_number(digits, country)


def _state(number: phonenumbers.PhoneNumber) -> str | None:
    place = geocoder.description_for_number(number, "en")
    if not place:
        return None
    tail = place.rpartition(",")[2].strip()
    return (
        tail
        if len(tail) == 2 and tail.isupper()
        else _US_STATES.get(tail, "other" if tail != "United States" else None)
    )
