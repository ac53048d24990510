"""What a rule says and what an evaluation finds. Plain frozen data."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec

RuleType = Literal[
    "location_visit", "quotation_sending", "order_booking", "service_inquiry", "emergency_service", "custom"
]
TRIGGER_TYPES: tuple[RuleType, ...] = get_args(RuleType)
TYPE_ALIASES = {"appointment_booking": "location_visit"}
Phase = Literal["live", "final", "test"]
Priority = Literal["low", "medium", "high", "urgent"]
PLACEHOLDER_NAME = "customer"

_DEFAULT_THRESHOLDS: dict[str, Decimal] = {"emergency_service": Decimal("0.60"), "order_booking": Decimal("0.80")}
STANDARD_THRESHOLD = Decimal("0.70")


def default_threshold(rule_type: str, standard: Decimal = STANDARD_THRESHOLD) -> Decimal:
    """The confidence from which a rule of this type fires unless it says otherwise."""
    return _DEFAULT_THRESHOLDS.get(rule_type, standard)


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known before a rule may fire."""

    customer_name_required: bool = True
    location_required: bool = True
    contact_details_required: bool = True
    service_type_required: bool = False
    budget_mentioned: bool = False
    timeline_mentioned: bool = False
    urgency_indicators: bool = False


class Actions(msgspec.Struct, frozen=True, kw_only=True):
    """What happens when a rule fires, in this order: order, dispatch, customer message."""

    send_customer_email: bool = True
    notify_vendors: bool = True
    create_order: bool = True
    priority_level: int = 3
    response_time_minutes: int | None = None
    order_kind: Literal["service", "quotation"] = "service"


class Criteria(msgspec.Struct, frozen=True, kw_only=True):
    """Which vendors may be asked. `location_radius_km` in km, `min_rating` 1..5."""

    location_radius_km: float = 10
    min_rating: float = 4.0
    max_vendors_to_notify: int = 3
    prefer_available: bool = True
    work_type_match: bool = True
    specialization_required: str | None = None
    offer_mode: str | None = None
    preferred_vendor_ids: tuple[UUID, ...] = ()
    excluded_vendor_ids: tuple[UUID, ...] = ()


class Examples(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences that should fire, should not, and are on the border."""

    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    edge: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger rule as it is evaluated; a draft has no id."""

    id: UUID | None = None
    version: int = 1
    name: str
    type: RuleType
    instructions: str = ""
    services: tuple[str, ...] | None = None
    keywords: tuple[str, ...] = ()
    alternative_phrases: tuple[str, ...] = ()
    negative_keywords: tuple[str, ...] = ()
    conditions: Conditions = Conditions()
    actions: Actions = Actions()
    vendor_selection_criteria: Criteria = Criteria()
    confidence_threshold: Decimal = STANDARD_THRESHOLD
    examples: Examples = Examples()
    llm_only: bool = False
    created_at: datetime | None = None

    def snapshot(self) -> dict[str, Any]:
        """The rule as JSON, kept with what it decided."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a language model says about a rule; counts only when its quote was found in the transcript."""

    confidence: Decimal
    quote: str
    validated: bool = False


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the confidence and what it rests on."""

    value: Decimal = Decimal(0)
    hits: tuple[str, ...] = ()


class Components(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of the confidence; `negative` is the penalty factor."""

    keywords: Component = Component()
    phrases: Component = Component()
    semantic: Component = Component()
    context: Component = Component()
    llm: Component = Component()
    negative: Component = Component(value=Decimal(1))

    def document(self) -> dict[str, dict[str, Any]]:
        """The parts as JSON numbers and lists."""
        return {
            name: {"value": float(part.value), "hits": list(part.hits)}
            for name in self.__struct_fields__
            for part in (getattr(self, name),)
        }


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """The required details, those known and those missing."""

    required: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


class Veto(msgspec.Struct, frozen=True, kw_only=True):
    """The words that forbid a rule to fire. `seq` is the turn."""

    kind: Literal["negative_keyword", "negated", "refusal", "opt_out"]
    seq: int
    text: str


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """One rule held against one conversation."""

    rule: Rule
    triggered: bool
    confidence: Decimal
    components: Components
    gate: Gate
    vetoed_by: Veto | None
    reason: str
    ms: int = 0

    @property
    def reached(self) -> bool:
        """Whether the confidence suffices, whatever the gate says."""
        return self.vetoed_by is None and self.confidence >= self.rule.confidence_threshold
