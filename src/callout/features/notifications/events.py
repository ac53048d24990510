"""Facts notifications publish. `user_id` of an inbox event is whose inbox it is: streams show it to nobody else."""

from typing import ClassVar
from uuid import UUID

from callout.kit.events import Event


class NotificationCreated(Event, frozen=True, kw_only=True):
    """Something new in somebody's inbox."""

    type: ClassVar[str] = "notification.created"
    user_id: UUID
    audience: str
    kind: str
    title: str
    urgent: bool
    order_id: UUID | None


class NotificationRead(Event, frozen=True, kw_only=True):
    """Somebody read an entry."""

    type: ClassVar[str] = "notification.read"
    user_id: UUID
    audience: str


class MessageSent(Event, frozen=True, kw_only=True):
    """A provider took a message."""

    type: ClassVar[str] = "message.sent"
    event: str
    channel: str
    recipient_kind: str
    order_id: UUID | None


class MessageFailed(Event, frozen=True, kw_only=True):
    """A message will not arrive."""

    type: ClassVar[str] = "message.failed"
    event: str
    channel: str
    recipient_kind: str
    order_id: UUID | None
    error: str
