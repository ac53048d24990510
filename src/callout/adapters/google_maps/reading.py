"""A place of Google as a business the product keeps. Pure."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from callout.adapters.google_maps import wire
from callout.adapters.google_maps.opening import hours_of
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.ports import Review
from callout.kit.text.phones import parse_phone

PRICE_LEVELS = {
    "PRICE_LEVEL_FREE": 0,
    "PRICE_LEVEL_INEXPENSIVE": 1,
    "PRICE_LEVEL_MODERATE": 2,
    "PRICE_LEVEL_EXPENSIVE": 3,
    "PRICE_LEVEL_VERY_EXPENSIVE": 4,
}
CITY_TYPES = ("locality", "postal_town", "administrative_area_level_3", "sublocality", "administrative_area_level_2")
"""What a town is called in different countries, best first."""
SAYS_NOTHING = frozenset({"point_of_interest", "establishment"})
SERVICES = ("takeout", "delivery", "dine_in", "curbside_pickup", "reservable", "outdoor_seating")
OPTION_GROUPS = ("payment_options", "parking_options", "accessibility_options")
MOST_PHOTOS = MOST_SUBCATEGORIES = 10


def draft_of(place: wire.Place, *, country: str, language: str) -> Draft | None:
    """The business a place is; None without a name or an id.

    Photos are kept as their pages on Google Maps: photo names expire and pictures may not be hot-linked. A business
    that only goes to its customers has no position and no address.

    Args:
        place: as the API told it.
        country: ISO 3166-1 alpha-2, for places that do not name theirs.
        language: of the answer, BCP 47.
    """
    name = _clip(place.display_name, 200)
    if not name or not place.id:
        return None
    lat, lng = _position(place.location)
    country = _country(place) or country.upper()
    written = [place.international_phone_number, place.national_phone_number]
    return Draft(
        name=name,
        address=_clip(place.formatted_address or place.short_formatted_address, 300),
        city=_clip(_city(place), 80),
        state=_clip(_state(place), 80),
        country=country,
        phone=_phone(written, country),
        phone_raw=_clip(next(filter(None, written), None), 40),
        website=_address(place.website_uri),
        category=_clip(place.primary_type_display_name, 80) or _category(place),
        subcategories=_subcategories(place),
        rating=_rating(place.rating),
        review_count=_review_count(place),
        price_level=PRICE_LEVELS.get(place.price_level or ""),
        lat=lat,
        lng=lng,
        hours=hours_of(place.regular_opening_hours, language),
        description=_clip(place.editorial_summary, 1000),
        photos=list(filter(None, (_address(photo.google_maps_uri) for photo in place.photos)))[:MOST_PHOTOS],
        service_options=_services(place),
        open_now=_open_now(place),
        reviews=[_plain(review) for review in reviews_of(place)],
        place_id=place.id[:200],
        timezone=_clip(place.time_zone.id if place.time_zone else None, 64),
        closed=place.business_status == "CLOSED_PERMANENTLY",
    )


def reviews_of(place: wire.Place) -> list[Review]:
    """The reviews of a place, newest first, in the language asked for where Google translated them; no author."""
    told = [
        Review(rating=review.rating, text=_clip(text, 4000) or "", at=_time(review.publish_time))
        for review in place.reviews
        if (text := review.text or review.original_text) is not None or review.rating is not None
    ]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(told, key=lambda review: review.at or oldest, reverse=True)


def _plain(review: Review) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(review)
    return plain


def _clip(value: str | wire.LocalizedText | None, length: int) -> str | None:
    text = value.text if isinstance(value, wire.LocalizedText) else value or ""
    return " ".join(text.replace("\0", "").split())[:length].rstrip() or None


def _position(location: wire.LatLng | None) -> tuple[float | None, float | None]:
    if location is None or abs(location.latitude) > 90 or abs(location.longitude) > 180:
        return None, None
    return location.latitude, location.longitude


def _component(place: wire.Place, kinds: Iterable[str]) -> wire.AddressComponent | None:
    return next((part for kind in kinds for part in place.address_components if kind in part.types), None)


def _country(place: wire.Place) -> str | None:
    part = _component(place, ("country",))
    code = part.short_text if part else (place.postal_address and place.postal_address.region_code) or ""
    return code.upper() if len(code) == 2 and code.isalpha() else None


def _city(place: wire.Place) -> str | None:
    given = place.postal_address.locality if place.postal_address else None
    part = _component(place, CITY_TYPES)
    return part.long_text if part else given


def _state(place: wire.Place) -> str | None:
    given = place.postal_address.administrative_area if place.postal_address else None
    part = _component(place, ("administrative_area_level_1",))
    return part.long_text if part else given


def _phone(written: Iterable[str | None], country: str) -> str | None:
    for raw in filter(None, written):
        try:
            return parse_phone(raw, country)
        except ValueError:
            continue
    return None


def _address(link: str | None) -> str | None:
    link = (link or "").strip()
    is_whole = link.lower().startswith(("http://", "https://")) and len(link) <= 500
    return link if is_whole and not any(map(str.isspace, link)) else None


def _category(place: wire.Place) -> str | None:
    kinds = [place.primary_type, *place.types]
    return next((_words(kind) for kind in kinds if kind and kind not in SAYS_NOTHING), None)


def _subcategories(place: wire.Place) -> list[str]:
    kinds = [kind for kind in place.types if kind not in SAYS_NOTHING and kind != place.primary_type]
    return [_words(kind) for kind in dict.fromkeys(kinds)][:MOST_SUBCATEGORIES]


def _words(kind: str) -> str:
    return kind.replace("_", " ").capitalize()[:80]


def _rating(rating: float | None) -> Decimal | None:
    if rating is None or not math.isfinite(rating) or not 0 < rating <= 5:
        return None
    return Decimal(str(rating)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _review_count(place: wire.Place) -> int | None:
    """A place nobody has rated is told without count and rating."""
    count = place.user_rating_count
    if count is None:
        return 0 if place.rating is None else None
    return count if 0 <= count < 10**9 else None


def _services(place: wire.Place) -> dict[str, Any] | None:
    told: dict[str, Any] = {name: value for name in SERVICES if (value := getattr(place, name)) is not None}
    told |= {group: options for group in OPTION_GROUPS if (options := _snake(getattr(place, group)))}
    if place.pure_service_area_business:
        told["goes_to_customers_only"] = True
    return told or None


def _snake(options: dict[str, Any] | None) -> dict[str, bool]:
    given = (options or {}).items()
    return {
        "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[:60]: value
        for name, value in given
        if isinstance(value, bool)
    }


def _open_now(place: wire.Place) -> bool | None:
    if place.business_status in ("CLOSED_PERMANENTLY", "CLOSED_TEMPORARILY"):
        return False
    for hours in (place.current_opening_hours, place.regular_opening_hours):
        if hours is not None and hours.open_now is not None:
            return hours.open_now
    return None


def _time(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
