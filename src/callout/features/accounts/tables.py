"""Rows of accounts: tenants, users, sessions, tokens, invitations, access keys, settings, audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base, Row, SoftDeleted, TenantRow
from callout.kit.db.types import Json, Str

ALIVE = text("deleted_at IS NULL")


class Tenant(SoftDeleted, Row):
    """A business that uses the product; owns every other row."""

    __tablename__ = "tenants"

    name: Mapped[str] = mapped_column(Str(120))
    legal_name: Mapped[str | None] = mapped_column(Str(160))
    slug: Mapped[str] = mapped_column(Str(40), unique=True)
    country: Mapped[str] = mapped_column(Str(2))
    timezone: Mapped[str] = mapped_column(Str(64))
    currency: Mapped[str] = mapped_column(Str(3))
    locale: Mapped[str] = mapped_column(Str(35), default="en")
    email: Mapped[str] = mapped_column(Str(254))
    phone: Mapped[str | None] = mapped_column(Str(20))
    website: Mapped[str | None] = mapped_column(Str(500))
    logo_file_id: Mapped[UUID | None]
    address: Mapped[str | None] = mapped_column(Str(300))
    base_lat: Mapped[float | None]
    base_lng: Mapped[float | None]
    business_hours: Mapped[dict[str, Any]]
    holidays: Mapped[list[Any]] = mapped_column(default=list)
    app_id: Mapped[str] = mapped_column(Str(24), unique=True)
    status: Mapped[str] = mapped_column(Str(12))
    plan_code: Mapped[str] = mapped_column(Str(30))
    trial_ends_at: Mapped[datetime | None]
    onboarding: Mapped[list[Any]] = mapped_column(default=list)
    webhook_token: Mapped[str] = mapped_column(Str(43), unique=True)
    link_key_version: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime | None]


class User(SoftDeleted, TenantRow):
    """A person who signs in: an admin of the business or one of its vendors."""

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_tenant_id_email", "tenant_id", "email", unique=True, postgresql_where=ALIVE),
        Index(None, "email"),
    )

    email: Mapped[str] = mapped_column(Str(254))
    full_name: Mapped[str] = mapped_column(Str(120))
    phone: Mapped[str | None] = mapped_column(Str(20))
    avatar_file_id: Mapped[UUID | None]
    role: Mapped[str] = mapped_column(Str(12))
    locale: Mapped[str] = mapped_column(Str(35), default="en")
    timezone: Mapped[str | None] = mapped_column(Str(64))
    theme: Mapped[str] = mapped_column(Str(8), default="system")
    is_active: Mapped[bool] = mapped_column(default=True)
    email_verified_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(Str(255))
    password_changed_at: Mapped[datetime | None]
    totp_secret: Mapped[str | None] = mapped_column(Str(400))
    totp_last_step: Mapped[int | None]
    mfa_enabled: Mapped[bool] = mapped_column(default=False)
    recovery_codes: Mapped[list[Any]] = mapped_column(default=list)
    last_login_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]


class SignInAttempts(Base):
    """Failed sign-ins of one e-mail address, known or not: an unknown one must look exactly like a known one."""

    __tablename__ = "sign_in_attempts"

    email_hash: Mapped[str] = mapped_column(Str(64), primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class Session(TenantRow):
    """One sign-in on one device; its refresh token rotates, the family secret inside the token does not."""

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(index=True)
    family_id: Mapped[UUID] = mapped_column(unique=True)
    family_hash: Mapped[str] = mapped_column(Str(64))
    rotation_salt: Mapped[str] = mapped_column(Str(64))
    refresh_hash: Mapped[str] = mapped_column(Str(64))
    previous_hash: Mapped[str | None] = mapped_column(Str(64))
    rotated_at: Mapped[datetime | None]
    device: Mapped[str | None] = mapped_column(Str(120))
    ip: Mapped[str] = mapped_column(Str(45))
    user_agent: Mapped[str] = mapped_column(Str(300))
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    absolute_expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(Str(16))
    mfa_at: Mapped[datetime | None]


class OneTimeToken(TenantRow):
    """A short-lived secret for one purpose, used up by its first success."""

    __tablename__ = "one_time_tokens"
    __table_args__ = (Index(None, "purpose", "email"), Index(None, "purpose", "subject_id"))

    purpose: Mapped[str] = mapped_column(Str(16))
    token_hash: Mapped[str] = mapped_column(Str(64), unique=True)
    subject_id: Mapped[UUID | None]
    email: Mapped[str | None] = mapped_column(Str(254))
    attempts: Mapped[int] = mapped_column(default=0)
    context: Mapped[dict[str, Any] | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Invitation(TenantRow):
    """An e-mailed invitation into the team."""

    __tablename__ = "invitations"

    email: Mapped[str] = mapped_column(Str(254))
    role: Mapped[str] = mapped_column(Str(12))
    status: Mapped[str] = mapped_column(Str(10), default="pending")
    expires_at: Mapped[datetime]
    accepted_user_id: Mapped[UUID | None]


class AccessKey(TenantRow):
    """A machine's long-lived credential; only its hash is kept."""

    __tablename__ = "access_keys"

    name: Mapped[str] = mapped_column(Str(80))
    role: Mapped[str] = mapped_column(Str(12))
    expires_at: Mapped[datetime | None]
    prefix: Mapped[str] = mapped_column(Str(12))
    key_hash: Mapped[str] = mapped_column(Str(64), unique=True)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditEntry(TenantRow):
    """What somebody changed; written once, never changed."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "tenant_id", "at", "id"), Index(None, "tenant_id", "noun", "noun_id"))

    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_role: Mapped[str] = mapped_column(Str(12))
    actor_label: Mapped[str] = mapped_column(Str(160))
    action: Mapped[str] = mapped_column(Str(80))
    noun: Mapped[str] = mapped_column(Str(40))
    noun_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None] = mapped_column(Str(500))
    ip: Mapped[str | None] = mapped_column(Str(45))
    request_id: Mapped[str | None] = mapped_column(Str(64))


class TenantSetting(TenantRow):
    """One setting a tenant changed; a value of NULL means the default again."""

    __tablename__ = "tenant_settings"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    key: Mapped[str] = mapped_column(Str(80))
    value: Mapped[Any] = mapped_column(Json, nullable=True)
    updated_by: Mapped[UUID | None]
