"""One row of a business file made into a clean business, or a reason why not. Pure."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from callout.features.prospecting.columns import normal_header
from callout.kit.text.phones import parse_phone

_PLACE_ID = re.compile(r"!19s([\w-]+)")
_FEATURE_ID = re.compile(r"!1s(0x[0-9a-f]+:0x[0-9a-f]+)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_COUNTRY_NAMES = {
    "unitedstates": "US", "usa": "US", "us": "US", "unitedkingdom": "GB", "uk": "GB", "canada": "CA", "germany": "DE",
    "deutschland": "DE", "france": "FR", "spain": "ES", "espana": "ES", "italy": "IT", "italia": "IT", "poland": "PL",
    "polska": "PL", "turkiye": "TR", "türkiye": "TR", "turkey": "TR", "thailand": "TH", "romania": "RO",
    "românia": "RO", "brazil": "BR", "brasil": "BR", "india": "IN", "ireland": "IE", "austria": "AT", "mexico": "MX",
    "méxico": "MX", "netherlands": "NL", "portugal": "PT", "australia": "AU", "pakistan": "PK", "bangladesh": "BD",
}  # fmt: skip
_HOUR = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*([ap]\.?m\.?)?", re.IGNORECASE)
_SPAN = re.compile(r"\s*(?:[\u2013\u2014-]|to|bis)\s*", re.IGNORECASE)
UNKNOWN_HOURS = "10:00-16:00"


class Rejected(msgspec.Struct, frozen=True):
    """A row that was not taken, and why."""

    row: int
    field: str
    message: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A business as a file tells it. Coordinates in degrees WGS 84, phone E.164."""

    name: str
    address: str | None = None
    phone: str | None = None
    phone_raw: str | None = None
    website: str | None = None
    email: str | None = None
    category: str | None = None
    subcategories: list[str] = []
    rating: Decimal | None = None
    review_count: int | None = None
    price_level: int | None = None
    lat: float | None = None
    lng: float | None = None
    hours: dict[str, Any] | None = None
    description: str | None = None
    place_id: str | None = None
    timezone: str | None = None
    closed: bool = False

    @property
    def callable(self) -> bool:
        """True with a valid phone: only these enter call lists."""
        return self.phone is not None


def draft_of(row: int, record: dict[str, Any], *, region: str) -> Draft | Rejected:
    """Cleans one record.

    Args:
        row: Number as a person counts it.
        record: Field → text.
        region: Country (ISO 3166-1 alpha-2) of phones written without a country code, when the row names none.
    """
    name = _clip(record.get("name"), 200)
    if not name:
        return Rejected(row, "name", "the row has no name")
    lat, lng = _coordinate(record.get("lat"), 90), _coordinate(record.get("lng"), 180)
    if lat is None or lng is None or (lat == 0 and lng == 0):
        lat = lng = None
    phone_raw = _clip(record.get("phone"), 40)
    link = str(record.get("link") or "")
    return Draft(
        name=name,
        address=_clip(record.get("address"), 300),
        phone=_phone(phone_raw, country_of(record) or region),
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
        place_id=_place_id(record, link),
        timezone=_clip(record.get("timezone"), 64),
        closed="permanently" in str(record.get("status") or "").casefold(),
    )


def country_of(record: dict[str, Any]) -> str | None:
    """The country a row says it is in, by its own column, its address parts or the end of its address."""
    parts = _json(record.get("complete_address"))
    candidates = [record.get("country"), parts.get("country") if isinstance(parts, dict) else None]
    candidates.append(str(record.get("address") or "").rsplit(",", 1)[-1])
    for candidate in candidates:
        text = str(candidate or "").strip()
        if len(text) == 2 and text.isascii() and text.isalpha() and text.isupper():
            return text
        if code := _COUNTRY_NAMES.get(normal_header(text)):
            return code
    return None


def call_priority(rating: Decimal | None) -> str:
    """The priority by rating: high from 4.0, medium from 3.0, else low (product specification §6.1)."""
    if rating is None or rating < 3:
        return "low"
    return "high" if rating >= 4 else "medium"


