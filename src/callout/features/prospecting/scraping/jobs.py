"""Making scrape jobs: what and where become the first searches of a ledger."""

from collections.abc import Sequence
from typing import Any

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.geocoding.ports import Geocoder
from callout.features.prospecting import store
from callout.features.prospecting.scraping import ledger
from callout.features.prospecting.scraping.areas import (
    DEFAULT_RADIUS_KM,
    SearchArea,
    Spot,
    area_of,
    circle,
    to_row,
)
from callout.features.prospecting.scraping.controls import start_run
from callout.features.prospecting.scraping.events import ScrapeStarted
from callout.features.prospecting.scraping.fetching import search_words
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.schemas import NewJob
from callout.features.prospecting.tables import CallList, ScrapeJob
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.geo import Point

MOST_SEARCHES = 1000
"""Business types times places of one job."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a job is made of: the request, with the areas of its places found."""

    asked: NewJob
    areas: list[SearchArea]


async def survey(asked: NewJob, geocoder: Geocoder) -> Order:
    """Finds the areas of a job's places. Asks the geocoder about what the catalogue does not know.

    Raises:
        Unprocessable: a place that does not exist, or more searches than a job takes.
    """
    if len(asked.business_types) * (1 + len(asked.places)) > MOST_SEARCHES:
        raise Unprocessable.at("places", f"at most {MOST_SEARCHES} business types times places in one job")
    areas = [await _first_area(asked, geocoder)]
    for number, place in enumerate(asked.places):
        try:
            areas.append(await area_of(Spot(**place.model_dump()), geocoder))
        except Unprocessable as error:
            raise Unprocessable.at(f"places.{number}", error.errors[0].message) from error
    return Order(asked=asked, areas=list({area.label: area for area in areas}.values()))


async def create_job(work: Work, order: Order, scraping: Scraping) -> ScrapeJob:
    """Makes a job and queues it.

    Raises:
        ApiKeysRequired: nobody can search for the tenant.
        PaymentRequired: the plan has no room for another business.
        NotFound: the target list does not exist.
    """
    asked = order.asked
    chosen = await scraping.source(work, asked.provider)
    await scraping.plans.check(work, "leads")
    if asked.target_list_id is not None:
        await store.fetch(work, CallList, asked.target_list_id)
    searches = len(asked.business_types) * len(order.areas)
    job = ScrapeJob(
        **await _fields(work, asked),
        name=asked.name or job_name(asked.business_types, order.areas),
        mode=chosen.mode,
        areas=[to_row(area) for area in order.areas],
        tiles_total=searches,
        batches_total=searches,
    )
    work.session.add(job)
    await work.session.flush()
    first = [
        ledger.page_of(job.id, business_type, number, "", area.box)
        for number, area in enumerate(order.areas)
        for business_type in asked.business_types
    ]
    await ledger.plan(work, first)
    await work.publish(ScrapeStarted(noun_id=job.id, name=job.name))
    await start_run(work, job)
    return job


def job_name(business_types: Sequence[str], areas: Sequence[SearchArea]) -> str:
    """A name for a job that was given none: "Hotel, dental clinic in Austin, Texas (+2)"."""
    types = ", ".join(search_words(each) for each in business_types)
    more = f" (+{len(areas) - 1})" if len(areas) > 1 else ""
    name = f"{types} in {areas[0].label}"
    return f"{name[:1].upper()}{name[1:]}"[: 120 - len(more)] + more


async def _first_area(asked: NewJob, geocoder: Geocoder) -> SearchArea:
    spot = Spot(country=asked.country, state=asked.state, city=asked.city, locality=asked.locality)
    radius = None if asked.radius_km is None else float(asked.radius_km)
    if asked.center is None:
        return await area_of(spot, geocoder, radius)
    radius = radius or DEFAULT_RADIUS_KM
    place = spot.label if asked.city or asked.locality else f"{asked.center.lat:.4f}, {asked.center.lng:.4f}"
    return circle(f"{radius:g} km around {place}", asked.country, Point(asked.center.lat, asked.center.lng), radius)


async def _fields(work: Work, asked: NewJob) -> dict[str, Any]:
    settings, tenant = await tenant_settings(work), await own_tenant(work)
    given = asked.model_dump(exclude={"name", "center", "places", "min_rating", "max_results", "language"})
    center = asked.center
    return {
        **given,
        "places": [place.model_dump() for place in asked.places],
        "lat": center.lat if center else None,
        "lng": center.lng if center else None,
        "min_rating": settings["scraper.default_min_rating"] if asked.min_rating is None else asked.min_rating,
        "max_results": asked.max_results or settings["scraper.default_max_results"],
        "language": asked.language or tenant.locale,
    }
