"""What SerpApi's `ll` shows: a point with a zoom (`@30.2,-97.7,14z`) or a height (`@30.2,-97.7,10410m`) as a box."""

import math
import re

from callout.kit.geo import Box

WIDTH_PX, HEIGHT_PX, TILE_PX = 1024, 768, 256
EQUATOR_M = 40_075_016.686
_VIEW = re.compile(r"@(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:,(\d+(?:\.\d+)?)(z|m))?")
_USUAL_ZOOM = 14.0
LEAST_ZOOM, MOST_ZOOM = 2.999, 30.0
"""From 3z, which the greatest height in metres misses by a hair."""


def box_of(view: str) -> Box | None:
    """The part of the map in the window; None when the text is no view.

    A window of 1024 by 768 pixels looks at a Mercator map that is 256·2^zoom pixels wide.
    """
    found = _VIEW.fullmatch(view)
    if found is None:
        return None
    lat, lng = float(found.group(1)), float(found.group(2))
    if abs(lat) > 85 or abs(lng) > 180:
        return None
    amount = float(found.group(3)) if found.group(3) else _USUAL_ZOOM
    zoom = amount if found.group(4) != "m" else _zoom_of(amount, lat)
    if not LEAST_ZOOM <= zoom <= MOST_ZOOM:
        return None
    world = TILE_PX * 2**zoom
    half_lng, half_y = 180 * WIDTH_PX / world, math.pi * HEIGHT_PX / world
    centre = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    west, east = lng - half_lng, lng + half_lng
    if half_lng >= 180:
        west, east = -180.0, 180.0
    return Box(
        _latitude(centre - half_y),
        west + 360 if west < -180 else west,
        _latitude(centre + half_y),
        east - 360 if east > 180 else east,
    )


def widened(box: Box, times: float) -> Box:
    """A box with its centre where it was and its edges farther away."""
    height, width = box.north - box.south, (box.east - box.west) % 360
    more = (times - 1) / 2
    west, east = box.west - width * more, box.east + width * more
    if width * times >= 360:
        west, east = -180.0, 180.0
    return Box(
        max(box.south - height * more, -85.0),
        west + 360 if west < -180 else west,
        min(box.north + height * more, 85.0),
        east - 360 if east > 180 else east,
    )


def _zoom_of(height_m: float, lat: float) -> float:
    """The zoom at which the window is that high on the ground."""
    return math.log2(EQUATOR_M * math.cos(math.radians(lat)) * HEIGHT_PX / TILE_PX / max(height_m, 1.0))


def _latitude(y: float) -> float:
    return math.degrees(2 * math.atan(math.exp(y)) - math.pi / 2)
