"""Where the simulated businesses stand: real towns, and villages on a grid between them."""

import hashlib
import math
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import tzfpy
from babel.core import get_global

from callout.kit.geo import Box
from callout.sandbox.nominatim_gazetteer import cities

MILLIONS = {
    "New York": 8.3, "Los Angeles": 3.9, "Chicago": 2.7, "Houston": 2.3, "Phoenix": 1.6, "Philadelphia": 1.6,
    "San Antonio": 1.5, "San Diego": 1.4, "Dallas": 1.3, "Austin": 1.0, "Jacksonville": 1.0, "San Jose": 1.0,
    "Columbus": 0.9, "Charlotte": 0.9, "Indianapolis": 0.9, "San Francisco": 0.9, "Seattle": 0.8, "Denver": 0.7,
    "Nashville": 0.7, "Boston": 0.7, "Las Vegas": 0.7, "Miami": 0.5, "Atlanta": 0.5, "Toronto": 2.8, "Montreal": 1.8,
    "Vancouver": 0.7, "Mexico City": 9.2, "Guadalajara": 1.4, "Monterrey": 1.1, "London": 8.9, "Birmingham": 1.1,
    "Manchester": 0.6, "Glasgow": 0.6, "Paris": 2.1, "Madrid": 3.3, "Barcelona": 1.6, "Valencia": 0.8, "Rome": 2.8,
    "Milan": 1.4, "Berlin": 3.7, "Hamburg": 1.9, "Munich": 1.5, "Cologne": 1.1, "Vienna": 1.9, "Warsaw": 1.8,
    "Krakow": 0.8, "Amsterdam": 0.9, "Lisbon": 0.5, "Bucharest": 1.8, "Istanbul": 15.5, "Dubai": 3.3,
    "Abu Dhabi": 1.5, "Mumbai": 12.5, "Delhi": 16.8, "Bengaluru": 8.4, "Hyderabad": 6.8,
    "Chennai": 4.6, "Kolkata": 4.5, "Pune": 3.1, "Bangkok": 8.3, "Singapore": 5.6, "Tokyo": 9.7, "Sydney": 5.3,
    "Melbourne": 5.0, "Sao Paulo": 12.3, "Rio de Janeiro": 6.7, "Buenos Aires": 3.1, "Lagos": 15.4,
    "Nairobi": 4.4, "Johannesburg": 5.6, "Cairo": 9.5,
}  # fmt: skip
"""Inhabitants of the cities that are too full for one map search."""
BIG_MILLIONS = 0.5
SMALL_MILLIONS = 0.1
CELL_DEG = 0.1
CELLS_ROUND = 3600
MOST_CELLS = 2_500
"""A box over more cells than this (five degrees square) shows only some of its villages, evenly spread."""
FARTHEST_SIGMAS = 3.0
_CITY_BIT = 1 << 23
_FIRST = ("Oak", "Ash", "River", "Stone", "Spring", "Mill", "Fair", "Wood", "North", "Clear", "Green", "Lake", "High")
_LAST = ("field", "ton", "ford", "dale", "view", "brook", "haven", "mont", "port", "side", "burg", "wick", "land")


class Town(NamedTuple):
    """A town or a village cell of the grid.

    Attributes:
        key: 24 bits that stay the same for ever.
        spread_km: standard deviation of the distance of its shops from the centre, along each axis.
        kind: a city has hundreds of shops of a category, a town dozens, a village a few.
    """

    key: int
    name: str
    state: str
    country: str
    lat: float
    lng: float
    postcode: str
    spread_km: float
    kind: Literal["city", "town", "village"]
    millions: float = 0.0

    @property
    def reach_deg(self) -> tuple[float, float]:
        """How far its shops go, in degrees of latitude and longitude."""
        lat = self.spread_km * FARTHEST_SIGMAS / 111.195
        return lat, lat / math.cos(math.radians(self.lat))


def towns_in(box: Box) -> Iterator[Town]:
    """Every town and village that may have shops in a box."""
    for town in _towns():
        if _meets(town, box):
            yield town
    rows = range(_row(box.south), _row(box.north) + 1)
    columns = [column for west, east in box.ranges for column in range(_column(west), _column(east) + 1)]
    step = math.ceil(math.sqrt(max(1.0, len(rows) * len(columns) / MOST_CELLS)))
    for row in rows[::step]:
        for column in columns[::step]:
            if village := _village(row * CELLS_ROUND + column % CELLS_ROUND):
                yield village


def town_of(key: int) -> Town | None:
    """The town with that key."""
    if key & _CITY_BIT:
        index = key ^ _CITY_BIT
        return _towns()[index] if index < len(_towns()) else None
    return _village(key)


def chance(*parts: object) -> float:
    """A number from 0 to 1 that is always the same for the same parts."""
    return int.from_bytes(digest(*parts)[:6]) / 2**48


def digest(*parts: object) -> bytes:
    """Sixteen bytes that are always the same for the same parts."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()


@cache
def _towns() -> tuple[Town, ...]:
    return tuple(
        Town(
            key=_CITY_BIT | index,
            name=city.name,
            state=city.region,
            country=city.country,
            lat=city.lat,
            lng=city.lng,
            postcode=city.postcode,
            spread_km=min(2.5 + 1.5 * math.sqrt(MILLIONS.get(city.name, SMALL_MILLIONS)), 8.0),
            kind="city" if MILLIONS.get(city.name, SMALL_MILLIONS) >= BIG_MILLIONS else "town",
            millions=MILLIONS.get(city.name, SMALL_MILLIONS),
        )
        for index, city in enumerate(cities())
    )


@lru_cache(maxsize=65_536)
def _village(key: int) -> Town | None:
    """The village of a cell; None at sea and on cells beyond the poles."""
    row, column = divmod(key, CELLS_ROUND)
    lat, lng = (row + 0.5) * CELL_DEG - 90, (column + 0.5) * CELL_DEG - 180
    zone = str(tzfpy.get_tz(lng, lat)) if -85 < lat < 85 else ""
    country = get_global("zone_territories").get(zone)
    if not country or zone.startswith("Etc/"):
        return None
    state, postcode = _surroundings(round(lat), round(lng), country)
    seed = digest("village", key)
    return Town(
        key=key,
        name=_FIRST[seed[0] % len(_FIRST)] + _LAST[seed[1] % len(_LAST)],
        state=state,
        country=country,
        lat=lat,
        lng=lng,
        postcode=postcode,
        spread_km=0.9,
        kind="village",
    )


@lru_cache(maxsize=16_384)
def _surroundings(lat: int, lng: int, country: str) -> tuple[str, str]:
    """State and postcode of the nearest town of the country, within a degree: the same for a whole district."""
    towns = [town for town in _towns() if town.country == country]
    if not towns:
        return "", "10000"
    nearest = min(towns, key=lambda town: (town.lat - lat) ** 2 + (town.lng - lng) ** 2)
    return nearest.state, nearest.postcode


def _meets(town: Town, box: Box) -> bool:
    lat, lng = town.reach_deg
    if not box.south - lat <= town.lat <= box.north + lat:
        return False
    return any(west - lng <= town.lng <= east + lng for west, east in box.ranges)


def _row(lat: float) -> int:
    return math.floor((max(-90.0, min(lat, 89.999)) + 90) / CELL_DEG)


def _column(lng: float) -> int:
    return math.floor((max(-180.0, min(lng, 179.999)) + 180) / CELL_DEG)
