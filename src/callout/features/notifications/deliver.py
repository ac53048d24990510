"""Hands queued messages to providers, and keeps what became of them."""

from typing import Any
from uuid import UUID

import msgspec

from callout.features.notifications import store
from callout.features.notifications.delivery_rules import retry_pause_s
from callout.features.notifications.events import MessageFailed, MessageSent
from callout.features.notifications.people import business_of, switches
from callout.features.notifications.ports import (
    Attachment,
    GiveUp,
    Mail,
    Mailer,
    Mailers,
    RetryLater,
    SendFailed,
    StoredFiles,
)
from callout.features.notifications.tables import Message
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.principal import Principal

_ERASED = "[sent]"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt led to; `pause_s` asks for another one after so many seconds."""

    status: str
    pause_s: float | None = None


class Delivery:
    """Delivers messages one attempt at a time.

    The provider is called with no transaction open. A crash between its answer and our note of it sends the mail
    again; both copies carry the same Message-ID.
    """

    def __init__(self, database: Database, mailers: Mailers, files: StoredFiles) -> None:
        self._database = database
        self._mailers = mailers
        self._files = files

    async def attempt(self, tenant_id: UUID, message_id: UUID) -> Attempt:
        """Tries once to send a message; one that is not queued is left alone."""
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            message = await store.message(work, message_id)
            if message.status != "queued":
                return Attempt(status=message.status)
            mailer = await self._mailers.mailer_of(work)
            if mailer is None:
                _suppress(message, "channel_not_configured")
                return Attempt(status=message.status)
            mail = await self._mail(work, message, mailer)
        try:
            external_id = await mailer.send(mail)
        except SendFailed as failure:
            async with self._database.transaction(principal) as work:
                return await _failed(work, await store.message(work, message_id), mailer, failure)
        async with self._database.transaction(principal) as work:
            return await _sent(work, await store.message(work, message_id), mailer, external_id)

    async def _mail(self, work: Work, message: Message, mailer: Mailer) -> Mail:
        business, settings = await business_of(work), await switches(work)
        found = [await self._files.attachment(work, UUID(file_id)) for file_id in message.attachments]
        attachments: tuple[Attachment, ...] = tuple(file for file in found if file is not None)
        return Mail(
            message_id=message.id,
            tenant_id=message.tenant_id,
            to_email=message.address or "",
            to_name=message.recipient_name,
            from_email=mailer.sender,
            from_name=settings["notifications.sender_name"] or business.name,
            reply_to=settings["notifications.reply_to"] or business.email,
            subject=message.subject or business.name,
            text=message.body,
            attachments=attachments,
        )


async def _sent(work: Work, message: Message, mailer: Mailer, external_id: str) -> Attempt:
    if message.status == "queued":
        message.attempts += 1
        message.status = "sent"
        message.sent_at = work.now
        message.provider = mailer.provider
        message.external_id = external_id[:200] or None
        message.error = None
        if message.confidential:
            message.body = _ERASED
        await work.publish(MessageSent(**_about(message)))
    return Attempt(status=message.status)


async def _failed(work: Work, message: Message, mailer: Mailer, failure: SendFailed) -> Attempt:
    if message.status != "queued":
        return Attempt(status=message.status)
    message.attempts += 1
    message.provider = mailer.provider
    message.error = str(failure)[:300]
    wish = failure.retry_after_s if isinstance(failure, RetryLater) else None
    pause = None if isinstance(failure, GiveUp) else retry_pause_s(message.attempts, wish)
    if pause is None:
        message.status = "failed"
        await work.publish(MessageFailed(**_about(message), error=message.error))
    return Attempt(status=message.status, pause_s=pause)


def _suppress(message: Message, reason: str) -> None:
    message.status = "suppressed"
    message.suppressed_reason = reason


def _about(message: Message) -> dict[str, Any]:
    return {
        "noun_id": message.id,
        "event": message.event,
        "channel": message.channel,
        "recipient_kind": message.recipient_kind,
        "order_id": message.order_id,
    }
