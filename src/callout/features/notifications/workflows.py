"""Durable delivery: each message is tried until it is taken or its attempts are spent."""

from uuid import UUID

from callout.features.notifications.deliver import Delivery
from callout.features.notifications.notify import DELIVER
from callout.kit.db.database import Database
from callout.kit.workflows import Workflows


def register(flows: Workflows, database: Database, *, delivery: Delivery) -> None:  # noqa: ARG001 - as every feature's
    """Registers the workflows of notifications."""

    @flows.step("notifications.attempt", retries=5)
    async def attempt(tenant_id: str, message_id: str) -> float | None:
        return (await delivery.attempt(UUID(tenant_id), UUID(message_id))).pause_s

    @flows.workflow(DELIVER)
    async def deliver_message(tenant_id: str, message_id: str) -> None:
        while (pause_s := await attempt(tenant_id, message_id)) is not None:
            await flows.sleep(pause_s)
