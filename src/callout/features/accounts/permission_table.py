"""The permission table as data: every noun and verb against every role.

One row: nouns, verbs, one mark per role in the order of ``ROLES``. ``Y`` allowed, ``o`` own rows only,
``f`` limited fields or cases (the use case narrows it), ``-`` denied.
"""

from typing import Final

ROLES: Final = ("owner", "manager", "viewer", "vendor", "customer", "agent", "system")
LETTERS: Final = dict(zip("OMWVCAS", ROLES, strict=True))

ROWS: Final = (
    ("account", "read update change_password manage_mfa read_sessions revoke_sessions", "oooo---"),
    ("tenant", "read", "YYYffYY"),
    ("tenant", "update rotate_webhook_token", "Y-----Y"),
    ("tenant", "close", "Y------"),
    ("settings", "read", "YYY--YY"),
    ("settings", "update", "Yf-----"),
    ("user", "read", "YYf---Y"),
    ("user", "change_role disable delete revoke_sessions", "Y-----Y"),
    ("invitation", "create revoke", "Yf-----"),
    ("access_key", "create read revoke", "Y------"),
    ("audit_entry", "read", "YY----Y"),
    ("subscription usage", "read", "YYY---Y"),
    ("subscription", "change_plan cancel", "Y-----Y"),
    ("provider_config", "read", "YYf--YY"),
    ("provider_config", "validate", "YY----Y"),
    ("provider_config", "create update delete", "Y------"),
    ("webhook_endpoint webhook_delivery", "read", "YY----Y"),
    ("webhook_endpoint webhook_delivery", "create update delete replay", "Y------"),
    ("file", "create", "YY-o-YY"),
    ("file", "read", "YYfofYY"),
    ("file", "delete", "YY-o--Y"),
    ("export", "create read", "YY----Y"),
    ("scrape_job business", "read", "YYY--YY"),
    ("scrape_job", "create pause resume stop", "YY----Y"),
    ("business", "update delete merge import", "YY-----"),
    ("contact call_list", "read", "YYY--YY"),
    ("contact", "create update", "YY---fY"),
    ("call_list", "create update", "YY----Y"),
    ("contact call_list", "import merge", "YY----Y"),
    ("contact call_list", "delete", "YY----Y"),
    ("contact call_list", "erase", "Y-----Y"),
    ("consent_record suppression_entry", "read", "YYY--YY"),
    ("consent_record suppression_entry", "create", "YY---YY"),
    ("suppression_entry", "remove", "Y------"),
    ("agent knowledge_base voice phone_number", "read", "YYY--YY"),
    ("agent knowledge_base phone_number", "create update delete", "YY-----"),
    ("voice", "clone retrain delete", "YY----Y"),
    ("voice", "attest_consent", "Y-----Y"),
    ("campaign", "read pre_flight", "YYY--YY"),
    ("campaign", "create update start cancel", "YY-----"),
    ("campaign", "pause", "YY---YY"),
    ("call", "read", "YYY--YY"),
    ("call", "start end mute say whisper take_over transfer", "YY---YY"),
    ("recording", "listen download", "YY---YY"),
    ("conversation turn", "read", "YYY--YY"),
    ("conversation turn", "ingest reprocess append", "YY---YY"),
    ("conversation", "set_lead_status", "YY---YY"),
    ("conversation", "comment follow_up", "YY----Y"),
    ("conversation", "delete clear_cache", "YY----Y"),
    ("scam_assessment", "read", "YYY--YY"),
    ("scam_assessment", "label", "YY----Y"),
    ("trigger_rule", "read", "YYY--YY"),
    ("trigger_rule", "create update delete toggle test generate", "YY-----"),
    ("trigger_event", "read", "YYY--YY"),
    ("trigger_event", "create", "-----YY"),
    ("trigger_event", "dismiss handle", "YY----Y"),
    ("service", "read", "YYYYfYY"),
    ("service", "create update retire", "YY-----"),
    ("dispatch_policy", "read simulate", "YYY--YY"),
    ("dispatch_policy", "create_version activate", "Y------"),
    ("decision_record", "read", "YYYf-YY"),
    ("order", "read", "YYYofYY"),
    ("order", "create", "YY---YY"),
    ("order", "update", "YY---f-"),
    ("order", "advance price photos notes", "YY-o---"),
    ("order", "dispatch", "YY---YY"),
    ("order", "assign", "YY-----"),
    ("order", "reassign resolve issue_signed_link", "YY----Y"),
    ("order", "cancel", "YY--f-Y"),
    ("offer", "read", "YYYo-YY"),
    ("offer", "accept decline release", "---o---"),
    ("offer", "create withdraw", "YY---YY"),
    ("vendor_response", "read", "YYYo-YY"),
    ("vendor_response", "create", "---o--Y"),
    ("vendor", "read", "YYYofYY"),
    ("vendor", "update", "YY-f--Y"),
    ("vendor", "invite verify suspend reactivate", "YY----Y"),
    ("vendor", "block", "Yf-----"),
    ("vendor", "unblock", "YY-----"),
    ("vendor", "delete", "Y------"),
    ("vendor_document", "create", "YY-o--Y"),
    ("vendor_document", "read", "YYYo--Y"),
    ("vendor_document", "review", "YY----Y"),
    ("rating", "read", "YYYofYY"),
    ("rating", "create", "YY--o--"),
    ("rating", "hide", "Y------"),
    ("billing_profile", "read", "YYY---Y"),
    ("billing_profile", "update", "YY----Y"),
    ("invoice", "read download", "YYYff-Y"),
    ("invoice", "send", "YY----Y"),
    ("invoice", "record_payment credit", "YY-----"),
    ("referral_code", "create", "---o---"),
    ("referral_code", "read", "YYYo---"),
    ("referral_code", "revoke", "---o--f"),
    ("reward_entry", "read", "YYYo--Y"),
    ("reward_entry", "pay", "YY-----"),
    ("reward_entry", "void", "YY----Y"),
    ("notification", "read mark_read", "oooo---"),
    ("message", "read", "YYY---Y"),
    ("message", "resend", "YY----Y"),
    ("message_template", "read", "YYY---Y"),
    ("message_template", "update", "YY----Y"),
    ("analytics", "read", "YYYf--Y"),
)
"""The table of the product specification (section 2.2), a row split where its note treats its verbs differently."""

