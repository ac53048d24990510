"""Every message the product can send: to whom, on which channels, with which variables (product specification §8)."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Audience = Literal["vendor", "customer", "admin", "user"]
Channel = Literal["in_app", "push", "email", "sms", "whatsapp"]
CHANNELS: Final[tuple[Channel, ...]] = ("in_app", "push", "email", "sms", "whatsapp")
COMMON: Final = frozenset(
    {"business_name", "business_phone", "business_email", "order_number", "service_type", "status_link"}
)
_LETTERS: Final[Mapping[str, Channel]] = {
    "i": "in_app",
    "p": "push",
    "e": "email",
    "s": "sms",
    "w": "whatsapp",
}


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of message.

    Attributes:
        channels: channels by audience, in the order they are tried.
        variables: names a template may use, the common ones included.
        type: type of the inbox entry.
        security: cannot be switched off, and its text is nobody else's to read.
        account: also for vendors who are pending or blocked.
    """

    key: str
    channels: Mapping[Audience, tuple[Channel, ...]]
    variables: frozenset[str]
    type: str = "system_message"
    security: bool = False
    account: bool = False


def _kind(
    key: str,
    channels: Mapping[Audience, str],
    variables: str = "",
    type_: str = "system_message",
    *,
    security: bool = False,
    account: bool = False,
) -> Kind:
    return Kind(
        key=key,
        channels={who: tuple(_LETTERS[letter] for letter in letters) for who, letters in channels.items()},
        variables=COMMON | set(variables.split()),
        type=type_,
        security=security,
        account=account or security,
    )


_KINDS: Final = (
    _kind("email_verify", {"user": "e"}, "full_name link code expires_in", security=True),
    _kind("password_reset", {"user": "e"}, "full_name link code expires_in", security=True),
    _kind("invitation", {"user": "e"}, "full_name link code expires_in", security=True),
    _kind("login_new_device", {"user": "ei"}, "full_name device ip at link", security=True),
    _kind("password_changed", {"user": "ei"}, "full_name device ip at link", security=True),
    _kind("mfa_changed", {"user": "ei"}, "full_name device ip at link", security=True),
    _kind("vendor_invited", {"user": "es"}, "invite_code expires_at app_link", account=True),
    _kind("vendor_registered", {"admin": "ie"}, "vendor_name services phone"),
    _kind("account_verified", {"vendor": "ipew"}, "vendor_name", account=True),
    _kind("account_blocked", {"vendor": "ipe"}, "reason until", "account_blocked", account=True),
    _kind("account_suspended", {"vendor": "ipe"}, "reason until", "account_blocked", account=True),
    _kind("account_reactivated", {"vendor": "ipew"}, "vendor_name", "account_reactivated", account=True),
    _kind(
        "order_confirmation",
        {"customer": "es"},
        "customer_name location scheduled_date vendors_count estimated_response_time company_name",
    ),
    _kind("service_information", {"customer": "e"}, "customer_name"),
    _kind("quote", {"customer": "es"}, "customer_name price description"),
    _kind(
        "new_order",
        {"vendor": "ipew"},
        "vendor_name customer_name location priority description estimated_value distance_km scheduled_date "
        "response_deadline customer_phone order_id",
        "new_order",
    ),
    _kind("offer_taken", {"vendor": "ip"}, "reason", "order_update"),
    _kind("offer_withdrawn", {"vendor": "ip"}, "reason", "order_update"),
    _kind("offer_expired", {"vendor": "ip"}, "reason", "order_update"),
    _kind(
        "order_assigned",
        {"vendor": "ip", "customer": "esw"},
        "vendor_first_name eta scheduled_date",
        "order_assigned",
    ),
    _kind("order_on_way", {"customer": "swe"}, "vendor_first_name vendor_phone eta", "order_update"),
    _kind("order_processing", {"customer": "swe"}, "vendor_first_name vendor_phone eta", "order_update"),
    _kind(
        "order_completed",
        {"customer": "ew", "admin": "i"},
        "final_amount invoice_number invoice_link",
        "order_update",
    ),
    _kind(
        "order_rescheduled",
        {"vendor": "ip", "customer": "se"},
        "old_date new_date reason",
        "order_update",
    ),
    _kind("order_reassigned", {"vendor": "ip", "customer": "se"}, "old_date new_date reason", "order_update"),
    _kind("no_show_warning", {"vendor": "pi", "admin": "pi"}, "minutes_late scheduled_date vendor_name"),
    _kind("order_cancelled", {"vendor": "ipe", "customer": "es"}, "reason", "order_cancelled"),
    _kind("order_delayed", {"customer": "se"}, "next_step"),
    _kind("order_change_requested", {"admin": "ipe"}, "kind message preferred_start", "order_update"),
    _kind("order_needs_attention", {"admin": "iep"}, "attention_reason age_min link", "order_update"),
    _kind("trigger_fired", {"admin": "i"}, "trigger_name confidence customer_name"),
    _kind("scam_alert", {"admin": "ip"}, "severity scam_type quote"),
    _kind("opt_out_recorded", {"admin": "i"}, "phone_masked"),
    _kind("campaign_finished", {"admin": "ie"}, "campaign_name stats paused_reason"),
    _kind("campaign_paused", {"admin": "ie"}, "campaign_name stats paused_reason detail"),
    _kind("voice_ready", {"admin": "i"}, "voice_name"),
    _kind("voice_failed", {"admin": "i"}, "voice_name failure_reason"),
    _kind("voice_archived", {"admin": "i"}, "voice_name agents_stopped"),
    _kind("knowledge_failed", {"admin": "i"}, "knowledge_name failure_reason"),
    _kind(
        "invoice_issued",
        {"customer": "ews"},
        "invoice_number total_amount due_date invoice_link payment_link",
    ),
    _kind("invoice_reminder", {"customer": "es"}, "invoice_number days_overdue balance invoice_link"),
    _kind("invoice_paid", {"customer": "e"}, "invoice_number amount received_at"),
    _kind("billing_profile_missing", {"admin": "ie"}, "orders_waiting"),
    _kind("invoice_failed", {"admin": "ie"}, "orders_waiting"),
    _kind("rating_request", {"customer": "se"}, "rating_link"),
    _kind("rating_received", {"vendor": "ip", "admin": "i"}, "stars"),
    _kind("export_ready", {"user": "i"}, "filename download_link"),
)
KINDS: Final[Mapping[str, Kind]] = {kind.key: kind for kind in _KINDS}


def channels_of(key: str) -> frozenset[str]:
    """The channels a key is sent on to anybody."""
    return frozenset(channel for channels in KINDS[key].channels.values() for channel in channels)
