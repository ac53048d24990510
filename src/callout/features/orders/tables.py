"""Rows of orders: the job, its photos, timeline, vendor answers, ratings, customer links, number series."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class Order(TenantRow):
    """One job at one place for one customer; never deleted."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("tenant_id", "order_number"),
        UniqueConstraint("tenant_id", "conversation_id"),
        Index(None, "tenant_id", "created_at"),
        Index(None, "tenant_id", "status", "created_at"),
        Index(None, "tenant_id", "vendor_id", "created_at"),
        Index(None, "tenant_id", "contact_id"),
    )

    order_number: Mapped[str] = mapped_column(Str(20))
    status: Mapped[str] = mapped_column(Str(20), default="new")
    attention_reason: Mapped[str | None] = mapped_column(Str(30), default=None)
    prior_status: Mapped[str | None] = mapped_column(Str(20), default=None)
    kind: Mapped[str] = mapped_column(Str(12), default="service")

    customer_name: Mapped[str] = mapped_column(Str(120))
    customer_phone: Mapped[str] = mapped_column(Str(20))
    customer_email: Mapped[str | None] = mapped_column(Str(254), default=None)
    customer_address: Mapped[str] = mapped_column(Str(300))
    customer_lat: Mapped[float | None] = mapped_column(Float(53), default=None)
    customer_lng: Mapped[float | None] = mapped_column(Float(53), default=None)
    location_precision: Mapped[str] = mapped_column(Str(10), default="none")
    customer_city: Mapped[str | None] = mapped_column(Str(80), default=None)
    customer_state: Mapped[str | None] = mapped_column(Str(80), default=None)
    business_name: Mapped[str] = mapped_column(Str(200))
    contact_id: Mapped[UUID | None] = mapped_column(default=None)
    language: Mapped[str | None] = mapped_column(Str(20), default=None)

    service_type: Mapped[str] = mapped_column(Str(40))
    description: Mapped[str] = mapped_column(Text)
    special_requirements: Mapped[list[str]] = mapped_column(default=list)
    required_skills: Mapped[list[str]] = mapped_column(default=list)
    priority: Mapped[str] = mapped_column(Str(8), default="medium")
    scheduled_start: Mapped[datetime | None] = mapped_column(default=None)
    scheduled_end: Mapped[datetime | None] = mapped_column(default=None)
    schedule_source: Mapped[str] = mapped_column(Str(10), default="default")
    estimated_completion: Mapped[datetime | None] = mapped_column(default=None)
    on_site_contact: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    invoice_texts: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    admin_notes: Mapped[str | None] = mapped_column(Text, default=None)
    vendor_notes: Mapped[str | None] = mapped_column(Text, default=None)

    currency: Mapped[str] = mapped_column(Str(3))
    estimated_value: Mapped[Decimal | None] = mapped_column(default=None)
    price_package: Mapped[str | None] = mapped_column(Str(60), default=None)
    dealing_price: Mapped[Decimal | None] = mapped_column(default=None)
    final_price: Mapped[Decimal | None] = mapped_column(default=None)

    offer_mode: Mapped[str | None] = mapped_column(Str(12), default=None)
    preferred_vendor_ids: Mapped[list[Any]] = mapped_column(default=list)
    excluded_vendor_ids: Mapped[list[Any]] = mapped_column(default=list)
    selection_criteria: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    response_time_minutes: Mapped[int | None] = mapped_column(default=None)
    vendor_id: Mapped[UUID | None] = mapped_column(default=None)
    primary_vendor_id: Mapped[UUID | None] = mapped_column(default=None)
    assignment_source: Mapped[str | None] = mapped_column(Str(10), default=None)
    fill_deadline: Mapped[datetime]
    ring: Mapped[int] = mapped_column(default=0)
    dispatch_after: Mapped[datetime | None] = mapped_column(default=None)
    policy_version: Mapped[int | None] = mapped_column(default=None)
    reassign_count: Mapped[int] = mapped_column(default=0)
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    notifications_sent: Mapped[dict[str, Any]] = mapped_column(default=dict)

    conversation_id: Mapped[UUID | None] = mapped_column(default=None)
    trigger_event_id: Mapped[UUID | None] = mapped_column(default=None)
    follow_up_of: Mapped[UUID | None] = mapped_column(default=None)

    start_code: Mapped[str | None] = mapped_column(Str(8), default=None)
    finish_code: Mapped[str | None] = mapped_column(Str(8), default=None)
    invoice_state: Mapped[str] = mapped_column(Str(30), default="none")
    invoice_id: Mapped[UUID | None] = mapped_column(default=None)
    invoice_number: Mapped[str | None] = mapped_column(Str(20), default=None)
    rating_id: Mapped[UUID | None] = mapped_column(default=None)
    change_request: Mapped[dict[str, Any] | None] = mapped_column(default=None)

    offering_at: Mapped[datetime | None] = mapped_column(default=None)
    assigned_at: Mapped[datetime | None] = mapped_column(default=None)
    on_way_at: Mapped[datetime | None] = mapped_column(default=None)
    processing_at: Mapped[datetime | None] = mapped_column(default=None)
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_at: Mapped[datetime | None] = mapped_column(default=None)
    cancelled_by_role: Mapped[str | None] = mapped_column(Str(12), default=None)
    cancellation_reason: Mapped[str | None] = mapped_column(Str(300), default=None)


