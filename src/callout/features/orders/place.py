"""Where an order is to be done: the point given, or the one its address is found at."""

from __future__ import annotations

from typing import NamedTuple

from callout.features.geocoding.ports import Geocoder
from callout.kit.errors import UpstreamFailed, UpstreamTimeout
from callout.kit.geo import Point


class Spot(NamedTuple):
    """A place of work; `point` is None when it is unknown, town and state where nobody named them."""

    point: Point | None
    precision: str
    city: str | None = None
    state: str | None = None


LONGEST_NAME = 80
NOWHERE = Spot(None, "none")


async def locate(geocoder: Geocoder, address: str, given: Point | None, country: str) -> Spot:
    """Finds the place of an order.

    Args:
        geocoder: asked only when no point is given.
        address: as the customer said it.
        given: degrees WGS 84; exactly (0, 0) counts as not given.
        country: ISO 3166-1 alpha-2 the address is in.

    Returns:
        The place; nowhere when the address is not found or the source does not answer: an order is never lost for
        want of a map.
    """
    if given is not None and (given.lat, given.lng) != (0, 0):
        return Spot(given, "rooftop")
    try:
        found = await geocoder.search(address, country=country, limit=1)
    except (UpstreamFailed, UpstreamTimeout):
        return NOWHERE
    if not found or found[0].precision == "none":
        return NOWHERE
    place = found[0]
    named = place.components
    return Spot(Point(place.lat, place.lng), place.precision, brief(named.city), brief(named.region))


def brief(name: str | None) -> str | None:
    """The name of a town or state as an order keeps it."""
    return name[:LONGEST_NAME] if name else None
