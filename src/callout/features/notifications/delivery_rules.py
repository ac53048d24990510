"""Which channels a message takes, why one is left out, and when a failed attempt is repeated. Pure."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from callout.features.notifications.catalogue import Audience, Channel, Kind

RETRY_AFTER_S: Final = (60, 300, 900, 3600, 14400)
"""Pauses before each further attempt, in seconds (product specification §5.9)."""
WORKING_CHANNELS: Final = frozenset({"in_app", "email"})
_RESTRICTED: Final = frozenset({"pending", "blocked"})
_ORDER_UPDATES: Final = frozenset({"order_assigned", "order_update", "order_cancelled"})
_TENANT_SWITCH: Final[Mapping[str, str]] = {
    "email": "notifications.email",
    "push": "notifications.push",
    "sms": "notifications.sms",
    "whatsapp": "notifications.whatsapp",
}
_OWN_SWITCH: Final[Mapping[str, str]] = {
    "email": "email_notifications",
    "push": "push_notifications",
    "whatsapp": "whatsapp_integration",
}


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who gets a message.

    Attributes:
        ref: stable id of the person: a user id, or the address of somebody without a login.
        user_id: the login, for the inbox; None for customers.
        preferences: a vendor's own switches.
        status: of the vendor's account.
        bounced: the e-mail address is known to be dead.
        opted_out: channels the person does not want to hear from.
    """

    kind: Audience
    ref: str
    name: str | None = None
    user_id: Any = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    preferences: Mapping[str, Any] = {}
    status: str = "active"
    bounced: bool = False
    opted_out: frozenset[str] = frozenset()


class Planned(msgspec.Struct, frozen=True):
    """One channel of one message; `suppressed` says why it is not used."""

    channel: Channel
    suppressed: str | None = None


def plan_channels(kind: Kind, recipient: Recipient, settings: Mapping[str, Any]) -> list[Planned]:
    """The channels of a message to somebody, each with the reason that keeps it silent, if any.

    Args:
        kind: what is to be said.
        recipient: to whom.
        settings: the tenant's switches by key.
    """
    if recipient.kind == "vendor" and recipient.status in _RESTRICTED and not kind.account:
        return []
    channels = kind.channels.get(recipient.kind, ())
    if kind.key in ("order_on_way", "order_processing") and recipient.phone:
        channels = tuple(channel for channel in channels if channel != "email" or _sms_is_silent())
    return [Planned(channel, _reason(channel, kind, recipient, settings)) for channel in channels]


def retry_pause_s(attempts: int, wish_s: float | None) -> float | None:
    """Seconds until the next attempt after `attempts` failed ones; None when they are spent.

    Args:
        attempts: attempts made so far, at least 1.
        wish_s: what the provider asked to wait, if it did.
    """
    if attempts > len(RETRY_AFTER_S):
        return None
    return max(float(RETRY_AFTER_S[attempts - 1]), wish_s or 0.0)


def _reason(channel: Channel, kind: Kind, recipient: Recipient, settings: Mapping[str, Any]) -> str | None:
    if channel == "in_app":
        return None if recipient.user_id is not None else "no_inbox"
    if channel == "email" and not recipient.email:
        return "no_email"
    if channel in ("sms", "whatsapp") and not recipient.phone:
        return "no_phone"
    if channel not in WORKING_CHANNELS:
        return "channel_not_configured"
    if recipient.bounced and channel == "email":
        return "address_bounced"
    if kind.security:
        return None
    if not settings.get(_TENANT_SWITCH[channel], True):
        return "switched_off"
    if channel in recipient.opted_out:
        return "opted_out"
    return "preference" if _unwanted(channel, kind, recipient.preferences) else None


def _unwanted(channel: Channel, kind: Kind, preferences: Mapping[str, Any]) -> bool:
    if kind.account:
        return False
    if preferences.get(_OWN_SWITCH.get(channel, ""), True) is False:
        return True
    if kind.type == "new_order":
        return preferences.get("new_orders", True) is False
    return kind.type in _ORDER_UPDATES and preferences.get("order_updates", True) is False


def _sms_is_silent() -> bool:
    """Messages that prefer the phone go by e-mail as long as no phone channel works."""
    return not WORKING_CHANNELS & {"sms", "whatsapp"}
