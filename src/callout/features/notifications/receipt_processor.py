"""Takes delivery reports of providers: delivered, read, failed. Implements `InboundProcessor` of conversations."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.notifications import store
from callout.features.notifications.events import MessageFailed
from callout.features.notifications.receipts import Receipt, status_after
from callout.features.notifications.tables import Message, Notification
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.principal import Principal


class ReceiptProcessor:
    """Works on stored delivery reports of one provider."""

    def __init__(self, provider: str, database: Database, read: Callable[[Any], Sequence[Receipt]]) -> None:
        self._provider = provider
        self._database = database
        self._read = read

    def event_name(self, payload: Any) -> str:
        """The names in a batch of events, in their order."""
        rows = payload if isinstance(payload, list) else [payload]
        names = dict.fromkeys(str(row.get("event", "")) for row in rows if isinstance(row, dict))
        return ",".join(names)

    def event_id(self, payload: Any) -> str | None:
        """A batch has no id of its own."""
        return None

    def is_known(self, payload: Any) -> bool:
        """Whether anything in the batch is about a message's fate."""
        return bool(self._read(payload))

    async def process(self, tenant_id: UUID, payload: Any, *, received_at: datetime) -> UUID | None:
        """Moves each message forward; reports may repeat and come in any order."""
        for receipt in self._read(payload):
            async with self._database.transaction(Principal.system(tenant_id)) as work:
                message = await self._message(work, receipt)
                if message is not None:
                    await _apply(work, message, receipt, receipt.at or received_at)
        return None

    async def _message(self, work: Work, receipt: Receipt) -> Message | None:
        if receipt.message_id is not None:
            try:
                return await store.message(work, receipt.message_id)
            except NotFound:
                return None
        if receipt.external_id is None:
            return None
        return await store.message_by_external_id(work, self._provider, receipt.external_id)


async def _apply(work: Work, message: Message, receipt: Receipt, at: datetime) -> None:
    message.hard_bounced = message.hard_bounced or receipt.hard_bounce
    status = status_after(message.status, receipt.kind)
    if status == message.status:
        return
    message.status = status
    if status == "failed":
        message.error = (receipt.reason or "not delivered")[:300]
        await work.publish(
            MessageFailed(
                noun_id=message.id,
                event=message.event,
                channel=message.channel,
                recipient_kind=message.recipient_kind,
                order_id=message.order_id,
                error=message.error,
            )
        )
        return
    message.delivered_at = message.delivered_at or at
    if status == "read":
        message.read_at = message.read_at or at
    await _confirm_entry(work, message, at)


async def _confirm_entry(work: Work, message: Message, at: datetime) -> None:
    """A channel that delivered confirms the inbox entry as well."""
    if message.notification_id is None:
        return
    entry = await work.session.get(Notification, message.notification_id)
    if entry is not None and entry.tenant_id == work.tenant_id and entry.status == "sent":
        entry.status, entry.delivered_at = "delivered", at
