"""The steps of a scrape job as a worker takes them: one transaction each, and the provider asked outside of any."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from callout.features.prospecting.scraping import claiming, fetching, ledger
from callout.features.prospecting.scraping.controls import start_run
from callout.features.prospecting.scraping.ending import fail
from callout.features.prospecting.scraping.lifecycle import AT_WORK
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.storing import store_page
from callout.kit.db.database import Database
from callout.kit.db.outage import is_outage
from callout.kit.db.work import Work
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

_AWAY_PAUSE_S = 0.5
_log = logger(__name__)


class Steps:
    """Takes a job further; every step may be repeated."""

    def __init__(self, database: Database, scraping: Scraping) -> None:
        self._database = database
        self._scraping = scraping

    async def claim(self, tenant_id: str, job_id: str, run: int) -> dict[str, Any]:
        """Decides what is next (`claiming.Turn`)."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            turn: dict[str, Any] = msgspec.to_builtins(await claiming.claim(work, UUID(job_id), run, self._scraping))
        return turn

    async def fetch(self, tenant_id: str, job_id: str, page_id: str, run: int) -> None:
        """Asks the provider and keeps what came."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            request = await fetching.prepare(work, UUID(job_id), UUID(page_id), run, self._scraping)
        if request is not None:
            answer = await fetching.ask(request)
            await self._surely(tenant_id, lambda work: fetching.keep(work, request, answer))

    async def store(self, tenant_id: str, job_id: str, page_id: str) -> None:
        """Stores what was kept."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            await store_page(work, UUID(job_id), UUID(page_id), self._scraping)

    async def hand_over(self, tenant_id: str, job_id: str, run: int) -> None:
        """Queues the next run of a job that is not done."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            job = await ledger.lock_job(work, UUID(job_id))
            if job is not None and job.run == run and job.status in AT_WORK:
                await start_run(work, job)

    async def give_up(self, tenant_id: str, job_id: str) -> None:
        """Ends a job after an error nobody foresaw."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            job = await ledger.lock_job(work, UUID(job_id))
            if job is not None:
                await ledger.release(work, job.id)
                await fail(work, job, "internal", "Something went wrong on our side. Resume the job to try again.")

    async def _surely(self, tenant_id: str, write: Callable[[Work], Awaitable[None]]) -> None:
        """Writes what was paid for, however long the database is away: repeating the step would pay again."""
        while True:
            try:
                async with self._database.transaction(Principal.system(tenant_id)) as work:
                    await write(work)
            except Exception as error:
                if not is_outage(error):
                    raise
                _log.warning("answer_waits_for_database", reason=type(error).__name__)
                await asyncio.sleep(_AWAY_PAUSE_S)
            else:
                return
