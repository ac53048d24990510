"""A shop of the simulated world as the Places API (New) tells it; fields nobody filled are left out.

Source: googleapis `google/maps/places/v1/place.proto`; recorded answers for spaces and dashes in opening hours.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError

from callout.sandbox.nominatim_gazetteer import City
from callout.sandbox.places_shop import DAYS, Shop
from callout.sandbox.places_words import international

NARROW, THIN, DASH = "\u202f", "\u2009", "\u2013"
PRICE_LEVELS = ("FREE", "INEXPENSIVE", "MODERATE", "EXPENSIVE", "VERY_EXPENSIVE")
GOES_OUT = frozenset({"plumber", "electrician", "house_cleaning_service", "locksmith", "pest_control_service"})
"""Types of which every fifth shop goes to its customers and keeps its address to itself."""
GENERAL = ("point_of_interest", "establishment")
_DAY_MIN = 24 * 60
_HOUSE_FIRST = re.compile(r"(\d+\w?)\s+(.+)")
_HOUSE_LAST = re.compile(r"(.+?),?\s+(\d+\w?)")


def is_service_area(shop: Shop) -> bool:
    """Whether the business has no place of its own that customers come to."""
    return bool(GOES_OUT.intersection(shop.types)) and int(shop.cid) % 5 == 0


def place_of(shop: Shop, language: str, now: datetime) -> dict[str, Any]:
    """The whole `Place`."""
    place: dict[str, Any] = {
        "name": f"places/{shop.place_id}",
        "id": shop.place_id,
        "types": [*shop.types, *GENERAL],
        "primaryType": shop.types[0],
        "primaryTypeDisplayName": {"text": shop.category, "languageCode": "en-US"},
        "displayName": {"text": shop.name, "languageCode": "en"},
        "nationalPhoneNumber": shop.national_phone,
        "internationalPhoneNumber": international(shop.phone) if shop.phone else None,
        "googleMapsUri": f"https://maps.google.com/?cid={shop.cid}",
        "websiteUri": shop.website,
        "rating": shop.rating,
        "userRatingCount": shop.review_count or None,
        "priceLevel": f"PRICE_LEVEL_{PRICE_LEVELS[shop.price_level]}" if shop.price_level is not None else None,
        "businessStatus": shop.business_status,
        "regularOpeningHours": _hours(shop, language, now),
        "currentOpeningHours": _hours(shop, language, now),
        "editorialSummary": {"text": shop.description, "languageCode": "en"} if shop.description else None,
        "timeZone": {"id": shop.timezone},
        "photos": _photos(shop),
        "pureServiceAreaBusiness": is_service_area(shop),
        "reviews": _reviews(shop),
        **_services(shop),
    }
    if not is_service_area(shop):
        place |= _position(shop)
    return {name: value for name, value in place.items() if value not in (None, [], {})}


def _position(shop: Shop) -> dict[str, Any]:
    return {
        "formattedAddress": shop.address,
        "shortFormattedAddress": f"{shop.street}, {shop.city}",
        "addressComponents": _components(shop),
        "postalAddress": {
            "regionCode": shop.country,
            "languageCode": "en-US",
            "postalCode": shop.postal_code,
            "administrativeArea": _state_name(shop),
            "locality": shop.city,
            "addressLines": [shop.street],
        },
        "location": {"latitude": shop.lat, "longitude": shop.lng},
        "viewport": {
            "low": {"latitude": shop.lat - 0.00135, "longitude": shop.lng - 0.00135},
            "high": {"latitude": shop.lat + 0.00135, "longitude": shop.lng + 0.00135},
        },
    }


def _components(shop: Shop) -> list[dict[str, Any]]:
    number, route = _street(shop.street)
    nation = str(Locale("en").territories[shop.country])
    parts = [
        (number, number, ["street_number"]),
        (route, route, ["route"]),
        (shop.city, shop.city, ["locality", "political"]),
        (_state_name(shop), shop.state, ["administrative_area_level_1", "political"]),
        (nation, shop.country, ["country", "political"]),
        (shop.postal_code, shop.postal_code, ["postal_code"]),
    ]
    return [
        {"longText": long, "shortText": short, "types": types, "languageCode": "en"}
        for long, short, types in parts
        if long
    ]


def _street(street: str) -> tuple[str, str]:
    if first := _HOUSE_FIRST.fullmatch(street):
        return first[1], first[2]
    if last := _HOUSE_LAST.fullmatch(street):
        return last[2], last[1]
    return "", street


def _state_name(shop: Shop) -> str:
    return City("", shop.state, shop.country, 0, 0, "").region_name


def _photos(shop: Shop) -> list[dict[str, Any]]:
    return [
        {
            "name": f"places/{shop.place_id}/photos/AcnlKN{shop.cid}{number}",
            "widthPx": 4032,
            "heightPx": 3024,
            "authorAttributions": [{"displayName": "Contributor", "uri": "https://maps.google.com/maps/contrib/0"}],
            "googleMapsUri": f"https://www.google.com/maps/place//data=!3m4!1e2!3m2!1s{shop.cid}{number}!2e10",
        }
        for number in range(int(shop.cid) % 4)
    ]


def _reviews(shop: Shop) -> list[dict[str, Any]]:
    """Five at most, by relevance, not by date."""
    told = []
    for remark in shop.reviews:
        text = {"text": remark.text, "languageCode": "en"} if remark.text else None
        review = {
            "name": f"places/{shop.place_id}/reviews/{remark.review_id}",
            "relativePublishTimeDescription": "a month ago",
            "rating": remark.rating,
            "text": text,
            "originalText": text,
            "authorAttribution": {"displayName": "Contributor", "uri": "https://maps.google.com/maps/contrib/0"},
            "publishTime": remark.at.isoformat().replace("+00:00", ".123456789Z"),
        }
        told.append({name: value for name, value in review.items() if value is not None})
    return sorted(told, key=lambda review: -len(str(review.get("text", ""))))


def _services(shop: Shop) -> dict[str, Any]:
    options = shop.service_options
    named = {"dineIn": "dine_in", "takeout": "takeout", "delivery": "delivery"}
    services: dict[str, Any] = {field: options[name] for field, name in named.items() if name in options}
    number = int(shop.cid)
    if number % 3:
        services["paymentOptions"] = {"acceptsCreditCards": bool(number % 7), "acceptsNfc": bool(number % 2)}
    if number % 4 == 0:
        services["accessibilityOptions"] = {"wheelchairAccessibleEntrance": True}
    return services


def _hours(shop: Shop, language: str, now: datetime) -> dict[str, Any] | None:
    hours = shop.hours
    if hours is None:
        return None
    is_always = all(hours[day] == [(0, _DAY_MIN)] for day in DAYS)
    sunday_first = [DAYS[-1], *DAYS[:-1]]
    periods = [
        {"open": _point(number, start), "close": _point(number, end)}
        for number, day in enumerate(sunday_first)
        for start, end in hours[day]
    ]
    return {
        "openNow": bool(shop.is_open(now)),
        "periods": [{"open": _point(0, 0)}] if is_always else periods,
        "weekdayDescriptions": [
            f"{name}: {_words(hours[day], language)}" for day, name in zip(DAYS, _names(language), strict=True)
        ],
    }


def _point(day: int, minute: int) -> dict[str, int]:
    return {"day": (day + minute // _DAY_MIN) % 7, "hour": minute % _DAY_MIN // 60, "minute": minute % 60}


def _words(spans: list[tuple[int, int]], language: str) -> str:
    if not spans:
        return "Closed" if language.startswith("en") else DASH
    if spans == [(0, _DAY_MIN)]:
        return "Open 24 hours"
    clock = _twelve if language.startswith("en") else _twenty_four
    return ", ".join(f"{clock(start)}{THIN}{DASH}{THIN}{clock(end)}" for start, end in spans)


def _twelve(minute: int) -> str:
    hour, rest = minute % _DAY_MIN // 60, minute % 60
    return f"{hour % 12 or 12}:{rest:02d}{NARROW}{'AM' if hour < 12 else 'PM'}"


def _twenty_four(minute: int) -> str:
    return f"{minute % _DAY_MIN // 60:02d}:{minute % 60:02d}"


@lru_cache(maxsize=64)
def _names(language: str) -> tuple[str, ...]:
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    wide = locale.days["format"]["wide"]
    return tuple(wide[day] for day in range(7))