class OrderPhoto(TenantRow):
    """A proof photo of one stage; the file itself belongs to the files feature."""

    __tablename__ = "order_photos"
    __table_args__ = (Index(None, "order_id", "stage"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    stage: Mapped[str] = mapped_column(Str(8))
    file_id: Mapped[UUID]
    caption: Mapped[str | None] = mapped_column(Str(120), default=None)
    taken_at: Mapped[datetime | None] = mapped_column(default=None)
    lat: Mapped[float | None] = mapped_column(Float(53), default=None)
    lng: Mapped[float | None] = mapped_column(Float(53), default=None)


class OrderEvent(TenantRow):
    """One line of an order's timeline; append-only."""

    __tablename__ = "order_events"
    __table_args__ = (Index(None, "order_id", "id"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(Str(40))
    from_status: Mapped[str | None] = mapped_column(Str(20), default=None)
    to_status: Mapped[str | None] = mapped_column(Str(20), default=None)
    actor_role: Mapped[str] = mapped_column(Str(12))
    actor_id: Mapped[UUID | None] = mapped_column(default=None)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    customer_visible: Mapped[bool] = mapped_column(default=False)


class VendorResponse(TenantRow):
    """What a vendor answered or did; append-only, a correction is a new row."""

    __tablename__ = "vendor_responses"
    __table_args__ = (Index(None, "order_id", "vendor_id"), Index(None, "vendor_id", "at"))

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    vendor_id: Mapped[UUID]
    offer_id: Mapped[UUID | None] = mapped_column(default=None)
    action: Mapped[str] = mapped_column(Str(15))
    response_data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    response_time_minutes: Mapped[Decimal | None] = mapped_column(default=None)
    corrects_id: Mapped[UUID | None] = mapped_column(default=None)


class Rating(TenantRow):
    """The one rating of an order."""

    __tablename__ = "ratings"
    __table_args__ = (UniqueConstraint("order_id"), Index(None, "vendor_id", "created_at"))

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    vendor_id: Mapped[UUID | None] = mapped_column(default=None)
    stars: Mapped[int]
    comment: Mapped[str | None] = mapped_column(Text, default=None)
    would_recommend: Mapped[bool | None] = mapped_column(default=None)
    complaint: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(Str(8))
    hidden: Mapped[bool] = mapped_column(default=False)


class SignedLink(TenantRow):
    """A customer's capability link; only the hash of its token is kept."""

    __tablename__ = "signed_links"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "order_id", "kind"))

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str] = mapped_column(Str(12))
    token_hash: Mapped[str] = mapped_column(Str(64))
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)


class NumberSeries(TenantRow):
    """The next number of one kind of document; its row lock makes numbers gap-free."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("tenant_id", "kind"),)

    kind: Mapped[str] = mapped_column(Str(12))
    next: Mapped[int] = mapped_column(default=1)
