"""A shop of the simulated world as SerpApi tells it: in a list, as the one place, and in its reviews."""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale

from callout.sandbox.places_shop import DAY_MIN, DAYS, Remark, Shop
from callout.sandbox.places_words import international

SITE = "https://serpapi.com"
NARROW = "\u202f"
_AMOUNTS = ("1\u201310", "10\u201320", "20\u201330", "30\u201350")


def local_result(shop: Shop, position: int, hl: str, now: datetime) -> dict[str, Any]:
    """An entry of `local_results`; what is not known is left out."""
    state = _state(shop, now)
    result = {
        "position": position,
        "title": shop.name,
        **_ids(shop),
        **_links(shop, hl),
        "gps_coordinates": {"latitude": shop.lat, "longitude": shop.lng},
        "place_id_search": _link(engine="google_maps", google_domain="google.com", hl=hl, place_id=shop.place_id),
        "provider_id": f"/g/11{hashlib.sha1(shop.cid.encode()).hexdigest()[:8]}",  # noqa: S324 - a name, no secret
        "rating": shop.rating,
        "reviews": shop.review_count or None,
        **_price(shop),
        "unclaimed_listing": True if _is_unclaimed(shop) else None,
        "type": shop.category,
        "types": list(shop.categories),
        "type_id": shop.types[0],
        "type_ids": list(shop.types),
        "address": shop.address,
        "country": str(Locale("en").territories[shop.country]),
        "open_state": state,
        "hours": state,
        "operating_hours": _week(shop),
        "phone": _phone(shop),
        "website": shop.website,
        "description": shop.description,
        "extensions": _extensions(shop),
        "service_options": {name: offered for name, offered in shop.service_options.items() if offered} or None,
        "thumbnail": f"https://lh5.googleusercontent.com/p/AF1Qip{shop.cid}=w122-h92-k-no",
    }
    return {name: value for name, value in result.items() if value is not None}


def place_result(shop: Shop, hl: str, now: datetime) -> dict[str, Any]:
    """`place_results`: the same place in its other shape, with lists for `type` and `hours`."""
    week = _week(shop) or {}
    result = {
        "title": shop.name,
        **_ids(shop),
        **_links(shop, hl),
        "gps_coordinates": {"latitude": shop.lat, "longitude": shop.lng},
        "thumbnail": f"https://lh5.googleusercontent.com/p/AF1Qip{shop.cid}=w408-h306-k-no",
        "rating_summary": _stars(shop),
        "rating": shop.rating,
        "reviews": shop.review_count or None,
        "price": _price(shop).get("price"),
        "unclaimed_listing": True if _is_unclaimed(shop) else None,
        "type": list(shop.categories),
        "type_ids": list(shop.types),
        "description": shop.description,
        "service_options": shop.service_options or None,
        "extensions": _extensions(shop),
        "address": shop.address,
        "website": shop.website,
        "phone": _phone(shop),
        "open_state": _state(shop, now),
        "hours": [{day: text} for day, text in week.items()] or None,
        "images": [
            {"title": "All", "thumbnail": f"https://lh5.googleusercontent.com/p/AF1Qip{shop.cid}=w224-h298-k-no"}
        ],
    }
    return {name: value for name, value in result.items() if value is not None}


def review_result(remark: Remark, position: int, hl: str, now: datetime) -> dict[str, Any]:
    """An entry of `reviews`; wordless ones have no snippet."""
    iso = remark.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    result: dict[str, Any] = {
        "position": position,
        "link": f"https://www.google.com/maps/reviews/data=!4m8!14m7!1m6!2m5!1s{remark.review_id}!2m1!1s0x0:0x0?hl={hl}",
        "rating": float(remark.rating),
        "date": _ago(remark.at, now),
        "iso_date": iso,
        "iso_date_of_last_edit": iso,
        "source": "Google",
        "review_id": remark.review_id,
        "user": {
            "name": f"Reviewer {remark.author % 100_000}",
            "link": f"https://www.google.com/maps/contrib/{remark.author}?hl={hl}",
            "contributor_id": str(remark.author),
            "local_guide": remark.author % 3 == 0,
            "reviews": remark.author % 300 + 1,
            "photos": remark.author % 90,
        },
    }
    if remark.text:
        result |= {"snippet": remark.text, "extracted_snippet": {"original": remark.text}}
    return result | {"likes": remark.author % 4}


def place_info(shop: Shop) -> dict[str, Any]:
    """What the reviews are about."""
    told = {
        "title": shop.name,
        "address": shop.address,
        "rating": shop.rating,
        "reviews": shop.review_count,
        "type": shop.category,
    }
    return {name: value for name, value in told.items() if value is not None}


