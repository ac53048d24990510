"""What a text search finds and refuses, in the words of the Places API (New).

Sources: googleapis `places_service.proto`; Text Search (New): 60 places on pages of up to 20, tokens that run out and
go with the very parameters they came from.
"""

import base64
import hashlib
import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from callout.kit.geo import Box
from callout.sandbox.google_maps_place import PRICE_LEVELS, is_service_area
from callout.sandbox.places_world import Shop, shops_in, where_in

MOST, PAGE = 60, 20
TOKEN_LIFE_S = 1800.0
PAGING = frozenset({"pageToken", "pageSize", "maxResultCount"})
KNOWN = PAGING | {
    *("textQuery", "languageCode", "regionCode", "rankPreference", "includedType", "openNow", "minRating"),
    *("priceLevels", "strictTypeFiltering", "locationBias", "locationRestriction", "evOptions", "routingParameters"),
    *("searchAlongRouteParameters", "includePureServiceAreaBusinesses", "includeFutureOpeningBusinesses"),
}
ASKABLE_LEVELS = frozenset(f"PRICE_LEVEL_{level}" for level in PRICE_LEVELS[1:])
MISMATCH = "Request parameters for paging requests must match the initial SearchText request."


class Refused(Exception):  # noqa: N818 - the word for it
    """A request answered with 400 INVALID_ARGUMENT."""


class Page(msgspec.Struct, frozen=True):
    """One page of a search.

    Attributes:
        number: from 0.
        search: what is the same for all pages of a search, hashed.
        before: the shops of the page before.
    """

    shops: list[Shop]
    next_token: str | None
    number: int
    search: str
    before: list[Shop]


def page_of(body: Mapping[str, Any], now: datetime, *, token_life_s: float = TOKEN_LIFE_S) -> Page:
    """The page a request asks for.

    Raises:
        Refused: as the API refuses it.
    """
    for name in body:
        if name not in KNOWN:
            raise Refused(f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
    token = _text(body, "pageToken")
    if not _text(body, "textQuery").strip():
        raise Refused(f"Empty text_query.{f' {MISMATCH}' if token else ''}")
    search = _hash({name: value for name, value in body.items() if name not in PAGING})
    start = _start(token, search, now, token_life_s) if token else 0
    size = _size(body)
    found = _found(body, now)[:MOST]
    end = start + size
    return Page(
        shops=found[start:end],
        next_token=_token(end, search, now) if end < len(found) else None,
        number=start // size,
        search=search,
        before=found[max(0, start - size) : start] or found[start:end],
    )


def _found(body: Mapping[str, Any], now: datetime) -> list[Shop]:
    what, named = where_in(_text(body, "textQuery"))
    box = _rectangle(body) or named
    levels = _levels(body)
    least = _least_rating(body)
    if box is None:
        return []
    kind = _text(body, "includedType") if body.get("strictTypeFiltering") else ""
    return [
        shop
        for shop in shops_in(box, what)
        if (not body.get("openNow") or shop.is_open(now))
        and (not least or (shop.rating is not None and shop.rating >= least))
        and (not levels or (shop.price_level is not None and PRICE_LEVELS[shop.price_level] in levels))
        and (not kind or kind in shop.types)
        and (body.get("includePureServiceAreaBusinesses") or not is_service_area(shop))
    ]


def _rectangle(body: Mapping[str, Any]) -> Box | None:
    if "locationBias" in body and "locationRestriction" in body:
        raise Refused("Cannot set both location_bias and location_restriction.")
    area = body.get("locationRestriction", body.get("locationBias"))
    if area is None:
        return None
    if "circle" in area and "locationBias" in body:
        raise Refused("The simulator takes rectangles only.")
    if set(area) != {"rectangle"}:
        raise Refused(
            f"Invalid JSON payload received. Unknown name \"{next(iter(area), '')}\" at 'location_restriction'."
        )
    low, high = (area["rectangle"].get(corner, {}) for corner in ("low", "high"))
    south, west = _degrees(low, "latitude", 90), _degrees(low, "longitude", 180)
    north, east = _degrees(high, "latitude", 90), _degrees(high, "longitude", 180)
    width = east - west if west <= east else east + 360 - west
    if south > north:
        raise Refused("Invalid rectangle: low.latitude must not be greater than high.latitude.")
    if width > 180:
        raise Refused("Invalid rectangle: a viewport cannot be wider than 180 degrees.")
    return Box(south, west, north, east)


def _degrees(corner: Mapping[str, Any], name: str, bound: int) -> float:
    value = corner.get(name, 0.0)
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > bound:
        raise Refused(f"Invalid {name}: must be in the range [-{bound}.0, +{bound}.0].")
    return float(value)


def _levels(body: Mapping[str, Any]) -> set[str]:
    levels = body.get("priceLevels") or []
    for level in levels:
        if level not in ASKABLE_LEVELS:
            raise Refused(f"Invalid price_levels: {level} is not allowed in a request.")
    return {level.removeprefix("PRICE_LEVEL_") for level in levels}


def _least_rating(body: Mapping[str, Any]) -> float:
    """Rounded up to the next half, as the API does."""
    least = body.get("minRating", 0)
    if not isinstance(least, int | float) or not 0 <= least <= 5:
        raise Refused("Invalid min_rating: must be between 0 and 5, inclusive.")
    return math.ceil(least * 2) / 2


def _size(body: Mapping[str, Any]) -> int:
    size = body.get("pageSize") or body.get("maxResultCount") or PAGE
    if not isinstance(size, int) or size < 0:
        raise Refused("Invalid page_size: must not be negative.")
    return min(size, PAGE)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Refused(f"Invalid value at '{name}' (TYPE_STRING), {json.dumps(value)}")
    return value


def _hash(parameters: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:16]


def _token(start: int, search: str, now: datetime) -> str:
    raw = json.dumps([start, search, now.timestamp()]).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()[:6] + raw).decode()


def _start(token: str, search: str, now: datetime, life_s: float) -> int:
    try:
        whole = base64.urlsafe_b64decode(token)
        start, made_for, at = json.loads(whole[6:])
    except ValueError as error:
        raise Refused("Invalid page_token.") from error
    if hashlib.sha256(whole[6:]).digest()[:6] != whole[:6]:
        raise Refused("Invalid page_token.")
    if now.timestamp() - at >= life_s:
        raise Refused("The page_token has expired.")
    if made_for != search:
        raise Refused(MISMATCH)
    return int(start)
