"""Rows of vendors: the catalogue, invites, vendors and what hangs on them, and the index of who serves where."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base, SoftDeleted, TenantRow
from callout.kit.db.types import Str

ALIVE = text("deleted_at IS NULL")


class Service(TenantRow):
    """A service the tenant sells; retired by `is_active`, never deleted."""

    __tablename__ = "services"
    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    code: Mapped[str] = mapped_column(Str(40))
    canonical: Mapped[str] = mapped_column(Str(20))
    label: Mapped[str] = mapped_column(Str(80))
    synonyms: Mapped[list[str]] = mapped_column(default=list)
    base_price: Mapped[Decimal]
    tiers: Mapped[list[Any]] = mapped_column(default=list)
    duration_min: Mapped[int] = mapped_column(default=120)
    skills: Mapped[list[str]] = mapped_column(default=list)
    min_price: Mapped[Decimal | None]
    is_active: Mapped[bool] = mapped_column(default=True)


class VendorInvite(TenantRow):
    """A one-time code that lets somebody register; unique over the whole installation."""

    __tablename__ = "vendor_invites"

    code: Mapped[str] = mapped_column(Str(10), unique=True)
    note: Mapped[str | None] = mapped_column(Str(200))
    email: Mapped[str | None] = mapped_column(Str(254))
    phone: Mapped[str | None] = mapped_column(Str(20))
    services: Mapped[list[str]] = mapped_column(default=list)
    expires_at: Mapped[datetime]
    used_by_vendor_id: Mapped[UUID | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Vendor(SoftDeleted, TenantRow):
    """A field worker of the tenant.

    `area_lat`, `area_lng` (degrees) and `area_radius_km` are the service area; without a place the vendor gets no
    offers. Presence members (`is_online`, `current_*`, `located_at`, `last_seen_at`) change without a new version.
    """

    __tablename__ = "vendors"
    __table_args__ = (
        UniqueConstraint("tenant_id", "vendor_code"),
        Index("uq_vendors_tenant_id_email", "tenant_id", "email", unique=True, postgresql_where=ALIVE),
        Index(None, "tenant_id", "status"),
    )

    user_id: Mapped[UUID] = mapped_column(unique=True)
    vendor_code: Mapped[str] = mapped_column(Str(10))
    referral_id: Mapped[str | None] = mapped_column(Str(16))
    email: Mapped[str] = mapped_column(Str(254))
    full_name: Mapped[str] = mapped_column(Str(120))
    phone: Mapped[str | None] = mapped_column(Str(20))
    services: Mapped[list[str]] = mapped_column(default=list)
    skills: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)
    area_lat: Mapped[float | None] = mapped_column(Float(53))
    area_lng: Mapped[float | None] = mapped_column(Float(53))
    area_radius_km: Mapped[float] = mapped_column(Float(53), default=25.0)
    working_hours: Mapped[dict[str, Any] | None]
    timezone: Mapped[str] = mapped_column(Str(64))
    avatar_url: Mapped[str | None] = mapped_column(Str(2000))
    min_price: Mapped[Decimal | None]
    bio: Mapped[str | None] = mapped_column(Str(500))
    notification_preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)

    is_online: Mapped[bool] = mapped_column(default=False)
    online_until: Mapped[datetime | None]
    current_lat: Mapped[float | None] = mapped_column(Float(53))
    current_lng: Mapped[float | None] = mapped_column(Float(53))
    located_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]

    max_open_jobs: Mapped[int] = mapped_column(default=3)
    daily_cap: Mapped[int] = mapped_column(default=6)
    tags: Mapped[list[str]] = mapped_column(default=list)
    admin_notes: Mapped[str | None] = mapped_column(Str(2000))
    can_reactivate: Mapped[bool] = mapped_column(default=True)

    status: Mapped[str] = mapped_column(Str(10), default="pending")
    status_reason: Mapped[str | None] = mapped_column(Str(300))
    status_changed_at: Mapped[datetime]
    suspended_until: Mapped[datetime | None]
    registered_via_app: Mapped[bool] = mapped_column(default=True)
    registered_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None]
    member_since: Mapped[date]

    open_jobs: Mapped[int] = mapped_column(default=0)
    orders_total: Mapped[int] = mapped_column(default=0)
    orders_completed: Mapped[int] = mapped_column(default=0)
    orders_canceled: Mapped[int] = mapped_column(default=0)
    rating: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    rating_count: Mapped[int] = mapped_column(default=0)
    avg_response_min: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))


class VendorService(Base):
    """The index dispatch searches: one row per vendor and service, kept in step with the vendor's own row.

    `is_verified` is false for everybody who may not be offered work; vendors without a place have no rows.
    """

    __tablename__ = "vendor_services"
    __table_args__ = (Index("ix_vendor_services_where", "tenant_id", "service_code", "is_verified", "lat", "lng"),)

    vendor_id: Mapped[UUID] = mapped_column(primary_key=True)
    service_code: Mapped[str] = mapped_column(Str(40), primary_key=True)
    tenant_id: Mapped[UUID]
    lat: Mapped[float] = mapped_column(Float(53))
    lng: Mapped[float] = mapped_column(Float(53))
    radius_km: Mapped[float] = mapped_column(Float(53))
    is_verified: Mapped[bool]


class VendorDocument(TenantRow):
    """A licence or the like, with its review."""

    __tablename__ = "vendor_documents"

    vendor_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(Str(12))
    file_id: Mapped[UUID]
    number: Mapped[str | None] = mapped_column(Str(60))
    expires_on: Mapped[date | None]
    review: Mapped[str] = mapped_column(Str(10), default="pending")
    review_note: Mapped[str | None] = mapped_column(Str(300))


class TimeOff(TenantRow):
    """A span in which the vendor does not work."""

    __tablename__ = "time_offs"

    vendor_id: Mapped[UUID] = mapped_column(index=True)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Str(120))


class DeviceToken(TenantRow):
    """A device push messages go to; it belongs to whoever signed in on it last."""

    __tablename__ = "device_tokens"
    __table_args__ = (UniqueConstraint("tenant_id", "token_hash"),)

    token_hash: Mapped[str] = mapped_column(Str(64))
    token: Mapped[str] = mapped_column(Str(4096))
    user_id: Mapped[UUID] = mapped_column(index=True)
    platform: Mapped[str] = mapped_column(Str(8))
    last_used_at: Mapped[datetime]
    failed_at: Mapped[datetime | None]


class VendorBlock(TenantRow):
    """The history of what was done to a vendor's account; written once, never changed."""

    __tablename__ = "vendor_blocks"

    vendor_id: Mapped[UUID] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(Str(12))
    reason: Mapped[str | None] = mapped_column(Str(300))
    permanent: Mapped[bool] = mapped_column(default=False)
    snapshot: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    by: Mapped[UUID | None]


class VendorPair(TenantRow):
    """A vendor a customer wants, or never again."""

    __tablename__ = "vendor_pairs"
    __table_args__ = (UniqueConstraint("tenant_id", "vendor_id", "contact_id"),)

    vendor_id: Mapped[UUID]
    contact_id: Mapped[UUID] = mapped_column(index=True)
    relation: Mapped[str] = mapped_column(Str(10))
    reason: Mapped[str | None] = mapped_column(Str(300))
