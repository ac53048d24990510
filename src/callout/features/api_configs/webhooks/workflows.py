"""Durable deliveries: tried until they are taken or given up, over restarts."""

from uuid import UUID

from callout.features.api_configs.webhooks.delivering import DELIVER, QUEUE, Courier
from callout.features.api_configs.webhooks.pace import ATTEMPTS
from callout.kit.workflows import Workflows


def register(flows: Workflows, courier: Courier) -> None:
    """Registers the workflow of deliveries."""
    flows.queue(QUEUE)

    @flows.step("webhooks.attempt", retries=5)
    async def attempt(tenant_id: str, delivery_id: str, rounds: int) -> float | None:
        return await courier.attempt(UUID(tenant_id), UUID(delivery_id), rounds)

    @flows.workflow(DELIVER)
    async def deliver_webhook(tenant_id: str, delivery_id: str, rounds: int) -> None:
        for _ in range(ATTEMPTS):
            pause_s = await attempt(tenant_id, delivery_id, rounds)
            if pause_s is None:
                return
            await flows.sleep(pause_s)
