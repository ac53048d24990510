"""How notifications, messages and texts look to API clients."""

from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.notifications.tables import Message, Notification
from callout.kit.http.wire import timestamp

_TIMES = ("sent_at", "delivered_at", "read_at", "expires_at", "created_at", "updated_at")
_PLAIN = ("audience", "type", "subtype", "title", "message", "data", "priority", "urgent", "action_taken", "version")
_MESSAGE = (
    "event",
    "recipient_kind",
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


def message_view(message: Message, *, reader: str = "") -> dict[str, Any]:
    """A row of the delivery log.

    Confidential texts are nobody's to read; a viewer reads none, because customers' links in them act for the customer,
    and knows people without a login by their masked address only.
    """
    is_viewer = reader == "viewer"
    ref = message.recipient_ref
    return {
        "id": str(message.id),
        **{name: getattr(message, name) for name in _MESSAGE},
        "recipient_ref": message.address_masked if is_viewer and not _is_id(ref) else ref,
        "body": None if message.confidential or is_viewer else message.body,
        "notification_id": _text(message.notification_id),
        "order_id": _text(message.order_id),
        **{name: timestamp(getattr(message, name)) for name in _MESSAGE_TIMES},
    }


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _text(value: Any) -> str | None:
    return str(value) if value is not None else None
