"""Rows of triggers: rules, what evaluations found, and the events of rules that fired."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import SoftDeleted, TenantRow
from callout.kit.db.types import Str

Ratio = Numeric(5, 4)


class TriggerRule(SoftDeleted, TenantRow):
    """When a conversation calls for work, as an admin wrote it."""

    __tablename__ = "trigger_rules"
    __table_args__ = (Index(None, "tenant_id", "is_active"),)

    name: Mapped[str] = mapped_column(Str(120))
    type: Mapped[str] = mapped_column(Str(20))
    description: Mapped[str | None] = mapped_column(Str(500))
    instructions: Mapped[str] = mapped_column(Text)
    services: Mapped[list[str] | None] = mapped_column(default=None)
    keywords: Mapped[list[str]] = mapped_column(default=list)
    alternative_phrases: Mapped[list[str]] = mapped_column(default=list)
    negative_keywords: Mapped[list[str]] = mapped_column(default=list)
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    vendor_selection_criteria: Mapped[dict[str, Any]] = mapped_column(default=dict)
    confidence_threshold: Mapped[Decimal] = mapped_column(Ratio)
    is_active: Mapped[bool] = mapped_column(default=True)
    llm_only: Mapped[bool] = mapped_column(default=False)
    examples: Mapped[dict[str, Any]] = mapped_column(default=dict)
    origin: Mapped[str] = mapped_column(Str(10), default="manual")
    template_code: Mapped[str | None] = mapped_column(Str(40))
    quality_score: Mapped[Decimal | None] = mapped_column(Ratio)
    optimization_notes: Mapped[list[str]] = mapped_column(default=list)


class TriggerEvaluation(TenantRow):
    """One rule held against one conversation; never changed. `rule_snapshot` is the rule as it was then."""

    __tablename__ = "trigger_evaluations"
    __table_args__ = (
        Index(None, "tenant_id", "conversation_id"),
        Index(None, "tenant_id", "rule_id"),
    )

    conversation_id: Mapped[UUID]
    rule_id: Mapped[UUID]
    rule_version: Mapped[int]
    rule_snapshot: Mapped[dict[str, Any]]
    at_seq: Mapped[int | None]
    phase: Mapped[str] = mapped_column(Str(6))
    triggered: Mapped[bool]
    confidence: Mapped[Decimal] = mapped_column(Ratio)
    components: Mapped[dict[str, Any]]
    gate: Mapped[dict[str, Any]]
    vetoed_by: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(Str(300))
    ms: Mapped[int] = mapped_column(default=0)


class TriggerEvent(TenantRow):
    """A rule that fired in a conversation: at most one per rule and conversation."""

    __tablename__ = "trigger_events"
    __table_args__ = (
        UniqueConstraint("conversation_id", "rule_id"),
        Index(None, "tenant_id", "triggered_at"),
        Index(None, "tenant_id", "order_id"),
    )

    conversation_id: Mapped[UUID]
    rule_id: Mapped[UUID]
    rule_version: Mapped[int]
    rule_snapshot: Mapped[dict[str, Any]]
    trigger_name: Mapped[str] = mapped_column(Str(160))
    type: Mapped[str] = mapped_column(Str(20))
    confidence: Mapped[Decimal] = mapped_column(Ratio)
    at_seq: Mapped[int | None]
    live: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(Str(10), default="active")
    contact_id: Mapped[UUID | None]
    business_name: Mapped[str | None] = mapped_column(Str(200))
    customer_name: Mapped[str | None] = mapped_column(Str(120))
    customer_phone: Mapped[str | None] = mapped_column(Str(20))
    customer_email: Mapped[str | None] = mapped_column(Str(254))
    location: Mapped[dict[str, Any] | None]
    timeline: Mapped[dict[str, Any] | None]
    service_type: Mapped[str | None] = mapped_column(Str(40))
    work_needed: Mapped[str | None] = mapped_column(Str(1000))
    urgency: Mapped[str] = mapped_column(Str(10), default="low")
    priority: Mapped[str] = mapped_column(Str(8))
    priority_level: Mapped[int]
    estimated_value: Mapped[Decimal | None]
    price_package: Mapped[str | None] = mapped_column(Str(60))
    special_requirements: Mapped[list[str]] = mapped_column(default=list)
    selected_vendor_ids: Mapped[list[str]] = mapped_column(default=list)
    primary_vendor_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    merged_into_id: Mapped[UUID | None]
    actions_taken: Mapped[list[Any]] = mapped_column(default=list)
    triggered_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    response_time_min: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    completion_time_h: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    customer_satisfaction: Mapped[int | None]
    dismissed_reason: Mapped[str | None] = mapped_column(Str(300))
    handled_note: Mapped[str | None] = mapped_column(Str(300))
