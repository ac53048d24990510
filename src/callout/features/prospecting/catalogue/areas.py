"""Which part of the map a country, state, town or district is: the area a search covers.

`area_of` reads the gazetteer (about a second the first time in a process): call it in a thread from async code.
"""

import math
from bisect import bisect
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import msgspec

from callout.features.prospecting.catalogue.divisions import countries, find_division
from callout.features.prospecting.catalogue.gazetteer import Town, gazetteer
from callout.features.prospecting.catalogue.names import spelled_out, towns_named
from callout.features.prospecting.ports import Box
from callout.kit.geo import Point, bounding_box, haversine_km

SMALLEST_KM, LARGEST_KM = 2.0, 40.0
KM_PER_DEGREE = 111.2
_KM_PER_CUBE_ROOT = 0.16


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the map.

    Attributes:
        label: how a person names it: "Austin, Texas, United States".
        box: the rectangle around it, degrees WGS 84.
        centre: degrees WGS 84; of a state or country, where its people live on average.
        radius_km: from the centre to the rim; of a state or country, to the farthest corner of its box.
        population: 0 when unknown.
    """

    label: str
    box: Box
    centre: Point
    radius_km: float
    population: int


def area_of(
    country: str, state: str | None = None, city: str | None = None, locality: str | None = None
) -> Area | None:
    """The area somebody named, by the most exact part that is given.

    Args:
        country: ISO 3166-1 alpha-2.
        state: code or name of the first administrative division; one that is not known is passed over when the town is.
        city: name of a town in any language; of several the largest.
        locality: a district or suburb of the town.

    Returns:
        None when the most exact part is not in the gazetteer: a geocoder may know it (`around`).
    """
    country = country.upper()
    if country not in countries():
        return None
    if city:
        town = _town(country, state, city)
        if town is None:
            return None
        if not locality:
            return _town_area(town)
        district = next((each for each in districts_of(town) if _is_called(each, locality)), None)
        return _town_area(district) if district else None
    if state:
        division = find_division(country, state)
        return _area_of_towns(country, division.code) if division else None
    return _area_of_towns(country, None)


def find_town(country: str, state: str | None, city: str) -> Town | None:
    """The largest town of this name in a state, or in the country when no state is given or it is not known."""
    return _town(country.upper(), state, city)


def around(centre: Point, radius_km: float, label: str = "") -> Area:
    """The area within a distance of a point."""
    south, west, north, east = bounding_box(centre.lat, centre.lng, radius_km)
    return Area(label=label, box=Box(south, west, north, east), centre=centre, radius_km=radius_km, population=0)


def radius_of(population: int) -> float:
    """The radius of a town's built-up area in km.

    Built-up land grows with about the 2/3 power of the people (M. Batty, "The Size, Scale, and Shape of Cities",
    Science 319, 2008), so the radius with the cube root; the factor gives 16 km to a town of a million.
    """
    return round(min(LARGEST_KM, max(SMALLEST_KM, _KM_PER_CUBE_ROOT * math.cbrt(population))), 1)


def districts_of(town: Town) -> list[Town]:
    """Smaller places within a town's built-up area, largest first."""
    centre, radius = Point(town.lat, town.lng), radius_of(town.population)
    near = [
        each
        for each in gazetteer().towns(town.country, town.state)
        if each.id != town.id
        and each.population < town.population
        and haversine_km(*centre, each.lat, each.lng) <= radius
    ]
    return sorted(near, key=lambda each: -each.population)


def is_settled(country: str, box: Box) -> bool:
    """Whether the built-up area of any town of a country meets a box: others need not be searched."""
    middle_lat = (box.south + box.north) / 2
    middle_lng = box.west + ((box.east - box.west) % 360) / 2
    half_km = haversine_km(middle_lat, middle_lng, box.north, box.east)
    circles, span = _circles(country.upper()), (half_km + LARGEST_KM) / KM_PER_DEGREE
    first, end = (bisect(circles, (middle_lat + side * span,)) for side in (-1, 1))
    return any(
        haversine_km(middle_lat, middle_lng, lat, lng) <= half_km + reach for lat, lng, reach in circles[first:end]
    )


@lru_cache(8)
def _circles(country: str) -> list[tuple[float, float, float]]:
    """The towns of a country as (lat, lng, radius), from south to north."""
    return sorted((town.lat, town.lng, radius_of(town.population)) for town in gazetteer().towns(country))


def _town(country: str, state: str | None, city: str) -> Town | None:
    rows = towns_named(country, city)
    division = find_division(country, state) if state else None
    if division is not None:
        rows = [row for row in rows if gazetteer().state(row) == division.code]
    return gazetteer().town(rows[0]) if rows else None


def _is_called(town: Town, name: str) -> bool:
    return spelled_out(town.name) == spelled_out(name)


def _town_area(town: Town) -> Area:
    radius = radius_of(town.population)
    division = find_division(town.country, town.state)
    parts = (town.name, division.name if division else None, countries()[town.country].name)
    label = ", ".join(part for part in parts if part)
    return msgspec.structs.replace(around(Point(town.lat, town.lng), radius, label), population=town.population)


@lru_cache(64)
def _area_of_towns(country: str, state: str | None) -> Area | None:
    towns = gazetteer().towns(country, state)
    if not towns:
        return None
    west, east = _narrowest([town.lng for town in towns])
    south, north = min(town.lat for town in towns), max(town.lat for town in towns)
    margin = SMALLEST_KM * 2 / KM_PER_DEGREE
    lng_margin = margin / max(0.05, math.cos(math.radians(max(abs(south), abs(north)))))
    box = Box(
        max(-90.0, south - margin), _turned(west - lng_margin), min(90.0, north + margin), _turned(east + lng_margin)
    )
    centre = mean_place(towns)
    corners = ((lat, lng) for lat in (box.south, box.north) for lng in (box.west, box.east))
    division = find_division(country, state) if state else None
    label = ", ".join([*([division.name] if division else []), countries()[country].name])
    return Area(
        label=label,
        box=box,
        centre=centre,
        radius_km=round(max(haversine_km(*centre, *corner) for corner in corners), 1),
        population=sum(town.population for town in towns),
    )


def _narrowest(lngs: Sequence[float]) -> tuple[float, float]:
    """West and east of the narrowest interval of longitudes that holds all; west > east across the antimeridian."""
    ordered = sorted(set(lngs))
    gaps = [(after - before, before, after) for before, after in pairwise(ordered)]
    gaps.append((ordered[0] + 360 - ordered[-1], ordered[-1], ordered[0]))
    _, east, west = max(gaps)
    return west, east


def mean_place(towns: Iterable[Town]) -> Point:
    """The mean of places weighted by their people, on the sphere."""
    x = y = z = 0.0
    for town in towns:
        lat, lng, weight = math.radians(town.lat), math.radians(town.lng), max(town.population, 1)
        x += weight * math.cos(lat) * math.cos(lng)
        y += weight * math.cos(lat) * math.sin(lng)
        z += weight * math.sin(lat)
    return Point(round(math.degrees(math.atan2(z, math.hypot(x, y))), 5), round(math.degrees(math.atan2(y, x)), 5))


def _turned(lng: float) -> float:
    return (lng + 180) % 360 - 180
