"""/api/admin/data-scraper/businesses: what their websites tell."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.prospecting import store
from callout.features.prospecting.enrichment import store as checks
from callout.features.prospecting.enrichment.jobs import start_enrichment
from callout.features.prospecting.enrichment.schemas import EnrichBody
from callout.features.prospecting.enrichment.views import check_view
from callout.features.prospecting.tables import Business
from callout.features.prospecting.views import job_view
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


@post("/enrich", guards=[allow("scrape_job.create")], status_code=202)
async def enrich(work: Work, data: EnrichBody) -> dict[str, Any]:
    """Visits the websites of businesses for e-mail addresses and profiles; each at most every 30 days."""
    job = await start_enrichment(work, name=data.name or "Websites", ids=data.ids, filters=data.filters)
    return job_view(job, work.now)


@get("/{business_id:uuid}/website", guards=[allow("business.read")])
async def website(work: Work, business_id: UUID) -> dict[str, Any]:
    """What the last visit to the website of a business told; 404 before the first one."""
    await store.fetch(work, Business, business_id)
    check = (await checks.checks_of(work, [business_id])).get(business_id)
    if check is None:
        raise NotFound("The website of this business was not visited yet.")
    return check_view(check, masked=await sees_masked(work))


router = Router("/api/admin/data-scraper/businesses", route_handlers=[enrich, website], tags=["Data scraper"])
