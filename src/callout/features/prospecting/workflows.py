"""Durable imports: one batch a step, resumed where they stopped."""

from uuid import UUID

from callout.features.files.service import Files
from callout.features.prospecting import business_workflows
from callout.features.prospecting.identity import workflows as identity_workflows
from callout.features.prospecting.importing.jobs import fail_import, import_batch
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows


def register(flows: Workflows, database: Database, *, files: Files) -> None:
    """Registers imports of files, changes of many businesses and searches for duplicates."""
    business_workflows.register(flows, database)
    identity_workflows.register(flows, database)

    @flows.step("import_businesses.batch")
    async def batch(tenant_id: str, job_id: str) -> bool:
        async with database.transaction(Principal.system(tenant_id)) as work:
            return (await import_batch(work, UUID(job_id), files=files)).done

    @flows.step("import_businesses.give_up")
    async def give_up(tenant_id: str, job_id: str, reason: str) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await fail_import(work, UUID(job_id), "internal", reason)

    @flows.workflow("import_businesses")
    async def import_businesses(tenant_id: str, job_id: str) -> None:
        try:
            while not await batch(tenant_id, job_id):
                pass
        except Exception:
            await give_up(tenant_id, job_id, "The import failed. Upload the file again.")
            raise
