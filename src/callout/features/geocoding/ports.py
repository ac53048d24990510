"""What geocoding needs from outside: a source of places."""

from typing import Literal, Protocol, runtime_checkable

import msgspec

from callout.kit.geo import Point

Precision = Literal["rooftop", "street", "locality", "none"]
"""How exact a place is: a house, a street, a town or district; `none` is coarser than a town."""


class Components(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of an address as the source names them; `country_code` is ISO 3166-1 alpha-2, upper case."""

    house_number: str | None = None
    street: str | None = None
    district: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None
    country_code: str | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A found place.

    Attributes:
        label: one line a person recognises.
        lat: degrees WGS 84.
        lng: degrees WGS 84.
        confidence: 0..1, how sure the source is that this is what was meant.
    """

    label: str
    lat: float
    lng: float
    precision: Precision
    confidence: float
    components: Components


@runtime_checkable
class Geocoder(Protocol):
    """Finds places. Both verbs raise `UpstreamFailed` or `UpstreamTimeout` when the source does not answer."""

    async def search(
        self, q: str, country: str | None = None, near: Point | None = None, limit: int = 5
    ) -> list[Place]:
        """Places that may be meant by an address, best first; empty when there is none.

        Args:
            q: an address or the name of a town, as somebody wrote it.
            country: ISO 3166-1 alpha-2; places elsewhere are left out.
            near: where the asker is; only an order of preference.
            limit: at most this many.
        """
        ...

    async def reverse(self, lat: float, lng: float) -> Place | None:
        """The nearest address to a point in degrees WGS 84, or None (open sea)."""
        ...
