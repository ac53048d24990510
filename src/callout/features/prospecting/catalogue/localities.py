"""Districts of a town: from the catalogue, and from the geocoder what it does not know."""

import asyncio

from callout.features.geocoding.ports import Geocoder, Place
from callout.features.prospecting.catalogue.areas import radius_of
from callout.features.prospecting.catalogue.places import Choice, choose_city, choose_locality
from callout.features.prospecting.catalogue.plain import plain
from callout.kit.errors import UpstreamFailed, UpstreamTimeout
from callout.kit.geo import Point, haversine_km

MOST = 500
ENOUGH = 5
LOOKED_UP = 5
SHORTEST_Q = 3
"""Beginnings shorter than this are not looked up: they are no name yet."""


async def localities(geocoder: Geocoder, country: str, state: str | None, city: str, q: str | None) -> list[Choice]:
    """Districts and suburbs of a town, largest first, then what the geocoder finds within it.

    A geocoder that does not answer takes nothing away from what the catalogue knows.
    """
    found = await asyncio.to_thread(choose_locality, country, state, city, q, MOST)
    if not q or len(q) < SHORTEST_Q or len(found) >= ENOUGH:
        return found
    towns = await asyncio.to_thread(choose_city, country, state, city, 1)
    if not towns:
        return found
    town, centre = towns[0], Point(towns[0].lat, towns[0].lng)
    asked = ", ".join(part for part in (q, town.name, town.state) if part)
    try:
        places = await geocoder.search(asked, country, centre, LOOKED_UP)
    except (UpstreamFailed, UpstreamTimeout):
        return found
    known = {plain(choice.name) for choice in (*found, town)}
    for place in places:
        name = _name(place)
        is_near = haversine_km(*centre, place.lat, place.lng) <= radius_of(town.population)
        if name and is_near and plain(name).startswith(plain(q)) and plain(name) not in known:
            known.add(plain(name))
            found.append(Choice(plain(name), name, place.lat, place.lng, 0, town.state))
    return found


def _name(place: Place) -> str | None:
    """The district of a place that is no finer than one."""
    return place.components.district if place.precision in {"locality", "none"} else None
