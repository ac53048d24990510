"""/api/admin/data-scraper: business types and places to choose from."""

import asyncio
from typing import Any

from litestar import Router, get

from callout.features.accounts.permissions import allow
from callout.features.geocoding.ports import Geocoder
from callout.features.prospecting.catalogue import places
from callout.features.prospecting.catalogue.business_types import find_types
from callout.features.prospecting.catalogue.localities import localities
from callout.features.prospecting.catalogue.places import Choice
from callout.features.prospecting.catalogue.schemas import (
    CityQuery,
    CountryQuery,
    LocalityQuery,
    StateQuery,
    TypeQuery,
)
from callout.kit.http.models import Filtered

View = dict[str, Any]


@get("/business-types", guards=[allow("business.read")], filters=TypeQuery)
async def list_types(filters: Filtered[TypeQuery]) -> list[View]:
    """Kinds of businesses; `q` is the beginning of a word of their names, `service` what their premises buy."""
    found = find_types(filters.q, filters.group)
    return [
        {**each._asdict(), "services": list(each.services), "synonyms": list(each.synonyms)}
        for each in found[filters.offset :][: filters.limit]
        if filters.service is None or filters.service in each.services
    ]


@get("/locations/countries", guards=[allow("business.read")], filters=CountryQuery)
async def list_countries(filters: Filtered[CountryQuery]) -> list[View]:
    return _views(await asyncio.to_thread(places.choose_country, filters.q), filters)


@get("/locations/states", guards=[allow("business.read")], filters=StateQuery)
async def list_states(filters: Filtered[StateQuery]) -> list[View]:
    return _views(await asyncio.to_thread(places.choose_state, filters.country, filters.q), filters)


@get("/locations/cities", guards=[allow("business.read")], filters=CityQuery)
async def list_cities(filters: Filtered[CityQuery]) -> list[View]:
    wanted = filters.offset + filters.limit
    found = await asyncio.to_thread(places.choose_city, filters.country, filters.state, filters.q, wanted)
    return _views(found, filters)


@get("/locations/localities", guards=[allow("business.read")], filters=LocalityQuery)
async def list_localities(filters: Filtered[LocalityQuery], geocoder: Geocoder) -> list[View]:
    """Districts of a town; what the catalogue does not know is looked up when `q` is given."""
    found = await localities(geocoder, filters.country, filters.state, filters.city, filters.q)
    return _views(found, filters)


def _views(choices: list[Choice], filters: CountryQuery) -> list[View]:
    return [choice._asdict() for choice in choices[filters.offset :][: filters.limit]]


router = Router(
    "/api/admin/data-scraper",
    route_handlers=[list_types, list_countries, list_states, list_cities, list_localities],
    tags=["Data scraper"],
)
