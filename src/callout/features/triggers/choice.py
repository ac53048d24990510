"""Which of several fired rules acts, and how urgent its order is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from callout.features.conversations.model import Urgency
from callout.features.triggers.model import Evaluation, Priority

_OLDEST = datetime.max.replace(tzinfo=UTC)
_PRIORITIES: tuple[Priority, ...] = ("low", "medium", "high", "urgent")
_OF_LEVEL: dict[int, Priority] = {1: "low", 2: "low", 3: "medium", 4: "high", 5: "urgent"}


def ranked(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """The fired evaluations, the one that acts first: confidence (3 decimals), priority level, older rule."""
    fired = [one for one in evaluations if one.triggered]
    return sorted(
        fired,
        key=lambda one: (
            -one.confidence.quantize(Decimal("0.001"), ROUND_HALF_UP),
            -one.rule.actions.priority_level,
            one.rule.created_at or _OLDEST,
            str(one.rule.id),
        ),
    )


def priority_of(level: int, urgency: Urgency) -> Priority:
    """The order's priority from the rule's level; the conversation's urgency can only raise it."""
    base = _OF_LEVEL[level]
    floor: Priority = "urgent" if urgency == "emergency" else "high" if urgency == "high" else "low"
    return max(base, floor, key=_PRIORITIES.index)
