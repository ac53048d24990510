"""How conversations look to API clients."""

from typing import Any

from callout.features.conversations.ports import MadeOrder
from callout.features.conversations.tables import Conversation, ConversationTurn, ScamAssessment
from callout.kit.http.wire import timestamp

_TIMES = ("started_at", "ended_at", "follow_up_at", "created_at", "updated_at")
_SUMMARY = (
    "external_id",
    "calling_system",
    "call_type",
    "status",
    "call_result",
    "duration_s",
    "summary",
    "intent",
    "sentiment",
    "lead_score",
    "lead_status",
    "priority_level",
    "triggers_detected",
    "vendor_selection_triggered",
    "risk_score",
    "severity",
    "user_comments",
)
_DETAIL = (
    "language",
    "turn_count",
    "conversion_probability",
    "outcome_category",
    "next_action",
    "is_scam",
    "processing",
    "cache_status",
    "storage_status",
    "analysis_version",
    "error",
    "version",
    "created_by_role",
    "updated_by_role",
)
_IDS = ("id", "call_id", "contact_id", "agent_id", "campaign_id", "order_id")


def summary_view(row: Any) -> dict[str, Any]:
    """A ConversationSummary of a row with the columns of `Conversation`."""
    slots = (row.analysis or {}).get("slots", {})
    return {
        **{name: _text(getattr(row, name)) for name in _IDS},
        **{name: getattr(row, name) for name in _SUMMARY},
        **{name: timestamp(getattr(row, name)) for name in _TIMES},
        "phone_number": row.phone_number,
        "customer_name": slots.get("customer_name"),
        "location": location_line(slots.get("location")),
        "service_type": slots.get("service_type"),
    }


def detail_view(row: Conversation) -> dict[str, Any]:
    """A Conversation without its parts."""
    return {
        **summary_view(row),
        **{name: getattr(row, name) for name in _DETAIL},
        "analysis": row.analysis,
        "recording_available": row.recording_url is not None,
    }


def turn_view(turn: ConversationTurn) -> dict[str, Any]:
    """One turn."""
    return {
        "id": str(turn.id),
        "conversation_id": str(turn.conversation_id),
        "seq": turn.seq,
        "external_turn_id": turn.external_turn_id,
        "speaker": turn.speaker,
        "content": turn.content,
        "at": timestamp(turn.at),
        "offset_ms": turn.offset_ms,
        "duration_ms": turn.duration_ms,
        "confidence": turn.confidence,
        "is_final": turn.is_final,
        "sentiment": float(turn.sentiment) if turn.sentiment is not None else None,
        "intent": turn.intent,
        "entities": turn.entities,
        "audio_file_id": _text(turn.audio_file_id),
        "interrupted": turn.interrupted,
        "created_at": timestamp(turn.created_at),
    }


def scam_view(row: ScamAssessment) -> dict[str, Any]:
    """A scam assessment."""
    names = ("is_scam", "risk_score", "confidence", "severity", "scam_type", "subject", "families", "evidence")
    more = ("recommendations", "action_taken", "model_version", "threshold", "processing_ms", "label", "label_note")
    return {
        "id": str(row.id),
        "conversation_id": str(row.conversation_id),
        **{name: getattr(row, name) for name in (*names, *more)},
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(row.updated_at),
        "version": row.version,
    }


def result_view(row: Conversation, made: MadeOrder) -> dict[str, Any]:
    """A ConversationResult."""
    took = row.processing or {}
    selection = {
        "order_id": _text(row.order_id),
        "vendors_selected": [str(vendor_id) for vendor_id in made.vendors_selected],
        "actions_taken": list(made.actions_taken),
    }
    return {
        "conversation_id": str(row.id),
        "status": row.status,
        "analysis_summary": {
            "intent": row.intent,
            "sentiment": row.sentiment,
            "lead_score": row.lead_score,
            "triggers_detected": row.triggers_detected,
            "vendor_selection_triggered": row.vendor_selection_triggered,
        },
        "vendor_selection": selection,
        "performance": {
            **{name: took.get(name) for name in ("analysis_ms", "trigger_ms", "selection_ms", "total_ms")},
            "cache_status": row.cache_status,
            "storage_status": row.storage_status,
        },
    }


def location_line(location: dict[str, Any] | None) -> str | None:
    """A place on one line."""
    if not location:
        return None
    return ", ".join(str(location[key]) for key in ("address", "city", "state", "zip") if location.get(key)) or None


def _text(value: Any) -> str | None:
    return str(value) if value is not None else None
