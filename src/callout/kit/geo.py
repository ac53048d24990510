"""Distances and boxes on the sphere: degrees WGS 84 in, kilometres out."""

from __future__ import annotations

import math
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the GRS 80 ellipsoid (IUGG), the usual radius for haversine distances."""


class Point(NamedTuple):
    """A place on the earth.

    Attributes:
        lat: degrees WGS 84, -90 to 90.
        lng: degrees WGS 84, -180 to 180.
    """

    lat: float
    lng: float


class Box(NamedTuple):
    """A rectangle of latitudes and longitudes, edges included.

    A box that spans the antimeridian has ``west > east``; ``ranges`` cuts it into plain intervals.
    """

    south: float
    west: float
    north: float
    east: float

    @property
    def crosses_antimeridian(self) -> bool:
        return self.west > self.east

    @property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """The longitudes as one or two intervals ``(from, to)`` with from <= to: what an SQL query needs."""
        if self.crosses_antimeridian:
            return ((self.west, 180.0), (-180.0, self.east))
        return ((self.west, self.east),)

    def contains(self, lat: float, lng: float) -> bool:
        return self.south <= lat <= self.north and any(low <= lng <= high for low, high in self.ranges)


def haversine_km(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """The great-circle distance in km between two points in degrees WGS 84.

    Source: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984).
    """
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_lat = math.sin((phi2 - phi1) / 2)
    half_lng = math.sin(math.radians(lng2 - lng1) / 2)
    a = half_lat * half_lat + math.cos(phi1) * math.cos(phi2) * half_lng * half_lng
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, a)))


def bounding_box(lat: float, lng: float, km: float) -> Box:
    """The smallest box that holds every point within ``km`` of a place.

    Args:
        lat: degrees WGS 84.
        lng: degrees WGS 84.
        km: the radius, not negative.

    Returns:
        A box; where the circle holds a pole it spans every longitude, and where it crosses
        the antimeridian its ``west`` is greater than its ``east``.

    Raises:
        ValueError: ``km`` is negative or the place is not on the earth.

    Source: J. P. Matuschek, "Finding points within a distance of a latitude/longitude".
    """
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):
        raise ValueError(f"not a place on the earth: {lat}, {lng}")
    if km < 0:
        raise ValueError("a radius cannot be negative")
    angle = km / EARTH_RADIUS_KM + 1e-12  # a hair more, so that rounding never drops a point on the rim
    phi = math.radians(lat)
    south, north = math.degrees(phi - angle), math.degrees(phi + angle)
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    spread = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(phi))))
    west, east = lng - spread, lng + spread
    return Box(
        south,
        west + 360 if west < -180 else west,
        north,
        east - 360 if east > 180 else east,
    )
