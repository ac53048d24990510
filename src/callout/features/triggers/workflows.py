"""Durable steps of triggers: old events nobody acted on expire."""

from __future__ import annotations

from uuid import UUID

from callout.features.triggers import firing
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows


def register(flows: Workflows, database: Database) -> None:
    """Registers `triggers.expire`, to be started once a day and tenant."""

    @flows.step("triggers.expire_events")
    async def expire_events(tenant_id: str) -> int:
        async with database.transaction(Principal.system(UUID(tenant_id))) as work:
            return await firing.expire(work)

    @flows.workflow("triggers.expire")
    async def expire(tenant_id: str) -> int:
        return await expire_events(tenant_id)
