"""Rows of outgoing webhooks: where they go, and each delivery."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class WebhookEndpoint(TenantRow):
    """An address of the tenant that is told of events.

    Attributes:
        sealed: the secret that signs; `previous_sealed` signs too until `previous_until`.
        last_sequence: of the tenant's event log, up to which deliveries were made.
        failing_since: of the first failure since the last success.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_active", "tenant_id", postgresql_where=text("is_active")),)

    url: Mapped[str] = mapped_column(Str(2000))
    events: Mapped[list[str]]
    description: Mapped[str | None] = mapped_column(Str(120))
    is_active: Mapped[bool] = mapped_column(default=True)
    sealed: Mapped[str] = mapped_column(Text)
    previous_sealed: Mapped[str | None] = mapped_column(Text)
    previous_until: Mapped[datetime | None]
    last_sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    failing_since: Mapped[datetime | None]
    disabled_reason: Mapped[str | None] = mapped_column(Str(120))


class WebhookDelivery(TenantRow):
    """One event on its way to one endpoint; `body` is what is sent, the same at every attempt.

    `status`: pending until the first attempt, failed while it is tried again, delivered, or dead.
    `rounds` counts how often it was started: once, and once for every replay.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index(None, "endpoint_id", "created_at"),
        Index(None, "created_at"),
    )

    endpoint_id: Mapped[UUID]
    event_id: Mapped[UUID]
    event: Mapped[str] = mapped_column(Str(60))
    body: Mapped[dict[str, Any]]
    attempt: Mapped[int] = mapped_column(default=0)
    rounds: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(Str(10), default="pending")
    response_code: Mapped[int | None]
    response_snippet: Mapped[str | None] = mapped_column(Str(500))
    duration_ms: Mapped[int | None]
    next_attempt_at: Mapped[datetime | None]
