"""Rows of notifications: inbox entries, messages by channel, a tenant's own texts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class Notification(TenantRow):
    """An entry of somebody's inbox."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index(None, "recipient_user_id", "created_at"),
        Index(None, "tenant_id", "offer_id"),
    )

    recipient_user_id: Mapped[UUID]
    audience: Mapped[str] = mapped_column(Str(8))
    type: Mapped[str] = mapped_column(Str(24))
    subtype: Mapped[str | None] = mapped_column(Str(40))
    title: Mapped[str] = mapped_column(Str(120))
    message: Mapped[str] = mapped_column(Str(500))
    order_id: Mapped[UUID | None]
    offer_id: Mapped[UUID | None]
    trigger_event_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    priority: Mapped[str] = mapped_column(Str(10), default="medium")
    urgent: Mapped[bool] = mapped_column(default=False)
    actions: Mapped[list[Any]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(Str(10))
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    action_taken: Mapped[str | None] = mapped_column(Str(24))


class Message(TenantRow):
    """One message to one person on one channel.

    `address` is never shown. `confidential` texts (links that open an account) are nobody's to read and erased once
    sent.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("tenant_id", "dedupe_key"),
        Index(None, "tenant_id", "queued_at"),
        Index(None, "tenant_id", "order_id"),
        Index(None, "tenant_id", "external_id"),
        Index(None, "tenant_id", "address"),
    )

    notification_id: Mapped[UUID | None]
    event: Mapped[str] = mapped_column(Str(60))
    recipient_kind: Mapped[str] = mapped_column(Str(10))
    recipient_ref: Mapped[str] = mapped_column(Str(254))
    recipient_name: Mapped[str | None] = mapped_column(Str(160))
    channel: Mapped[str] = mapped_column(Str(10))
    address: Mapped[str | None] = mapped_column(Str(254))
    address_masked: Mapped[str | None] = mapped_column(Str(254))
    template_key: Mapped[str] = mapped_column(Str(60))
    template_version: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(Str(35))
    subject: Mapped[str | None] = mapped_column(Str(300))
    body: Mapped[str] = mapped_column(Text)
    confidential: Mapped[bool] = mapped_column(default=False)
    attachments: Mapped[list[str]] = mapped_column(default=list)
    order_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(Str(10))
    provider: Mapped[str | None] = mapped_column(Str(20))
    external_id: Mapped[str | None] = mapped_column(Str(200))
    attempts: Mapped[int] = mapped_column(default=0)
    rounds: Mapped[int] = mapped_column(default=1)
    error: Mapped[str | None] = mapped_column(Str(300))
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    suppressed_reason: Mapped[str | None] = mapped_column(Str(60))
    hard_bounced: Mapped[bool] = mapped_column(default=False)
    dedupe_key: Mapped[str] = mapped_column(Str(400))


class MessageTemplate(TenantRow):
    """A tenant's own text in place of a built-in one."""

    __tablename__ = "message_templates"
    __table_args__ = (UniqueConstraint("tenant_id", "key", "channel", "language"),)

    key: Mapped[str] = mapped_column(Str(60))
    channel: Mapped[str] = mapped_column(Str(10))
    language: Mapped[str] = mapped_column(Str(35))
    subject: Mapped[str | None] = mapped_column(Str(160))
    body: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True)
    provider_template_name: Mapped[str | None] = mapped_column(Str(120))
