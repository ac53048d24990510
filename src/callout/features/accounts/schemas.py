"""What accounts read and answer over HTTP."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from callout.features.accounts.tables import AccessKey, AuditEntry, Invitation, Session, Tenant, User
from callout.kit.http.fields import (
    AwareTime,
    CountryCode,
    CurrencyCode,
    EmailText,
    Geo,
    HttpUrl,
    Language,
    Text,
    TimeZone,
    Weekly,
)
from callout.kit.http.models import Body, Query
from callout.kit.http.wire import timestamp
from callout.kit.text.masking import mask_email
from callout.kit.text.phones import mask_phone

Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1024)]
Code = Annotated[str, StringConstraints(min_length=6, max_length=40)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Transport = Literal["body", "cookie"]
TeamRole = Literal["owner", "manager", "viewer"]
Slug = Annotated[str, StringConstraints(to_lower=True, pattern=re.compile(r"^[a-z0-9-]{3,40}$", re.IGNORECASE))]
NationalPhone = Annotated[str, StringConstraints(min_length=3, max_length=40)]
"""A number as typed; its country is known only with the rest."""


class SignUp(Body):
    email: EmailText
    password: Password
    full_name: Annotated[str, Text(120)]
    business_name: Annotated[str, Text(120)]
    country: CountryCode | None = None
    timezone: TimeZone | None = None
    currency: CurrencyCode | None = None
    phone: NationalPhone | None = None
    transport: Transport = "body"


class SignIn(Body):
    email: EmailText
    password: Password
    tenant: Slug | None = None
    device: Annotated[str, Text(120)] | None = None
    transport: Transport = "body"


class SignInCode(Body):
    challenge: Token
    code: Code


class Refresh(Body):
    refresh_token: Token | None = None


class ChangeSelf(Body):
    full_name: Annotated[str, Text(120)] | None = None
    phone: NationalPhone | None = None
    avatar_file_id: UUID | None = None
    locale: Language | None = None
    timezone: TimeZone | None = None
    theme: Literal["light", "dark", "system"] | None = None


class ChangePassword(Body):
    current_password: Password
    new_password: Password


class ForgotPassword(Body):
    email: EmailText
    tenant: Slug | None = None


class ResetPassword(Body):
    token: Token
    new_password: Password


class VerifyEmail(Body):
    token: Token | None = None
    email: EmailText | None = None
    code: Code | None = None

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if self.token is None and (self.email is None or self.code is None):
            raise ValueError("send token, or email and code")
        return self


class ResendVerification(Body):
    email: EmailText | None = None


class PasswordOnly(Body):
    password: Password


class CodeOnly(Body):
    code: Code


class PasswordAndCode(Body):
    password: Password
    code: Code


class AcceptInvitation(Body):
    full_name: Annotated[str, Text(120)]
    password: Password
    device: Annotated[str, Text(120)] | None = None
    transport: Transport = "body"


class NewTicket(Body):
    audience: Literal["events", "monitor", "media"]
    noun_id: UUID | None = None


class NewInvitation(Body):
    email: EmailText
    role: TeamRole


class ChangeTeamMember(Body):
    role: TeamRole | None = None
    is_active: bool | None = None


class NewAccessKey(Body):
    name: Annotated[str, Text(80)]
    role: Literal["agent", "manager", "viewer"]
    expires_at: AwareTime | None = None


class ChangeTenant(Body):
    name: Annotated[str, Text(120)] | None = None
    legal_name: Annotated[str, Text(160)] | None = None
    slug: Slug | None = None
    country: CountryCode | None = None
    timezone: TimeZone | None = None
    currency: CurrencyCode | None = None
    locale: Language | None = None
    email: EmailText | None = None
    phone: NationalPhone | None = None
    website: HttpUrl | None = None
    logo_file_id: UUID | None = None
    address: Annotated[str, Text(300)] | None = None
    base_location: Geo | None = None
    business_hours: Weekly | None = None
    holidays: Annotated[list[date], Field(max_length=60)] | None = None

    required: ClassVar[frozenset[str]] = frozenset(
        {"name", "slug", "country", "timezone", "currency", "locale", "email", "business_hours", "holidays"}
    )


class CloseTenant(Body):
    password: Password
    confirm_slug: Annotated[str, Text(40)]


class Page(Query):
    """A list without filters."""


class TeamFilters(Query):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "full_name", "email", "role", "last_login_at")
    default_sort: ClassVar[str] = "full_name"

    role: list[TeamRole] | None = None
    is_active: bool | None = None
    q: Annotated[str, StringConstraints(min_length=2, max_length=100)] | None = None


class AuditFilters(Query):
    sortable: ClassVar[tuple[str, ...]] = ("at",)
    default_sort: ClassVar[str] = "-at"

    actor_id: list[UUID] | None = None
    noun: list[str] | None = None
    noun_id: list[UUID] | None = None
    action: list[str] | None = None
    at_from: AwareTime | None = None
    at_to: AwareTime | None = None
    cursor: str | None = None


def user_view(user: User, avatar_url: str | None) -> dict[str, Any]:
    """The `user` shape."""
    return {
        "id": str(user.id),
        "email": user.email,
        "full_name": user.full_name,
        "phone": user.phone,
        "avatar_url": avatar_url,
        "role": user.role,
        "locale": user.locale,
        "timezone": user.timezone,
        "theme": user.theme,
        "is_active": user.is_active,
        "email_verified_at": timestamp(user.email_verified_at),
        "mfa_enabled": user.mfa_enabled,
        "last_login_at": timestamp(user.last_login_at),
        "last_seen_at": timestamp(user.last_seen_at),
        "created_at": timestamp(user.created_at),
        "updated_at": timestamp(user.updated_at),
        "version": user.version,
    }


def colleague_view(user: User, avatar_url: str | None, *, is_masked: bool) -> dict[str, Any]:
    """What a viewer sees of a colleague: name and role; address and phone masked or not at all."""
    full = user_view(user, avatar_url)
    shown = {"id", "full_name", "role", "avatar_url", "is_active"}
    view = {name: value if name in shown else None for name, value in full.items()}
    if not is_masked:
        return {**view, "email": user.email, "phone": user.phone}
    return {**view, "email": mask_email(user.email), "phone": mask_phone(user.phone) if user.phone else None}


def tenant_summary(tenant: Tenant) -> dict[str, Any]:
    """The tenant as a user of any role meets it."""
    return {
        "id": str(tenant.id),
        "name": tenant.name,
        "slug": tenant.slug,
        "app_id": tenant.app_id,
        "country": tenant.country,
        "timezone": tenant.timezone,
        "currency": tenant.currency,
        "locale": tenant.locale,
        "phone": tenant.phone,
        "status": tenant.status,
        "plan_code": tenant.plan_code,
        "trial_ends_at": timestamp(tenant.trial_ends_at),
    }


def tenant_view(tenant: Tenant, logo_url: str | None) -> dict[str, Any]:
    """The whole record of the business; never the webhook token."""
    has_place = tenant.base_lat is not None and tenant.base_lng is not None
    return {
        **tenant_summary(tenant),
        "legal_name": tenant.legal_name,
        "email": tenant.email,
        "website": tenant.website,
        "logo_file_id": str(tenant.logo_file_id) if tenant.logo_file_id else None,
        "logo_url": logo_url,
        "address": tenant.address,
        "base_location": {"lat": tenant.base_lat, "lng": tenant.base_lng} if has_place else None,
        "business_hours": tenant.business_hours,
        "holidays": tenant.holidays,
        "onboarding": tenant.onboarding,
        "link_key_version": tenant.link_key_version,
        "closed_at": timestamp(tenant.closed_at),
        "created_at": timestamp(tenant.created_at),
        "updated_at": timestamp(tenant.updated_at),
        "version": tenant.version,
    }


def session_view(session: Session, current: UUID | None) -> dict[str, Any]:
    """One sign-in of a user."""
    return {
        "id": str(session.id),
        "device": session.device,
        "ip": session.ip,
        "user_agent": session.user_agent,
        "created_at": timestamp(session.created_at),
        "last_used_at": timestamp(session.last_used_at),
        "expires_at": timestamp(session.expires_at),
        "mfa_at": timestamp(session.mfa_at),
        "is_current": session.id == current,
    }


def invitation_view(invitation: Invitation, now: datetime) -> dict[str, Any]:
    """One invitation; one that ran out shows as expired."""
    is_over = invitation.status == "pending" and invitation.expires_at <= now
    return {
        "id": str(invitation.id),
        "email": invitation.email,
        "role": invitation.role,
        "status": "expired" if is_over else invitation.status,
        "expires_at": timestamp(invitation.expires_at),
        "accepted_user_id": str(invitation.accepted_user_id) if invitation.accepted_user_id else None,
        "created_by": str(invitation.created_by) if invitation.created_by else None,
        "created_at": timestamp(invitation.created_at),
        "updated_at": timestamp(invitation.updated_at),
        "version": invitation.version,
    }


def access_key_view(key: AccessKey) -> dict[str, Any]:
    """One access key without its secret."""
    return {
        "id": str(key.id),
        "name": key.name,
        "role": key.role,
        "prefix": key.prefix,
        "expires_at": timestamp(key.expires_at),
        "last_used_at": timestamp(key.last_used_at),
        "revoked_at": timestamp(key.revoked_at),
        "created_at": timestamp(key.created_at),
        "version": key.version,
    }


def audit_view(entry: AuditEntry) -> dict[str, Any]:
    """One entry of the trail."""
    return {
        "id": str(entry.id),
        "at": timestamp(entry.at),
        "actor_id": str(entry.actor_id) if entry.actor_id else None,
        "actor_role": entry.actor_role,
        "actor_label": entry.actor_label,
        "action": entry.action,
        "noun": entry.noun,
        "noun_id": str(entry.noun_id) if entry.noun_id else None,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "ip": entry.ip,
        "request_id": entry.request_id,
    }
