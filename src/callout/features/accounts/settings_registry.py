"""Every setting a tenant may change: default, bounds and who may change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from callout.features.accounts.settings_kinds import (
    Kind,
    amount,
    calling_window,
    choice,
    country_codes,
    email,
    fixed,
    flag,
    list_of,
    networks,
    number,
    optional,
    ordering_of,
    origins,
    per,
    phone,
    required_documents,
    text,
    time_span,
    whole,
)


class TenantFacts(NamedTuple):
    """What some defaults are taken from."""

    country: str
    name: str
    email: str


class Setting(NamedTuple):
    """One setting.

    Attributes:
        key: ``group.name``.
        default: the value, or a function of the tenant.
        kind: what values are accepted.
    """

    key: str
    default: Any
    kind: Kind

    @property
    def group(self) -> str:
        return self.key.partition(".")[0]

    def default_for(self, tenant: TenantFacts) -> Any:
        """The value in force while the tenant has not set one."""
        return self.default(tenant) if callable(self.default) else self.default


class Group(NamedTuple):
    """Settings that are read and changed together."""

    name: str
    is_managers: bool
    settings: tuple[Setting, ...]


DEADLINES: Final = {"urgent": 15, "high": 60, "medium": 240, "low": 1440}
LLM_PROVIDERS: Final = ("openai", "claude", "gemini", "grok", "local_llm")
Default = Any | Callable[[TenantFacts], Any]


def _group(name: str, settings: Mapping[str, tuple[Default, Kind]], *, managers: bool = True) -> Group:
    rows = tuple(Setting(f"{name}.{key}", default, kind) for key, (default, kind) in settings.items())
    return Group(name, managers, rows)


GROUPS: Final = (
    _group(
        "triggers",
        {
            "enabled": (True, flag()),
            "live_order_creation": ("emergency_only", choice("emergency_only", "always", "never")),
            "default_threshold": (0.70, number(0.30, 0.99)),
            "semantic_enabled": (True, flag()),
            "llm_enabled": (True, flag()),
            "max_slot_hints": (3, whole(0, 10)),
            "event_expiry_d": (30, whole(1, 365)),
        },
    ),
    _group(
        "dispatch",
        {
            "auto_vendor_selection": (True, flag()),
            "offer_mode": ("waves", choice("waves", "sequential", "broadcast", "manual")),
            "default_radius_km": (15.0, number(1, 100)),
            "max_radius_km": (50.0, number(1, 200)),
            "min_vendor_rating": (4.0, number(1, 5)),
            "min_ratings_for_filter": (5, whole(1, 50)),
            "max_response_time_min": (30, whole(1, 1440)),
            "max_vendors_per_order": (3, whole(1, 10)),
            "min_score": (0.40, number(0, 0.9)),
            "business_hours_only": (False, flag()),
            "weekend_operations": (True, flag()),
            "require_online_for_urgent": (True, flag()),
            "allow_direct_assign": (True, flag()),
            "allow_locality": (False, flag()),
            "auto_reassign_no_show": (False, flag()),
            "deadline_min": (DEADLINES, per(tuple(DEADLINES), whole(1, 10080))),
            "operator_notes": ("", text(4000)),
        },
    ),
    _group(
        "orders",
        {
            "require_before_photo": (True, flag()),
            "require_after_photo": (True, flag()),
            "require_price_before_work": (True, flag()),
            "require_start_code": (False, flag()),
            "require_finish_code": (False, flag()),
            "offer_disclosure": ("full", choice("full", "masked")),
            "customer_confirmation": (True, flag()),
            "rating_request_delay_min": (30, whole(0, 10080)),
        },
    ),
    _group(
        "vendors",
        {
            "auto_verify": (False, flag()),
            "required_documents": ([], required_documents("license", "insurance", "id", "certificate", "other")),
            "default_max_open_jobs": (3, whole(1, 20)),
            "self_edit_services": (True, flag()),
        },
    ),
    _group(
        "calling",
        {
            "ring_timeout_s": (30, whole(10, 60)),
            "machine_detection": (True, flag()),
            "recording": (True, flag()),
            "max_attempts_per_day": (2, whole(1, 5)),
            "max_attempts_per_30d": (6, whole(1, 20)),
            "default_from_number": (None, optional(phone())),
            "kill_switch": (False, flag()),
        },
    ),
    _group(
        "compliance",
        {
            "window": (None, optional(calling_window("08:00", "21:00"))),
            "consent_policy": ("require", choice("require", "warn")),
            "consent_acknowledgement": (None, optional(text(500))),
            "recording_policy": ("by_country", choice("by_country", "always_announce", "never_record")),
            "abandonment_cap_pct": (3.0, number(0.5, 3)),
            "blocked_countries": ([], country_codes()),
            "allowed_countries": (lambda tenant: [tenant.country], country_codes()),
            "ai_disclosure": (True, fixed(True)),
        },
        managers=False,
    ),
    _group(
        "conversations",
        {
            "auto_process_on_call_end": (True, flag()),
            "skip_vendor_selection": (False, flag()),
            "enable_real_time_updates": (True, flag()),
            "webhook_retry_attempts": (3, whole(0, 10)),
            "processing_timeout_s": (30, whole(5, 300)),
            "cache_ttl_h": (24, whole(1, 168)),
            "archive_store": ("database", choice("database", "mongodb")),
        },
    ),
    _group(
        "scam",
        {
            "enabled": (True, flag()),
            "action": ("flag", choice("flag", "alert", "end_call")),
            "threshold": (0.60, number(0.30, 0.95)),
            "end_call_threshold": (0.90, number(0.60, 0.99)),
        },
    ),
    _group(
        "llm",
        {
            "order": (["openai", "claude", "gemini", "grok", "local_llm"], ordering_of(*LLM_PROVIDERS)),
            "live_timeout_s": (8, whole(2, 20)),
            "final_timeout_s": (20, whole(5, 60)),
            "monthly_token_cap": (None, optional(whole(0, 10**12))),
        },
        managers=False,
    ),
    _group(
        "billing",
        {
            "auto_invoice": (True, flag()),
            "allow_estimated_fallback": (False, flag()),
            "reminder_days": ([1, 7, 14], list_of(whole(0, 90), 5)),
            "vendor_sees_invoice": (True, flag()),
            "send_on_issue": (True, flag()),
        },
    ),
    _group(
        "referrals",
        {
            "enabled": (True, flag()),
            "reward_amount": ("25.00", amount(0, 1000)),
            "qualifying_event": ("first_completed_order", choice("first_completed_order", "verified")),
            "pending_expiry_d": (180, whole(7, 730)),
            "yearly_cap": (50, whole(0, 1000)),
        },
    ),
    _group(
        "notifications",
        {
            "email": (True, flag()),
            "sms": (False, flag()),
            "push": (True, flag()),
            "whatsapp": (False, flag()),
            "customer_sms": (True, flag()),
            "quiet_hours": ({"from": "21:00", "to": "08:00"}, time_span()),
            "sender_name": (lambda tenant: tenant.name, text(120)),
            "reply_to": (lambda tenant: tenant.email, email()),
        },
    ),
    _group(
        "retention",
        {
            "recordings_d": (90, whole(0, 730)),
            "transcripts_d": (730, whole(30, 1825)),
            "businesses_d": (180, whole(7, 1095)),
            "provider_payloads_d": (30, whole(1, 180)),
            "exports_d": (1, whole(1, 30)),
            "notifications_d": (90, whole(30, 365)),
            "messages_d": (180, whole(30, 730)),
            "audit_d": (730, whole(365, 3650)),
            "order_photos_d": (1095, whole(90, 3650)),
            "invoices_d": (3650, whole(2555, 7300)),
            "vendor_location_d": (1, whole(0, 7)),
        },
        managers=False,
    ),
    _group(
        "security",
        {
            "require_mfa": (False, flag()),
            "session_idle_d": (30, whole(1, 90)),
            "session_absolute_d": (90, whole(1, 365)),
            "mask_pii_for_viewers": (True, flag()),
            "allowed_origins": ([], origins()),
            "ip_allowlist": ([], networks()),
        },
        managers=False,
    ),
    _group(
        "scraper",
        {
            "default_min_rating": (3.0, number(0, 5)),
            "default_max_results": (200, whole(1, 10000)),
            "auto_import": (False, flag()),
            "request_interval_ms": (1500, whole(200, 10000)),
        },
    ),
)
"""The settings of the product specification (section 7), by group."""

BY_GROUP: Final = {group.name: group for group in GROUPS}
BY_KEY: Final = {setting.key: setting for group in GROUPS for setting in group.settings}


def keys_with_default(tenant: TenantFacts) -> Iterator[tuple[str, Any]]:
    """Every key with the value in force for a tenant that changed nothing."""
    for key, setting in BY_KEY.items():
        yield key, setting.default_for(tenant)
