"""Everything a tenant can see through the API, without what differs from run to run: ids, times, tokens."""

import asyncio
import json
import re
import time
from functools import partial
from typing import Any

from callout.run.demo.client import Client

State = dict[str, Any]

SETTLED_WITHIN_S = 120.0
LISTS = {
    "vendors": "/api/admin/vendors",
    "invites": "/api/admin/vendors/invites",
    "users": "/api/admin/users",
    "orders": "/api/admin/orders",
    "offers": "/api/admin/vendor-selection/offers",
    "decisions": "/api/admin/vendor-selection/decisions",
    "trigger rules": "/api/admin/vendor-selection/trigger-rules",
    "trigger events": "/api/admin/vendor-selection/trigger-events",
    "evaluations": "/api/admin/vendor-selection/evaluations",
    "conversations": "/api/admin/conversations",
    "invoices": "/api/admin/invoices",
    "messages": "/api/admin/messages",
    "notifications": "/api/admin/notifications",
    "imports": "/api/admin/data-scraper/jobs",
    "businesses": "/api/admin/data-scraper/businesses",
    "contacts": "/api/admin/calling-agents/contacts",
    "call lists": "/api/admin/calling-agents/call-lists",
    "audit": "/api/admin/audit",
}
ONES = {
    "dashboard": "/api/admin/analytics/dashboard",
    "billing": "/api/admin/analytics/billing/summary",
    "series": "/api/admin/billing/series",
    "profile": "/api/admin/billing/profile",
    "businesses in all": "/api/admin/data-scraper/stats",
}
DETAILED = {"orders": ("", "/timeline", "/responses"), "conversations": ("",), "invoices": ("",)}

