"""Which details a rule requires, and which of them are known."""

from __future__ import annotations

from callout.features.conversations import urgency
from callout.features.conversations.model import Slots
from callout.features.triggers.model import PLACEHOLDER_NAME, Conditions, Gate


def gate(conditions: Conditions, slots: Slots) -> Gate:
    """The gate of a rule before the slots of a conversation."""
    wanted = {
        "customer_name": (conditions.customer_name_required, _has_name(slots)),
        "location": (conditions.location_required, slots.location is not None and slots.location.precision != "none"),
        "contact_details": (conditions.contact_details_required, bool(slots.contact_phone or slots.contact_email)),
        "service_type": (conditions.service_type_required, slots.service_type is not None),
        "budget": (conditions.budget_mentioned, slots.budget_range is not None),
        "timeline": (conditions.timeline_mentioned, slots.timeline is not None),
        "urgency": (conditions.urgency_indicators, urgency.rank(slots.urgency_level) >= urgency.rank("high")),
    }
    required = {name: known for name, (is_required, known) in wanted.items() if is_required}
    return Gate(
        required=tuple(required),
        met=tuple(name for name, known in required.items() if known),
        missing=tuple(name for name, known in required.items() if not known),
    )


def _has_name(slots: Slots) -> bool:
    name = (slots.customer_name or "").strip()
    return bool(name) and name.casefold() != PLACEHOLDER_NAME
