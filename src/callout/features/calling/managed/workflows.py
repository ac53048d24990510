"""Durable work of managed calls: each followed to its end, whatever crashes in between."""

from uuid import UUID

from callout.features.calling.calls.dialled import FOLLOW
from callout.features.calling.managed.following import MOST_LOOKS, ManagedFollowing
from callout.kit.workflows import Workflows


def register(flows: Workflows, following: ManagedFollowing) -> None:
    """Registers the workflow of managed calls; it runs in the queue of calls."""

    @flows.step("calls.look_at_managed", retries=5)
    async def look(tenant_id: str, call_id: str) -> float | None:
        return await following.look(UUID(tenant_id), UUID(call_id))

    @flows.workflow(FOLLOW)
    async def follow_managed_call(tenant_id: str, call_id: str) -> None:
        for _ in range(MOST_LOOKS):
            pause_s = await look(tenant_id, call_id)
            if pause_s is None:
                return
            await flows.sleep(pause_s)