_VOLATILE = re.compile(
    r"^(version|seed|ms|.*_ms|seconds_left|response_time_min(utes)?|avg_response_min|first_response_min|.*completion.*_h"
    r"|last_.*|.*seen_at|snapshot|pdf_sha256|processing|cache_status|attempts|error|external_id"
    r"|metrics|slug|score|.*_probability|rank_key|explanation|travel_min|acceptance_rate|response_rate|qr)$"
)
_PATTERNS = (
    (re.compile(r"https?://\S+"), "<url>"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4}(, \d{1,2}:\d\d:\d\d\s[AP]M)?"), "<time>"),
    (re.compile(r"VND-[A-Z0-9]{6}"), "<code>"),
    (re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"), "<id>"),
)


async def final_state(client: Client, run: str) -> State:
    """Waits until nothing is under way any more and returns the state.

    Args:
        client: The owner's.
        run: The mark of the story that was played; taken out of names.
    """
    deadline = time.monotonic() + SETTLED_WITHIN_S
    before: State = {}
    while True:
        raw = await _read(client)
        state = _normal(raw, run)
        if state == before and not _under_way(raw):
            return state
        assert time.monotonic() < deadline, f"still under way: {_under_way(raw) or differences(before, state)}"
        before = state
        await asyncio.sleep(0.5)


def differences(expected: Any, found: Any, path: str = "") -> list[str]:
    """Where two states differ, one line each."""
    if isinstance(expected, dict) and isinstance(found, dict):
        lines = []
        for key in sorted({*expected, *found}):
            lines += differences(expected.get(key, "<absent>"), found.get(key, "<absent>"), f"{path}/{key}")
        return lines
    if isinstance(expected, list) and isinstance(found, list) and expected != found:
        missing, extra = _unmatched(expected, found), _unmatched(found, expected)
        if len(missing) == len(extra):
            return [line for pair in zip(missing, extra, strict=True) for line in differences(*pair, f"{path}[]")]
        lines = [f"{path}: lacks {str(item)[:400]}" for item in missing]
        return lines + [f"{path}: has in addition {str(item)[:400]}" for item in extra]
    return [] if expected == found else [f"{path}: {str(expected)[:300]!r} became {str(found)[:300]!r}"]


def _unmatched(items: list[Any], others: list[Any]) -> list[Any]:
    rest = list(others)
    return [item for item in items if item not in rest or rest.remove(item)]  # type: ignore[func-returns-value]


async def _read(client: Client) -> State:
    raw: State = {}
    for name, path in LISTS.items():
        raw[name] = await _all(client, path)
    # at which moments of a talk under way the rules were looked at is a matter of pace
    raw["evaluations"] = [one for one in raw["evaluations"] if one["phase"] == "final"]
    for name, path in ONES.items():
        raw[name] = await client.get(path)
    for name, tails in DETAILED.items():
        for item in raw[name]:
            item["details"] = [await client.get(f"{LISTS[name]}/{item['id']}{tail}") for tail in tails]
    return raw


async def _all(client: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = await client.get(path, limit=200, offset=len(found))
        found += page["items"]
        if len(found) >= page["total"] or not page["items"]:
            return found


def _under_way(raw: State) -> list[str]:
    return [
        *(f"message {item['event']} {item['channel']}" for item in raw["messages"] if item["status"] == "queued"),
        *(f"invoice {item['number']}" for item in raw["invoices"] if item["pdf_status"] != "ready"),
        *(f"sending {item['number']}" for item in raw["invoices"] if not _was_sent(item, raw["messages"])),
        *(f"import {item['name']}" for item in raw["imports"] if item["status"] not in {"completed", "failed"}),
        *(f"call {item['id']}" for item in raw["conversations"] if item["status"] not in {"completed", "failed"}),
    ]


def _was_sent(invoice: dict[str, Any], messages: list[dict[str, Any]]) -> bool:
    """Sending is the last step of an invoice; where no channel is open, it leaves suppressed messages."""
    return any(
        message["event"] == "invoice_issued" and invoice["number"] in str(message["subject"]) for message in messages
    )


def _normal(raw: State, run: str) -> State:
    """Lists are put in an order of their own, so that only doubles, losses and changes show."""
    names = _names(raw)
    marks = {run: "<run>", **_numbers(raw)}
    state: State = {}
    for name in LISTS:
        state[name] = sorted(
            (_clean(item, names, marks) for item in raw[name]), key=partial(json.dumps, sort_keys=True)
        )
    for name in ONES:
        state[name] = _clean(raw[name], names, marks)
    state["invoice numbers"] = sorted(item["number"] for item in raw["invoices"] if item["number"])
    state["order numbers"] = sorted(item["order_number"] for item in raw["orders"])
    return state


def _names(raw: State) -> dict[str, str]:
    """Ids that stay recognisable by what they stand for."""
    names = {item["id"]: item["full_name"] for item in raw["vendors"]}
    names |= {item["user_id"]: item["full_name"] for item in raw["vendors"] if item.get("user_id")}
    names |= {item["id"]: item["order_number"] for item in raw["orders"]}
    names |= {item["id"]: f"invoice of {item['order_number']}" for item in raw["invoices"]}
    names |= {item["id"]: item["name"] for item in raw["trigger rules"]}
    return names | {item["id"]: str(item["phone_number"]) for item in raw["conversations"]}


def _numbers(raw: State) -> dict[str, str]:
    """Invoices by their orders: of two that wait for a worker, either may get the earlier number."""
    return {item["number"]: f"<invoice of {item['order_number']}>" for item in raw["invoices"] if item["number"]}


def _clean(value: Any, names: dict[str, str], marks: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _clean(inner, names, marks) for key, inner in value.items() if not _VOLATILE.match(key)}
    if isinstance(value, list):
        return [_clean(inner, names, marks) for inner in value]
    if not isinstance(value, str):
        return value
    if value in names:
        return names[value]
    text = value
    for mark, name in marks.items():
        text = text.replace(mark, name)
    for pattern, name in _PATTERNS:
        text = pattern.sub(name, text)
    return text
