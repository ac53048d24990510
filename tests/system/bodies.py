"""A valid body for every route that reads one before it looks for the row named by its path."""

from typing import Any

REASON = {"reason": "because it is so"}
LATER = "2031-05-05T10:00:00Z"
A = "/api/admin"
V = "/api/vendor"
C = f"{A}/conversations/{{conversation_id}}"
S = f"{A}/vendor-selection"
ORDER = {
    "customer_name": "Nora North",
    "customer_phone": "+12175550171",
    "customer_address": "12 Oak Street, Springfield",
    "service_type": "cleaning",
    "description": "House cleaning",
    "dispatch": False,
}
AGENT = {
    "name": "Mia",
    "language": "en",
    "welcome_message": "Do you have a minute?",
    "disclosure_line": "Hello, this is {agent_name}, an AI assistant calling for {business_name}.",
    "system_prompt": "Be brief.",
}
CONSENT = {"speaker_name": "Olga", "relation": "self"}
RULE = {"name": "A rule", "type": "custom", "instructions": "Somebody asks for it.", "keywords": ["it"]}


def path_bodies(some_id: str) -> dict[str, Any]:
    """Route → body; `some_id` stands wherever a body needs an id."""
    return {
        f"PATCH {C}": {"user_comments": "x"},
        f"PUT {C}/lead-status": {"lead_status": "interested"},
        f"PUT {C}/comments": {"user_comments": "x"},
        f"POST {C}/turns": {"turns": [{"speaker": "customer", "content": "x"}]},
        f"POST {C}/end": {},
        f"PUT {C}/scam/label": {"label": "scam"},
        f"POST {C}/reprocess": {"force": True},
        f"PATCH {A}/data-scraper/businesses/{{business_id}}": {"notes": "x"},
        f"PATCH {A}/calling-agents/contacts/{{contact_id}}": {"name": "x"},
        f"PATCH {A}/calling-agents/call-lists/{{call_list_id}}": {"name": "x"},
        f"POST {A}/calling-agents/call-lists/{{call_list_id}}/contacts": {"contact_ids": [some_id]},
        f"DELETE {A}/calling-agents/suppression/{{entry_id}}": {"removed_reason": "asked to be called again"},
        f"PATCH {A}/calling-agents/{{agent_id}}": {"name": "x"},
        f"POST {A}/calling-agents/{{agent_id}}/test-call": {"persona": "opt_out"},
        f"PATCH {A}/calling-agents/knowledge-bases/{{knowledge_base_id}}": {"name": "x"},
        f"POST {A}/calling-agents/knowledge-bases/{{knowledge_base_id}}/query": {"text": "x"},
        f"PATCH {A}/calling-agents/numbers/{{number_id}}": {"label": "x"},
        f"PATCH {A}/calling-agents/campaigns/{{campaign_id}}": {"name": "x"},
        f"DELETE {A}/calling-agents/compliance/registries/{{registry_id}}": {"removed_reason": "bought by mistake"},
        f"POST {A}/calling-agents/calls/{{call_id}}/say": {"text": "x"},
        f"POST {A}/calling-agents/calls/{{call_id}}/transfer": {"to": "+12175550177"},
        f"POST {A}/calling-agents/calls/{{call_id}}/end": {},
        f"PATCH {A}/api-configs/webhooks/{{endpoint_id}}": {"description": "x"},
        f"PATCH {A}/calling-agents/voices/{{voice_id}}": {"name": "x"},
        f"PUT {A}/calling-agents/voices/{{voice_id}}/consent": {**CONSENT, "audio_file_id": some_id},
        f"DELETE {A}/calling-agents/voices/{{voice_id}}/consent": REASON,
        f"POST {A}/calling-agents/voices/{{voice_id}}/synthesize": {"text": "x"},
        f"POST {A}/invoices/{{reference}}/credit-notes": REASON,
        f"POST {A}/invoices/{{reference}}/extend": {"due_date": "2031-05-05"},
        f"POST {A}/invoices/{{reference}}/payments": {"amount": "1.00", "method": "Cash"},
        f"POST {A}/invoices/{{reference}}/payments/{{payment_id}}/reverse": REASON,
        f"POST {A}/invoices/{{reference}}/send": {},
        f"PATCH {A}/orders/{{reference}}": {"admin_notes": "x"},
        f"POST {A}/orders/{{reference}}/assign": {"vendor_id": some_id},
        f"POST {A}/orders/{{reference}}/cancel": REASON,
        f"POST {A}/orders/{{reference}}/dispatch": {},
        f"POST {A}/orders/{{reference}}/follow-up": {"dispatch": False},
        f"POST {A}/orders/{{reference}}/links": {"kind": "status"},
        f"POST {A}/orders/{{reference}}/photos": {"stage": "other", "file_id": some_id},
        f"POST {A}/orders/{{reference}}/rating": {"stars": 1},
        f"POST {A}/orders/{{reference}}/reassign": REASON,
        f"POST {A}/orders/{{reference}}/resolve": {"resolution": "keep"},
        f"POST {A}/orders/{{reference}}/status": {"status": "on_way"},
        f"PATCH {A}/users/{{user_id}}": {"is_active": False},
        f"POST {S}/decisions/{{decision_id}}/replay": {},
        f"POST {S}/offers/{{offer_id}}/withdraw": REASON,
        f"POST {S}/policies/{{number}}/activate": {"force": True, "note": "now"},
        f"PATCH {S}/services/{{service_id}}": {"label": "x"},
        f"POST {S}/trigger-events/{{event_id}}/create-order": {},
        f"POST {S}/trigger-events/{{event_id}}/dismiss": {"dismissed_reason": "not wanted"},
        f"POST {S}/trigger-events/{{event_id}}/handle": {},
        f"PATCH {S}/trigger-rules/{{rule_id}}": {"name": "x"},
        f"POST {S}/trigger-rules/{{rule_id}}/duplicate": {},
        f"POST {S}/trigger-rules/{{rule_id}}/toggle": {"is_active": False},
        f"PATCH {A}/vendors/{{vendor_id}}": {"admin_notes": "x"},
        f"DELETE {A}/vendors/{{vendor_id}}": REASON,
        f"POST {A}/vendors/{{vendor_id}}/block": REASON,
        f"POST {A}/vendors/{{vendor_id}}/documents": {"kind": "license", "file_id": some_id},
        f"POST {A}/vendors/{{vendor_id}}/documents/{{document_id}}/review": {"review": "approved"},
        f"POST {A}/vendors/{{vendor_id}}/reactivate": {},
        f"POST {A}/vendors/{{vendor_id}}/suspend": REASON,
        f"POST {A}/vendors/{{vendor_id}}/time-off": {"from_at": LATER, "to_at": "2031-05-06T10:00:00Z"},
        f"POST {A}/vendors/{{vendor_id}}/verify": {},
        "POST /api/shared/files/{file_id}/sign": {"expires_in": 60},
        f"PUT {V}/orders/{{reference}}": {"notes": "x"},
        f"PATCH {V}/orders/{{reference}}": {"notes": "x"},
        f"POST {V}/orders/{{reference}}/accept": {},
        f"POST {V}/orders/{{reference}}/decline": {},
        f"POST {V}/orders/{{reference}}/photos": {"stage": "other", "file_id": some_id},
        f"POST {V}/orders/{{reference}}/release": REASON,
        f"POST {V}/orders/{{reference}}/response": {"action": "accept"},
        f"POST {V}/orders/{{reference}}/status": {"status": "on_way"},
    }


