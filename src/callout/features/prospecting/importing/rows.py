"""One row of a business file made into a clean business, or a reason why not. Pure."""

import re
from functools import lru_cache
from typing import Any

import msgspec

from callout.features.geocoding.zones import timezone_at
from callout.features.prospecting.countries import country_by_code, country_by_name
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.hours import plain_hours
from callout.features.prospecting.importing import listings, values
from callout.features.prospecting.importing.phones import read_phone

_PLACE_ID = re.compile(r"!19s([\w-]+)")
_FEATURE_ID = re.compile(r"!1s(0x[0-9a-f]+:0x[0-9a-f]+)")
_PRIORITIES = frozenset({"high", "medium", "low"})


class Rejected(msgspec.Struct, frozen=True):
    """A row that was not taken, and why.

    Attributes:
        row: its number as a person counts it.
        field: the field the reason is about; `row` when it is about the row as such.
        code: stays the same over releases.
        message: for a person.
    """

    row: int
    field: str
    code: str
    message: str


def draft_of(row: int, record: dict[str, Any], *, region: str) -> Draft | Rejected:
    """Cleans one record.

    Args:
        row: Number as a person counts it.
        record: Field → cell.
        region: Country (ISO 3166-1 alpha-2) of phones written without a country code, when the row names none.

    Where the row has coordinates they tell the time zone: the zone columns of listings are often that of whoever made
    the list.
    """
    get = record.get
    name = values.line(get("business_name"), 200) or values.line(get("name"), 200)
    if not name:
        return Rejected(row, "name", "name_missing", "the row has no name")
    parts = values.mapping(get("complete_address"))
    country = country_of(record, parts)
    lat, lng = _position(record)
    phone_raw = values.line(get("phone"), 40)
    is_closed, is_set_aside = _closing(record)
    return Draft(
        name=name,
        address=_address(get("address")),
        city=values.line(get("city") or parts.get("city"), 80),
        state=values.line(get("state") or parts.get("state"), 80),
        country=country,
        phone=read_phone(phone_raw, country, region) if phone_raw else None,
        phone_raw=values.line(get("phone_raw"), 40) or phone_raw,
        website=values.website(get("website")),
        email=values.email(get("email")),
        social=listings.social(record),
        category=values.line(get("category"), 80),
        subcategories=values.words(get("subcategories"), most=10, length=80),
        rating=values.rating(get("rating")),
        review_count=values.count(get("review_count")),
        price_level=values.price_level(get("price")) if get("price") is not None else None,
        lat=lat,
        lng=lng,
        hours=_hours(get("hours")),
        description=values.line(get("description"), 1000),
        photos=listings.photos(get("photos")),
        reviews=listings.reviews(get("reviews") or get("review_count")),
        service_options=listings.service_options(get("service_options")),
        is_verified=values.flag(get("is_verified")) or False,
        open_now=values.flag(get("open_now")),
        place_id=_place_id(record),
        timezone=timezone_at(lat, lng) if lat is not None and lng is not None else _zone(get("timezone")),
        closed=is_closed,
        priority=_priority(get("priority")),
        best_time=values.line(get("best_time"), 60),
        tags=values.words(get("tags"), most=20, length=30, separators="|,;"),
        notes=values.lines(get("notes"), 2000),
        set_aside=is_set_aside,
    )


def country_of(record: dict[str, Any], parts: Any = None) -> str | None:
    """The country a row says it is in, by its own column, its address parts or the end of its address."""
    parts = values.mapping(record.get("complete_address")) if parts is None else parts
    for named in (record.get("country"), parts.get("country")):
        if named and (code := _country(values.text(named))):
            return code
    address = record.get("address")
    return _named(values.text(address).rsplit(",", 1)[-1]) if address else None


@lru_cache(maxsize=5000)
def _country(named: str) -> str | None:
    return country_by_code(named) or country_by_name(named)


@lru_cache(maxsize=5000)
def _named(name: str) -> str | None:
    return country_by_name(name)


def _address(value: Any) -> str | None:
    return None if value and values.mapping(value) else values.line(value, 300)


def _position(record: dict[str, Any]) -> tuple[float | None, float | None]:
    lat, lng = record.get("lat"), record.get("lng")
    if not lat and not lng and (told := record.get("position") or record.get("address")):
        point = values.mapping(told)
        lat, lng = point.get("lat", point.get("latitude")), point.get("lng", point.get("longitude"))
    if lat is None or lng is None:
        return None, None
    north, east = values.coordinate(lat, 90), values.coordinate(lng, 180)
    if north is None or east is None or (north == 0 and east == 0):
        return None, None
    return north, east


def _closing(record: dict[str, Any]) -> tuple[bool | None, bool]:
    """Whether the place is closed for good (None when the row does not say), and whether somebody set it aside."""
    status = values.text(record.get("status")).casefold()
    if record.get("closed_at"):
        return True, status == "ignored"
    if not status or status in {"new", "imported", "ignored"}:
        return (False if "closed_at" in record else None), status == "ignored"
    return "permanently" in status or status == "closed_permanently", False


def _priority(value: Any) -> str | None:
    word = values.text(value).strip().casefold() if value else ""
    return word if word in _PRIORITIES else None


def _hours(value: Any) -> dict[str, str] | None:
    found = values.mapping(value) if value else None
    return plain_hours(found.items()) if found else None


def _zone(value: Any) -> str | None:
    return values.zone(value) if value else None


def _place_id(record: dict[str, Any]) -> str | None:
    if given := values.line(record.get("place_id"), 200):
        return given
    if link := record.get("link"):
        for pattern in (_PLACE_ID, _FEATURE_ID):
            if found := pattern.search(values.text(link)):
                return found.group(1)
    return f"cid:{cid}" if (cid := values.line(record.get("cid"), 40)) else None
