"""How rules, evaluations and trigger events look to API clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callout.features.triggers.model import Evaluation
from callout.features.triggers.tables import TriggerEvaluation, TriggerEvent, TriggerRule
from callout.features.triggers.templates import Template
from callout.kit.http.wire import money, timestamp

_RULE = (
    "name", "type", "description", "instructions", "services", "keywords", "alternative_phrases", "negative_keywords",
    "conditions", "actions", "vendor_selection_criteria", "is_active", "llm_only", "examples", "origin",
    "template_code", "optimization_notes", "version", "created_by_role", "updated_by_role",
)  # fmt: skip
_EVENT = (
    "rule_version", "trigger_name", "type", "at_seq", "live", "status", "business_name", "customer_name",
    "customer_email", "location", "timeline", "service_type", "work_needed", "urgency", "priority", "priority_level",
    "price_package", "special_requirements", "selected_vendor_ids", "actions_taken", "customer_satisfaction",
    "dismissed_reason", "handled_note", "version", "created_by_role", "updated_by_role",
)  # fmt: skip
_EVENT_IDS = ("id", "conversation_id", "rule_id", "contact_id", "primary_vendor_id", "order_id", "merged_into_id")
_EVENT_TIMES = ("triggered_at", "completed_at", "created_at", "updated_at")


def rule_view(row: TriggerRule, figures: Mapping[str, int]) -> dict[str, Any]:
    """A TriggerRule with its figures."""
    return {
        "id": str(row.id),
        **{name: getattr(row, name) for name in _RULE},
        "confidence_threshold": float(row.confidence_threshold),
        "quality_score": _number(row.quality_score),
        "created_by": _text(row.created_by),
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(row.updated_at),
        "stats": dict(figures),
    }


def event_view(
    row: TriggerEvent, rule_name: str | None, order: Mapping[str, Any] | None, *, currency: str
) -> dict[str, Any]:
    """A TriggerEvent with the summaries of its rule and order."""
    return {
        **{name: _text(getattr(row, name)) for name in _EVENT_IDS},
        **{name: getattr(row, name) for name in _EVENT},
        **{name: timestamp(getattr(row, name)) for name in _EVENT_TIMES},
        "customer_phone": row.customer_phone,
        "confidence": float(row.confidence),
        "estimated_value": money(row.estimated_value, currency),
        "currency": currency,
        "vendor_count": len(row.selected_vendor_ids),
        "response_time_min": _number(row.response_time_min),
        "completion_time_h": _number(row.completion_time_h),
        "rule": {
            "id": str(row.rule_id),
            "name": rule_name or row.rule_snapshot["name"],
            "type": row.type,
            "version": row.rule_version,
        },
        "order": dict(order) if order else None,
    }


def logged_view(row: TriggerEvaluation) -> dict[str, Any]:
    """An entry of the evaluation log, with the rule as it was."""
    return {
        "id": str(row.id),
        "conversation_id": str(row.conversation_id),
        "rule_id": str(row.rule_id),
        "rule_version": row.rule_version,
        "rule": {"id": str(row.rule_id), "name": row.rule_snapshot["name"], "type": row.rule_snapshot["type"]},
        "threshold": float(row.rule_snapshot["confidence_threshold"]),
        "at_seq": row.at_seq,
        "phase": row.phase,
        "triggered": row.triggered,
        "confidence": float(row.confidence),
        "components": row.components,
        "gate": row.gate,
        "vetoed_by": row.vetoed_by,
        "reason": row.reason,
        "ms": row.ms,
        "created_at": timestamp(row.created_at),
    }


def evaluation_view(one: Evaluation, would_create: Mapping[str, Any] | None) -> dict[str, Any]:
    """One rule held against a conversation as a test shows it."""
    return {
        "rule": {"id": _text(one.rule.id), "name": one.rule.name, "type": one.rule.type},
        "triggered": one.triggered,
        "confidence": float(one.confidence),
        "threshold": float(one.rule.confidence_threshold),
        "components": one.components.document(),
        "gate": {name: list(getattr(one.gate, name)) for name in ("required", "met", "missing")},
        "vetoed_by": None
        if one.vetoed_by is None
        else {"kind": one.vetoed_by.kind, "seq": one.vetoed_by.seq, "text": one.vetoed_by.text},
        "reason": one.reason,
        "would_create": dict(would_create) if would_create else None,
    }


def progress_view(row: TriggerEvaluation) -> dict[str, Any]:
    """How near one rule was at its last evaluation."""
    return {
        "rule_id": str(row.rule_id),
        "name": row.rule_snapshot["name"],
        "confidence": float(row.confidence),
        "threshold": float(row.rule_snapshot["confidence_threshold"]),
        "triggered": row.triggered,
        "missing": row.gate.get("missing", []),
    }


def template_view(template: Template) -> dict[str, Any]:
    """A template with its rule."""
    return {
        "code": template.code,
        "role": template.role,
        "name": template.rule.name,
        "type": template.rule.type,
        "rule": draft_view(template.rule.snapshot()),
        "example_conversation": list(template.example_conversation),
        "context_note": template.context_note,
    }


def draft_view(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """A rule that was not saved."""
    hidden = {"id", "version", "created_at"}
    shown = {name: value for name, value in snapshot.items() if name not in hidden}
    return {**shown, "confidence_threshold": float(snapshot["confidence_threshold"])}


def _text(value: object | None) -> str | None:
    return str(value) if value is not None else None


def _number(value: Any) -> float | None:
    return float(value) if value is not None else None
