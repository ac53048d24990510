"""The durable search for duplicates: one batch a step, resumed where it stopped."""

from datetime import datetime
from uuid import UUID

from callout.features.prospecting.identity.events import DuplicatesFound
from callout.features.prospecting.identity.suggesting import suggest_next
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows


def register(flows: Workflows, database: Database) -> None:
    """Registers the search."""

    @flows.step("find_duplicates.batch")
    async def batch(tenant_id: str, since: str | None, after: str) -> tuple[int, int, str]:
        async with database.transaction(Principal.system(tenant_id)) as work:
            looked = await suggest_next(
                work,
                since=datetime.fromisoformat(since) if since else None,
                after=UUID(after) if after else None,
            )
        return looked.checked, looked.found, str(looked.last or "")

    @flows.step("find_duplicates.tell")
    async def tell(tenant_id: str, noun_id: str, checked: int, found: int) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await work.publish(DuplicatesFound(noun_id=UUID(noun_id), checked=checked, found=found))

    @flows.workflow("find_duplicates")
    async def find_duplicates(tenant_id: str, noun_id: str, since: str | None) -> None:
        checked, found, after = await batch(tenant_id, since, "")
        while after:
            more, new, after = await batch(tenant_id, since, after)
            checked, found = checked + more, found + new
        await tell(tenant_id, noun_id, checked, found)
