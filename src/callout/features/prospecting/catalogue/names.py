"""Finding towns by name: the whole name, or its beginning as somebody types it."""

from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from callout.features.prospecting.catalogue.gazetteer import gazetteer
from callout.features.prospecting.catalogue.plain import plain

_LONG = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_COUNTRIES_KEPT = 24
"""Indexes kept in memory; the largest one (United States) takes 5 MB."""
_LAST = "\U0010ffff"


def spelled_out(text: str) -> str:
    """A name compared with others: plain, with the usual short forms (`St.`, `Ft.`) in full."""
    return " ".join(_LONG.get(word, word) for word in plain(text).split())


def towns_named(country: str, name: str) -> list[int]:
    """Rows of a country's towns of exactly this name in some language, largest first."""
    index = _index(country)
    wanted = spelled_out(name)
    rows = {row for key, row in _between(index, (wanted, -1), (wanted, 1 << 62)) if key == wanted}
    return _largest_first(rows)


def towns_beginning(country: str, text: str) -> list[int]:
    """Rows of towns with a name, or a word of their usual name, that begins with a text; largest first."""
    beginning = spelled_out(text)
    return _largest_first({row for _, row in _between(_index(country), (beginning, -1), (beginning + _LAST, -1))})


def _largest_first(rows: set[int]) -> list[int]:
    towns = gazetteer()
    return sorted(rows, key=lambda row: (-towns.population(row), row))


def _between(index: list[tuple[str, int]], first: tuple[str, int], end: tuple[str, int]) -> Iterator[tuple[str, int]]:
    return iter(index[bisect_left(index, first) : bisect_left(index, end)])


@lru_cache(_COUNTRIES_KEPT)
def _index(country: str) -> list[tuple[str, int]]:
    towns = gazetteer()
    keys: set[tuple[str, int]] = set()
    for row in towns.rows(country):
        usual, *others = towns.names(row)
        words = spelled_out(usual).split()
        keys.update((" ".join(words[start:]), row) for start in range(len(words)))
        keys.update((spelled_out(name), row) for name in others)
    return sorted(keys)