def best_time_to_call(hours: dict[str, Any] | None) -> str:
    """One hour after opening to one hour before closing of the most usual day, callee time."""
    spans = [_opening(span) for span in (hours or {}).values()]
    known = [span for span in spans if span is not None]
    if not known:
        return UNKNOWN_HOURS
    opens, closes = max(known, key=known.count)
    if closes - opens <= 120:
        return UNKNOWN_HOURS
    start, end = opens + 60, closes - 60
    return f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def dedupe_key(draft: Draft) -> str:
    """What two rows of the same business share when nothing better identifies them."""
    return f"{normal_header(draft.name)[:50]}|{'' if draft.lat is None else f'{draft.lat:.3f},{draft.lng:.3f}'}"[:80]


def parse_time(moment: datetime | None) -> str | None:
    """ISO text of a moment."""
    return None if moment is None else moment.isoformat()


def _clip(value: Any, length: int) -> str | None:
    text = " ".join(str(value or "").replace("\x00", "").split())
    return text[:length] or None


def _phone(raw: str | None, region: str) -> str | None:
    if not raw or not any(character.isdigit() for character in raw):
        return None
    try:
        return parse_phone(raw, region)
    except ValueError:
        return None


def _website(value: Any) -> str | None:
    text = str(value or "").strip()
    if not text or " " in text or "." not in text:
        return None
    return (text if "://" in text else f"https://{text}")[:500]


def _email(value: Any) -> str | None:
    found = _EMAIL.search(str(value or ""))
    return found.group(0).lower()[:254] if found else None


def _number(value: Any) -> Decimal | None:
    text = str(value or "").strip().replace(",", ".")
    try:
        number = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _rating(value: Any) -> Decimal | None:
    number = _number(value)
    return number.quantize(Decimal("0.1")) if number is not None and 0 < number <= 5 else None


def _count(value: Any) -> int | None:
    digits = re.sub(r"[^\d]", "", str(value or ""))
    return int(digits) if digits and len(digits) < 10 else None


def _coordinate(value: Any, bound: int) -> float | None:
    number = _number(value)
    return float(number) if number is not None and abs(number) <= bound else None


def _price_level(value: Any) -> int | None:
    text = str(value or "")
    signs = max((text.count(sign) for sign in "$€£₹"), default=0)
    return min(signs, 4) if 0 < signs <= 4 else None


def _list(value: Any) -> list[str]:
    parsed = _json(value)
    items = parsed if isinstance(parsed, list) else str(value or "").split("|")
    return [clipped for item in items[:10] if (clipped := _clip(item, 80))]


def _json(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in "{[":
        return value if isinstance(value, dict | list) else None
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return None


def _hours(value: Any) -> dict[str, Any] | None:
    parsed = _json(value)
    if not isinstance(parsed, dict) or not parsed:
        return None
    return {
        str(day)[:20]: ", ".join(map(str, text)) if isinstance(text, list) else str(text)
        for day, text in parsed.items()
    }


def _opening(text: str) -> tuple[int, int] | None:
    """Minutes of the day a span opens and closes; None for closed days and unreadable text."""
    parts = _SPAN.split(str(text).split(",")[0].strip(), maxsplit=1)
    if len(parts) != 2:
        return None
    opens, closes = (_HOUR.search(part) for part in parts)
    if opens is None or closes is None:
        return None
    closing_half = (closes.group(3) or "").lower()[:1]
    opening_half = (opens.group(3) or closing_half).lower()[:1]
    start, end = _minutes(opens, opening_half), _minutes(closes, closing_half)
    return (start, end) if start < end <= 1440 else None


def _minutes(match: re.Match[str], half: str) -> int:
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    if half == "p" and hour < 12:
        hour += 12
    if half == "a" and hour == 12:
        hour = 0
    return hour * 60 + minute


def _place_id(record: dict[str, Any], link: str) -> str | None:
    if given := _clip(record.get("place_id"), 200):
        return given
    for pattern in (_PLACE_ID, _FEATURE_ID):
        if found := pattern.search(link):
            return found.group(1)
    return f"cid:{cid}" if (cid := _clip(record.get("cid"), 40)) else None
