"""The answers of the Google Geocoding API and what they mean.

Source: https://developers.google.com/maps/documentation/geocoding/requests-geocoding (v3 JSON: statuses, location
types, address components).
"""

import msgspec

from callout.features.geocoding.ports import Components, Place, Precision
from callout.kit.errors import UpstreamFailed

PROVIDER = "google_maps"
CONFIDENCE: dict[Precision, float] = {"rooftop": 0.95, "street": 0.8, "locality": 0.6, "none": 0.2}
"""Google states no confidence; how exact the match is stands for it."""
PARTIAL = 0.6
"""A partial match leaves out some of what was asked, such as the house or a misspelt street."""

HOUSE_TYPES = frozenset({"street_address", "premise", "subpremise", "establishment", "point_of_interest"})
STREET_TYPES = frozenset({"route", "intersection"})
TOWN_TYPES = frozenset(
    {
        *("locality", "postal_town", "sublocality", "neighborhood", "postal_code", "administrative_area_level_3"),
        *("administrative_area_level_4", "administrative_area_level_5", "colloquial_area", "plus_code"),
    }
)
CITY_TYPES = ("locality", "postal_town", "administrative_area_level_3", "sublocality", "administrative_area_level_2")

REMEDIES = {
    "OVER_QUERY_LIMIT": "Too many addresses were looked up at Google Maps, or its daily quota is used up.",
    "OVER_DAILY_LIMIT": "Google Maps does not answer: check the key, its billing account and its daily cap.",
    "REQUEST_DENIED": (
        "Google Maps does not take the key: enable the Geocoding API and billing for its project, and check the "
        "restrictions of the key."
    ),
    "INVALID_REQUEST": "Google Maps does not understand the address.",
    "UNKNOWN_ERROR": "Google Maps failed to look the address up. Try again later.",
}
"""Status → words that say what to do."""


class Component(msgspec.Struct, frozen=True):
    """One level of an address."""

    long_name: str = ""
    short_name: str = ""
    types: tuple[str, ...] = ()


class Location(msgspec.Struct, frozen=True):
    """Degrees WGS 84."""

    lat: float
    lng: float


class Geometry(msgspec.Struct, frozen=True):
    """Where a result is; `location_type` says how it was found."""

    location: Location
    location_type: str = "APPROXIMATE"


class Result(msgspec.Struct, frozen=True):
    """One result."""

    geometry: Geometry
    formatted_address: str = ""
    address_components: tuple[Component, ...] = ()
    types: tuple[str, ...] = ()
    partial_match: bool = False


class Answer(msgspec.Struct, frozen=True):
    """The whole answer; refusals come with status 200 and their own `status`."""

    status: str
    results: tuple[Result, ...] = ()
    error_message: str = ""


def decode(body: bytes) -> Answer:
    """The answer of the API.

    Raises:
        UpstreamFailed: the body is not what the API says.
    """
    try:
        return msgspec.json.decode(body, type=Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UpstreamFailed("Google Maps gave an unreadable answer.", provider=PROVIDER) from error


def results_of(answer: Answer) -> list[Result]:
    """The results that are places; empty when there are none.

    Raises:
        UpstreamFailed: any status but `OK` and `ZERO_RESULTS`, in words that say what to do.
    """
    if answer.status == "ZERO_RESULTS":
        return []
    if answer.status != "OK":
        detail = REMEDIES.get(answer.status, "Google Maps refused to look the address up.")
        raise UpstreamFailed(detail, provider=PROVIDER)
    return [result for result in answer.results if not _says_nothing(result)]


def place_of(result: Result) -> Place:
    """The place a result describes."""
    precision = precision_of(result)
    country = _part(result, "country")
    return Place(
        label=result.formatted_address,
        lat=result.geometry.location.lat,
        lng=result.geometry.location.lng,
        precision=precision,
        confidence=round(CONFIDENCE[precision] * (PARTIAL if result.partial_match else 1), 2),
        components=Components(
            house_number=_name(result, "street_number"),
            street=_name(result, "route"),
            district=_name(result, "neighborhood", "sublocality", "sublocality_level_1"),
            city=_name(result, *CITY_TYPES),
            region=_name(result, "administrative_area_level_1"),
            postcode=_name(result, "postal_code"),
            country=country.long_name if country else None,
            country_code=country.short_name.upper() if country else None,
        ),
    )


def precision_of(result: Result) -> Precision:
    """How exact a result is: an interpolated house is only as exact as its street."""
    kinds = set(result.types)
    has_house = bool(kinds & HOUSE_TYPES) or _part(result, "street_number") is not None
    if has_house and result.geometry.location_type == "ROOFTOP":
        return "rooftop"
    if kinds & STREET_TYPES or (has_house and result.geometry.location_type != "APPROXIMATE"):
        return "street"
    return "locality" if kinds & TOWN_TYPES or has_house else "none"


def _says_nothing(result: Result) -> bool:
    """A bare grid code (open sea), or the whole country Google falls back to when the address is nowhere in it."""
    if "plus_code" in result.types and _part(result, "country") is None:
        return True
    return result.partial_match and "country" in result.types


def _part(result: Result, *kinds: str) -> Component | None:
    return next((part for kind in kinds for part in result.address_components if kind in part.types), None)


def _name(result: Result, *kinds: str) -> str | None:
    part = _part(result, *kinds)
    return (part.long_name or None) if part else None
