"""Durable imports of contacts: one file, one transaction."""

from uuid import UUID

from callout.features.files.service import Files
from callout.features.prospecting.contact_import.importing import WORKFLOW, fail_import, run_import
from callout.kit.db.database import Database
from callout.kit.errors import Problem
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows


def register(flows: Workflows, database: Database, *, files: Files) -> None:
    """Registers the import of contacts."""

    @flows.step("import_contacts.store")
    async def store(tenant_id: str, import_id: str) -> str | None:
        try:
            async with database.transaction(Principal.system(tenant_id)) as work:
                await run_import(work, UUID(import_id), files)
        except Problem as refusal:
            if refusal.status >= 500:
                raise
            return refusal.detail
        return None

    @flows.step("import_contacts.give_up")
    async def give_up(tenant_id: str, import_id: str, reason: str) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await fail_import(work, UUID(import_id), reason)

    @flows.workflow(WORKFLOW)
    async def import_contacts(tenant_id: str, import_id: str) -> None:
        try:
            refusal = await store(tenant_id, import_id)
        except Exception:
            await give_up(tenant_id, import_id, "The import failed. Upload the file again.")
            raise
        if refusal is not None:
            await give_up(tenant_id, import_id, refusal)
