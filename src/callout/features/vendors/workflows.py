"""Durable steps of vendors: the end of a suspension."""

from datetime import datetime
from uuid import UUID

from callout.features.vendors import standing
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows


def register(flows: Workflows, database: Database) -> None:
    """Registers the workflows of vendors."""

    @flows.step("vendors.lift_suspension")
    async def lift(tenant_id: str, vendor_id: str, until: str) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await standing.end_suspension(work, UUID(vendor_id), datetime.fromisoformat(until))

    @flows.workflow(standing.END_SUSPENSION)
    async def end_suspension(tenant_id: str, vendor_id: str, until: str) -> None:
        await lift(tenant_id, vendor_id, until)
