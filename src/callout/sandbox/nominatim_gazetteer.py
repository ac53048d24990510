"""The made-up map behind the Nominatim simulator: real towns, invented but steady streets."""

import csv
import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from babel import Locale

from callout.kit.geo import haversine_km

SPREAD_KM = 5.5
"""Streets start within this distance of the centre; houses stand at most half a kilometre further."""

REACH_KM = 60
"""A point farther than this from every town has no address."""

STREETS = (
    *("Oak Street", "Main Street", "Park Avenue", "Maple Avenue", "Cedar Lane", "Washington Street", "Lake Drive"),
    *("Hill Road", "Church Street", "Elm Street", "Sunset Boulevard", "River Road", "Station Road", "Garden Way"),
)

COUNTRY_WORDS = {"usa": "US", "us": "US", "america": "US", "uk": "GB", "england": "GB", "uae": "AE", "holland": "NL"}

HOUSE_NUMBER = re.compile(r"\d{1,5}[a-z]?")
POSTCODE = re.compile(r"\d{4,6}|[a-z]\d[a-z]|\d[a-z]\d|[a-z]{1,2}\d[a-z\d]?|\d[a-z]{2}")


class City(NamedTuple):
    """A real town; `region` is the state where the country writes it."""

    name: str
    region: str
    country: str
    lat: float
    lng: float
    postcode: str

    @property
    def region_name(self) -> str:
        return _state_names().get(self.region, self.region) if self.country == "US" else self.region

    @property
    def country_name(self) -> str:
        return str(Locale("en").territories[self.country])


class Hit(NamedTuple):
    """A place on the map; without `street` it is the town itself."""

    city: City
    lat: float
    lng: float
    street: str = ""
    number: str = ""
    postcode: str = ""


def find(text: str, countries: frozenset[str], near: tuple[float, float] | None, limit: int) -> list[Hit]:
    """Places an address in free form may mean.

    Args:
        text: such as ``12 Oak Street, Springfield, IL 62701``.
        countries: ISO codes in upper case to stay within; empty = anywhere.
        near: degrees; towns nearer to it come first among those of one name.
        limit: at most this many.
    """
    words = fold(text).split()
    start, end, cities = _town(words)
    if not cities:
        return []
    before, after = words[:start], words[end:]
    cities = [city for city in cities if not countries or city.country in countries]
    told = [city for city in cities if _matches(city, after)]
    cities = told or ([] if _foreign(after) else cities)
    if near:
        cities = sorted(cities, key=lambda city: haversine_km(near[0], near[1], city.lat, city.lng))
    postcode = _postcode(before, after)
    street = before[:-1] if postcode and before and before[-1] == postcode else before
    number, name = _house(street)
    return [_hit(city, name, number, postcode) for city in cities[:limit]]


def nearest(lat: float, lng: float) -> Hit | None:
    """The address at a point: the nearest town with a steady street and number, or None far from all towns."""
    city = min(cities(), key=lambda city: haversine_km(lat, lng, city.lat, city.lng))
    if haversine_km(lat, lng, city.lat, city.lng) > REACH_KM:
        return None
    seed = _seed(f"{lat:.4f}", f"{lng:.4f}")
    street = STREETS[seed[0] % len(STREETS)]
    return Hit(city, lat, lng, street, str(1 + int.from_bytes(seed[1:3]) % 400), city.postcode)


