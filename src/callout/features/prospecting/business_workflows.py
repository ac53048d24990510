"""Changes of many businesses in the background: one chunk a step, resumed where they stopped."""

from typing import Any
from uuid import UUID

from callout.features.prospecting.business_bulk import change_next
from callout.features.prospecting.events import BusinessesChanged
from callout.features.prospecting.schemas import BulkBusinesses, BusinessFilter
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows


def register(flows: Workflows, database: Database) -> None:
    """Registers the change of businesses that a filter finds."""

    @flows.step("change_businesses.chunk")
    async def chunk(tenant_id: str, wish: dict[str, Any], who: dict[str, str], after: str) -> tuple[int, int, str]:
        change = BulkBusinesses.model_validate(wish)
        async with database.transaction(_person(tenant_id, who)) as work:
            done, last = await change_next(
                work, change.filters or BusinessFilter(), change.action, change.value, UUID(after) if after else None
            )
        return len(done.ok), len(done.failed), str(last or "")

    @flows.step("change_businesses.tell")
    async def tell(tenant_id: str, change_id: str, action: str, counts: tuple[int, int]) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await work.publish(
                BusinessesChanged(noun_id=UUID(change_id), action=action, changed=counts[0], failed=counts[1])
            )

    @flows.workflow("change_businesses")
    async def change_businesses(tenant_id: str, change_id: str, wish: dict[str, Any], who: dict[str, str]) -> None:
        changed = failed = 0
        ok, refused, after = await chunk(tenant_id, wish, who, "")
        while True:
            changed, failed = changed + ok, failed + refused
            if not after:
                break
            ok, refused, after = await chunk(tenant_id, wish, who, after)
        await tell(tenant_id, change_id, wish["action"], (changed, failed))


def _person(tenant_id: str, who: dict[str, str]) -> Principal:
    actor = UUID(who["actor_id"]) if who["actor_id"] else None
    return Principal(role=who["role"], tenant_id=UUID(tenant_id), actor_id=actor)
