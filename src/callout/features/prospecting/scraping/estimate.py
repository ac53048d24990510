"""What a job will probably take, before anything is spent. Pure.

How many businesses an area holds is guessed from the people who live there, or from its size; the searches follow from
the way tiles are cut.
"""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec

from callout.features.prospecting.ports import Box
from callout.features.prospecting.scraping.areas import SearchArea
from callout.features.prospecting.scraping.tiling import edge_km, width
from callout.kit.geo import EARTH_RADIUS_KM

PEOPLE_PER_BUSINESS: Final = 1500
"""People for each business of one type: about 230 licensed trades and services share 30 businesses per 1,000 people
(US Census Bureau, County Business Patterns: 8.1 million establishments, 331 million people)."""
BUSINESSES_PER_KM2: Final = 1.5
"""Of one type in built-up land, where nobody knows how many people live there."""
FEWEST: Final = 3
LEAF_FILL: Final = 0.5
"""How full tiles are on average when they no longer need to be cut: between a quarter of the cap and all of it."""
LATENCY_S: Final = 2.5
"""Seconds a request takes by itself."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a job will probably take.

    Attributes:
        tiles: parts of the map searched, those that are cut further included.
        calls: requests to the provider.
        results: businesses.
        cost: US dollars by the list price.
    """

    tiles: int
    calls: int
    results: int
    duration_s: int
    cost: Decimal


def expect(
    areas: Iterable[SearchArea],
    *,
    types: int,
    max_results: int,
    cap: int,
    page_size: int,
    interval_s: float,
    cost_per_call: Decimal,
    with_reviews: bool = False,
    cost_of_reviews: Decimal = Decimal(0),
) -> Expected:
    """What searching some areas for some business types will probably take.

    Args:
        areas: the parts of the map.
        types: how many business types.
        max_results: businesses after which the job stops.
        cap: most places the provider shows of one search.
        page_size: most places of one page.
        interval_s: seconds between requests.
        cost_per_call: US dollars for one page.
        with_reviews: whether each business is asked about once more.
        cost_of_reviews: US dollars for that.
    """
    tiles = pages = results = 0
    for area in areas:
        there = businesses_of_a_type(area)
        depth = _depth(there, cap) if area.box is not None else 0
        shown = there if area.box is not None else min(there, cap)
        inner = (4**depth - 1) // 3
        leaves = 4**depth
        tiles += types * (inner + leaves)
        pages += types * (inner * math.ceil(cap / page_size) + leaves * math.ceil(max(1.0, shown / leaves) / page_size))
        results += types * shown
    share = min(1.0, max_results / results) if results else 1.0
    found = min(results, max_results)
    searches = max(1, math.ceil(pages * share))
    reviews = found if with_reviews else 0
    calls = searches + reviews
    return Expected(
        tiles=max(1, math.ceil(tiles * share)),
        calls=calls,
        results=found,
        duration_s=math.ceil(calls * max(interval_s, LATENCY_S)),
        cost=searches * cost_per_call + reviews * cost_of_reviews,
    )


def businesses_of_a_type(area: SearchArea) -> int:
    """How many businesses of one type an area probably holds."""
    if area.circle is not None:
        return max(FEWEST, round(math.pi * area.circle[2] ** 2 * BUSINESSES_PER_KM2))
    if area.population:
        return max(FEWEST, round(area.population / PEOPLE_PER_BUSINESS))
    return max(FEWEST, round(_km2(area.box) * BUSINESSES_PER_KM2)) if area.box else FEWEST


def _depth(businesses: int, cap: int) -> int:
    """How often an area is cut until its tiles hold fewer than the cap."""
    return 0 if businesses < cap else math.ceil(math.log(businesses / (cap * LEAF_FILL), 4))


def _km2(box: Box) -> float:
    height = (box.north - box.south) * math.pi * EARTH_RADIUS_KM / 180
    middle = math.cos(math.radians((box.north + box.south) / 2))
    return min(edge_km(box) ** 2, height * width(box) * math.pi * EARTH_RADIUS_KM / 180 * middle)
