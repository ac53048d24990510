"""Whether two businesses may be one place, and what speaks for it. Pure.

Product specification §6.1: names alike (token-sort similarity) and close to each other make a suggestion, never a
merge. Branches of a chain carry one name at other addresses or under other phones and are not suggested.
"""

from uuid import UUID

import msgspec
from rapidfuzz import fuzz

from callout.features.prospecting.identity.wording import (
    Street,
    all_words,
    host_of,
    normal_name,
    numbers_of,
    street_of,
    town_of,
)
from callout.kit.geo import haversine_km

MIN_NAME = 0.92
RADIUS_KM = 0.15
MIN_STREET = 0.85
"""Token-sort similarity from which on two spellings are one street."""
WEIGHTS = {"name": 0.4, "place": 0.2, "address": 0.2, "phone": 0.1, "website": 0.1}
UNKNOWN = 0.5
"""What a part counts that one of the two does not tell."""
SHARED_HOSTS = frozenset({
    "facebook.com", "m.facebook.com", "instagram.com", "linktr.ee", "wa.me", "sites.google.com", "business.site",
    "booking.com", "goo.gl", "bit.ly", "twitter.com", "x.com", "youtube.com", "tiktok.com", "line.me", "lin.ee",
})  # fmt: skip
"""Hosts on which many businesses have a page."""


class Profile(msgspec.Struct, frozen=True):
    """What a business is compared by. Coordinates in degrees WGS 84, phone E.164."""

    id: UUID
    name: str
    lat: float | None = None
    lng: float | None = None
    address: str | None = None
    phone: str | None = None
    website: str | None = None
    city: str | None = None
    country: str | None = None


class Reason(msgspec.Struct, frozen=True):
    """How far one part agrees: 1 is the same, None when one of the two does not tell."""

    part: str
    agreement: float | None
    detail: str


class Likeness(msgspec.Struct, frozen=True):
    """What speaks for one place: score 0 to 1, metres apart where both places are known, the parts compared."""

    score: float
    distance_m: int | None
    reasons: tuple[Reason, ...]


def name_similarity(first: str, second: str) -> float:
    """Token-sort similarity of two names, 0 to 1, without case, accents, punctuation; legal forms do not part them."""
    without = fuzz.ratio(normal_name(first), normal_name(second))
    return without / 100 if without == 100 else max(without, fuzz.ratio(all_words(first), all_words(second))) / 100


def likeness(first: Profile, second: Profile) -> Likeness | None:
    """How much speaks for two businesses being one place; None when they are not to be suggested.

    It does not matter which of the two comes first.
    """
    name = name_similarity(first.name, second.name)
    if name < MIN_NAME or numbers_of(all_words(first.name)) != numbers_of(all_words(second.name)):
        return None
    if _differ(first.phone, second.phone):
        return None
    street = _street_agreement(first.address, second.address)
    if street is not None and street < MIN_STREET:
        return None
    apart_km = _apart_km(first, second)
    if apart_km is None:
        if street is None or _towns_differ(first, second):
            return None
    elif apart_km > RADIUS_KM:
        return None
    reasons = (
        Reason("name", round(name, 3), "the same" if name == 1 else "alike"),
        _place_reason(apart_km),
        _reason("address", street, "the same house"),
        _reason("phone", None if not (first.phone and second.phone) else 1.0, "the same"),
        _website_reason(first.website, second.website),
    )
    return Likeness(_score(reasons), None if apart_km is None else round(apart_km * 1000), reasons)


def _score(reasons: tuple[Reason, ...]) -> float:
    spread = 1 - MIN_NAME
    total = 0.0
    for reason in reasons:
        agreement = reason.agreement
        if agreement is None:
            agreement = UNKNOWN
        elif reason.part == "name":
            agreement = UNKNOWN + (agreement - MIN_NAME) / spread * (1 - UNKNOWN)
        total += WEIGHTS[reason.part] * agreement
    return round(total, 3)


def _differ(first: str | None, second: str | None) -> bool:
    return bool(first and second and first != second)


def _towns_differ(first: Profile, second: Profile) -> bool:
    """Whether what the two tell beyond the street contradicts: country, town, or the rest of the address."""
    if _differ(first.country, second.country):
        return True
    if first.city and second.city and name_similarity(first.city, second.city) < MIN_STREET:
        return True
    one, other = town_of(first.address or ""), town_of(second.address or "")
    codes = {word for word in one if word.isdecimal()}, {word for word in other if word.isdecimal()}
    if all(codes) and not codes[0] & codes[1]:
        return True
    return bool(one and other) and len(one & other) * 2 < min(len(one), len(other))


def _apart_km(first: Profile, second: Profile) -> float | None:
    if first.lat is None or first.lng is None or second.lat is None or second.lng is None:
        return None
    one, other = sorted(((first.lat, first.lng), (second.lat, second.lng)))
    return haversine_km(*one, *other)


def _street_agreement(first: str | None, second: str | None) -> float | None:
    """1 for one house, 0 for another number, the similarity of the streets otherwise; None when one tells no house.

    Addresses without a house are one when they are the same word for word.
    """
    if not first or not second:
        return None
    one, other = street_of(first), street_of(second)
    if one is None or other is None:
        return 1.0 if normal_name(first) == normal_name(second) else None
    if not _one_number(one, other):
        return 0.0
    alike = fuzz.ratio(one.words, other.words) / 100
    contained = set(one.words.split()) <= set(other.words.split()) or set(other.words.split()) <= set(one.words.split())
    return max(alike, 0.9) if contained else alike


def _one_number(one: Street, other: Street) -> bool:
    """`5/7` is a flat in `5`, and not `5/8`."""
    heads = one.number.split("/")[0], other.number.split("/")[0]
    return heads[0] == heads[1] and (one.number == other.number or "/" not in one.number or "/" not in other.number)


def _place_reason(apart_km: float | None) -> Reason:
    if apart_km is None:
        return Reason("place", None, "one of the two has no coordinates")
    return Reason("place", round(1 - apart_km / RADIUS_KM / 2, 3), f"{round(apart_km * 1000)} m apart")


def _reason(part: str, agreement: float | None, same: str) -> Reason:
    if agreement is None:
        return Reason(part, None, "not told by both")
    return Reason(part, round(agreement, 3), same if agreement == 1 else "alike")


def _website_reason(first: str | None, second: str | None) -> Reason:
    one, other = host_of(first), host_of(second)
    if one is None or other is None or one in SHARED_HOSTS or other in SHARED_HOSTS:
        return Reason("website", None, "not told by both")
    return Reason("website", 1.0, "the same host") if one == other else Reason("website", 0.0, "another host")
