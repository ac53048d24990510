"""Searching without a job: one page of results, one place anew. The provider is asked outside any transaction."""

from collections.abc import Awaitable
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from callout.features.accounts.tenant_store import own_tenant
from callout.features.prospecting import store
from callout.features.prospecting.drafts import Draft, call_priority
from callout.features.prospecting.merging import merge_drafts
from callout.features.prospecting.ports import ChosenSource, PlacesFailed, PlacesQuery
from callout.features.prospecting.scraping.areas import DEFAULT_RADIUS_KM as DEFAULT_KM
from callout.features.prospecting.scraping.areas import SearchArea, Spot, area_of, circle
from callout.features.prospecting.scraping.errors import problem_of
from callout.features.prospecting.scraping.fetching import search_words
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.schemas import SearchBody
from callout.features.prospecting.scraping.sifting import Filters, inside
from callout.features.prospecting.tables import Business, ScrapeJob
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.geo import Point
from callout.kit.principal import Principal

T = TypeVar("T")
MOST_PAGES = 12


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One page without a job.

    Attributes:
        filtered: places the filters left out.
        calls: requests to the provider.
    """

    drafts: list[Draft]
    filtered: int
    has_more: bool
    mode: str
    calls: int
    cost: Decimal


class Asked(msgspec.Struct, frozen=True):
    """Who is asked, and in the terms of which country and language."""

    chosen: ChosenSource
    country: str
    language: str


async def asked_source(principal: Principal, provider: str, scraping: Scraping) -> Asked:
    """Chooses the source in a transaction of its own, so that none is open while the provider takes its time.

    Raises:
        ApiKeysRequired: nobody can search for the tenant.
    """
    async with scraping.database.transaction(principal) as work:
        tenant = await own_tenant(work)
        return Asked(await scraping.source(work, provider), tenant.country, tenant.locale)


async def search(asked: Asked, body: SearchBody, scraping: Scraping) -> Found:
    """One page of results.

    Args:
        asked: the source.
        body: what to look for, and where.
        scraping: for the geocoder.

    Raises:
        Problem: the provider refuses or fails (`problem_of`), or the place does not exist.
    """
    area = await _area(body, asked.country, scraping)
    words = body.query or search_words((body.business_types or [""])[0])
    query = PlacesQuery(
        text=words if area is None or area.box else f"{words} in {area.label}",
        country=area.country if area else asked.country,
        box=area.box if area else None,
        language=body.language or asked.language,
        open_now=body.open_now,
    )
    filters = Filters(min_rating=body.min_rating, price_levels=tuple(body.price_level or ()), open_now=body.open_now)
    drafts: list[Draft] = []
    cursor: str | None = None
    calls, cost = 0, Decimal(0)
    for _ in range(MOST_PAGES):
        page = await told(asked.chosen.source.search(query, cursor=cursor), asked.chosen.source.provider)
        drafts += inside(page.drafts, area).drafts if area else page.drafts
        calls, cost, cursor = calls + page.calls, cost + page.cost, page.next
        if cursor is None or len(drafts) >= body.start + body.num:
            break
    shown = drafts[body.start : body.start + body.num]
    kept = [draft for draft in shown if filters.passes(draft)]
    return Found(
        drafts=kept,
        filtered=len(shown) - len(kept),
        has_more=cursor is not None or len(drafts) > body.start + body.num,
        mode=asked.chosen.mode,
        calls=calls,
        cost=cost if asked.chosen.mode == "live" else Decimal(0),
    )


async def place(asked: Asked, place_id: str, country: str | None) -> Draft:
    """Everything the source tells about one place.

    Raises:
        NotFound: it does not know the place.
        Problem: it refuses or fails (`problem_of`).
    """
    source = asked.chosen.source
    draft = await told(
        source.place(place_id, country=country or asked.country, language=asked.language), source.provider
    )
    if draft is None:
        raise NotFound("The provider does not know this place.")
    return draft


async def store_found(work: Work, asked: Asked, body: SearchBody, found: Found, scraping: Scraping) -> int:
    """Stores what one page told, as a job that is done already: everything scraped says where it came from.

    Returns:
        How many businesses are new.

    Raises:
        PaymentRequired: the plan has no room for them.
    """
    words = body.query or ", ".join(body.business_types or [])
    job = ScrapeJob(
        name=f"Search: {words}"[:120],
        provider=asked.chosen.source.provider,
        mode=asked.chosen.mode,
        country=body.country or asked.country,
        business_types=[words[:80]],
        status="completed",
        stop_reason="exhausted",
        progress_pct=100,
        provider_calls=found.calls,
        cost=found.cost,
        filtered=found.filtered,
        found=len(found.drafts) + found.filtered,
        started_at=work.now,
        finished_at=work.now,
    )
    work.session.add(job)
    await work.session.flush()
    merged = await merge_drafts(work, str(job.id), found.drafts, source=job.provider)
    if merged.new:
        await scraping.plans.use(work, "leads", merged.new)
    job.stored, job.duplicates, job.callable = merged.new, merged.known, merged.callable
    return merged.new


async def refresh(work: Work, business: Business, draft: Draft, provider: str) -> Business:
    """Takes over what a place tells anew."""
    job = business.job_ids[-1] if business.job_ids else ""
    business_id = business.id
    if job:
        await merge_drafts(work, job, [draft], source=provider)
    return await store.fetch(work, Business, business_id)


async def business_of(work: Work, place_id: str) -> Business | None:
    """The stored business of a place; None when there is none."""
    query = store.businesses(work, Business.place_id == place_id).order_by(Business.id).limit(1)
    return (await work.session.execute(query)).scalar_one_or_none()


async def told(answer: Awaitable[T], provider: str) -> T:
    """What a provider answers.

    Raises:
        Problem: what went wrong and what to do.
    """
    try:
        return await answer
    except PlacesFailed as failed:
        raise problem_of(failed, provider) from failed


def found_view(draft: Draft) -> dict[str, Any]:
    """A place as it was told, in the shape of a business that is not stored."""
    view: dict[str, Any] = msgspec.to_builtins(draft)
    location = None if draft.lat is None or draft.lng is None else {"lat": draft.lat, "lng": draft.lng}
    rating = None if draft.rating is None else float(draft.rating)
    del view["lat"], view["lng"]
    more = {"location": location, "rating": rating, "callable": draft.callable}
    return view | more | {"call_priority": call_priority(draft.rating)}


def stats_of(drafts: list[Draft]) -> dict[str, Any]:
    """Counts over one page, as over stored businesses; null, never NaN, where there is nothing to count."""
    rated = [draft.rating for draft in drafts if draft.rating is not None]
    priorities = [call_priority(draft.rating) for draft in drafts]
    return {
        "total": len(drafts),
        "categories": len({draft.category.casefold() for draft in drafts if draft.category}),
        "mean_rating": float(round(sum(rated, Decimal(0)) / len(rated), 1)) if rated else None,
        "with_phone": sum(draft.callable for draft in drafts),
        "with_website": sum(draft.website is not None for draft in drafts),
        "with_email": sum(draft.email is not None for draft in drafts),
        "unrated": len(drafts) - len(rated),
        "by_priority": {name: priorities.count(name) for name in ("high", "medium", "low")},
    }


async def _area(body: SearchBody, own_country: str, scraping: Scraping) -> SearchArea | None:
    country = body.country or own_country
    radius = None if body.radius_km is None else float(body.radius_km)
    if body.center is not None:
        return circle("", country, Point(body.center.lat, body.center.lng), radius or DEFAULT_KM)
    if body.country is None and not (body.state or body.city or body.locality):
        return None
    return await area_of(
        Spot(country=country, state=body.state, city=body.city, locality=body.locality), scraping.geocoder, radius
    )
