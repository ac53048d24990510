"""/api/admin/data-scraper/providers, /search and /place-details: sources of places asked at once, without a job."""

from typing import Any

from litestar import Router, get, post

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.api_configs import store as configs
from callout.features.api_configs.service import ApiConfigs
from callout.features.prospecting.scraping import searching
from callout.features.prospecting.scraping.admin_api import PREFIX
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.schemas import DetailsQuery, SearchBody, Validation
from callout.features.prospecting.views import business_view, masked_if
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.http.models import Filtered

PROVIDERS = ("serpapi", "google_maps")
View = dict[str, Any]


@get("/providers", guards=[allow("business.read")])
async def list_providers(work: Work, api_configs: ApiConfigs) -> list[View]:
    """The sources of places, whether each is real or simulated, and what was left of its quota at the last check."""
    stored = await configs.all_configs(work)
    access = api_configs.access
    views = []
    for name in PROVIDERS:
        config = stored.get(name)
        source = access.source(name, config)
        checked = (config.validation if config is not None else None) or {}
        views.append(
            {
                "provider": name,
                "label": api_configs.spec(name).label,
                "status": access.status(work, name, config),
                "mode": None if source is None else "sandbox" if source == "simulator" else "live",
                "remaining": checked.get("remaining"),
                "capabilities": list(api_configs.spec(name).capabilities),
            }
        )
    return views


@post("/providers/{provider:str}/validate", guards=[allow("provider_config.validate", roles="OM")], status_code=200)
async def validate(work: Work, provider: str, api_configs: ApiConfigs, data: Validation | None = None) -> View:
    """Asks the provider whether it takes the key in use, or one that is sent and not stored."""
    if provider not in PROVIDERS:
        raise NotFound("There is no such source of places.")
    proof = await api_configs.prove(work, provider, data.credentials if data is not None else None)
    told = proof.verdict.validation or {}
    return {
        "valid": proof.verdict.outcome == "valid",
        "plan": told.get("plan") or told.get("tier"),
        "remaining": told.get("remaining"),
        "detail": proof.verdict.words or None,
    }


@post("/search", guards=[allow("scrape_job.create")], status_code=200)
async def search(work: Work, data: SearchBody, scraping: Scraping) -> View:
    """One page of results, stored only with `store`."""
    asked = await searching.asked_source(work.principal, data.provider, scraping)
    found = await searching.search(asked, data, scraping)
    stored = await searching.store_found(work, asked, data, found, scraping) if data.store else None
    masked = await sees_masked(work)
    return {
        "results": [masked_if(masked, searching.found_view(draft)) for draft in found.drafts],
        "start": data.start,
        "has_more": found.has_more,
        "filtered": found.filtered,
        "stored": stored,
        "mode": found.mode,
        "provider_calls": found.calls,
        "cost": float(found.cost),
        "stats": searching.stats_of(found.drafts),
    }


@get("/place-details/{place_id:str}", guards=[allow("business.read", roles="OMA")], filters=DetailsQuery)
async def place_details(work: Work, place_id: str, scraping: Scraping, filters: Filtered[DetailsQuery]) -> View:
    """A place asked about anew; a business that is stored takes over what changed, others are only shown."""
    asked = await searching.asked_source(work.principal, filters.provider, scraping)
    draft = await searching.place(asked, place_id, filters.country)
    masked = await sees_masked(work)
    business = await searching.business_of(work, draft.place_id or place_id)
    if business is None:
        return masked_if(masked, searching.found_view(draft) | {"id": None})
    business = await searching.refresh(work, business, draft, filters.provider)
    return masked_if(masked, business_view(business))


router = Router(PREFIX, route_handlers=[list_providers, validate, search, place_details], tags=["Data scraper"])
