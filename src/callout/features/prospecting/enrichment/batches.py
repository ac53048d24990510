"""The steps of a job that visits websites: some sites at once, each result kept as soon as it is there."""

import asyncio
from uuid import UUID

from callout.features.prospecting.enrichment.jobs import Site, close_batch, hand_over, keep_visit, next_batch
from callout.features.prospecting.enrichment.ports import WebPages
from callout.features.prospecting.enrichment.visiting import Visit, visit
from callout.features.prospecting.scraping.ending import fail
from callout.features.prospecting.store import fetch
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.database import Database
from callout.kit.principal import Principal

SITES_AT_ONCE = 10
LONGEST_VISIT_S = 90.0


class Batches:
    """Visits websites with `web`; the database is never held while a site is waited for."""

    def __init__(self, database: Database, web: WebPages) -> None:
        self._database = database
        self._web = web

    async def next(self, tenant_id: str, job_id: str, run: int) -> bool:
        """Visits the next websites of a job; False when this run is over.

        Repeated after a crash it asks only the sites again whose result was not yet kept.
        """
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            batch = await next_batch(work, UUID(job_id), run)
        if batch is None:
            return False
        free = asyncio.Semaphore(SITES_AT_ONCE)

        async def look(site: Site) -> None:
            async with free:
                seen = site.known or await self._visit(site)
                async with self._database.transaction(principal) as work:
                    await keep_visit(work, UUID(job_id), site, seen)

        try:
            async with asyncio.TaskGroup() as group:
                for site in batch.sites:
                    group.create_task(look(site))
        except ExceptionGroup as failed:  # the first tells as much as all: whether the database is away
            raise failed.exceptions[0] from failed
        async with self._database.transaction(principal) as work:
            await close_batch(work, UUID(job_id), run, batch)
        return True

    async def hand_over(self, tenant_id: str, job_id: str, run: int) -> None:
        """See `jobs.hand_over`."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            await hand_over(work, UUID(job_id), run)

    async def give_up(self, tenant_id: str, job_id: str) -> None:
        """Ends a job that failed for a reason of ours."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            job = await fetch(work, ScrapeJob, UUID(job_id), lock=True)
            await fail(work, job, "internal", "Visiting the websites failed. Resume the job to try again.")

    async def _visit(self, site: Site) -> Visit:
        try:
            async with asyncio.timeout(LONGEST_VISIT_S):
                return await visit(self._web, site.url, name=site.name, country=site.country)
        except TimeoutError:
            return Visit(status="failed", error_code="too_slow", error="it did not answer in time", is_final=False)
