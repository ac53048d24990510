"""Which businesses: one meaning of the filters for lists, bulk actions, exports and call lists."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, cast, false, func, or_
from sqlalchemy.dialects.postgresql import JSONB

from callout.features.prospecting import store
from callout.features.prospecting.identity.grid import band_of
from callout.features.prospecting.schemas import BusinessCriteria
from callout.features.prospecting.tables import Business
from callout.kit.geo import EARTH_RADIUS_KM, bounding_box

PHONE, WEBSITE, EMAIL = 1, 2, 4
"""Bits of `reach`: what a business can be reached by."""
MAX_WORDS = 8
_COMPUTED = Business.__table__.c
_MARKS = range(0x300, 0x370)


def business_conditions(filters: BusinessCriteria, *, masked: bool = False) -> list[ColumnElement[bool]]:
    """The conditions a business has to meet; those merged away are left out by `store.businesses`.

    Args:
        masked: whether who asks sees phones and e-mail addresses masked; they are then found in full only.
    """
    conditions = [*_named(filters), *_measured(filters)]
    for bit, has in ((PHONE, filters.has_phone), (WEBSITE, filters.has_website), (EMAIL, filters.has_email)):
        if has is not None:
            conditions.append(reaches(bit) if has else ~reaches(bit))
    if filters.q:
        conditions.append(_mentions(filters.q, masked=masked))
    if filters.job_id is not None:
        conditions.append(store.of_job(filters.job_id))
    if filters.closed is not None:
        conditions.append(Business.closed_at.is_not(None) if filters.closed else Business.closed_at.is_(None))
    return conditions


def _named(filters: BusinessCriteria) -> list[ColumnElement[bool]]:
    exactly = (
        (Business.call_priority, filters.call_priority),
        (Business.status, filters.status),
        (Business.source, filters.source),
        (Business.country, filters.country),
    )
    in_any_case = ((Business.category, filters.category), (Business.city, filters.city))
    conditions: list[ColumnElement[bool]] = [column.in_(values) for column, values in exactly if values]
    conditions += [func.lower(text).in_([name.lower() for name in names]) for text, names in in_any_case if names]
    if filters.tag:
        conditions.append(or_(*(cast(Business.tags, JSONB).contains([tag]) for tag in filters.tag)))
    return conditions


def _measured(filters: BusinessCriteria) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.rating_min is not None:
        conditions.append(Business.rating >= filters.rating_min)
    if filters.rating_max is not None:
        conditions.append(Business.rating <= filters.rating_max)
    if filters.lat is not None and filters.lng is not None and filters.radius_km is not None:
        conditions += _within(filters.lat, filters.lng, filters.radius_km)
    return conditions


def reaches(bit: int) -> ColumnElement[bool]:
    """Whether a business has a phone, a website or an e-mail address."""
    has: ColumnElement[bool] = _COMPUTED.reach.op("&")(bit) != 0
    return has


def distance_km(lat: float, lng: float) -> ColumnElement[float]:
    """The great-circle distance in km of a business from a place in degrees WGS 84 (as `kit.geo.haversine_km`)."""
    half_lat = func.sin(func.radians(Business.lat - lat) / 2)
    half_lng = func.sin(func.radians(Business.lng - lng) / 2)
    square = half_lat * half_lat + func.cos(func.radians(lat)) * func.cos(func.radians(Business.lat)) * (
        half_lng * half_lng
    )
    return cast(2 * EARTH_RADIUS_KM * func.asin(func.sqrt(func.least(1.0, square))), Float)


def searchable(text: str) -> str:
    """A text as `businesses.search_text` holds it: small letters without accents."""
    plain = (mark for mark in unicodedata.normalize("NFKD", text) if ord(mark) not in _MARKS)
    return "".join(small if len(small := mark.lower()) == 1 else mark for mark in plain)


def _mentions(text: str, *, masked: bool) -> ColumnElement[bool]:
    """Every word in name, category, address or website; or all of it as a phone or an e-mail address."""
    words = searchable(text.replace("\0", "")).split()[:MAX_WORDS]
    named = [_COMPUTED.search_text.contains(word, autoescape=True) for word in words]
    found: list[ColumnElement[bool]] = [and_(*named) if named else false()]
    digits = "".join(filter(str.isdecimal, text)).lstrip("0")
    if len(digits) >= 4 and not any(map(str.isalpha, text)):
        found.append(Business.phone == f"+{digits}" if masked else Business.phone.contains(digits, autoescape=True))
    if "@" in text:
        address = text.replace("\0", "").strip().lower()
        found.append(Business.email == address if masked else Business.email.contains(address, autoescape=True))
    return or_(*found)


def _within(lat: float, lng: float, radius_km: float) -> list[ColumnElement[Any]]:
    box = bounding_box(lat, lng, radius_km)
    return [
        _COMPUTED.grid_cell.between(*band_of(box.south, box.north)),
        Business.lat.between(box.south, box.north),
        or_(*(Business.lng.between(west, east) for west, east in box.ranges)),
        distance_km(lat, lng) <= radius_km,
    ]
