"""Rows of dispatch: runs, offers, decision records, policies, what is remembered of every vendor and service."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, Numeric, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base, TenantRow
from callout.kit.db.types import PackedJson, Str


class DispatchRun(TenantRow):
    """One search for a vendor: from the start of dispatch until somebody accepts or nobody is left.

    `number` counts the runs of an order; its newest run is the one in force. Answers given before run
    `considers_from` no longer count against a vendor. `after` is when a waiting run may begin. `contenders` are the
    best vendors of its first look (16 bytes of each id), the edges by which searches compete; a run that has some but
    has not started waits in a matching window. `lat` and `lng` are the place of the job, degrees WGS 84.
    """

    __tablename__ = "dispatch_runs"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        Index("ix_dispatch_runs_open", "tenant_id", "lat", postgresql_where=text("ended_at IS NULL")),
        Index(None, "tenant_id", "started_at"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    considers_from: Mapped[int]
    mode: Mapped[str | None] = mapped_column(Str(12))
    criteria: Mapped[dict[str, Any] | None]
    named: Mapped[list[str]] = mapped_column(default=list)
    contenders: Mapped[bytes | None]
    lat: Mapped[float | None] = mapped_column(Float(53))
    lng: Mapped[float | None] = mapped_column(Float(53))
    deadline_min: Mapped[int | None]
    after: Mapped[datetime | None]
    wave: Mapped[int] = mapped_column(default=0)
    ring: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(Str(20))


class Offer(TenantRow):
    """A time-limited proposal of an order to one vendor; at most one per order is ever `accepted` at a time.

    `late_yes_at`: when the vendor tried to accept what somebody else had already taken.
    """

    __tablename__ = "offers"
    __table_args__ = (
        Index("uq_offers_accepted", "order_id", unique=True, postgresql_where=text("status = 'accepted'")),
        Index("uq_offers_pending", "order_id", "vendor_id", unique=True, postgresql_where=text("status = 'pending'")),
        Index(None, "vendor_id", "status", "decided_at"),
        Index(None, "tenant_id", "service_type", "decided_at"),
        Index("ix_offers_due", "tenant_id", "expires_at", postgresql_where=text("status = 'pending'")),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), index=True)
    vendor_id: Mapped[UUID]
    service_type: Mapped[str] = mapped_column(Str(40))
    run: Mapped[int]
    wave: Mapped[int]
    ring: Mapped[int]
    position: Mapped[int]
    mode: Mapped[str] = mapped_column(Str(12))
    status: Mapped[str] = mapped_column(Str(10), default="pending")
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    paused_s: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    score: Mapped[Decimal] = mapped_column(Numeric(6, 5))
    accept_probability: Mapped[Decimal] = mapped_column(Numeric(6, 5))
    rank_key: Mapped[Decimal] = mapped_column(Numeric(6, 5))
    distance_km: Mapped[Decimal] = mapped_column(Numeric(9, 3))
    travel_min: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    decision_id: Mapped[UUID]
    channels: Mapped[list[str]] = mapped_column(default=list)
    response_time_min: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    late_yes_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None] = mapped_column(Str(15))
    decline_note: Mapped[str | None] = mapped_column(Str(200))
    end_reason: Mapped[str | None] = mapped_column(Str(300))


class DispatchDecision(TenantRow):
    """The full account of one wave; never changed. `facts` is the case it was decided from, for replay.

    `vendor_ids` are all candidates, the excluded too: what records are searched by, since the others are packed.
    `excluded_by` counts the objections by reason code.
    Decisions with the same `batch_id` were made together, by one matching of the orders that competed.
    """

    __tablename__ = "dispatch_decisions"
    __table_args__ = (
        Index(None, "tenant_id", "at"),
        Index(None, "order_id", "at"),
        Index("ix_dispatch_decisions_batch_id", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    batch_id: Mapped[UUID | None]
    run: Mapped[int]
    wave: Mapped[int]
    ring: Mapped[int]
    at: Mapped[datetime]
    policy_version: Mapped[int]
    policy_class: Mapped[str] = mapped_column(Str(8))
    seed: Mapped[int]
    mode: Mapped[str] = mapped_column(Str(12))
    vendor_ids: Mapped[list[str]] = mapped_column(default=list)
    candidates: Mapped[list[Any]] = mapped_column(PackedJson)
    facts: Mapped[dict[str, Any]] = mapped_column(PackedJson)
    targets: Mapped[list[Any]]
    k: Mapped[int]
    ttl_s: Mapped[int]
    relaxed: Mapped[list[Any]]
    excluded_by: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ms: Mapped[int]
    explanation: Mapped[str] = mapped_column(Text)


class DispatchPolicy(TenantRow):
    """One version of weights and knobs; what was activated once is never changed."""

    __tablename__ = "dispatch_policies"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index("uq_dispatch_policies_active", "tenant_id", unique=True, postgresql_where=text("status = 'active'")),
    )

    number: Mapped[int]
    name: Mapped[str] = mapped_column(Str(80))
    note: Mapped[str | None] = mapped_column(Str(300))
    weights: Mapped[dict[str, Any]]
    knobs: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(Str(8), default="draft")
    activated_at: Mapped[datetime | None]
    activated_by: Mapped[UUID | None]
    simulation: Mapped[dict[str, Any] | None]


class PolicySimulation(TenantRow):
    """What a policy would have done, worked out in the background; nothing else is touched by it.

    `number` is the version it is about, if it has one; `fingerprint` finds simulations of the same weights and knobs.
    """

    __tablename__ = "policy_simulations"
    __table_args__ = (Index(None, "tenant_id", "created_at"), Index(None, "tenant_id", "fingerprint"))

    number: Mapped[int | None]
    weights: Mapped[dict[str, Any]]
    knobs: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(Str(64))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    max_decisions: Mapped[int]
    seed: Mapped[int]
    status: Mapped[str] = mapped_column(Str(10), default="queued")
    progress_pct: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(Str(300))
    finished_at: Mapped[datetime | None]


class VendorStat(TenantRow):
    """Decayed counters of one vendor for one service, as they stood at `last_at`."""

    __tablename__ = "vendor_stats"
    __table_args__ = (
        UniqueConstraint("vendor_id", "service_type"),
        Index(None, "tenant_id", "service_type"),
    )

    vendor_id: Mapped[UUID]
    service_type: Mapped[str] = mapped_column(Str(40))
    last_at: Mapped[datetime]
    n: Mapped[float] = mapped_column(Float(53), default=0.0)
    s: Mapped[float] = mapped_column(Float(53), default=0.0)
    offers: Mapped[float] = mapped_column(Float(53), default=0.0)
    answers: Mapped[float] = mapped_column(Float(53), default=0.0)
    accepts: Mapped[float] = mapped_column(Float(53), default=0.0)
    silences: Mapped[float] = mapped_column(Float(53), default=0.0)
    sum_log_rt: Mapped[float] = mapped_column(Float(53), default=0.0)
    daypart_offers: Mapped[list[Any]] = mapped_column(default=list)
    daypart_accepts: Mapped[list[Any]] = mapped_column(default=list)
    backoff_until: Mapped[datetime | None]
    backoff_level: Mapped[int] = mapped_column(default=0)
    last_offered_at: Mapped[datetime | None]


class ServiceMarket(Base):
    """A service of many vendors, counted over all of them at one moment; the members are those of `Totals`."""

    __tablename__ = "service_markets"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    service_type: Mapped[str] = mapped_column(Str(40), primary_key=True)
    counted_at: Mapped[datetime]
    outcomes: Mapped[float] = mapped_column(Float(53))
    success: Mapped[float] = mapped_column(Float(53))
    offers: Mapped[float] = mapped_column(Float(53))
    accepts: Mapped[float] = mapped_column(Float(53))
    vendors: Mapped[int]
    jobs: Mapped[int]
