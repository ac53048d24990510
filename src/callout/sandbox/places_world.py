"""The simulated world of businesses behind the simulators of places: without end, and always the same.

Which shops there are follows from hashes: a city holds 300 to 1,500 of a category around its centre, a town dozens, and
the villages between them a few. Nothing is stored; a place id says by itself which shop it is.
"""

import base64
import csv
import math
import random
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple, Protocol

from callout.kit.geo import Box, bounding_box
from callout.sandbox.nominatim_gazetteer import find, fold
from callout.sandbox.places_shop import Shop
from callout.sandbox.places_towns import FARTHEST_SIGMAS, Town, chance, digest, town_of, towns_in
from callout.sandbox.places_words import name_of, phone_of, street_of

__all__ = ["Rectangle", "Shop", "category_of", "shop", "shops_in", "where_in"]

_NUMBER_BITS, _CATEGORY_BITS = 12, 28
_ALSO = 0.25
"""How many shops of a related category are this too."""
_TOWN_KM = 8.0
_SCATTER = 0x9E3779B97F4A7C15
"""Odd, so that multiplying by it can be undone modulo 2^64 (Knuth's multiplicative hashing)."""


class Rectangle(Protocol):
    """Degrees WGS 84; `west` is greater than `east` across the antimeridian."""

    @property
    def south(self) -> float: ...
    @property
    def west(self) -> float: ...
    @property
    def north(self) -> float: ...
    @property
    def east(self) -> float: ...


class Category(NamedTuple):
    """A kind of business.

    Attributes:
        related: keys of kinds some of these are too.
        common: 1 for the most usual kinds, 0.3 for rare ones.
    """

    key: str
    label: str
    type: str
    related: tuple[str, ...] = ()
    common: float = 0.4
    priced: bool = False


class Spot(NamedTuple):
    """Where one shop stands, before anything else of it is worked out."""

    town: Town
    category: str
    number: int
    lat: float
    lng: float


def shops_in(box: Rectangle, what: str) -> list[Shop]:
    """Every shop of a category within a box, the best known first.

    A box of more than about five degrees square leaves out some of its villages, as a map zoomed out does.
    """
    area = Box(box.south, box.west, box.north, box.east)
    category = category_of(what)
    sources = [category, *(other for other in _known().values() if category.key in other.related)]
    spots = (
        spot
        for town in towns_in(area)
        for source in sources
        for spot in _spots(town, source.key)
        if area.contains(spot.lat, spot.lng) and (source is category or _is_also(spot, category.key))
    )
    return sorted(map(_shop, spots), key=lambda found: (-found.review_count, found.place_id))


def shop(place_id: str) -> Shop | None:
    """The shop with a place id (`ChIJ…`), data id (`0x…:0x…`) or cid (digits); None where there is none.

    Shops of a kind the world has no table entry for are known once somebody searched for that kind.
    """
    first, second = _halves(place_id)
    category = _names().get(first >> _NUMBER_BITS & (1 << _CATEGORY_BITS) - 1)
    town = town_of(first >> _NUMBER_BITS + _CATEGORY_BITS)
    if category is None or town is None or _second(first) != second:
        return None
    spots = _spots(town, category)
    number = first & (1 << _NUMBER_BITS) - 1
    return _shop(spots[number]) if number < len(spots) else None


def category_of(what: str) -> Category:
    """The kind of business a search is for; singular and plural are one."""
    key = _singular(fold(what)) or "business"
    known = _known().get(key)
    if known is None:
        _names()[_category_hash(key)] = key
        return Category(key, key.capitalize(), key.replace(" ", "_"))
    return known


def where_in(query: str) -> tuple[str, Box | None]:
    """A search such as "hotel in Austin, Texas" taken apart: what, and the town's surroundings if it names one."""
    what, separator, where = query.partition(" in ")
    if not separator:
        what, separator, where = query.partition(" near ")
    hits = find(where, frozenset(), None, 1) if separator else []
    return (what, bounding_box(hits[0].lat, hits[0].lng, _TOWN_KM)) if hits else (query, None)


@lru_cache(maxsize=16_384)
def _spots(town: Town, category: str) -> tuple[Spot, ...]:
    return tuple(_place(town, category, number) for number in range(_count(town, category_of(category))))


def _count(town: Town, category: Category) -> int:
    luck = chance("count", town.key, category.key)
    if town.kind == "city":
        size = min(1.0, 0.25 + math.log10(1 + town.millions) * 0.75)
        return round(300 + 1200 * size * category.common * (0.7 + 0.3 * luck))
    if town.kind == "town":
        return round(140 * category.common * (0.5 + 0.5 * luck)) + 8
    if luck < 0.6:
        return 0
    return round(60 * category.common * luck) if luck > 0.98 else round(4 * category.common * luck)


def _place(town: Town, category: str, number: int) -> Spot:
    """A point around the centre: normal on both axes, drawn again where it fell too far out (Box and Muller, 1958)."""
    seed = digest("spot", town.key, category, number)
    radius = math.sqrt(-2 * math.log(1 - int.from_bytes(seed[:6]) / 2**48 * _WITHIN))
    angle = int.from_bytes(seed[6:12]) / 2**48 * 2 * math.pi
    north = town.spread_km * radius * math.cos(angle) / 111.195
    east = town.spread_km * radius * math.sin(angle) / 111.195 / math.cos(math.radians(town.lat))
    return Spot(town, category, number, round(town.lat + north, 7), round(town.lng + east, 7))


