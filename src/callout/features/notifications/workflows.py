"""Durable delivery: each message is tried until it is taken or its attempts are spent; crowds are told."""

from typing import Any
from uuid import UUID

import msgspec

from callout.features.notifications import losers
from callout.features.notifications.deliver import Delivery
from callout.features.notifications.notify import DELIVER
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows


def register(flows: Workflows, database: Database, *, delivery: Delivery) -> None:
    """Registers the workflows of notifications."""

    @flows.step("notifications.attempt", retries=5)
    async def attempt(tenant_id: str, message_id: str) -> float | None:
        return (await delivery.attempt(UUID(tenant_id), UUID(message_id))).pause_s

    @flows.workflow(DELIVER)
    async def deliver_message(tenant_id: str, message_id: str) -> None:
        while (pause_s := await attempt(tenant_id, message_id)) is not None:
            await flows.sleep(pause_s)

    @flows.step("notifications.tell_losers", retries=10)
    async def tell(tenant_id: str, key: str, ended: list[dict[str, Any]], reason: str | None) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await losers.tell(work, key, msgspec.convert(ended, list[losers.Loser]), reason)

    @flows.workflow(losers.TELL)
    async def tell_losers(tenant_id: str, key: str, ended: list[dict[str, Any]], reason: str | None) -> None:
        """Tells a crowd of vendors that offers of theirs ended."""
        await tell(tenant_id, key, ended, reason)
