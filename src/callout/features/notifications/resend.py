"""Sends a message again because a person wants it."""

from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.notifications import store
from callout.features.notifications.delivery_rules import WORKING_CHANNELS
from callout.features.notifications.errors import CannotResend
from callout.features.notifications.notify import DELIVER, delivery_key
from callout.features.notifications.tables import Message
from callout.kit.db.work import Work

_AGAIN = frozenset({"failed", "sent", "delivered", "read"})


async def resend(work: Work, message_id: UUID) -> Message:
    """Queues a message once more with the same text.

    Raises:
        CannotResend: it is still under way, was suppressed, has no address, or its text was erased.
    """
    message = await store.message(work, message_id)
    sendable = message.channel in WORKING_CHANNELS - {"in_app"} and message.address and not message.confidential
    if message.status not in _AGAIN or not sendable:
        raise CannotResend
    before = message.status
    message.status = "queued"
    message.rounds += 1
    message.attempts = 0
    message.error = None
    message.queued_at = work.now
    await audit(work, "message.resend", "message", message.id, before={"status": before}, after={"status": "queued"})
    await work.session.flush()
    await work.enqueue(DELIVER, str(message.id), key=delivery_key(message))
    return message