ENDPOINT_ROWS: Final = (
    ("identity", "read", "YYYY-Y-"),
    ("account", "logout", "oooo---"),
    ("ticket", "create", "YYYY---"),
    ("invitation", "read", "YY-----"),
    ("invoice", "issue", "YY----Y"),
    ("referral_code", "use", "---o---"),
    ("place", "read", "YY-Y-Y-"),
    ("voice", "update synthesize", "YY-----"),
)
"""What the API's role columns grant although the table has no verb for it."""

BLOCKED_MAY: Final = frozenset({"vendor.read", "notification.read", "account.logout", "identity.read"})
"""All that is left to a blocked vendor."""

PENDING_MAY: Final = BLOCKED_MAY | {
    *("vendor.update", "vendor_document.create", "vendor_document.read"),
    *("file.create", "file.read", "file.delete", "notification.mark_read", "analytics.read", "referral_code.use"),
    *("account.read", "account.update", "account.change_password", "account.manage_mfa"),
    *(
        "account.read_sessions",
        "account.revoke_sessions",
        "ticket.create",
        "service.read",
        "tenant.read",
        "place.read",
        "place.read",
    ),
}
"""What a vendor waiting for verification may do: the profile and what fills it, the inbox, the dashboard."""

CLOSED_MAY: Final = frozenset({"tenant.read", "tenant.close", "identity.read", "account.logout", "account.read"})
"""What an owner of a closed business may still do: look, and reopen it."""

MFA_SETUP_MAY: Final = frozenset({"account.manage_mfa", "account.read", "account.logout", "identity.read"})
"""What is open to an owner or manager who has yet to set up the second factor the business requires."""


def _cells() -> dict[str, dict[str, str]]:
    cells: dict[str, dict[str, str]] = {}
    for nouns, verbs, marks in (*ROWS, *ENDPOINT_ROWS):
        for noun in nouns.split():
            for verb in verbs.split():
                cells[f"{noun}.{verb}"] = dict(zip(ROLES, marks, strict=True))
    return cells


CELLS: Final = _cells()
"""``CELLS["order.read"]["vendor"] == "o"``."""
