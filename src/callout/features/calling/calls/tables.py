"""Rows of calls: the call, what was reported about it, what it cost, and who holds it while it lasts."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Index, LargeBinary, Numeric, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base, TenantRow
from callout.kit.db.types import Str


class Call(TenantRow):
    """One telephone session with a provider, or a test call to a browser (product specification §3.4, §5.3).

    What providers report is kept in `call_facts`; `status`, the moments, `answered_by` and the error are derived from
    them until `settled_at`, when the call is wound up and nothing of it changes any more.

    Attributes:
        kind: phone, or browser for a test call that no telephone is part of.
        mode: live, or sandbox where a simulator carries it.
        engine: hosted, or managed where the provider placed it and speaks by itself; its `external_id` is then the
            provider's conversation.
        retry_of: the call this one repeats; `retry_attempts` how many more may follow.
        external_id: the provider's own id, once it is known.
        dial_started_at: when the provider was asked to dial; from then on it is never asked again.
        media_token_hash: SHA-256 of the token the media socket is opened with; used once.
        first_speech_at: when the agent was first heard after the answer.
        agreed: details the customer confirmed, which the final evaluation makes an order of.
        result: the structured outcome (`brain.outcome.CallOutcome`) as JSON.
        is_successful: completed, and interested, converted, called back or a trigger fired (§6.3).
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index(
            "uq_calls_attempt",
            "tenant_id",
            "campaign_id",
            "contact_id",
            "attempt",
            unique=True,
            postgresql_where=text("campaign_id IS NOT NULL AND contact_id IS NOT NULL"),
        ),
        Index("uq_calls_retry", "retry_of", unique=True, postgresql_where=text("retry_of IS NOT NULL")),
        Index(
            "uq_calls_external",
            "provider",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index(None, "tenant_id", "created_at"),
        Index(None, "tenant_id", "to_number", "created_at"),
        Index(None, "tenant_id", "contact_id"),
        Index(None, "tenant_id", "campaign_id", "status"),
        Index("ix_calls_open", "tenant_id", "status", postgresql_where=text("settled_at IS NULL")),
    )

    kind: Mapped[str] = mapped_column(Str(8), default="phone")
    mode: Mapped[str] = mapped_column(Str(8), default="live")
    engine: Mapped[str] = mapped_column(Str(8), default="hosted")
    direction: Mapped[str] = mapped_column(Str(8), default="outbound")
    agent_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    attempt: Mapped[int] = mapped_column(default=1)
    retry_of: Mapped[UUID | None]
    retry_attempts: Mapped[int] = mapped_column(default=0)
    to_number: Mapped[str] = mapped_column(Str(20))
    from_number: Mapped[str | None] = mapped_column(Str(20))
    scheduled_at: Mapped[datetime | None]
    max_duration_s: Mapped[int | None]
    script: Mapped[str | None] = mapped_column(Text)
    knowledge_base_ids: Mapped[list[str]] = mapped_column(default=list)
    variables: Mapped[dict[str, Any]] = mapped_column(default=dict)

    status: Mapped[str] = mapped_column(Str(12), default="pending")
    outcome: Mapped[str | None] = mapped_column(Str(16))
    end_reason: Mapped[str | None] = mapped_column(Str(20))
    answered_by: Mapped[str | None] = mapped_column(Str(10))
    provider: Mapped[str | None] = mapped_column(Str(20))
    external_id: Mapped[str | None] = mapped_column(Str(80))
    conversation_id: Mapped[UUID | None]
    dial_started_at: Mapped[datetime | None]
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    duration_s: Mapped[int | None]
    error_code: Mapped[str | None] = mapped_column(Str(60))
    error_detail: Mapped[str | None] = mapped_column(Str(300))
    retry_at: Mapped[datetime | None]

    media_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    media_token_until: Mapped[datetime | None]
    media_joined_at: Mapped[datetime | None]
    first_speech_at: Mapped[datetime | None]
    disclosure_played_at: Mapped[datetime | None]
    muted: Mapped[bool] = mapped_column(default=False)
    ending_asked_at: Mapped[datetime | None]

    recording_file_id: Mapped[UUID | None]
    recording_external_id: Mapped[str | None] = mapped_column(Str(80))
    recording_consent: Mapped[str] = mapped_column(Str(14), default="not_recorded")
    cost: Mapped[Decimal | None] = mapped_column(Numeric(15, 6))
    currency: Mapped[str | None] = mapped_column(Str(3))
    quality_score: Mapped[float | None] = mapped_column(Float)
    latency_p50_ms: Mapped[int | None]
    latency_p95_ms: Mapped[int | None]
    opted_out: Mapped[bool] = mapped_column(default=False)
    agreed: Mapped[dict[str, Any] | None]
    callback_at: Mapped[datetime | None]
    callback_note: Mapped[str | None] = mapped_column(Str(300))
    result: Mapped[dict[str, Any] | None]
    is_successful: Mapped[bool | None]

    @property
    def is_managed(self) -> bool:
        """Whether the provider speaks by itself: nothing of ours holds the audio."""
        return self.engine == "managed"


