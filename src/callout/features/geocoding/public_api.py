"""Geocoding over HTTP, on both services."""

from typing import Any

from litestar import Router, get

from callout.features.accounts.permissions import allow
from callout.features.geocoding.ports import Geocoder
from callout.features.geocoding.schemas import PointQuery, SearchQuery, ZoneQuery, place_view
from callout.features.geocoding.zones import zone_of_phone, zones_at
from callout.kit.errors import NotFound
from callout.kit.http.models import Filtered

ASKERS = "OMVA"


@get("/", guards=[allow("place.read", roles=ASKERS)], filters=SearchQuery)
async def search_places(geocoder: Geocoder, filters: Filtered[SearchQuery]) -> list[dict[str, Any]]:
    """Places that may be meant by an address, best first."""
    places = await geocoder.search(filters.q, filters.country, filters.near_point, filters.limit)
    return [place_view(place) for place in places]


@get("/reverse", guards=[allow("place.read", roles=ASKERS)], filters=PointQuery)
async def place_at(geocoder: Geocoder, filters: Filtered[PointQuery]) -> dict[str, Any]:
    """The nearest address to a point."""
    place = await geocoder.reverse(filters.lat, filters.lng)
    if place is None:
        raise NotFound("There is no address near that point.")
    return place_view(place)


@get("/timezone", guards=[allow("place.read", roles=ASKERS)], filters=ZoneQuery, sync_to_thread=False)
def time_zone(filters: Filtered[ZoneQuery]) -> dict[str, Any]:
    """The time zone of a point or a telephone number; null when a number may be in several."""
    if filters.phone:
        zone, candidates = zone_of_phone(filters.phone)
        return {"timezone": zone, "candidates": candidates}
    zones = zones_at(filters.lat or 0.0, filters.lng or 0.0)
    return {"timezone": zones[0], "candidates": zones}


router = Router("/api/shared/geocode", route_handlers=[search_places, place_at, time_zone], tags=["geocode"])
