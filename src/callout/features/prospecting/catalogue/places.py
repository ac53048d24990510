"""Countries, states, towns and districts to choose from: found by the beginning of a name, largest first.

Everything here may read the gazetteer (about a second the first time in a process): call it in a thread from async
code.
"""

from functools import cache, lru_cache
from typing import NamedTuple

from callout.features.prospecting.catalogue.areas import districts_of, find_town, mean_place
from callout.features.prospecting.catalogue.divisions import countries, divisions, find_division
from callout.features.prospecting.catalogue.gazetteer import Town, gazetteer
from callout.features.prospecting.catalogue.names import spelled_out, towns_beginning, towns_named
from callout.features.prospecting.catalogue.plain import plain
from callout.features.prospecting.countries import country_by_name
from callout.kit.geo import Point


class Choice(NamedTuple):
    """A place to choose. `lat`, `lng`: degrees WGS 84; of states and countries, where their people live on average."""

    code: str
    name: str
    lat: float
    lng: float
    population: int
    state: str | None = None


def choose_country(q: str | None = None) -> list[Choice]:
    """Countries by name; `q` is the beginning of a name, a code, or the whole name in some other language."""
    known = countries()
    by_name = country_by_name(q) if q else None
    found = [
        Choice(code, known[code].name, centre.lat, centre.lng, known[code].population)
        for code, centre in _country_centres().items()
        if code in known and (not q or code in {q.strip().upper(), by_name} or _begins(known[code].name, q))
    ]
    return sorted(found, key=lambda choice: plain(choice.name))


def choose_state(country: str, q: str | None = None) -> list[Choice]:
    """The states, provinces or regions of a country by name."""
    country = country.upper()
    found = [
        Choice(code, division.name, middle.place.lat, middle.place.lng, middle.population)
        for code, division in divisions().get(country, {}).items()
        if (middle := _state_middles(country).get(code))
        and (not q or code == q.strip().upper() or _begins(division.name, q))
    ]
    return sorted(found, key=lambda choice: plain(choice.name))


def choose_city(country: str, state: str | None = None, q: str | None = None, limit: int = 50) -> list[Choice]:
    """The towns of a country or state, largest first; `q` is the beginning of a name in any language.

    Towns called exactly so come first, then those whose usual name begins so.
    """
    country, towns = country.upper(), gazetteer()
    division = find_division(country, state) if state else None
    if state and division is None:
        return []
    rows = towns_beginning(country, q) if q else sorted(towns.rows(country), key=lambda row: -towns.population(row))
    if division is not None:
        rows = [row for row in rows if towns.state(row) == division.code]
    if q:
        wanted, exact = spelled_out(q), set(towns_named(country, q))
        rows.sort(key=lambda row: (row not in exact, not spelled_out(towns.names(row)[0]).startswith(wanted)))
    return [_choice(towns.town(row)) for row in rows[:limit]]


def choose_locality(country: str, state: str | None, city: str, q: str | None = None, limit: int = 50) -> list[Choice]:
    """The districts and suburbs of a town, largest first."""
    town = find_town(country, state, city)
    if town is None:
        return []
    return [_choice(each) for each in districts_of(town) if not q or _begins(each.name, q)][:limit]


def _choice(town: Town) -> Choice:
    division = divisions().get(town.country, {}).get(town.state)
    name = division.name if division else None
    return Choice(str(town.id), town.name, town.lat, town.lng, town.population, name)


def _begins(name: str, q: str) -> bool:
    text, wanted = plain(name), plain(q)
    return text.startswith(wanted) or f" {wanted}" in text


@cache
def _country_centres() -> dict[str, Point]:
    towns = gazetteer()
    return {country: mean_place(towns.towns(country)) for country in towns.countries}


class _Middle(NamedTuple):
    place: Point
    population: int


@lru_cache(64)
def _state_middles(country: str) -> dict[str, _Middle]:
    found: dict[str, list[Town]] = {}
    for town in gazetteer().towns(country):
        found.setdefault(town.state, []).append(town)
    return {state: _Middle(mean_place(towns), sum(town.population for town in towns)) for state, towns in found.items()}
