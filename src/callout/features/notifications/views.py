"""How notifications, messages and texts look to API clients."""

from datetime import datetime
from typing import Any

from callout.features.notifications.tables import Message, Notification
from callout.kit.http.wire import timestamp

_TIMES = ("sent_at", "delivered_at", "read_at", "expires_at", "created_at", "updated_at")
_PLAIN = ("audience", "type", "subtype", "title", "message", "data", "priority", "urgent", "action_taken", "version")
_MESSAGE = (
    "event",
    "recipient_kind",
    "recipient_ref",
    "channel",
    "address_masked",
    "template_key",
    "template_version",
    "language",
    "subject",
    "status",
    "provider",
    "external_id",
    "attempts",
    "error",
    "suppressed_reason",
    "version",
)
_MESSAGE_TIMES = ("queued_at", "sent_at", "delivered_at", "read_at", "created_at")


def notification_view(entry: Notification, now: datetime) -> dict[str, Any]:
    """An inbox entry; what expired can no longer be acted upon."""
    over = entry.expires_at is not None and entry.expires_at <= now
    expired = over and entry.read_at is None
    left = max(0, int((entry.expires_at - now).total_seconds())) if entry.expires_at else None
    number = entry.data.get("order_number")
    return {
        "id": str(entry.id),
        **{name: getattr(entry, name) for name in _PLAIN},
        **{name: _text(getattr(entry, name)) for name in ("order_id", "offer_id", "trigger_event_id")},
        "status": "expired" if expired else entry.status,
        "actions": [] if over else entry.actions,
        "is_read": entry.read_at is not None,
        "seconds_left": left,
        "order": {"id": _text(entry.order_id), "order_number": number} if entry.order_id else None,
        **{name: timestamp(getattr(entry, name)) for name in _TIMES},
    }


def message_view(message: Message) -> dict[str, Any]:
    """A row of the delivery log; confidential texts are nobody's to read."""
    return {
        "id": str(message.id),
        **{name: getattr(message, name) for name in _MESSAGE},
        "body": None if message.confidential else message.body,
        "notification_id": _text(message.notification_id),
        "order_id": _text(message.order_id),
        **{name: timestamp(getattr(message, name)) for name in _MESSAGE_TIMES},
    }


def _text(value: Any) -> str | None:
    return str(value) if value is not None else None
