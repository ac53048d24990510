"""Durable visits to websites: batch after batch, resumed where they stopped, in runs of a bounded length."""

from callout.features.prospecting.enrichment.batches import Batches
from callout.features.prospecting.enrichment.ports import WebPages
from callout.features.prospecting.scraping.controls import WEBSITE_QUEUE, WEBSITE_WORKFLOW
from callout.kit.db.database import Database
from callout.kit.workflows import Workflows

BATCHES = 100
"""Batches of one run: then the next run queues up, so that replaying stays short and every job gets its share."""
JOBS_AT_ONCE = 4


def register(flows: Workflows, database: Database, *, web: WebPages) -> None:
    """Registers the visits, on a queue of their own so that slow sites hold nothing else up."""
    flows.queue(WEBSITE_QUEUE, concurrency=2 * JOBS_AT_ONCE, worker_concurrency=JOBS_AT_ONCE)
    steps = Batches(database, web)

    @flows.step("enrich_websites.next")
    async def next_websites(tenant_id: str, job_id: str, run: int) -> bool:
        return await steps.next(tenant_id, job_id, run)

    @flows.step("enrich_websites.hand_over")
    async def hand_over(tenant_id: str, job_id: str, run: int) -> None:
        await steps.hand_over(tenant_id, job_id, run)

    @flows.step("enrich_websites.give_up")
    async def give_up(tenant_id: str, job_id: str) -> None:
        await steps.give_up(tenant_id, job_id)

    @flows.workflow(WEBSITE_WORKFLOW)
    async def enrich_websites(tenant_id: str, job_id: str, run: int) -> None:
        try:
            for _ in range(BATCHES):
                if not await next_websites(tenant_id, job_id, run):
                    return
            await hand_over(tenant_id, job_id, run)
        except Exception:
            await give_up(tenant_id, job_id)
            raise
