"""Request bodies and queries about triggers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator

from callout.features.triggers.model import TYPE_ALIASES, RuleType
from callout.kit.http.fields import AwareTime, Geo, LongText, Money, Phone, Text
from callout.kit.http.models import Body, Query

Name = Annotated[str, Text(120)]
Keyword = Annotated[str, Text(60)]
Phrase = Annotated[str, Text(120)]
Code = Annotated[str, Text(40)]
Line = Annotated[str, Text(300)]
Sentence = Annotated[str, LongText(500)]
Instructions = Annotated[str, LongText(2000)]
Wide = Annotated[str, LongText(4000)]
Utterance = Annotated[str, LongText(8000)]


def _canonical_type(value: Any) -> Any:
    return TYPE_ALIASES.get(value, value) if isinstance(value, str) else value


Type = Annotated[RuleType, BeforeValidator(_canonical_type)]
Level = Annotated[int, Field(ge=1, le=5)]
Threshold = Annotated[Decimal, Field(ge=Decimal("0.30"), le=Decimal("0.99"), max_digits=5, decimal_places=4)]
OfferMode = Literal["waves", "sequential", "broadcast", "manual"]


class ConditionsIn(Body):
    """What must be known before the rule may fire."""

    customer_name_required: bool = True
    location_required: bool = True
    contact_details_required: bool = True
    service_type_required: bool = False
    budget_mentioned: bool = False
    timeline_mentioned: bool = False
    urgency_indicators: bool = False


class ActionsIn(Body):
    """What happens when it fires; absent members take the defaults of the type."""

    send_customer_email: bool = True
    notify_vendors: bool = True
    create_order: bool = True
    priority_level: Level = 3
    response_time_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    order_kind: Literal["service", "quotation"] = "service"


class CriteriaIn(Body):
    """Which vendors may be asked; distances in km."""

    location_radius_km: float = Field(default=10, ge=1, le=100)
    min_rating: float = Field(default=4.0, ge=1, le=5)
    max_vendors_to_notify: int = Field(default=3, ge=1, le=10)
    prefer_available: bool = True
    work_type_match: bool = True
    specialization_required: Code | None = None
    offer_mode: OfferMode | None = None
    preferred_vendor_ids: list[UUID] = Field(default=[], max_length=50)
    excluded_vendor_ids: list[UUID] = Field(default=[], max_length=50)


class ExamplesIn(Body):
    """Sentences that should fire, should not, and are on the border."""

    positive: list[Sentence] = Field(default=[], max_length=20)
    negative: list[Sentence] = Field(default=[], max_length=20)
    edge: list[Sentence] = Field(default=[], max_length=20)


class _RuleMembers(Body):
    description: Sentence | None = None
    services: list[Code] | None = Field(default=None, max_length=50)
    keywords: list[Keyword] = Field(default=[], max_length=60)
    alternative_phrases: list[Phrase] = Field(default=[], max_length=60)
    negative_keywords: list[Phrase] = Field(default=[], max_length=60)
    conditions: ConditionsIn = ConditionsIn()
    actions: ActionsIn = ActionsIn()
    vendor_selection_criteria: CriteriaIn = CriteriaIn()
    confidence_threshold: Threshold | None = None
    is_active: bool = True
    llm_only: bool = False
    examples: ExamplesIn = ExamplesIn()

    def values(self) -> dict[str, Any]:
        """The members sent, nested ones with only what was sent in them, JSON-able apart from the threshold."""
        out: dict[str, Any] = {}
        for name, value in self.given().items():
            out[name] = value.model_dump(mode="json", exclude_unset=True) if isinstance(value, Body) else value
        return out


class RuleIn(_RuleMembers):
    """A new rule."""

    name: Name
    type: Type
    instructions: Instructions = Field(min_length=1)


class RulePatch(_RuleMembers):
    """Changes of a rule; absent members stay."""

    name: Name = ""
    type: Type = "custom"
    instructions: Instructions = ""

    @model_validator(mode="after")
    def _keeps_its_name(self) -> Self:
        for name in ("name", "instructions"):
            if name in self.model_fields_set and not getattr(self, name):
                raise ValueError(f"{name} cannot be empty")
        return self


class ToggleIn(Body):
    """On or off."""

    is_active: bool


class DuplicateIn(Body):
    """The name of the copy."""

    name: Name | None = None


class FromTemplateIn(Body):
    """A template and what is to be different."""

    template_code: Code
    overrides: RulePatch = RulePatch()


class BusinessIn(Body):
    """What the business says about itself."""

    business_type: Name
    service_description: Wide = Field(min_length=1)
    target_customers: Sentence | None = None
    service_area: Sentence | None = None
    typical_scenarios: list[Sentence] = Field(default=[], max_length=20)
    pain_points: list[Sentence] = Field(default=[], max_length=20)
    urgency_levels: list[Keyword] = Field(default=[], max_length=10)


class GenerateIn(Body):
    """The rule somebody wants drafted."""

    business_context: BusinessIn
    trigger_type: Type
    specific_requirements: Instructions | None = None
    priority_level: Level = 3
    response_time_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    additional_context: Instructions | None = None
    require_llm: bool = False


class TestTurn(Body):
    """One utterance of a test talk."""

    __test__ = False

    speaker: Literal["agent", "customer"] = "customer"
    content: Utterance = Field(min_length=1)


class TestIn(Body):
    """Rules, and the talk they are held against."""

    __test__ = False

    rule: RuleIn | None = None
    rule_ids: list[UUID] = Field(default=[], max_length=50)
    text: Wide | None = None
    turns: list[TestTurn] = Field(default=[], max_length=200)
    conversation_id: UUID | None = None
    contact_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.rule is None) == (not self.rule_ids):
            raise ValueError("give either rule or rule_ids")
        if sum((bool(self.text), bool(self.turns), self.conversation_id is not None)) != 1:
            raise ValueError("give exactly one of text, turns and conversation_id")
        return self


class DismissIn(Body):
    """Why nothing is to be done."""

    dismissed_reason: Line


class HandleIn(Body):
    """What was done by hand."""

    handled_note: Line | None = None


class OrderOverrides(Body):
    """Order fields that win over what was heard."""

    customer_name: Name | None = None
    customer_phone: Phone | None = None
    customer_email: Line | None = None
    customer_address: Line | None = None
    customer_location: Geo | None = None
    service_type: Code | None = None
    description: Instructions | None = None
    priority: Literal["low", "medium", "high", "urgent"] | None = None
    scheduled_start: AwareTime | None = None
    estimated_value: Money | None = None
    kind: Literal["service", "quotation"] | None = None


class ProcessIn(Body):
    """Evaluate a conversation again."""

    conversation_id: UUID
    dry_run: bool = False


class TemplateFilters(Query):
    """Which templates."""

    role: str | None = None
    type: Type | None = None


class RuleFilters(Query):
    """Which rules."""

    sortable: ClassVar[tuple[str, ...]] = ("name", "created_at", "updated_at")

    type: list[str] | None = None
    is_active: bool | None = None
    service: str | None = None
    q: Annotated[str, Field(min_length=2, max_length=100)] | None = None


class EventFilters(Query):
    """Which trigger events."""

    sortable: ClassVar[tuple[str, ...]] = ("triggered_at", "confidence")
    default_sort: ClassVar[str] = "-triggered_at"

    status: list[str] | None = None
    type: list[str] | None = None
    rule_id: list[UUID] | None = None
    service_type: list[str] | None = None
    order_id: list[UUID] | None = None
    conversation_id: list[UUID] | None = None
    priority: list[str] | None = None
    triggered_from: AwareTime | None = None
    triggered_to: AwareTime | None = None
    live: bool | None = None
    q: Annotated[str, Field(min_length=2, max_length=100)] | None = None


class EvaluationFilters(Query):
    """Which evaluations; `cursor` continues behind an entry."""

    conversation_id: list[UUID] | None = None
    rule_id: list[UUID] | None = None
    triggered: bool | None = None
    phase: list[Literal["live", "final", "test"]] | None = None
    at_from: AwareTime | None = None
    at_to: AwareTime | None = None
    cursor: UUID | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.cursor is not None and self.offset:
            raise ValueError("cursor and offset exclude each other")
        return self
