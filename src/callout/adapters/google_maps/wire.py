"""The answers of the Places API (New), as far as they are read. Absent fields are simply not sent.

Source: googleapis `google/maps/places/v1/place.proto`, `places_service.proto`, `review.proto`.
"""

from typing import Any

import msgspec

from callout.features.prospecting.ports import Unavailable


class Wire(msgspec.Struct, frozen=True, rename="camel"):
    """Names as the API writes them."""


class LocalizedText(Wire, frozen=True):
    """A text in some language."""

    text: str = ""


class LatLng(Wire, frozen=True):
    """Degrees WGS 84; a coordinate of exactly zero is not sent."""

    latitude: float = 0.0
    longitude: float = 0.0


class AddressComponent(Wire, frozen=True):
    """One level of an address."""

    long_text: str = ""
    short_text: str = ""
    types: tuple[str, ...] = ()


class PostalAddress(Wire, frozen=True):
    """The address as `google.type.PostalAddress`."""

    region_code: str | None = None
    administrative_area: str | None = None
    locality: str | None = None
    address_lines: tuple[str, ...] = ()


class HoursPoint(Wire, frozen=True):
    """When a place opens or closes; day 0 is Sunday."""

    day: int = 0
    hour: int = 0
    minute: int = 0


class Period(Wire, frozen=True):
    """A time a place is open; without `close` it never closes."""

    open: HoursPoint
    close: HoursPoint | None = None


class OpeningHours(Wire, frozen=True):
    """Regular hours. Empty `periods` mean never open, absent ones unknown."""

    open_now: bool | None = None
    periods: tuple[Period, ...] | None = None
    weekday_descriptions: tuple[str, ...] = ()


class TimeZone(Wire, frozen=True):
    """An IANA zone."""

    id: str | None = None


class Photo(Wire, frozen=True):
    """A photo by its page on Google Maps."""

    google_maps_uri: str | None = None


class Review(Wire, frozen=True):
    """What somebody wrote; the author is not read."""

    rating: float | None = None
    text: LocalizedText | None = None
    original_text: LocalizedText | None = None
    publish_time: str | None = None


class Place(Wire, frozen=True):
    """A place."""

    id: str = ""
    display_name: LocalizedText | None = None
    primary_type: str | None = None
    primary_type_display_name: LocalizedText | None = None
    types: tuple[str, ...] = ()
    business_status: str | None = None
    formatted_address: str | None = None
    short_formatted_address: str | None = None
    address_components: tuple[AddressComponent, ...] = ()
    postal_address: PostalAddress | None = None
    location: LatLng | None = None
    time_zone: TimeZone | None = None
    photos: tuple[Photo, ...] = ()
    pure_service_area_business: bool | None = None
    accessibility_options: dict[str, Any] | None = None
    international_phone_number: str | None = None
    national_phone_number: str | None = None
    website_uri: str | None = None
    rating: float | None = None
    user_rating_count: int | None = None
    price_level: str | None = None
    regular_opening_hours: OpeningHours | None = None
    current_opening_hours: OpeningHours | None = None
    editorial_summary: LocalizedText | None = None
    takeout: bool | None = None
    delivery: bool | None = None
    dine_in: bool | None = None
    curbside_pickup: bool | None = None
    reservable: bool | None = None
    outdoor_seating: bool | None = None
    payment_options: dict[str, Any] | None = None
    parking_options: dict[str, Any] | None = None
    reviews: tuple[Review, ...] = ()


class Found(Wire, frozen=True):
    """The answer of a text search: `{}` when nothing matches. Places are kept raw, so that one odd one spoils none."""

    places: tuple[msgspec.Raw, ...] = ()
    next_page_token: str | None = None


def decode_found(body: bytes) -> Found:
    """The answer of a text search.

    Raises:
        Unavailable: cut off, or not what the API says.
    """
    try:
        return msgspec.json.decode(body, type=Found)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise unreadable() from error


def decode_place(body: bytes | msgspec.Raw) -> Place:
    """One place.

    Raises:
        Unavailable: cut off, or not what the API says.
    """
    try:
        return msgspec.json.decode(body, type=Place)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise unreadable() from error


def unreadable() -> Unavailable:
    """What an answer means that cannot be read."""
    return Unavailable("Google Places gave an unreadable answer.")
