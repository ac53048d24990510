"""Facts conversations publish; the noun is the conversation."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from callout.kit.events import Event


class ConversationStarted(Event, frozen=True, kw_only=True):
    """A call began, or its first turn arrived."""

    type: ClassVar[str] = "conversation.started"
    calling_system: str
    external_id: str
    phone_number: str | None
    call_type: str | None


class TurnHeard(Event, frozen=True, kw_only=True):
    """Somebody said something in a running call."""

    type: ClassVar[str] = "conversation.turn"
    seq: int
    speaker: str
    content: str
    at: datetime


class ConversationUpdated(Event, frozen=True, kw_only=True):
    """The state of a conversation changed."""

    type: ClassVar[str] = "conversation.updated"
    status: str
    turn_count: int


class ConversationProcessed(Event, frozen=True, kw_only=True):
    """The analysis is stored. Trigger rules are evaluated on this, in the same transaction.

    `material_of` gives the turns and the analysis. `reprocessed` says that it is not the first time: records are
    brought up to date, but nobody is told again and no second order is made.
    """

    type: ClassVar[str] = "conversation.processed"
    calling_system: str
    external_id: str
    phone_number: str | None
    contact_id: UUID | None
    language: str | None
    intent: str
    sentiment: str
    lead_status: str
    lead_score: int
    analysis_version: int
    reprocessed: bool
    skip_vendor_selection: bool
    is_scam: bool
    priority: str | None = None


class ConversationFailed(Event, frozen=True, kw_only=True):
    """The analysis could not be done."""

    type: ClassVar[str] = "conversation.failed"
    error: str


class LeadUpdated(Event, frozen=True, kw_only=True):
    """Somebody judged the lead."""

    type: ClassVar[str] = "lead.updated"
    contact_id: UUID | None
    previous: str | None
    lead_status: str
    priority_level: int
    follow_up_at: datetime | None


class ScamDetected(Event, frozen=True, kw_only=True):
    """One side of the talk looks like fraud; `quote` is the strongest evidence."""

    type: ClassVar[str] = "scam.detected"
    severity: str
    scam_type: str | None
    subject: str | None
    risk_score: float
    action: str
    quote: str | None
