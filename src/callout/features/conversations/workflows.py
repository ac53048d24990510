"""Durable work of conversations: webhooks and analyses, each done to its end whatever crashes."""

import asyncio
from contextlib import suppress
from uuid import UUID

from callout.features.conversations.foresight import Foresight
from callout.features.conversations.inbound import PROCESS_INBOUND, InboundWork
from callout.features.conversations.ingest import PROCESS
from callout.features.conversations.process import Processing
from callout.kit.db.database import Database
from callout.kit.errors import NotFound
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

PROCESSING_TIMEOUT_S = 30
ATTEMPTS = 3


def register(
    flows: Workflows,
    database: Database,
    *,
    inbound: InboundWork,
    foresight: Foresight,
    processing: Processing,
) -> None:
    """Registers the workflows of conversations."""

    @flows.step("conversations.work_on_webhook", retries=5)
    async def work_on_webhook(tenant_id: str, event_id: str) -> None:
        await inbound.run(UUID(tenant_id), UUID(event_id))

    @flows.step("conversations.give_webhook_up")
    async def give_webhook_up(tenant_id: str, event_id: str, error: str) -> None:
        await inbound.give_up(UUID(tenant_id), UUID(event_id), error)

    @flows.workflow(PROCESS_INBOUND)
    async def process_inbound(tenant_id: str, event_id: str) -> None:
        try:
            await work_on_webhook(tenant_id, event_id)
        except Exception as error:  # noqa: BLE001 - whatever it was, the row must say so
            await give_webhook_up(tenant_id, event_id, _reason(error))

    @flows.step("conversations.process", retries=ATTEMPTS)
    async def process(tenant_id: str, conversation_id: str, skip_vendor_selection: bool) -> None:
        principal, key = Principal.system(tenant_id), UUID(conversation_id)
        with suppress(NotFound):  # deleted meanwhile
            async with asyncio.timeout(PROCESSING_TIMEOUT_S):
                places = await foresight.of_stored(principal, key)
                async with database.transaction(principal) as work:
                    await processing.run(work, key, places, skip_vendor_selection=skip_vendor_selection)

    @flows.step("conversations.fail")
    async def fail(tenant_id: str, conversation_id: str, error: str) -> None:
        with suppress(NotFound):
            async with database.transaction(Principal.system(tenant_id)) as work:
                await processing.fail(work, UUID(conversation_id), error)

    @flows.workflow(PROCESS)
    async def process_conversation(tenant_id: str, conversation_id: str, skip_vendor_selection: bool) -> None:
        try:
            await process(tenant_id, conversation_id, skip_vendor_selection)
        except Exception as error:  # noqa: BLE001 - whatever it was, the row must say so
            await fail(tenant_id, conversation_id, _reason(error))


def _reason(error: Exception) -> str:
    """What went wrong, without values that may be private."""
    causes = getattr(error, "errors", None) or [error]
    last = causes[-1]
    if isinstance(last, TimeoutError):
        return f"not done within {PROCESSING_TIMEOUT_S} s"
    return type(last).__name__