def fold(text: str) -> str:
    """Lower case, without accents and punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s]", " ", plain.replace("'", "").replace(".", "")).split())


def _hit(city: City, street: str, number: str, postcode: str) -> Hit:
    shown = postcode.upper() or city.postcode
    if not street:
        return Hit(city, city.lat, city.lng, postcode=shown)
    seed = _seed(street, city.name, city.region, city.country)
    corner_km = SPREAD_KM * math.sqrt(int.from_bytes(seed[:4]) / 2**32)
    lat, lng = _move(city.lat, city.lng, corner_km, int.from_bytes(seed[4:8]) / 2**32 * 2 * math.pi)
    along_km = min(int(re.sub(r"\D", "", number) or 0), 9_999) / 20_000
    lat, lng = _move(lat, lng, along_km, int.from_bytes(seed[8:12]) / 2**32 * 2 * math.pi)
    return Hit(city, round(lat, 6), round(lng, 6), street.title(), number, shown)


def _town(words: list[str]) -> tuple[int, int, list[City]]:
    """Where the last and longest name of a town stands, and the towns of that name."""
    towns = _by_name()
    best: tuple[int, int, list[City]] = (0, 0, [])
    for end in range(len(words), 0, -1):
        for start in range(max(0, end - 4), end):
            found = towns.get(" ".join(words[start:end]))
            if not found:
                continue
            if not best[2] or not _is_told_by(best, words, start, end):
                best = (start, end, found)
            break
    return best


def _is_told_by(best: tuple[int, int, list[City]], words: list[str], start: int, end: int) -> bool:
    """False when the later name was only the state or country of the earlier one: ``New York, New York``."""
    later = " ".join(words[best[0] : best[1]])
    earlier = _by_name()[" ".join(words[start:end])]
    between = words[end : best[0]]
    return bool(between) or all(later not in (fold(city.region_name), fold(city.country_name)) for city in earlier)


def _matches(city: City, after: Iterable[str]) -> bool:
    text = f" {' '.join(after)} "
    names = {fold(city.region), fold(city.region_name), fold(city.country_name)} - {""}
    names |= {word for word, country in COUNTRY_WORDS.items() if country == city.country}
    regions = {fold(city.region), fold(city.region_name)} - {""}
    if any(f" {name} " in text for name in regions):
        return True
    return any(f" {name} " in text for name in names) and not _other_region(city, text)


def _other_region(city: City, text: str) -> bool:
    others = {fold(n) for pair in _state_names().items() for n in pair} - {fold(city.region), fold(city.region_name)}
    return city.country == "US" and any(f" {other} " in text for other in others)


def _foreign(after: list[str]) -> bool:
    """True when what follows the town names a state or country, so that no other town of the name is meant."""
    text = f" {' '.join(after)} "
    names = {fold(name) for pair in _state_names().items() for name in pair} | set(COUNTRY_WORDS)
    names |= {fold(city.country_name) for city in cities()}
    return any(f" {name} " in text for name in names)


def _postcode(before: list[str], after: list[str]) -> str:
    found = [word for word in after if POSTCODE.fullmatch(word)]
    if found:
        return " ".join(found)
    if before and len(before) != 2 and POSTCODE.fullmatch(before[-1]):
        return before[-1]
    return ""


def _house(words: list[str]) -> tuple[str, str]:
    """House number and street, whichever of the two comes first."""
    if len(words) > 1 and HOUSE_NUMBER.fullmatch(words[0]):
        return words[0], " ".join(words[1:])
    if len(words) > 1 and HOUSE_NUMBER.fullmatch(words[-1]):
        return words[-1], " ".join(words[:-1])
    return "", " ".join(words)


def _move(lat: float, lng: float, km: float, bearing: float) -> tuple[float, float]:
    """A short step on the ground; flat enough below a hundred kilometres."""
    north, east = km * math.cos(bearing) / 111.195, km * math.sin(bearing) / 111.195
    return lat + north, lng + east / math.cos(math.radians(lat))


def _seed(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


@cache
def _state_names() -> dict[str, str]:
    with files("callout.sandbox").joinpath("nominatim_us_states.csv").open(encoding="utf-8") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}


@cache
def cities() -> tuple[City, ...]:
    """Every town of the map."""
    with files("callout.sandbox").joinpath("nominatim_cities.csv").open(encoding="utf-8") as lines:
        return tuple(
            City(r["name"], r["region"], r["country"], float(r["lat"]), float(r["lng"]), r["postcode"])
            for r in csv.DictReader(lines)
        )


@cache
def _by_name() -> dict[str, list[City]]:
    towns: dict[str, list[City]] = {}
    for city in cities():
        towns.setdefault(fold(city.name), []).append(city)
    towns["new york city"] = towns["nyc"] = towns["new york"]
    return towns
