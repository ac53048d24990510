"""The nineteen ready-made rules."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from callout.features.triggers.model import (
    TRIGGER_TYPES,
    Actions,
    Conditions,
    Examples,
    Rule,
    RuleType,
    default_threshold,
)

_FILE = Path(__file__).parent / "data" / "templates.toml"

TIPS: tuple[str, ...] = (
    "Use the words customers use, not the words of the trade.",
    "Five to ten keywords are enough: further ones never lower the confidence, but rarely raise it.",
    "Phrases weigh more than keywords; write at least three whole ones.",
    "Add what people say when they do not want it, so that a refusal is heard.",
    "Test a rule against real conversations before switching it on.",
)
_NO_TIMELINE: frozenset[str] = frozenset({"quotation_sending", "service_inquiry", "emergency_service"})
_EMERGENCY_RESPONSE_MIN = 5


class Template(NamedTuple):
    """A ready-made rule with an example conversation and a note on its context."""

    code: str
    role: str
    rule: Rule
    example_conversation: tuple[str, ...]
    context_note: str


@cache
def all_templates() -> tuple[Template, ...]:
    """Every template, in the order of the data file."""
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))["template"]
    return tuple(_template(entry) for entry in entries)


def find(code: str) -> Template | None:
    """The template with this code."""
    return next((template for template in all_templates() if template.code == code), None)


def matching(role: str | None, rule_type: str | None) -> Sequence[Template]:
    """The templates of a trade and a type."""
    return [
        template
        for template in all_templates()
        if (role is None or template.role == role) and (rule_type is None or template.rule.type == rule_type)
    ]


def default_actions(rule_type: RuleType, priority_level: int = 3, response_time_minutes: int | None = None) -> Actions:
    """What a rule of a type does unless it says otherwise."""
    return Actions(
        create_order=rule_type != "service_inquiry",
        notify_vendors=rule_type != "service_inquiry",
        priority_level=priority_level,
        response_time_minutes=response_time_minutes,
        order_kind="quotation" if rule_type == "quotation_sending" else "service",
    )


def _template(entry: dict[str, Any]) -> Template:
    rule_type: RuleType = entry["type"]
    if rule_type not in TRIGGER_TYPES:
        raise ValueError(f"template {entry['code']}: unknown type {rule_type}")
    emergency = rule_type == "emergency_service"
    example = tuple(entry["example"])
    rule = Rule(
        name=entry["name"],
        type=rule_type,
        instructions=entry["instructions"],
        services=tuple(entry["services"]) if "services" in entry else None,
        keywords=tuple(entry["keywords"]),
        alternative_phrases=tuple(entry["phrases"]),
        negative_keywords=tuple(entry["negatives"]),
        conditions=Conditions(
            location_required=rule_type != "service_inquiry",
            service_type_required=entry.get("service", False),
            budget_mentioned=entry.get("budget", False),
            timeline_mentioned=entry.get("timeline", False) and rule_type not in _NO_TIMELINE,
        ),
        actions=default_actions(rule_type, 5 if emergency else 3, _EMERGENCY_RESPONSE_MIN if emergency else None),
        confidence_threshold=default_threshold(rule_type),
        examples=Examples(positive=tuple(line.partition(": ")[2] for line in example if line.startswith("Customer"))),
    )
    return Template(entry["code"], entry["role"], rule, example, entry["note"])
