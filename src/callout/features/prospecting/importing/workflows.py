"""Durable imports: as long as a step may last they run in one go, and go on where they were."""

from uuid import UUID

from callout.features.prospecting.importing.context import Importing
from callout.features.prospecting.importing.jobs import fail_import
from callout.features.prospecting.importing.running import run_import
from callout.features.prospecting.scraping.controls import IMPORT_QUEUE, IMPORT_WORKFLOW
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

AT_ONCE, AT_ONCE_PER_WORKER = 4, 1
"""Each import keeps every core of its machine busy."""
STEP_S = 300.0
FAILED = "The import failed on our side. Resume the job to go on where it stopped."


def register(flows: Workflows, *, importing: Importing) -> None:
    """Registers the import workflow, on a queue of its own so that a large file holds nothing else up."""
    flows.queue(IMPORT_QUEUE, concurrency=AT_ONCE, worker_concurrency=AT_ONCE_PER_WORKER)
    database = importing.database

    @flows.step("import_businesses.run")
    async def bring_in(tenant_id: str, job_id: str, run: int) -> bool:
        return await run_import(importing, tenant_id, UUID(job_id), run, within_s=STEP_S)

    @flows.step("import_businesses.give_up")
    async def give_up(tenant_id: str, job_id: str, reason: str) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await fail_import(work, UUID(job_id), "internal", reason)

    @flows.workflow(IMPORT_WORKFLOW)
    async def import_businesses(tenant_id: str, job_id: str, run: int) -> None:
        try:
            while not await bring_in(tenant_id, job_id, run):
                pass
        except Exception:
            await give_up(tenant_id, job_id, FAILED)
            raise
