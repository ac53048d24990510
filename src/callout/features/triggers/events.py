"""Facts triggers publish."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from callout.kit.events import Event


class RuleUpdated(Event, frozen=True, kw_only=True):
    """A rule was made, changed, switched or deleted; the noun is the rule."""

    type: ClassVar[str] = "rule.updated"
    name: str
    change: str
    is_active: bool


class TriggerProgress(Event, frozen=True, kw_only=True):
    """How near the rules are in a running call; the noun is the conversation.

    `rules` holds {rule_id, name, confidence, threshold, triggered, missing}; `hints` the details the speaking
    agent should ask for now.
    """

    type: ClassVar[str] = "trigger.progress"
    at_seq: int | None
    rules: list[dict[str, Any]]
    hints: list[str]


class TriggerFired(Event, frozen=True, kw_only=True):
    """A rule fired; the noun is the trigger event. Orders, dispatch and messages follow in the same transaction.

    Attributes:
        location: {address, city, state, zip, geo {lat, lng}, precision}, as heard and geocoded.
        scheduled_from: aware UTC; when the customer wants it, if said exactly enough.
        urgency: of the conversation; `priority` already takes it in.
        actions: the rule's actions; `criteria` its vendor selection criteria.
        act: false when the events are only to be recorded (vendor selection skipped).
    """

    type: ClassVar[str] = "trigger.fired"
    conversation_id: UUID
    rule_id: UUID
    rule_version: int
    trigger_name: str
    trigger_type: str
    confidence: Decimal
    live: bool
    contact_id: UUID | None
    business_name: str | None
    customer_name: str | None
    customer_phone: str | None
    customer_email: str | None
    location: dict[str, Any] | None
    service_type: str | None
    service_label: str | None
    work_needed: str
    special_requirements: list[str]
    scheduled_from: datetime | None
    scheduled_to: datetime | None
    timeline_text: str | None
    budget: dict[str, Any] | None
    urgency: str
    priority: str
    priority_level: int
    language: str | None
    actions: dict[str, Any]
    criteria: dict[str, Any]
    act: bool
    is_scam: bool


class TriggerDismissed(Event, frozen=True, kw_only=True):
    """A firing was taken back; the noun is the trigger event.

    `by` is admin (dismissed) or evaluation (the customer changed their mind: a live order without acceptance is
    cancelled, an accepted one needs attention).
    """

    type: ClassVar[str] = "trigger.dismissed"
    conversation_id: UUID
    rule_id: UUID
    order_id: UUID | None
    by: str
    reason: str


class TriggerCompleted(Event, frozen=True, kw_only=True):
    """What a firing asked for is done, by its order or by hand; the noun is the trigger event."""

    type: ClassVar[str] = "trigger.completed"
    conversation_id: UUID
    rule_id: UUID
    order_id: UUID | None
    note: str | None