def _link(**query: str) -> str:
    return f"{SITE}/search.json?{urlencode(sorted(query.items()))}"


def _ids(shop: Shop) -> dict[str, str]:
    return {"place_id": shop.place_id, "data_id": shop.data_id, "data_cid": shop.cid}


def _links(shop: Shop, hl: str) -> dict[str, str]:
    return {
        "reviews_link": _link(data_id=shop.data_id, engine="google_maps_reviews", hl=hl),
        "photos_link": _link(data_id=shop.data_id, engine="google_maps_photos", hl=hl),
    }


def _phone(shop: Shop) -> str | None:
    """Google Maps seen from the United States writes its own numbers the national way and others with `+`."""
    if shop.phone is None:
        return None
    return shop.national_phone if shop.country in ("US", "CA") else international(shop.phone)


def _price(shop: Shop) -> dict[str, Any]:
    """Signs for every second priced place, a range of amounts for the others."""
    level = shop.price_level
    if level is None:
        return {}
    if int(shop.cid) % 2:
        return {"price": "$" * level}
    return {"price": f"${_AMOUNTS[level - 1]}", "extracted_price": (1, 10, 20, 30)[level - 1]}


def _is_unclaimed(shop: Shop) -> bool:
    return int(shop.cid) % 11 == 0


def _week(shop: Shop) -> dict[str, str] | None:
    hours = shop.hours if shop.business_status != "CLOSED_PERMANENTLY" else None
    return {day: _spans(hours[day]) for day in (*DAYS[6:], *DAYS[:6])} if hours else None


def _spans(spans: list[tuple[int, int]]) -> str:
    if not spans:
        return "Closed"
    if spans == [(0, DAY_MIN)]:
        return "Open 24 hours"
    return ", ".join(_span(start, end) for start, end in spans)


def _span(start: int, end: int) -> str:
    """From and to with a dash between; the half of the day is told once where it is the same."""
    closes = _clock(end)
    opens = _clock(start)
    half = NARROW + closes.rsplit(NARROW, 1)[-1]
    return f"{opens.removesuffix(half)}\u2013{closes}"


def _clock(minutes: int) -> str:
    hour, minute = minutes // 60 % 24, minutes % 60
    shown = f"{hour % 12 or 12}:{minute:02d}" if minute else str(hour % 12 or 12)
    return f"{shown}{NARROW}{'AM' if hour < 12 else 'PM'}"


def _state(shop: Shop, now: datetime) -> str | None:
    """`Open · Closes 6 PM`; what Google Maps writes under the name."""
    if shop.business_status == "CLOSED_PERMANENTLY":
        return "Permanently closed"
    if shop.business_status == "CLOSED_TEMPORARILY":
        return "Temporarily closed"
    hours = shop.hours
    if hours is None:
        return None
    there = now.astimezone(ZoneInfo(shop.timezone))
    today = hours[DAYS[there.weekday()]]
    if today == [(0, DAY_MIN)]:
        return "Open 24 hours"
    minute = there.hour * 60 + there.minute
    if shop.is_open(now):
        closing = next((end for start, end in today if start <= minute < end), 0)
        return f"Open \u00b7 Closes {_clock(closing)}" if closing else "Open"
    opening = next((start for start, _ in today if start > minute), None)
    return f"Closed \u00b7 Opens {_clock(opening)}" if opening is not None else "Closed"


def _extensions(shop: Shop) -> list[dict[str, list[str]]] | None:
    offered = [name.replace("_", " ").capitalize() for name, is_offered in shop.service_options.items() if is_offered]
    groups: list[dict[str, list[str]]] = [{"service_options": offered}] if offered else []
    if int(shop.cid) % 3:
        groups += [{"accessibility": ["Wheelchair accessible entrance"]}, {"payments": ["Credit cards", "Debit cards"]}]
    return groups or None


def _stars(shop: Shop) -> list[dict[str, int]] | None:
    if shop.rating is None:
        return None
    five = round(shop.review_count * (shop.rating - 1) / 4)
    amounts = {1: shop.review_count - five, 2: 0, 3: 0, 4: 0, 5: five}
    return [{"stars": stars, "amount": amount} for stars, amount in amounts.items()]


def _ago(at: datetime, now: datetime) -> str:
    days = max((now - at).days, 0)
    for size, word in ((365, "year"), (30, "month"), (7, "week"), (1, "day")):
        if days >= size:
            count = days // size
            return f"a {word} ago" if count == 1 else f"{count} {word}s ago"
    return "today"