_WITHIN = 1 - math.exp(-(FARTHEST_SIGMAS**2) / 2)
"""The share of a two-dimensional normal distribution within the farthest distance."""


@lru_cache(maxsize=20_000)
def _shop(spot: Spot) -> Shop:
    town, category = spot.town, category_of(spot.category)
    first = (town.key << _CATEGORY_BITS | _category_hash(spot.category)) << _NUMBER_BITS | spot.number
    second = _second(first)
    dice = random.Random(digest("shop", first))
    kinds = [category, *(_known()[key] for key in category.related if _is_also(spot, key))]
    block = int.from_bytes(digest("block", town.key, spot.category)[:5])
    name = name_of(block + spot.number, category.label, town.country, dice)
    reviews = 0 if dice.random() < 0.08 else 1 + int(math.exp(dice.gauss(4, 1.4)))
    phone, national = phone_of(block + spot.number, town.country) if dice.random() >= 0.12 else (None, None)
    return Shop(
        place_id=_place_id(first, second),
        data_id=f"0x{first:x}:0x{second:x}",
        cid=str(second),
        name=name,
        category=category.label,
        categories=tuple(kind.label for kind in kinds),
        types=tuple(kind.type for kind in kinds),
        lat=spot.lat,
        lng=spot.lng,
        street=street_of(town.country, dice),
        city=town.name,
        state=town.state,
        country=town.country,
        postal_code=town.postcode,
        phone=phone,
        national_phone=national,
        website=_website(name, town, spot.number) if dice.random() < 0.6 else None,
        rating=round(min(5.0, max(1.0, dice.gauss(4.2, 0.5))), 1) if reviews else None,
        review_count=reviews,
        price_level=dice.choice((1, 1, 2, 2, 2, 3, 4)) if category.priced and dice.random() < 0.7 else None,
        service_options=_options(category, dice),
        business_status=_status(dice.random()),
    )


def _options(category: Category, dice: random.Random) -> dict[str, bool]:
    names = ("dine_in", "takeout", "delivery") if category.priced else ("onsite_services", "online_appointments")
    return {name: dice.random() < 0.7 for name in names if dice.random() < 0.8}


def _status(luck: float) -> Literal["OPERATIONAL", "CLOSED_TEMPORARILY", "CLOSED_PERMANENTLY"]:
    if luck < 0.02:
        return "CLOSED_PERMANENTLY"
    return "CLOSED_TEMPORARILY" if luck < 0.025 else "OPERATIONAL"


def _website(name: str, town: Town, number: int) -> str:
    words = [*fold(name.replace("&", "")).split()[:2], *fold(town.name).split()]
    host = "-".join("".join(filter(str.isascii, word)) for word in words)
    return f"https://www.{host}-{number}.example/"


def _is_also(spot: Spot, category: str) -> bool:
    return chance("also", spot.town.key, spot.category, spot.number, category) < _ALSO


def _second(first: int) -> int:
    """The cid of a feature: its number scattered, so that either half of an id tells the shop."""
    return first * _SCATTER % 2**64


def _place_id(first: int, second: int) -> str:
    raw = b"\x0a\x12\x09" + first.to_bytes(8, "little") + b"\x11" + second.to_bytes(8, "little")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _halves(place_id: str) -> tuple[int, int]:
    """Both halves of an id; (0, 0) for what is none."""
    try:
        if place_id.isascii() and place_id.isdigit():
            cid = int(place_id) % 2**64
            return cid * pow(_SCATTER, -1, 2**64) % 2**64, cid
        if place_id.startswith("0x"):
            first, second = place_id.split(":")
            return int(first, 16), int(second, 16)
        raw = base64.b64decode(place_id + "=" * (-len(place_id) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return 0, 0
    if len(raw) != 20 or raw[:3] != b"\x0a\x12\x09":
        return 0, 0
    return int.from_bytes(raw[3:11], "little"), int.from_bytes(raw[12:], "little")


def _singular(text: str) -> str:
    if text.endswith("ies") and len(text) > 5:
        return f"{text[:-3]}y"
    return text[:-1] if text.endswith("s") and not text.endswith(("ss", "us", "is")) and len(text) > 3 else text


def _category_hash(key: str) -> int:
    return int.from_bytes(digest("category", key)[:4]) & (1 << _CATEGORY_BITS) - 1


@cache
def _names() -> dict[int, str]:
    """Category hash → key; kinds without a table entry join when they are first searched for."""
    return {_category_hash(key): key for key in _known()}


@cache
def _known() -> dict[str, Category]:
    return {category.key: category for category in _read()}


def _read() -> Iterator[Category]:
    with files("callout.sandbox").joinpath("places_categories.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            related = tuple(_singular(key) for key in row["related"].split(";") if key)
            key, common, priced = _singular(row["key"]), float(row["common"]), row["priced"] == "1"
            yield Category(key, row["label"], row["type"], related, common, priced)
