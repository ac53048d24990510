"""Rows of campaigns and of what became of their contacts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import SoftDeleted, TenantRow
from callout.kit.db.types import Str


class Campaign(SoftDeleted, TenantRow):
    """Calls to the contacts of a list by one agent (product specification §3.4, §5.4).

    Attributes:
        purpose: marketing, or service messages about an order or inquiry of the callee's own.
        contact_filter: which contacts of the list: {priority, lead_status, source, category, tags}; all when empty.
        window: {mon … sun: {from, to} or null}; narrows the hours.
        paused_reason: user, abandonment, limit, provider; none where it is not paused.
        mode: live, or sandbox where a simulator carries the calls; fixed when it is started.
        failures_in_row: calls that the provider failed, since the last it did not.
        run: grows with each start of the work on the campaign; only the newest goes on.
        work_key: of the workflow that is at work.
        due_at: when that workflow looks again; long past when it was lost.
        last_dial_at: when a call was last put in line.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        Index(None, "tenant_id", "status"),
        Index(
            "ix_campaigns_under_way", "tenant_id", "due_at", postgresql_where=text("status IN ('active', 'scheduled')")
        ),
    )

    name: Mapped[str] = mapped_column(Str(120))
    description: Mapped[str | None] = mapped_column(Str(500))
    agent_id: Mapped[UUID]
    call_list_id: Mapped[UUID]
    phone_number_id: Mapped[UUID | None]
    purpose: Mapped[str] = mapped_column(Str(10), default="marketing")
    contact_filter: Mapped[dict[str, Any]] = mapped_column(default=dict)
    start_at: Mapped[datetime | None]
    end_at: Mapped[datetime | None]
    max_concurrent_calls: Mapped[int] = mapped_column(default=5)
    call_interval_s: Mapped[int] = mapped_column(default=30)
    max_retries: Mapped[int] = mapped_column(default=2)
    retry_after_min: Mapped[dict[str, Any]]
    max_call_duration_s: Mapped[int | None]
    window: Mapped[dict[str, Any] | None]
    script_variables: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(Str(10), default="draft")
    paused_reason: Mapped[str] = mapped_column(Str(12), default="none")
    paused_detail: Mapped[str | None] = mapped_column(Str(300))
    mode: Mapped[str | None] = mapped_column(Str(8))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    preflight: Mapped[dict[str, Any] | None]
    failures_in_row: Mapped[int] = mapped_column(default=0)
    run: Mapped[int] = mapped_column(default=0)
    work_key: Mapped[str | None] = mapped_column(Str(100))
    due_at: Mapped[datetime | None]
    last_dial_at: Mapped[datetime | None]


class CampaignContact(TenantRow):
    """Where a contact stands in a campaign.

    Attributes:
        rank: of the contact's priority: 0 high, 1 medium, 2 low.
        attempts: times it was dialled; a call that waits to be dialled counts too.
        placements: calls put in line so far, those that were not dialled included; numbers the next one.
        status: waiting, skipped, dialing, retry_wait, done, failed.
        lease_until: when a call that told nothing is looked after.
        failure: why it failed: attempts_exhausted, or the reason of the last denial.
    """

    __tablename__ = "campaign_contacts"
    __table_args__ = (
        Index("uq_campaign_contacts", "campaign_id", "contact_id", unique=True),
        Index(None, "tenant_id", "contact_id"),
        Index(None, "campaign_id", "status"),
        Index(
            "ix_campaign_contacts_next",
            "campaign_id",
            "rank",
            "position",
            postgresql_where=text("status IN ('waiting', 'retry_wait')"),
        ),
    )

    campaign_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    position: Mapped[int]
    rank: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(Str(10), default="waiting")
    skip_reason: Mapped[str | None] = mapped_column(Str(24))
    failure: Mapped[str | None] = mapped_column(Str(24))
    attempts: Mapped[int] = mapped_column(default=0)
    placements: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    last_call_id: Mapped[UUID | None]
    last_status: Mapped[str | None] = mapped_column(Str(12))
    outcome: Mapped[str | None] = mapped_column(Str(20))
