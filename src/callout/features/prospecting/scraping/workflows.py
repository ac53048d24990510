"""Durable scrape jobs: page after page, resumed where they stopped, in runs of a bounded length."""

from typing import Any
from uuid import UUID

import msgspec

from callout.features.prospecting.scraping.claiming import Turn
from callout.features.prospecting.scraping.controls import CONTROL, QUEUE
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.steps import Steps
from callout.features.prospecting.scraping.to_list import bring_to_list
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

TURNS = 200
"""Turns of one run: then the next run queues up, so that replaying stays short and every job gets its share."""
JOBS_AT_ONCE = 8
AT_ONCE_PER_WORKER = 4
_WORTH_WAITING_S = 0.02


def register(flows: Workflows, database: Database, *, scraping: Scraping) -> None:
    """Registers scraping, on a queue of its own so that a long job holds nothing else up."""
    flows.queue(QUEUE, concurrency=JOBS_AT_ONCE, worker_concurrency=AT_ONCE_PER_WORKER)
    _register_jobs(flows, Steps(database, scraping))
    _register_lists(flows, database)


def _register_jobs(flows: Workflows, steps: Steps) -> None:  # noqa: C901 - the steps are one line each
    @flows.step("scrape.claim")
    async def claim(tenant_id: str, job_id: str, run: int) -> dict[str, Any]:
        return await steps.claim(tenant_id, job_id, run)

    @flows.step("scrape.fetch", retries=1)
    async def fetch(tenant_id: str, job_id: str, page_id: str, run: int) -> None:
        await steps.fetch(tenant_id, job_id, page_id, run)

    @flows.step("scrape.store")
    async def store(tenant_id: str, job_id: str, page_id: str) -> None:
        await steps.store(tenant_id, job_id, page_id)

    @flows.step("scrape.hand_over")
    async def hand_over(tenant_id: str, job_id: str, run: int) -> None:
        await steps.hand_over(tenant_id, job_id, run)

    @flows.step("scrape.give_up")
    async def give_up(tenant_id: str, job_id: str) -> None:
        await steps.give_up(tenant_id, job_id)

    @flows.workflow("scrape")
    async def scrape(tenant_id: str, job_id: str, run: int) -> None:
        try:
            for _ in range(TURNS):
                turn = msgspec.convert(await claim(tenant_id, job_id, run), Turn)
                if turn.do == "end":
                    return
                if turn.wait_s > _WORTH_WAITING_S and await flows.receive(CONTROL, turn.wait_s) is not None:
                    continue  # somebody changed the job: look at it anew
                if turn.do == "fetch":
                    await fetch(tenant_id, job_id, turn.page_id, run)
                if turn.do != "wait":
                    await store(tenant_id, job_id, turn.page_id)
            await hand_over(tenant_id, job_id, run)
        except Exception:
            await give_up(tenant_id, job_id)
            raise


def _register_lists(flows: Workflows, database: Database) -> None:
    @flows.step("scrape_to_list.bring")
    async def bring(tenant_id: str, job_id: str) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await bring_to_list(work, UUID(job_id))

    @flows.workflow("scrape_to_list")
    async def scrape_to_list(tenant_id: str, job_id: str) -> None:
        await bring(tenant_id, job_id)
