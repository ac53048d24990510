"""One row of a business file made into a clean business, or a reason why not. Pure."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
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
_STATUSES = frozenset({"new", "imported", "ignored"})


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
    name = values.line(record.get("business_name"), 200) or values.line(record.get("name"), 200)
    if not name:
        return Rejected(row, "name", "name_missing", "the row has no name")
    told: dict[str, Any] = {"name": name, "closed": None}
    for field, cell in record.items():
        if cell and (read := _ALONE.get(field)) and (value := read(cell)):
            told[field] = value
    for several in _TOGETHER:
        if not several.fields.isdisjoint(record):
            several.read(record, told)
    told["country"] = country = country_of(record)
    if raw := values.line(record.get("phone"), 40):
        told["phone"] = read_phone(raw, country, region)
        told.setdefault("phone_raw", raw)
    return Draft(**told)


def country_of(record: Mapping[str, Any]) -> str | None:
    """The country a row says it is in, by its own column, its address parts or the end of its address."""
    if (named := record.get("country")) and (code := _country(values.text(named))):
        return code
    if parts := record.get("complete_address"):
        named = values.mapping(parts).get("country")
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


def _address(cell: Any) -> str | None:
    return None if values.mapping(cell) else values.line(cell, 300)


def _hours(cell: Any) -> dict[str, str] | None:
    return _written_hours(cell) if isinstance(cell, str) else _plain_hours(cell)


def _plain_hours(cell: Any) -> dict[str, str] | None:
    found = values.mapping(cell)
    return plain_hours(found.items()) if found else None


def _label(cell: Any) -> str | None:
    return _shared_label(cell) if isinstance(cell, str) else values.line(cell, 80)


_written_hours = lru_cache(maxsize=10_000)(_plain_hours)
_shared_label = lru_cache(maxsize=20_000)(partial(values.line, length=80))
"""Words many rows share."""
_ALONE: Mapping[str, Callable[[Any], Any]] = {
    "address": _address,
    "city": _label,
    "state": _label,
    "phone_raw": partial(values.line, length=40),
    "website": values.website,
    "email": values.email,
    "category": _label,
    "subcategories": partial(values.words, most=10, length=80),
    "rating": values.rating,
    "hours": _hours,
    "description": partial(values.line, length=1000),
    "photos": listings.photos,
    "service_options": listings.service_options,
    "is_verified": values.flag,
    "timezone": values.zone,
    "best_time": partial(values.line, length=60),
    "tags": partial(values.words, most=20, length=30, separators="|,;"),
    "notes": partial(values.lines, length=2000),
}
"""Fields that are told by their own cell alone; what is empty, 0 or no is as if it were not told."""


class _Several(msgspec.Struct, frozen=True):
    """Fields that are looked at together, and how."""

    fields: frozenset[str]
    read: Callable[[Mapping[str, Any], dict[str, Any]], None]


def _position(record: Mapping[str, Any], told: dict[str, Any]) -> None:
    lat, lng = record.get("lat"), record.get("lng")
    if not lat and not lng and (point := values.mapping(record.get("position") or record.get("address"))):
        lat, lng = point.get("lat", point.get("latitude")), point.get("lng", point.get("longitude"))
    if lat is None or lng is None:
        return
    north, east = values.coordinate(lat, 90), values.coordinate(lng, 180)
    if north is None or east is None or (north == 0 and east == 0):
        return
    told["lat"], told["lng"], told["timezone"] = north, east, timezone_at(north, east)


def _numbers(record: Mapping[str, Any], told: dict[str, Any]) -> None:
    """Numbers of which 0 is one."""
    if reviewed := record.get("review_count"):
        told["review_count"] = values.count(reviewed)
    if price := record.get("price"):
        told["price_level"] = values.price_level(price)
    if (is_open := record.get("open_now")) is not None:
        told["open_now"] = values.flag(is_open)


def _reviews(record: Mapping[str, Any], told: dict[str, Any]) -> None:
    """A column `reviews` may hold their number, or themselves."""
    cell = record.get("reviews") or record.get("review_count")
    if isinstance(cell, list) or (isinstance(cell, str) and cell[:1] == "["):
        told["reviews"] = listings.reviews(cell)


def _parts(record: Mapping[str, Any], told: dict[str, Any]) -> None:
    parts = values.mapping(record.get("complete_address"))
    for name in ("city", "state"):
        if name not in told and (value := values.line(parts.get(name), 80)):
            told[name] = value


def _social(record: Mapping[str, Any], told: dict[str, Any]) -> None:
    told["social"] = listings.social(record)


def _closing(record: Mapping[str, Any], told: dict[str, Any]) -> None:
    """Whether the place is closed for good (None when the row does not say), and whether somebody set it aside."""
    status = values.text(record.get("status")).casefold()
    told["set_aside"] = status == "ignored"
    if record.get("closed_at"):
        told["closed"] = True
    elif status and status not in _STATUSES:
        told["closed"] = "permanently" in status
    elif "closed_at" in record:
        told["closed"] = False


def _place_id(record: Mapping[str, Any], told: dict[str, Any]) -> None:
    if given := values.line(record.get("place_id"), 200):
        told["place_id"] = given
        return
    if link := record.get("link"):
        for pattern in (_PLACE_ID, _FEATURE_ID):
            if found := pattern.search(values.text(link)):
                told["place_id"] = found.group(1)
                return
    if cid := values.line(record.get("cid"), 40):
        told["place_id"] = f"cid:{cid}"


def _priority(record: Mapping[str, Any], told: dict[str, Any]) -> None:
    word = values.text(record.get("priority")).strip().casefold()
    if word in _PRIORITIES:
        told["priority"] = word


_TOGETHER = tuple(
    _Several(frozenset(fields), read)
    for fields, read in (
        (("lat", "lng", "position", "address"), _position),
        (("review_count", "price", "open_now"), _numbers),
        (("reviews", "review_count"), _reviews),
        (("complete_address",), _parts),
        (("social", *listings.NETWORKS), _social),
        (("status", "closed_at"), _closing),
        (("place_id", "link", "cid"), _place_id),
        (("priority",), _priority),
    )
)
