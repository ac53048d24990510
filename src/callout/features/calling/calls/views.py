"""How calls look to API clients."""

from collections.abc import Sequence
from typing import Any

from callout.features.calling.calls.tables import Call, CallCost, CallFact, CallHold, CallLatency
from callout.features.prospecting.tables import Contact
from callout.features.prospecting.views import columns_of
from callout.kit.http.wire import timestamp
from callout.kit.text.phones import mask_phone

View = dict[str, Any]
_INSIDE = ("media_token_hash", "media_token_until", "agreed", "result", "dial_started_at", "settled_at")
_LATENCIES = (
    "turn",
    "endpoint_ms",
    "stt_final_ms",
    "llm_first_token_ms",
    "sentence_ms",
    "tts_first_byte_ms",
    "platform_ms",
    "voice_to_voice_ms",
)


def call_view(call: Call, *, masked: bool, contact: Contact | None = None) -> View:
    """A call in a list; `masked` hides the numbers."""
    view = columns_of(call, *_INSIDE)
    view["cost"] = _money(call.cost)
    view["recording_available"] = call.recording_file_id is not None
    view["latency_ms"] = call.latency_p50_ms
    view["contact_name"] = contact.name if contact else None
    if masked:
        for name in ("to_number", "from_number"):
            view[name] = mask_phone(view[name]) if view[name] else view[name]
        view["callback_note"] = None
        view["variables"] = {}
    return view


def detail_view(
    call: Call,
    *,
    masked: bool,
    contact: Contact | None,
    costs: Sequence[CallCost],
    latencies: Sequence[CallLatency],
    facts: Sequence[CallFact],
) -> View:
    """A call with its parts: what it cost, how long replies took, what was reported, what came of it."""
    result = call.result or {}
    return call_view(call, masked=masked, contact=contact) | {
        "costs": [cost_view(row) for row in costs],
        "latency": [{name: getattr(row, name) for name in _LATENCIES} for row in latencies],
        "events": [fact_view(row) for row in facts],
        "compliance": list(result.get("compliance") or ()),
        "result": None if masked else {name: value for name, value in result.items() if name != "compliance"} or None,
    }


def live_view(call: Call, hold: CallHold | None, *, masked: bool, contact: Contact | None = None) -> View:
    """A running call with how it goes; `live` is null while no process holds its audio."""
    live = dict(hold.snapshot) if hold is not None else None
    return call_view(call, masked=masked, contact=contact) | {"live": live}


def cost_view(row: CallCost) -> View:
    """One provider's part of the cost."""
    return {
        "provider": row.provider,
        "service": row.service,
        "units": float(row.units),
        "unit": row.unit,
        "cost": _money(row.cost),
        "currency": row.currency,
        "is_estimate": row.is_estimate,
    }


def fact_view(row: CallFact) -> View:
    """Something that was reported about a call."""
    shown = {name: value for name, value in row.fact.items() if name not in {"kind", "at", "source", "sequence"}}
    return {
        "kind": row.kind,
        "source": row.source,
        "at": timestamp(row.at),
        "received_at": timestamp(row.created_at),
        "sequence": row.sequence,
        "applied": row.applied,
        **shown,
    }


def _money(amount: Any) -> str | None:
    """An amount with the places it has, at least two."""
    if amount is None:
        return None
    text = f"{amount:.6f}".rstrip("0")
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"
