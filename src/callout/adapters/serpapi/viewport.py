"""The part of the map a search looks at, as the `ll` of SerpApi: `@latitude,longitude,zoom z`. Pure."""

import math

from callout.features.prospecting.ports import Box

WIDTH_PX, HEIGHT_PX = 1024, 768
"""The window SerpApi looks through: the greatest map height it takes, 15,028,132 m, is "roughly 3z on the equator"
(https://serpapi.com/google-maps-api), and 768 pixels of 19,568 m are that."""
TILE_PX = 256
"""The whole world is this wide at zoom 0."""
LEAST_ZOOM, MOST_ZOOM = 3.0, 21.0
STEP = 100
"""Zooms are told in hundredths."""
_FARTHEST_LAT = 85.05
"""Where the Mercator map ends."""


def view_of(box: Box) -> str:
    """The closest view that shows all of a box.

    Zoom z draws the world 256·2^z pixels wide and, in Mercator's y = ln tan(π/4 + φ/2), as high. So the box fits while
    z ≤ log2(1024/256 · 360°/width) and z ≤ log2(768/256 · 2π/height), its height in y. The smaller
    is rounded down, and the view is centred on the middle of the map, which lies poleward of the middle latitude.

    Args:
        box: degrees WGS 84; may cross the antimeridian.
    """
    south, north = _mercator(box.south), _mercator(box.north)
    width_deg = (box.east - box.west) % 360 or (360.0 if box.east != box.west else 0.0)
    fit = min(_zoom(WIDTH_PX, width_deg / 360), _zoom(HEIGHT_PX, (north - south) / (2 * math.pi)))
    zoom = math.floor(max(LEAST_ZOOM, min(fit, MOST_ZOOM)) * STEP) / STEP
    lat = math.degrees(2 * math.atan(math.exp((south + north) / 2)) - math.pi / 2)
    lng = (box.west + width_deg / 2 + 180) % 360 - 180
    return f"@{lat:.7f},{lng:.7f},{zoom:g}z"


def _zoom(pixels: int, share: float) -> float:
    """The zoom at which a share of the world fills that many pixels."""
    return math.log2(pixels / TILE_PX / share) if share > 0 else MOST_ZOOM


def _mercator(lat: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(max(-_FARTHEST_LAT, min(lat, _FARTHEST_LAT))) / 2))