class CallFact(TenantRow):
    """Something that was reported about a call; the same report is kept once, whatever the order they come in.

    `key` tells one report from another. `applied` is False for what came after the call was wound up.
    """

    __tablename__ = "call_facts"
    __table_args__ = (UniqueConstraint("call_id", "key"),)

    call_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(Str(120))
    kind: Mapped[str] = mapped_column(Str(12))
    source: Mapped[str] = mapped_column(Str(10))
    at: Mapped[datetime]
    sequence: Mapped[int | None]
    fact: Mapped[dict[str, Any]]
    applied: Mapped[bool] = mapped_column(default=True)


class CallLatency(TenantRow):
    """How long one reply of the agent took, part by part, in milliseconds from the end of the customer's words."""

    __tablename__ = "call_latencies"
    __table_args__ = (UniqueConstraint("call_id", "turn"),)

    call_id: Mapped[UUID]
    turn: Mapped[int]
    at: Mapped[datetime]
    endpoint_ms: Mapped[int | None]
    stt_final_ms: Mapped[int | None]
    llm_first_token_ms: Mapped[int | None]
    sentence_ms: Mapped[int | None]
    tts_first_byte_ms: Mapped[int | None]
    platform_ms: Mapped[int | None]
    voice_to_voice_ms: Mapped[int | None]


class CallCost(TenantRow):
    """What one provider's part in a call came to. A later figure for the same part replaces the earlier one.

    `units` of `unit`: seconds, characters, tokens. `is_estimate` until the provider itself told the price.
    """

    __tablename__ = "call_costs"
    __table_args__ = (UniqueConstraint("call_id", "provider", "service"),)

    call_id: Mapped[UUID]
    provider: Mapped[str] = mapped_column(Str(20))
    service: Mapped[str] = mapped_column(Str(12))
    units: Mapped[Decimal] = mapped_column(Numeric(15, 3))
    unit: Mapped[str] = mapped_column(Str(12))
    cost: Mapped[Decimal | None] = mapped_column(Numeric(15, 6))
    currency: Mapped[str | None] = mapped_column(Str(3))
    is_estimate: Mapped[bool] = mapped_column(default=True)


class CallHold(TenantRow):
    """Which voice process holds a call's audio now, and the last it told about it.

    A hold whose `heartbeat_at` is old belongs to a process that is gone.
    """

    __tablename__ = "call_holds"
    __table_args__ = (UniqueConstraint("call_id"), Index(None, "process", "released_at"))

    call_id: Mapped[UUID]
    process: Mapped[str] = mapped_column(Str(80))
    claimed_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    snapshot: Mapped[dict[str, Any]] = mapped_column(default=dict)


class VoiceProcess(Base):
    """A process that carries the audio of calls, of whatever tenants."""

    __tablename__ = "voice_processes"

    id: Mapped[str] = mapped_column(Str(80), primary_key=True)
    url: Mapped[str] = mapped_column(Str(300))
    capacity: Mapped[int]
    active: Mapped[int]
    loop_lag_ms: Mapped[float | None] = mapped_column(Float)
    is_draining: Mapped[bool]
    heartbeat_at: Mapped[datetime]


class CallCommand(TenantRow):
    """Something a person asked of a running call; the process that holds it is woken, does it, and says how it went.

    `status`: sent, done, failed, or lost when nobody held the call any more.
    """

    __tablename__ = "call_commands"
    __table_args__ = (
        Index("ix_call_commands_waiting", "process", "created_at", postgresql_where=text("status = 'sent'")),
        Index(None, "call_id"),
    )

    call_id: Mapped[UUID]
    process: Mapped[str] = mapped_column(Str(80))
    kind: Mapped[str] = mapped_column(Str(12))
    body: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(Str(8), default="sent")
    answered_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Str(300))


class CallToolUse(TenantRow):
    """A tool the agent used in a call; the same key has its effect once and the same answer ever after."""

    __tablename__ = "call_tool_uses"
    __table_args__ = (UniqueConstraint("call_id", "key"),)

    call_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(Str(120))
    name: Mapped[str] = mapped_column(Str(40))
    arguments: Mapped[dict[str, Any]]
    ok: Mapped[bool]
    value: Mapped[dict[str, Any]]
    error: Mapped[str | None] = mapped_column(Str(200))
