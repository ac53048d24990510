"""A result of SerpApi as a business the product keeps. Pure."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from callout.adapters.serpapi.address import parts_of
from callout.adapters.serpapi.opening import hours_of, is_gone, open_now
from callout.features.geocoding.zones import timezone_at
from callout.features.prospecting.countries import country_by_name
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.ports import Review
from callout.kit.text.phones import parse_phone

MOST_PHOTOS = MOST_SUBCATEGORIES = 10
MOST_OPTIONS = 20
_PRICE_SIGNS = "$\u20ac\u00a3\u20b9\u20ba\u0e3f\u00a5\u20a9"


def draft_of(result: Any, *, country: str, language: str) -> Draft | None:
    """The business a result is, of `local_results` or `place_results`; None without a name.

    Args:
        result: one result as it came.
        country: ISO 3166-1 alpha-2, for places that do not name theirs.
        language: of the answer, BCP 47.
    """
    if not isinstance(result, dict) or not (name := _clip(result.get("title"), 200)):
        return None
    lat, lng = _position(result.get("gps_coordinates"))
    address = _clip(result.get("address"), 300)
    parts = parts_of(address or "", country)
    country = country_by_name(_text(result.get("country"))) or parts.country or country.upper()
    phone_raw = _clip(result.get("phone"), 40)
    types = _types(result)
    return Draft(
        name=name,
        address=address,
        city=parts.city,
        state=parts.state,
        country=country,
        phone=_phone(phone_raw, country),
        phone_raw=phone_raw,
        website=_link(result.get("website")) or _link(_dict(result.get("links")).get("website")),
        category=types[0] if types else None,
        subcategories=types[1:][:MOST_SUBCATEGORIES],
        rating=_rating(result.get("rating")),
        review_count=_count(result.get("reviews")),
        price_level=_price_level(result.get("price")),
        lat=lat,
        lng=lng,
        hours=hours_of(result, language),
        description=_clip(_plain(result.get("description")), 1000),
        photos=_photos(result),
        service_options=_options(result),
        is_verified="data_id" in result and result.get("unclaimed_listing") is not True,
        open_now=open_now(result),
        place_id=identity_of(result),
        timezone=timezone_at(lat, lng) if lat is not None and lng is not None else None,
        closed=is_gone(result),
    )


def identity_of(result: dict[str, Any]) -> str | None:
    """What the place is called in every answer: `ChIJ…`, else `0x…:0x…`, else `cid:` and its number."""
    place_id, data_id, cid = (_text(result.get(name)).strip() for name in ("place_id", "data_id", "data_cid"))
    if place_id and not place_id.isdigit():
        return place_id[:200]
    if data_id:
        return data_id[:200]
    return f"cid:{cid or place_id}"[:200] if cid or place_id else None


def review_of(raw: Any) -> Review | None:
    """A review without its author; None for what is none."""
    if not isinstance(raw, dict):
        return None
    rating = _number(raw.get("rating"))
    text = _clip(raw.get("snippet"), 4000) or ""
    if rating is None and not text:
        return None
    return Review(rating=rating, text=text, at=_time(raw.get("iso_date_of_last_edit") or raw.get("iso_date")))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _plain(value: Any) -> Any:
    return value.get("snippet") if isinstance(value, dict) else value


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _clip(value: Any, length: int) -> str | None:
    return " ".join(_text(value).replace("\0", "").split())[:length].rstrip() or None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _position(given: Any) -> tuple[float | None, float | None]:
    lat, lng = _number(_dict(given).get("latitude")), _number(_dict(given).get("longitude"))
    if lat is None or lng is None or abs(lat) > 90 or abs(lng) > 180 or (lat == 0 and lng == 0):
        return None, None
    return lat, lng


def _phone(raw: str | None, country: str) -> str | None:
    try:
        return parse_phone(raw, country) if raw else None
    except ValueError:
        return None


def _link(value: Any) -> str | None:
    link = _text(value).strip()
    is_whole = re.match(r"https?://[^/\s]", link, re.IGNORECASE) and len(link) <= 500
    return link if is_whole and not any(map(str.isspace, link)) else None


def _types(result: dict[str, Any]) -> list[str]:
    """What the place is, the main thing first: `type` is a text or a list, `types` a list where there is one."""
    told: list[Any] = []
    for given in (result.get("type"), result.get("types")):
        told += given if isinstance(given, list) else [given]
    return list(dict.fromkeys(filter(None, (_clip(kind, 80) for kind in told))))


def _rating(value: Any) -> Decimal | None:
    rating = _number(value)
    if rating is None or not 0 < rating <= 5:
        return None
    return Decimal(str(rating)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _count(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 0 <= number < 10**9 else None


def _price_level(value: Any) -> int | None:
    """The number of signs of `$$`; a range of amounts such as `$10` to `20` is no level."""
    text = _text(value).strip()
    return len(text) if text and len(set(text)) == 1 and text[0] in _PRICE_SIGNS and len(text) <= 4 else None


def _photos(result: dict[str, Any]) -> list[str]:
    images = result.get("images")
    given: Iterable[Any] = images if isinstance(images, list) else ()
    links = [_link(result.get("thumbnail")), *(_link(_dict(image).get("thumbnail")) for image in given)]
    return list(dict.fromkeys(filter(None, links)))[:MOST_PHOTOS]


def _options(result: dict[str, Any]) -> dict[str, Any] | None:
    """`service_options` (name → yes or no), and each group of `extensions` with its words."""
    given = result.get("extensions")
    groups: dict[str, list[str]] = {}
    for group in given if isinstance(given, list) else ():
        for name, words in _dict(group).items():
            kept = [clipped for word in words if (clipped := _clip(word, 80))] if isinstance(words, list) else []
            groups.setdefault(name[:60], []).extend(kept)
    offered = {_slug(word): True for word in groups.pop("service_options", [])}
    yes_or_no = {n[:60]: v for n, v in _dict(result.get("service_options")).items() if isinstance(v, bool)}
    options: dict[str, Any] = {**offered, **yes_or_no, **{name: words[:MOST_OPTIONS] for name, words in groups.items()}}
    return dict(list(options.items())[: 2 * MOST_OPTIONS]) or None


def _slug(words: str) -> str:
    return re.sub(r"\W+", "_", words.casefold()).strip("_")[:60]


def _time(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
