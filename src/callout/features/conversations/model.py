"""What a conversation is to the analysis: turns and context in, analysis out. Plain frozen data."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

Speaker = Literal["agent", "customer", "system"]
Source = Literal["rules", "llm", "contact"]
Intent = Literal["interested", "not_interested", "callback", "information", "complaint", "converted", "neutral"]
Urgency = Literal["low", "medium", "high", "emergency"]
Precision = Literal["rooftop", "street", "locality", "none"]
LeadStatus = Literal["new", "interested", "not_interested", "callback", "converted", "do_not_call"]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance. `at` is aware UTC, `offset_ms` counts from the start of the call."""

    seq: int
    speaker: Speaker
    content: str
    at: datetime | None = None
    offset_ms: int | None = None
    duration_ms: int | None = None
    external_turn_id: str | None = None
    confidence: float | None = None
    is_final: bool = True


class ServiceTerm(msgspec.Struct, frozen=True):
    """A row of the tenant's service catalogue, as far as words go."""

    code: str
    canonical: str
    label: str
    synonyms: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the work is. `lat`, `lng`: degrees WGS 84, both or neither."""

    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    geo: Geo | None = None
    precision: Precision = "none"


class Geo(msgspec.Struct, frozen=True):
    """A point, degrees WGS 84."""

    lat: float
    lng: float


class ContactFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is on file about the person called; fills what the talk does not say."""

    name: str | None = None
    business_name: str | None = None
    owner_name: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    industry: str | None = None
    employees: int | None = None
    place: Place | None = None


class CallContext(msgspec.Struct, frozen=True, kw_only=True):
    """Everything outside the words that the analysis may use.

    `called_number` is E.164, `region` an ISO 3166-1 code, `timezone` the callee's IANA zone,
    `started_at` aware UTC. `own_names` are further names of our side that are never a customer.
    """

    called_number: str | None = None
    started_at: datetime | None = None
    timezone: str = "UTC"
    region: str = "US"
    currency: str = "USD"
    tenant_name: str | None = None
    agent_name: str | None = None
    contact: ContactFacts | None = None
    services: tuple[ServiceTerm, ...] = ()
    own_names: tuple[str, ...] = ()


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A mention inside one turn; `start` and `end` are character offsets of its content."""

    type: str
    value: str
    normalised: str | None
    confidence: float
    start: int
    end: int


class TurnNote(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard in one turn; stored with the turn."""

    seq: int
    sentiment: float
    intent: Intent
    entities: tuple[Entity, ...] = ()
    interrupted: bool = False


class Peak(msgspec.Struct, frozen=True):
    """A turn of strong feeling."""

    seq: int
    score: float


class Sentiment(msgspec.Struct, frozen=True, kw_only=True):
    """Feeling of the customer, -1 to 1."""

    overall: Literal["positive", "negative", "neutral"] = "neutral"
    score: float = 0.0
    progression: tuple[float, ...] = ()
    peaks: tuple[Peak, ...] = ()
    source: Source = "rules"


class IntentStep(msgspec.Struct, frozen=True):
    """The intent of one customer turn."""

    seq: int
    intent: Intent


class IntentSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer wants from the call."""

    primary: Intent = "neutral"
    confidence: float = 1.0
    progression: tuple[IntentStep, ...] = ()
    source: Source = "rules"


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """How the talk went. `talk_ratio` is the agent's share of talk time."""

    turns: int = 0
    agent_turns: int = 0
    customer_turns: int = 0
    mean_length_chars: float = 0.0
    flow_quality: float = 0.0
    interruptions: int = 0
    silence_s: float = 0.0
    talk_ratio: float | None = None
    mean_response_ms: int | None = None
    questions: int = 0
    objections: int = 0
    positives: int = 0
    negatives: int = 0
    source: Source = "rules"


class BudgetRange(msgspec.Struct, frozen=True, kw_only=True):
    """A price the customer named; either end may be open."""

    min: Decimal | None = None
    max: Decimal | None = None
    currency: str = "USD"


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """When the customer wants it: their words and the span they mean, aware UTC, end exclusive."""

    text: str
    from_: datetime | None = msgspec.field(name="from", default=None)
    to: datetime | None = None


class Slots(msgspec.Struct, frozen=True, kw_only=True):
    """What dispatch needs to know. `sources` names the source of every field that has a value."""

    customer_name: str | None = None
    company_name: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    location: Place | None = None
    service_type: str | None = None
    service_details: str | None = None
    budget_range: BudgetRange | None = None
    timeline: Timeline | None = None
    urgency_level: Urgency = "low"
    special_requirements: tuple[str, ...] = ()
    sources: dict[str, Source] = {}


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """What the sales side needs to know. `sources` as in `Slots`."""

    business_name: str | None = None
    contact_name: str | None = None
    owner_name: str | None = None
    industry: str | None = None
    email: str | None = None
    website: str | None = None
    phone_number: str | None = None
    company_size: Literal["small", "medium", "large", "enterprise"] | None = None
    annual_revenue: Decimal | None = None
    decision_maker: bool | None = None
    pain_points: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    budget_range: BudgetRange | None = None
    timeline: Timeline | None = None
    sources: dict[str, Source] = {}


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How good the lead is. Ratios 0..1, score 0..100."""

    completeness: float = 0.0
    engagement: float = 0.0
    lead_score: int = 0
    conversion_probability: float = 0.0
    next_action_clarity: float = 0.5
    source: Source = "rules"


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value was said."""

    field: str
    seq: int
    start: int
    end: int


class LlmTrace(msgspec.Struct, frozen=True, kw_only=True):
    """What a language model proposed, and how much of it stood."""

    provider: str | None = None
    model: str | None = None
    accepted: int = 0
    rejected: int = 0
    ms: int = 0
    error: str | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Why the analysis says so."""

    quotes: tuple[Quote, ...] = ()
    llm: LlmTrace | None = None


class OptOut(msgspec.Struct, frozen=True, kw_only=True):
    """The customer asked not to be called again."""

    seq: int
    text: str
    start: int
    end: int


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the customer committed, by which turn, and to a visit or to a purchase."""

    committed: bool = False
    seq: int | None = None
    kind: Literal["appointment", "purchase"] | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from the call. Times are aware UTC."""

    lead_status: LeadStatus = "new"
    priority_level: int = 1
    outcome_category: Literal["qualified_lead", "not_qualified", "follow_up_scheduled", "information_gathered"] = (
        "information_gathered"
    )
    next_action: Literal[
        "schedule_visit",
        "schedule_follow_up",
        "send_information",
        "add_to_nurture",
        "do_not_contact",
        "none",
    ] = "send_information"
    follow_up_at: datetime | None = None
    opt_out: OptOut | None = None
    booking: Booking = Booking()


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """The whole finding. `notes` belong to the turns and are left out of the stored document."""

    sentiment: Sentiment = Sentiment()
    intent: IntentSummary = IntentSummary()
    flow: Flow = Flow()
    slots: Slots = Slots()
    lead: Lead = Lead()
    quality: Quality = Quality()
    evidence: Evidence = Evidence()
    outcome: Outcome = Outcome()
    notes: tuple[TurnNote, ...] = ()

    def document(self) -> dict[str, Any]:
        """The analysis as the JSON object kept on the conversation."""
        plain: dict[str, Any] = msgspec.to_builtins(self, str_keys=True)
        del plain["notes"]
        return plain


def restore(document: dict[str, Any]) -> Analysis:
    """The analysis of a stored document; what `Analysis.document` made, without the notes."""
    return msgspec.convert(document, Analysis, strict=False)
