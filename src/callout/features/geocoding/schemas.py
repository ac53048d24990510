"""Wire models of geocoding."""

from typing import Annotated, Any

import msgspec
from pydantic import Field, field_validator, model_validator

from callout.features.geocoding.ports import Place
from callout.features.geocoding.zones import timezone_at
from callout.kit.geo import Point
from callout.kit.http.fields import CountryCode, Phone, Text
from callout.kit.http.models import Query

PAIR = 2


class SearchQuery(Query):
    """The query of GET /api/shared/geocode; `near` is written ``lat,lng``."""

    q: Annotated[str, Text(300, minimum=3)]
    country: CountryCode | None = None
    near: str | None = None
    limit: int = Field(default=5, ge=1, le=10)

    @field_validator("near")
    @classmethod
    def _is_a_point(cls, value: str | None) -> str | None:
        if value is not None:
            read_point(value)
        return value

    @property
    def near_point(self) -> Point | None:
        return read_point(self.near) if self.near else None


class PointQuery(Query):
    """A point in degrees WGS 84."""

    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)


class ZoneQuery(Query):
    """A point or a telephone number."""

    lat: float | None = Field(default=None, ge=-90, le=90)
    lng: float | None = Field(default=None, ge=-180, le=180)
    phone: Phone | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "ZoneQuery":
        if (self.lat is None) != (self.lng is None):
            raise ValueError("lat and lng belong together")
        if (self.lat is None) == (self.phone is None):
            raise ValueError("send either lat and lng, or phone")
        return self


def read_point(text: str) -> Point:
    """``lat,lng`` in degrees.

    Raises:
        ValueError: not two numbers on the earth.
    """
    parts = text.split(",")
    try:
        lat, lng = (float(part) for part in parts)
    except ValueError as error:
        raise ValueError("write it as lat,lng in degrees") from error
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):
        raise ValueError("not a place on the earth")
    return Point(lat, lng)


def place_view(place: Place) -> dict[str, Any]:
    """A place as clients see it."""
    view: dict[str, Any] = msgspec.to_builtins(place)
    return view | {"timezone": timezone_at(place.lat, place.lng)}
