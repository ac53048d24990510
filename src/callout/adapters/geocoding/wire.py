"""The jsonv2 answers of Nominatim and what they mean."""

import msgspec

from callout.features.geocoding.ports import Components, Place, Precision
from callout.kit.errors import UpstreamFailed

CONFIDENCE: dict[Precision, float] = {"rooftop": 0.95, "street": 0.8, "locality": 0.6, "none": 0.2}
"""Nominatim states no confidence; how exact the match is stands for it."""

STREET_RANK, TOWN_RANK = 26, 13
"""`place_rank` of streets and of the coarsest thing that is still a town (Nominatim, Place Ranks)."""


class Address(msgspec.Struct, frozen=True):
    """`addressdetails`; which keys appear depends on the place."""

    house_number: str | None = None
    road: str | None = None
    pedestrian: str | None = None
    suburb: str | None = None
    neighbourhood: str | None = None
    city_district: str | None = None
    city: str | None = None
    town: str | None = None
    village: str | None = None
    municipality: str | None = None
    hamlet: str | None = None
    county: str | None = None
    state: str | None = None
    postcode: str | None = None
    country: str | None = None
    country_code: str | None = None


class Result(msgspec.Struct, frozen=True):
    """One result of `/search`, or the result of `/reverse`. Coordinates travel as text."""

    lat: str
    lon: str
    display_name: str
    place_rank: int = 0
    address: Address = Address()


def decode_search(body: bytes) -> list[Result]:
    """The results of `/search`.

    Raises:
        UpstreamFailed: the body is not what the protocol says.
    """
    try:
        return msgspec.json.decode(body, type=list[Result])
    except msgspec.MsgspecError as error:
        raise _unreadable() from error


def decode_reverse(body: bytes) -> Result | None:
    """The result of `/reverse`; None where nothing is, which travels as ``{"error": …}`` with status 200.

    Raises:
        UpstreamFailed: the body is not what the protocol says.
    """
    try:
        raw = msgspec.json.decode(body)
        return None if isinstance(raw, dict) and "error" in raw else msgspec.convert(raw, Result)
    except msgspec.MsgspecError as error:
        raise _unreadable() from error


def place_of(result: Result) -> Place:
    """The place a result describes."""
    address = result.address
    precision = precision_of(result)
    return Place(
        label=result.display_name,
        lat=float(result.lat),
        lng=float(result.lon),
        precision=precision,
        confidence=CONFIDENCE[precision],
        components=Components(
            house_number=address.house_number,
            street=address.road or address.pedestrian,
            district=address.suburb or address.city_district or address.neighbourhood,
            city=address.city or address.town or address.village or address.municipality or address.hamlet,
            region=address.state or address.county,
            postcode=address.postcode,
            country=address.country,
            country_code=address.country_code.upper() if address.country_code else None,
        ),
    )


def precision_of(result: Result) -> Precision:
    """How exact a result is, by its address and its rank."""
    if result.address.house_number:
        return "rooftop"
    if result.place_rank >= STREET_RANK and (result.address.road or result.address.pedestrian):
        return "street"
    return "locality" if result.place_rank >= TOWN_RANK else "none"


def _unreadable() -> UpstreamFailed:
    return UpstreamFailed("The address service gave an unreadable answer.", provider="nominatim")
