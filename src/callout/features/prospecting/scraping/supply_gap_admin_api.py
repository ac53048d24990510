"""/api/admin/data-scraper/supply-gaps: where businesses are wanted that could serve what nobody could."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from sqlalchemy import select

from callout.features.accounts.permissions import allow
from callout.features.prospecting import store
from callout.features.prospecting.scraping import supply_gap
from callout.features.prospecting.scraping.admin_api import PREFIX
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.schemas import GapAcceptance, GapQuery
from callout.features.prospecting.scraping.tables import SupplyGap
from callout.features.prospecting.scraping.views import gap_view
from callout.features.prospecting.views import job_view
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered


@get("/supply-gaps", guards=[allow("scrape_job.read")], filters=GapQuery)
async def list_gaps(request: Request[Any, Any, Any], work: Work, filters: Filtered[GapQuery]) -> Response[Any]:
    """Gaps, the newest demand first."""
    query = select(SupplyGap).where(SupplyGap.tenant_id == work.tenant_id)
    if filters.status:
        query = query.where(SupplyGap.status.in_(filters.status))
    if filters.service:
        query = query.where(SupplyGap.service.in_(filters.service))
    rows, total = await store.page(
        work, query, SupplyGap, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    return listed(filters, [gap_view(row) for row in rows], total, request=request)


@post("/supply-gaps/{gap_id:uuid}/accept", guards=[allow("scrape_job.create")], status_code=200)
async def accept_gap(work: Work, gap_id: UUID, scraping: Scraping, data: GapAcceptance | None = None) -> dict[str, Any]:
    """Starts the suggested job, changed as wished."""
    gap, job = await supply_gap.accept(work, gap_id, data or GapAcceptance(), scraping)
    return gap_view(gap) | {"job": job_view(job, work.now)}


@post("/supply-gaps/{gap_id:uuid}/dismiss", guards=[allow("scrape_job.stop")], status_code=200)
async def dismiss_gap(work: Work, gap_id: UUID) -> dict[str, Any]:
    """Puts a suggestion aside."""
    return gap_view(await supply_gap.dismiss(work, gap_id))


router = Router(PREFIX, route_handlers=[list_gaps, accept_gap, dismiss_gap], tags=["Data scraper"])
