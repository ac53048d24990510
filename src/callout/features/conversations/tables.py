"""Rows of conversations: the talk, its turns, the scam assessment, and the webhooks it came by."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Index, Numeric, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class Conversation(TenantRow):
    """The content of one call.

    `sealed`: a complete transcript was stored. `runs` counts the jobs started, `queued_at` is set while one is under
    way. `search_text` holds the words a search finds the conversation by. `words_removed_at`: when its words were old
    enough to go; the figures stay.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "calling_system", "external_id"),
        Index(None, "tenant_id", "created_at"),
        Index(None, "tenant_id", "contact_id"),
        Index(None, "tenant_id", "call_id"),
        Index("ix_conversations_words", "tenant_id", "created_at", postgresql_where=text("words_removed_at IS NULL")),
        Index("ix_conversations_open", "status", "last_turn_at", postgresql_where=text("status = 'active'")),
        Index("ix_conversations_search", text("to_tsvector('simple', search_text)"), postgresql_using="gin").ddl_if(
            dialect="postgresql"
        ),
    )

    external_id: Mapped[str] = mapped_column(Str(120))
    calling_system: Mapped[str] = mapped_column(Str(20))
    call_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    agent_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    call_type: Mapped[str | None] = mapped_column(Str(10))
    phone_number: Mapped[str | None] = mapped_column(Str(20))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_s: Mapped[int | None]
    call_result: Mapped[str | None] = mapped_column(Str(12))
    status: Mapped[str] = mapped_column(Str(12))
    language: Mapped[str | None] = mapped_column(Str(35))
    recording_url: Mapped[str | None] = mapped_column(Str(2000))
    turn_count: Mapped[int] = mapped_column(default=0)
    last_turn_at: Mapped[datetime | None]
    sealed: Mapped[bool] = mapped_column(default=False)
    summary: Mapped[str | None] = mapped_column(Str(2000))
    analysis: Mapped[dict[str, Any] | None]
    analysis_version: Mapped[int] = mapped_column(default=0)
    runs: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime | None]
    intent: Mapped[str | None] = mapped_column(Str(16))
    sentiment: Mapped[str | None] = mapped_column(Str(10))
    lead_score: Mapped[int | None]
    conversion_probability: Mapped[float | None] = mapped_column(Float)
    priority_level: Mapped[int | None]
    outcome_category: Mapped[str | None] = mapped_column(Str(24))
    next_action: Mapped[str | None] = mapped_column(Str(20))
    lead_status: Mapped[str | None] = mapped_column(Str(16))
    lead_status_by: Mapped[str | None] = mapped_column(Str(12))
    follow_up_at: Mapped[datetime | None]
    user_comments: Mapped[str | None] = mapped_column(Text)
    is_scam: Mapped[bool | None]
    risk_score: Mapped[float | None] = mapped_column(Float)
    severity: Mapped[str | None] = mapped_column(Str(10))
    triggers_detected: Mapped[int] = mapped_column(default=0)
    vendor_selection_triggered: Mapped[bool] = mapped_column(default=False)
    order_id: Mapped[UUID | None]
    processing: Mapped[dict[str, Any] | None]
    processing_ms: Mapped[int | None]
    cache_status: Mapped[str | None] = mapped_column(Str(8))
    storage_status: Mapped[str | None] = mapped_column(Str(8))
    error: Mapped[str | None] = mapped_column(Str(300))
    search_text: Mapped[str] = mapped_column(Text, default="")
    words_removed_at: Mapped[datetime | None]


class ConversationTurn(TenantRow):
    """One final utterance."""

    __tablename__ = "conversation_turns"
    __table_args__ = (UniqueConstraint("conversation_id", "seq"),)

    conversation_id: Mapped[UUID]
    seq: Mapped[int]
    external_turn_id: Mapped[str | None] = mapped_column(Str(80))
    speaker: Mapped[str] = mapped_column(Str(10))
    content: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    offset_ms: Mapped[int | None]
    duration_ms: Mapped[int | None]
    confidence: Mapped[float | None] = mapped_column(Float)
    is_final: Mapped[bool] = mapped_column(default=True)
    sentiment: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    intent: Mapped[str | None] = mapped_column(Str(16))
    entities: Mapped[list[Any]] = mapped_column(default=list)
    audio_file_id: Mapped[UUID | None]
    interrupted: Mapped[bool] = mapped_column(default=False)


class ScamAssessment(TenantRow):
    """How much one conversation looks like fraud, by one version of the assessor."""

    __tablename__ = "scam_assessments"
    __table_args__ = (UniqueConstraint("conversation_id", "model_version"),)

    conversation_id: Mapped[UUID]
    is_scam: Mapped[bool]
    risk_score: Mapped[float] = mapped_column(Float)
    confidence: Mapped[float] = mapped_column(Float)
    severity: Mapped[str] = mapped_column(Str(10))
    scam_type: Mapped[str | None] = mapped_column(Str(30))
    subject: Mapped[str | None] = mapped_column(Str(10))
    families: Mapped[dict[str, Any]]
    evidence: Mapped[list[Any]]
    recommendations: Mapped[list[str]]
    action_taken: Mapped[str] = mapped_column(Str(10))
    model_version: Mapped[str] = mapped_column(Str(40))
    threshold: Mapped[float] = mapped_column(Float)
    processing_ms: Mapped[int]
    label: Mapped[str | None] = mapped_column(Str(12))
    label_note: Mapped[str | None] = mapped_column(Str(300))


class InboundEvent(TenantRow):
    """A provider's webhook as received; the same delivery is stored once."""

    __tablename__ = "inbound_events"
    __table_args__ = (UniqueConstraint("tenant_id", "provider", "external_id"), Index(None, "conversation_id"))

    provider: Mapped[str] = mapped_column(Str(20))
    external_id: Mapped[str] = mapped_column(Str(200))
    kind: Mapped[str] = mapped_column(Str(60))
    received_at: Mapped[datetime]
    signature_ok: Mapped[bool]
    payload: Mapped[dict[str, Any] | None]
    status: Mapped[str] = mapped_column(Str(10))
    error: Mapped[str | None] = mapped_column(Str(300))
    conversation_id: Mapped[UUID | None]
