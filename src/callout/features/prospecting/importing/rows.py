"""One row of a business file made into a clean business, or a reason why not. Pure."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

import msgspec

from callout.features.geocoding.zones import timezone_at
from callout.features.prospecting.countries import country_by_code, country_by_name
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.hours import plain_hours
from callout.kit.text.phones import parse_phone

_PLACE_ID = re.compile(r"!19s([\w-]+)")
_FEATURE_ID = re.compile(r"!1s(0x[0-9a-f]+:0x[0-9a-f]+)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}\b")
_PICTURE = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
_WHOLE = re.compile(r"\(?(\d{1,3}(?:[ ,.\u00a0\u202f]\d{3})+|\d+)(?:\.0+)?\)?")


class Rejected(msgspec.Struct, frozen=True):
    """A row that was not taken, and why."""

    row: int
    field: str
    message: str


def draft_of(row: int, record: dict[str, Any], *, region: str) -> Draft | Rejected:
    """Cleans one record.

    Args:
        row: Number as a person counts it.
        record: Field → text.
        region: Country (ISO 3166-1 alpha-2) of phones written without a country code, when the row names none.

    Where the row has coordinates they tell the time zone: the zone columns of listings are often that of whoever made
    the list.
    """
    name = _clip(record.get("business_name"), 200) or _clip(record.get("name"), 200)
    if not name:
        return Rejected(row, "name", "the row has no name")
    lat, lng = _coordinate(record.get("lat"), 90), _coordinate(record.get("lng"), 180)
    if lat is None or lng is None or (lat == 0 and lng == 0):
        lat = lng = None
    phone_raw = _clip(record.get("phone"), 40)
    return Draft(
        name=name,
        address=_clip(record.get("address"), 300),
        phone=_phone(phone_raw, [country_of(record), region]),
        phone_raw=phone_raw,
        website=_website(record.get("website")),
        email=_email(record.get("email")),
        category=_clip(record.get("category"), 80),
        subcategories=_list(record.get("subcategories")),
        rating=_rating(record.get("rating")),
        review_count=_count(record.get("review_count")),
        price_level=_price_level(record.get("price")),
        lat=lat,
        lng=lng,
        hours=_hours(record.get("hours")),
        description=_clip(record.get("description"), 1000),
        place_id=_place_id(record),
        timezone=_zone(record.get("timezone")) if lat is None or lng is None else timezone_at(lat, lng),
        closed="permanently" in str(record.get("status") or "").casefold(),
    )


def country_of(record: dict[str, Any]) -> str | None:
    """The country a row says it is in, by its own column, its address parts or the end of its address."""
    parts = _json(record.get("complete_address"))
    named = (record.get("country"), parts.get("country") if isinstance(parts, dict) else None)
    for text in filter(None, map(_text, named)):
        if code := country_by_code(text) or country_by_name(text):
            return code
    return country_by_name(_text(record.get("address")).rsplit(",", 1)[-1])


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _clip(value: Any, length: int) -> str | None:
    text = " ".join(_text(value).replace("\x00", "").split())
    return text[:length].rstrip() or None


def _phone(raw: str | None, regions: Iterable[str | None]) -> str | None:
    if not raw or not any(character.isdigit() for character in raw):
        return None
    for region in dict.fromkeys(filter(None, regions)):
        try:
            return parse_phone(raw, region)
        except ValueError:
            continue
    return None


def _website(value: Any) -> str | None:
    text = _text(value).strip().replace("\0", "")
    if not text or any(character.isspace() for character in text) or "." not in text:
        return None
    if "://" in text:
        return text[:500] if re.match(r"https?://[^/]", text, re.IGNORECASE) else None
    return f"https://{text}"[:500] if re.match(r"[\w-]+(\.[\w-]+)+([/:?#]|$)", text) else None


def _email(value: Any) -> str | None:
    for found in _EMAIL.finditer(_text(value)):
        address = found.group(0).lower()
        if not address.endswith(_PICTURE) and len(address) <= 254:
            return address
    return None


def _number(value: Any) -> Decimal | None:
    text = _text(value).strip().replace(",", ".")
    try:
        number = Decimal(text) if text and len(text) < 40 else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _rating(value: Any) -> Decimal | None:
    number = _number(value)
    if number is None or not 0 < number <= 5:
        return None
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _count(value: Any) -> int | None:
    """A whole number as people and spreadsheets write it: `1,234`, `(57)`, `16.0`."""
    found = _WHOLE.fullmatch(_text(value).strip())
    digits = re.sub(r"\D", "", found.group(1)) if found else ""
    return int(digits) if digits and len(digits) < 10 else None


def _coordinate(value: Any, bound: int) -> float | None:
    number = _number(value)
    return float(number) if number is not None and abs(number) <= bound else None


def _price_level(value: Any) -> int | None:
    """`$$` or a level 0 to 4; a range of amounts is no level."""
    text = _text(value).strip()
    if text in {"0", "1", "2", "3", "4"}:
        return int(text)
    is_signs = text and len(set(text)) == 1 and text[0] in "$\u20ac\u00a3\u20b9\u20ba\u0e3f" and len(text) <= 4
    return len(text) if is_signs else None


def _list(value: Any) -> list[str]:
    parsed = _json(value)
    items = parsed if isinstance(parsed, list) else _text(value).split("|")
    return [clipped for item in items[:10] if (clipped := _clip(item, 80))]


def _json(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in "{[":
        return value if isinstance(value, dict | list) else None
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return None


def _hours(value: Any) -> dict[str, str] | None:
    parsed = _json(value)
    return plain_hours(parsed.items()) if isinstance(parsed, dict) else None


def _zone(value: Any) -> str | None:
    name = _text(value).strip()
    return name if name in _zones() else None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _place_id(record: dict[str, Any]) -> str | None:
    if given := _clip(record.get("place_id"), 200):
        return given
    link = _text(record.get("link"))
    for pattern in (_PLACE_ID, _FEATURE_ID):
        if found := pattern.search(link):
            return found.group(1)
    return f"cid:{cid}" if (cid := _clip(record.get("cid"), 40)) else None