def bodies_naming(ids: dict[str, str]) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(who, method, path, body) of requests whose body names rows by id; `ids` is one id per table."""
    one = ids.__getitem__
    lists = f"{A}/calling-agents/call-lists"
    return [
        *(("owner", "POST", f"{A}/orders", {**ORDER, **more}) for more in (
            {"contact_id": one("contacts")}, {"conversation_id": one("conversations")},
            {"vendor_ids": [one("vendors")], "dispatch": True}, {"preferred_vendor_ids": [one("vendors")]},
            {"excluded_vendor_ids": [one("vendors")]}, {"follow_up_of": one("orders")},
        )),
        ("owner", "POST", S, {**ORDER, "vendor_ids": [one("vendors")], "dispatch": True}),
        ("owner", "POST", S, {**ORDER, "contact_id": one("contacts")}),
        ("owner", "POST", f"{A}/orders/bulk", {"action": "cancel", "ids": [one("orders")], **REASON}),
        ("owner", "POST", f"{A}/orders/bulk", {"action": "assign", "ids": [one("orders")], "value": one("vendors")}),
        ("owner", "POST", f"{A}/calling-agents/contacts", {"name": "N", "phone": "+12175550172",
                                                          "call_list_id": one("call_lists")}),
        ("owner", "POST", lists, {"name": "A list", "contact_ids": [one("contacts")]}),
        *(("owner", "POST", f"{A}/calling-agents/contacts/bulk", more) for more in (
            {"action": "delete", "ids": [one("contacts")]}, {"action": "tag", "ids": [one("contacts")], "value": "x"},
            {"action": "list_add", "ids": [one("contacts")], "value": one("call_lists")},
            {"action": "list_remove", "ids": [one("contacts")], "value": one("call_lists")},
        )),
        ("owner", "POST", f"{A}/calling-agents/contacts/merge", {"keep_id": one("contacts"),
                                                                "merge_ids": [one("businesses")]}),
        ("owner", "POST", f"{A}/calling-agents/consents", {"contact_id": one("contacts"), "scope": "call",
                                                          "basis": "express", "action": "withdrawn", "source": "x"}),
        ("owner", "POST", f"{A}/calling-agents/consents", {"phone": "+12175550173", "scope": "call", "basis": "express",
                                                          "action": "granted", "source": "x",
                                                          "evidence_file_id": one("files")}),
        ("owner", "POST", f"{A}/data-scraper/jobs", {"provider": "serpapi", "country": "US", "city": "Kerrville",
                                                     "business_types": ["zoo"], "target_list_id": one("call_lists")}),
        ("owner", "POST", f"{A}/calling-agents", {**AGENT, "voice_id": one("voices")}),
        ("owner", "POST", f"{A}/calling-agents/campaigns", {"name": "C", "agent_id": one("agents"),
                                                            "call_list_id": one("call_lists")}),
        *(("owner", "POST", f"{A}/calling-agents/calls", more) for more in (
            {"agent_id": one("agents"), "to_number": "+12175550176"},
            {"agent_id": one("agents"), "contact_id": one("contacts")},
        )),
        ("owner", "POST", f"{A}/calling-agents/numbers", {"phone": "+12175550175", "inbound_agent_id": one("agents")}),
        ("owner", "POST", f"{A}/calling-agents/knowledge-bases", {"name": "K", "file_ids": [one("files")]}),
        *(("owner", "POST", f"{A}/data-scraper/businesses/import-to-list", more) for more in (
            {"new_list_name": "Mine", "ids": [one("businesses")]},
            {"new_list_name": "Mine too", "filters": {"job_id": one("scrape_jobs")}},
            {"call_list_id": one("call_lists"), "filters": {}},
        )),
        *(("owner", "POST", f"{A}/data-scraper/businesses/bulk", {"action": "ignore", **more}) for more in (
            {"ids": [one("businesses")]}, {"filters": {"job_id": one("scrape_jobs")}},
        )),
        ("owner", "POST", f"{A}/data-scraper/duplicates/merge", {"keep_id": one("businesses"),
                                                                 "merge_ids": [one("businesses")[:-1] + "0"]}),
        *(("owner", "POST", f"{A}/data-scraper/businesses/enrich", more) for more in (
            {"ids": [one("businesses")]}, {"filters": {"job_id": one("scrape_jobs")}},
        )),
        ("owner", "POST", f"{S}/trigger-rules", {**RULE, "vendor_selection_criteria": {
            "preferred_vendor_ids": [one("vendors")]}}),
        ("owner", "POST", f"{S}/trigger-rules/test", {"rule_ids": [one("trigger_rules")], "text": "cleaning please"}),
        ("owner", "POST", f"{S}/trigger-rules/test", {"rule": RULE, "conversation_id": one("conversations")}),
        ("owner", "POST", f"{S}/trigger-rules/test", {"rule": RULE, "text": "x", "contact_id": one("contacts")}),
        ("owner", "POST", f"{S}/process-conversation", {"conversation_id": one("conversations")}),
        ("owner", "PUT", f"{S}/pairs", {"vendor_id": one("vendors"), "contact_id": one("contacts"),
                                        "relation": "blocked"}),
        ("owner", "DELETE", f"{S}/pairs?vendor_id={one('vendors')}&contact_id={one('contacts')}", {}),
        ("owner", "POST", f"{S}/rank", {"service_type": "cleaning", "priority": "medium",
                                        "customer_location": {"lat": 39.799, "lng": -89.644},
                                        "preferred_vendor_ids": [one("vendors")], "contact_id": one("contacts")}),
        ("owner", "POST", f"{A}/invoices", {"order_id": one("orders")}),
        ("owner", "POST", f"{A}/invoices/preview", {"profile": {"logo_file_id": one("files")}}),
        ("owner", "PUT", f"{A}/billing/profile", {"business_name": "N", "business_address": "1 Way",
                                                  "business_phone": "+12175550174", "business_email": "n@north.example",
                                                  "logo_file_id": one("files")}),
        ("owner", "PATCH", f"{A}/tenant", {"logo_file_id": one("files")}),
        ("owner", "PATCH", "/api/shared/auth/me", {"avatar_file_id": one("files")}),
        ("owner", "POST", f"{A}/notifications/read", {"ids": [one("notifications")]}),
        ("vendor", "PUT", f"{V}/notifications", {"notification_ids": [one("notifications")]}),
        ("vendor", "POST", f"{V}/notifications/action", {"notification_id": one("notifications"),
                                                         "action": "accept_order", "order_id": one("orders")}),
        ("vendor", "PUT", f"{V}/orders", {"order_id": one("orders"), "status": "accepted"}),
        ("vendor", "POST", f"{V}/profile/documents", {"kind": "license", "file_id": one("files")}),
    ]  # fmt: skip
