"""Where to look for the neighbours of a place: cells of a grid over the earth. Pure.

The cells are those of `businesses.grid_cell`: 1/500 of a degree wide and high, numbered along the latitudes.
"""

from collections.abc import Iterator
from math import floor

from callout.kit.geo import bounding_box

PER_DEGREE = 500
ROW = 360 * PER_DEGREE
MAX_ACROSS = 60
"""Cells looked at along one latitude, the own one among them; only near a pole are there more, and nothing is sold
there."""


def cell_of(lat: float, lng: float) -> int:
    """The cell of a place in degrees WGS 84."""
    return floor((lat + 90) * PER_DEGREE) * ROW + floor((lng + 180) * PER_DEGREE)


def band_of(south: float, north: float) -> tuple[int, int]:
    """The first and last cell between two latitudes, all the way around the earth."""
    return floor((south + 90) * PER_DEGREE) * ROW, (floor((north + 90) * PER_DEGREE) + 1) * ROW


def cells_around(lat: float, lng: float, radius_km: float) -> Iterator[int]:
    """Every cell that holds a point within a radius of a place."""
    box = bounding_box(lat, lng, radius_km)
    first, last = floor((box.south + 90) * PER_DEGREE), floor((box.north + 90) * PER_DEGREE)
    for west, east in box.ranges:
        left, right = floor((west + 180) * PER_DEGREE), floor((east + 180) * PER_DEGREE)
        if right - left > MAX_ACROSS:
            own = floor((lng + 180) * PER_DEGREE)
            left = max(left, min(own - MAX_ACROSS // 2, right - MAX_ACROSS))
            right = left + MAX_ACROSS
        for row in range(first, last + 1):
            yield from (row * ROW + column for column in range(left, right + 1))
