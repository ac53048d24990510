"""Cutting the map into tiles, so that a search that shows only so many places hides none. Pure."""

import math

import msgspec

from callout.features.prospecting.ports import Box
from callout.kit.geo import EARTH_RADIUS_KM

SMALLEST_KM = 0.5
"""A tile with edges below this is not cut any further."""
FULL = 0.95
"""The part of a provider's cap from which a search counts as cut off: pages come short of their size now and then."""
_DEGREE_KM = math.pi * EARTH_RADIUS_KM / 180


class Tile(msgspec.Struct, frozen=True):
    """A part of an area that is searched by itself.

    Attributes:
        path: the quarter taken at each cut, 0 to 3 (south-west, south-east, north-west, north-east); "" is all of it.
    """

    box: Box
    path: str = ""


def width(box: Box) -> float:
    """The extent of a box from west to east, in degrees: above 0, at most 360."""
    degrees = box.east - box.west
    if degrees >= 360:
        return 360.0
    return degrees % 360


def edge_km(box: Box) -> float:
    """The longest edge of a box in km; parallels are measured where they are longest inside it."""
    widest = 0.0 if box.south <= 0 <= box.north else min(abs(box.south), abs(box.north))
    return max((box.north - box.south) * _DEGREE_KM, width(box) * _DEGREE_KM * math.cos(math.radians(widest)))


def can_split(tile: Tile) -> bool:
    """Whether a tile is large enough to be cut."""
    return edge_km(tile.box) >= SMALLEST_KM


def split(tile: Tile) -> list[Tile]:
    """The four quarters of a tile; they cover it, and each point of it belongs to one."""
    box = tile.box
    lat, lng = _middle(box)
    south, north = (box.south, lat), (lat, box.north)
    west, east = (box.west, lng), (lng, box.east)
    quarters = [(south, west), (south, east), (north, west), (north, east)]
    return [
        Tile(Box(lats[0], lngs[0], lats[1], lngs[1]), f"{tile.path}{number}")
        for number, (lats, lngs) in enumerate(quarters)
    ]


def holds(box: Box, lat: float, lng: float) -> bool:
    """Whether a point in degrees WGS 84 is inside a box, edges included."""
    return box.south <= lat <= box.north and (lng - box.west) % 360 <= width(box)


def path_of(root: Box, lat: float, lng: float, depth: int) -> str | None:
    """The path of the tile of an area a point belongs to, after `depth` cuts; None for a point outside.

    A point on an inner edge belongs to the tile north and east of it, so that no point belongs to two.
    """
    if not holds(root, lat, lng):
        return None
    tile = Tile(root)
    for _ in range(depth):
        middle, _ = _middle(tile.box)
        is_east = (lng - tile.box.west) % 360 >= width(tile.box) / 2
        tile = split(tile)[2 * (lat >= middle) + is_east]
    return tile.path


def is_cut_off(results: int, *, cap: int, page_size: int, has_gaps: bool) -> bool:
    """Whether a search has probably not shown everything there is.

    Args:
        results: places all its pages told, repeated and unusable ones included.
        cap: most places the provider shows of one search.
        page_size: most places of one page.
        has_gaps: whether a page repeated an earlier one or could not be had, so that places may be missing.
    """
    return results >= FULL * cap or (has_gaps and results >= page_size)


def _middle(box: Box) -> tuple[float, float]:
    lng = box.west + width(box) / 2
    return (box.south + box.north) / 2, lng - 360 if lng > 180 else lng
