"""Every place of an area is found once, however crowded it is, and the cutting ends."""

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from callout.features.prospecting.catalogue.areas import around
from callout.features.prospecting.ports import Box
from callout.features.prospecting.scraping.tiling import (
    Tile,
    can_split,
    edge_km,
    holds,
    is_cut_off,
    path_of,
    split,
    width,
)
from callout.kit.geo import Point

CAP, PAGE = 20, 5
Spot = tuple[float, float]

lats = st.floats(-90, 90, allow_nan=False)
lngs = st.floats(-180, 180, allow_nan=False)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Also boxes at the poles and across the antimeridian."""
    south = draw(st.floats(-90, 89.9))
    height = draw(st.floats(0.001, 90 - max(south, 0)))
    west = draw(st.floats(-180, 180))
    east = west + draw(st.floats(0.001, 360))
    return Box(south, west, min(90.0, south + height), east - 360 if east > 180 else east)


@st.composite
def inside(draw: st.DrawFn, box: Box) -> Spot:
    lat = box.south + draw(st.floats(0, 1)) * (box.north - box.south)
    lng = box.west + draw(st.floats(0, 1)) * width(box)
    return lat, lng - 360 if lng > 180 else lng


class Provider:
    """Shows at most `CAP` places of a box, by pages, those it likes best first."""

    def __init__(self, places: dict[int, Spot], liking: int) -> None:
        self.places = places
        self.ranks = {name: random.Random(f"{liking} {name}").random() for name in places}
        self.searches = 0

    def search(self, box: Box) -> list[int]:
        self.searches += 1
        found = [name for name, (lat, lng) in self.places.items() if holds(box, lat, lng)]
        return sorted(found, key=self.ranks.__getitem__)[:CAP]


def survey(root: Box, provider: Provider) -> list[int]:
    """Searches an area as a job does; the places in the order they are first met, each once."""
    met: dict[int, None] = {}
    waiting = [Tile(root)]
    while waiting:
        tile = waiting.pop()
        results = provider.search(tile.box)
        met.update(dict.fromkeys(results))
        if is_cut_off(len(results), cap=CAP, page_size=PAGE, has_gaps=False) and can_split(tile):
            waiting += split(tile)
    return list(met)


@settings(max_examples=60)
@given(st.data())
def test_every_place_is_found_however_crowded_the_area(data: st.DataObject) -> None:
    centre = Point(data.draw(st.floats(-85, 85)), data.draw(lngs))
    root = around(centre, data.draw(st.floats(1, 50))).box
    count = data.draw(st.integers(0, 300))
    rng = random.Random(data.draw(st.integers(0, 2**32)))
    places = {}
    for name in range(count):
        lng = root.west + rng.random() ** 2 * width(root)
        places[name] = (root.south + rng.random() ** 2 * (root.north - root.south), lng - 360 if lng > 180 else lng)
    provider = Provider(places, liking=rng.getrandbits(32))
    found = survey(root, provider)
    crowded = [name for name in places if name not in found]
    assert all(_is_crowded(root, places, name) for name in crowded)
    assert len(found) == len(set(found))
    assert provider.searches <= 1 + 4 * math.ceil(math.log2(100 / 0.25)) * max(1, 4 * count // (CAP // 4))


def _is_crowded(root: Box, places: dict[int, Spot], name: int) -> bool:
    """Whether a place shares its smallest tile with more than a search shows: no search can tell them all."""
    depth = 0
    tile = Tile(root)
    while can_split(tile):
        tile, depth = split(tile)[0], depth + 1
    path = path_of(root, *places[name], depth)
    return sum(path_of(root, *other, depth) == path for other in places.values()) >= CAP * 0.95


@settings(max_examples=200)
@given(st.data())
def test_quarters_cover_a_tile_and_share_no_point(data: st.DataObject) -> None:
    root = data.draw(boxes())
    lat, lng = data.draw(inside(root))
    if not holds(root, lat, lng):  # rounding at the very edge
        return
    depth = data.draw(st.integers(0, 8))
    path = path_of(root, lat, lng, depth)
    assert path is not None
    assert len(path) == depth
    owners = []
    tiles = [Tile(root)]
    for _ in range(depth):
        tiles = [quarter for tile in tiles for quarter in split(tile) if path.startswith(quarter.path)]
    owners = [tile.path for tile in tiles]
    assert owners == [path]


@settings(max_examples=200)
@given(boxes())
def test_cutting_ends(root: Box) -> None:
    tile, cuts = Tile(root), 0
    while can_split(tile):
        bigger = edge_km(tile.box)
        tile, cuts = max(split(tile), key=lambda each: edge_km(each.box)), cuts + 1
        assert edge_km(tile.box) < bigger
    assert cuts <= 20
    assert len(tile.path) == cuts


@given(boxes())
def test_quarters_have_half_the_extent(root: Box) -> None:
    for quarter in split(Tile(root)):
        assert math.isclose(width(quarter.box), width(root) / 2, abs_tol=1e-9)
        assert math.isclose(quarter.box.north - quarter.box.south, (root.north - root.south) / 2, abs_tol=1e-9)
        assert -180 <= quarter.box.west <= 180
        assert -180 <= quarter.box.east <= 180


def test_a_tile_across_the_antimeridian_is_cut_on_both_sides_of_it() -> None:
    fiji = Box(-20, 177, -16, -179)
    east = [quarter.box for quarter in split(Tile(fiji))[1::2]]
    assert [(box.west, box.east) for box in east] == [(179.0, -179), (179.0, -179)]
    assert path_of(fiji, -17, -179.5, 1) == "3"
    assert path_of(fiji, -17, 178, 1) == "2"
    assert path_of(fiji, -17, 176, 1) is None


def test_an_area_around_a_pole_is_cut_too() -> None:
    pole = around(Point(90, 0), 300).box
    assert width(pole) == 360
    assert path_of(pole, 89.5, 180, 2) is not None
    assert can_split(Tile(pole))


def test_a_search_is_cut_off_at_the_cap_and_a_little_below() -> None:
    assert is_cut_off(120, cap=120, page_size=20, has_gaps=False)
    assert is_cut_off(115, cap=120, page_size=20, has_gaps=False)
    assert not is_cut_off(100, cap=120, page_size=20, has_gaps=False)


def test_a_repeated_page_makes_a_tile_suspect_only_when_it_held_more_than_a_page() -> None:
    assert is_cut_off(40, cap=120, page_size=20, has_gaps=True)
    assert not is_cut_off(7, cap=120, page_size=20, has_gaps=True)
