"""The parts of the map a job covers: found once, when it is made, and kept with it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from callout.features.geocoding.ports import Geocoder
from callout.features.prospecting.catalogue import areas as catalogue
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.ports import Box
from callout.features.prospecting.scraping.tiling import holds
from callout.kit.errors import Unprocessable, UpstreamFailed, UpstreamTimeout
from callout.kit.geo import Point, haversine_km

DISTRICT_KM, TOWN_KM = 2.5, 5.0
"""Around a district and a town of which only the middle is known."""
DEFAULT_RADIUS_KM = 10.0


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A place as somebody names it."""

    country: str
    state: str | None = None
    city: str | None = None
    locality: str | None = None

    @property
    def label(self) -> str:
        """From the district to the country, as one would write it."""
        return ", ".join(part for part in (self.locality, self.city, self.state, self.country) if part)


class SearchArea(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the map to be searched.

    Attributes:
        label: how a person names it.
        country: ISO 3166-1 alpha-2.
        box: None when nobody knows where the place is; it is then searched by its name alone.
        circle: (lat, lng, km) when everything within a distance is meant.
        population: people who live there, 0 when unknown.
    """

    label: str
    country: str
    box: Box | None = None
    circle: tuple[float, float, float] | None = None
    population: int = 0

    def holds(self, draft: Draft) -> bool:
        """Whether a business belongs here; one that has no position belongs where it was found."""
        if draft.lat is None or draft.lng is None:
            return True
        if self.circle is not None:
            lat, lng, km = self.circle
            return haversine_km(lat, lng, draft.lat, draft.lng) <= km
        if draft.country and draft.country != self.country:
            return False
        return self.box is None or holds(self.box, draft.lat, draft.lng)


def circle(label: str, country: str, centre: Point, radius_km: float) -> SearchArea:
    """Everything within a distance of a point."""
    box = catalogue.around(centre, radius_km).box
    return SearchArea(label=label, country=country, box=box, circle=(centre.lat, centre.lng, radius_km))


async def area_of(spot: Spot, geocoder: Geocoder, radius_km: float | None = None) -> SearchArea:
    """The area of a named place: by the catalogue, else around what the geocoder finds, else by its name alone.

    Args:
        spot: the place.
        geocoder: asked about places the catalogue does not know.
        radius_km: everything within this distance of the place's middle instead.

    Raises:
        Unprocessable: the geocoder answers, and there is no such place.
    """
    known = await asyncio.to_thread(catalogue.area_of, spot.country, spot.state, spot.city, spot.locality)
    if known is not None:
        if radius_km is not None:
            return circle(known.label, spot.country, known.centre, radius_km)
        return SearchArea(label=known.label, country=spot.country, box=known.box, population=known.population)
    try:
        found = await geocoder.search(spot.label, spot.country, limit=1)
    except (UpstreamFailed, UpstreamTimeout):
        return SearchArea(label=spot.label, country=spot.country)
    if not found:
        raise Unprocessable.at("locality" if spot.locality else "city", f"no such place: {spot.label}")
    centre = Point(found[0].lat, found[0].lng)
    return circle(spot.label, spot.country, centre, radius_km or (DISTRICT_KM if spot.locality else TOWN_KM))


def to_row(area: SearchArea) -> dict[str, Any]:
    """An area as it is kept with its job."""
    row: dict[str, Any] = msgspec.to_builtins(area)
    return row


def from_row(row: Mapping[str, Any]) -> SearchArea:
    """An area kept with a job."""
    return msgspec.convert(row, SearchArea)
