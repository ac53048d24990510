"""/api/admin/data-scraper/jobs: scrape jobs over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.response import ServerSentEvent

from callout.features.accounts.live_view import team_view
from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.api_configs.service import ApiConfigs
from callout.features.prospecting import business_store, store
from callout.features.prospecting.business_filter import business_conditions
from callout.features.prospecting.schemas import BusinessQuery
from callout.features.prospecting.scraping import controls
from callout.features.prospecting.scraping.foresight import foresee
from callout.features.prospecting.scraping.jobs import create_job, survey
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.schemas import JobQuery, NewJob, Removal
from callout.features.prospecting.tables import ScrapeJob
from callout.features.prospecting.views import business_view, job_view, masked_if
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.sse import LiveStreams, last_event_id
from callout.kit.http.writes import created

PREFIX = "/api/admin/data-scraper"
Asking = Request[Any, Any, Any]
View = dict[str, Any]


@get("/", guards=[allow("business.read")])
async def overview(work: Work, api_configs: ApiConfigs) -> View:
    """What is going on: jobs at work, the last one, figures over all businesses, and whether scraping can work."""
    at_work = store.jobs(work).where(ScrapeJob.status.in_(["queued", "running"]))
    newest_first = [("created_at", True)]
    running, count = await store.page(work, at_work, ScrapeJob, order=newest_first, limit=1, offset=0)
    newest, _ = await store.page(work, store.jobs(work), ScrapeJob, order=newest_first, limit=1, offset=0)
    [standing] = await api_configs.access.requirements(work, ["data-scraper"])
    return {
        "jobs_running": count,
        "last_job": job_view((running or newest)[0], work.now) if newest else None,
        "stats": await store.business_stats(work),
        "ready": standing.ready,
        "missing_providers": standing.missing_providers,
        "sandbox_in_use": standing.sandbox_in_use,
    }


@post("/jobs", guards=[allow("scrape_job.create")])
async def new_job(work: Work, data: NewJob, scraping: Scraping) -> Response[Any]:
    """Starts looking for businesses; the job is worked off in the background."""
    async with scraping.database.transaction(work.principal) as look:
        await scraping.source(look, data.provider)
    job = await create_job(work, await survey(data, scraping.geocoder), scraping)
    return created(job_view(job, work.now), f"{PREFIX}/jobs/{job.id}")


@post("/jobs/estimate", guards=[allow("scrape_job.create")], status_code=200)
async def estimate(work: Work, data: NewJob, scraping: Scraping) -> View:
    """What the same job would probably take; nothing is spent."""
    return await foresee(work, await survey(data, scraping.geocoder), scraping)


@get("/jobs", guards=[allow("scrape_job.read")], filters=JobQuery)
async def list_jobs(request: Asking, work: Work, filters: Filtered[JobQuery]) -> Response[Any]:
    """Jobs of scrapers and imports of files, newest first."""
    query = store.jobs(work)
    if filters.status:
        query = query.where(ScrapeJob.status.in_(filters.status))
    if filters.provider:
        query = query.where(ScrapeJob.provider.in_(filters.provider))
    if filters.created_from is not None:
        query = query.where(ScrapeJob.created_at >= filters.created_from)
    if filters.created_to is not None:
        query = query.where(ScrapeJob.created_at < filters.created_to)
    rows, total = await store.page(
        work, query, ScrapeJob, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    return listed(filters, [job_view(row, work.now) for row in rows], total, request=request)


@get("/jobs/{job_id:uuid}", guards=[allow("scrape_job.read")])
async def get_job(work: Work, job_id: UUID) -> View:
    """One job."""
    return job_view(await store.fetch(work, ScrapeJob, job_id), work.now)


@post("/jobs/{job_id:uuid}/pause", guards=[allow("scrape_job.pause")], status_code=200)
async def pause_job(work: Work, job_id: UUID) -> View:
    """Rests after the page under way."""
    return job_view(await controls.pause(work, job_id), work.now)


@post("/jobs/{job_id:uuid}/resume", guards=[allow("scrape_job.resume")], status_code=200)
async def resume_job(work: Work, job_id: UUID) -> View:
    """Goes on where a paused or failed job was."""
    return job_view(await controls.resume(work, job_id), work.now)


@post("/jobs/{job_id:uuid}/stop", guards=[allow("scrape_job.stop")], status_code=200)
async def stop_job(work: Work, job_id: UUID) -> View:
    """Ends the job; what it stored stays."""
    return job_view(await controls.stop(work, job_id), work.now)


@delete("/jobs/{job_id:uuid}", guards=[allow("business.delete")], filters=Removal)
async def remove_job(work: Work, job_id: UUID, filters: Filtered[Removal]) -> None:
    """Deletes a job that is not at work, and with `with_results` the businesses only it found."""
    await controls.remove(work, job_id, with_results=filters.with_results)


@get("/jobs/{job_id:uuid}/results", guards=[allow("business.read")], filters=BusinessQuery)
async def job_results(request: Asking, work: Work, job_id: UUID, filters: Filtered[BusinessQuery]) -> Response[Any]:
    """The businesses a job found, filtered as the list of all."""
    await store.fetch(work, ScrapeJob, job_id)
    masked = await sees_masked(work)
    conditions = [store.of_job(job_id), *business_conditions(filters, masked=masked)]
    rows = await business_store.business_page(work, filters, conditions)
    stats = await store.business_stats(work, *conditions)
    views = [masked_if(masked, business_view(row, distance_km=away)) for row, away in rows]
    return listed(filters, views, stats["total"], request=request, stats=stats)


@get("/jobs/{job_id:uuid}/events", guards=[allow("scrape_job.read")], takes_ticket=True)
async def job_events(request: Asking, work: Work, job_id: UUID, streams: LiveStreams) -> ServerSentEvent:
    """A job as it happens: `scrape.*` and `business.stored`."""
    await store.fetch(work, ScrapeJob, job_id)
    return streams.stream(
        work.principal,
        types="scrape.*,business.stored",
        noun_id=job_id,
        last_event_id=last_event_id(request),
        view=team_view,
    )


router = Router(
    PREFIX,
    route_handlers=[
        *(overview, new_job, estimate, list_jobs, get_job, job_results, job_events),
        *(pause_job, resume_job, stop_job, remove_job),
    ],
    tags=["Data scraper"],
)
