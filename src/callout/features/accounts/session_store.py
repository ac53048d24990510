"""Reads and writes of sessions."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, update

from callout.features.accounts.tables import Session, Tenant, TenantSetting, User
from callout.kit.db.work import Work


class Identity(NamedTuple):
    """What a session stands for right now."""

    user_id: UUID
    role: str
    full_name: str
    email: str
    mfa_enabled: bool
    tenant_status: str
    last_seen_at: datetime | None


async def identity_of(work: Work, session_id: UUID) -> Identity | None:
    """The live identity behind a session; None when the session or its user is no more."""
    query = (
        select(User.id, User.role, User.full_name, User.email, User.mfa_enabled, Tenant.status, User.last_seen_at)
        .join(Session, Session.user_id == User.id)
        .join(Tenant, Tenant.id == User.tenant_id)
        .where(
            Session.id == session_id,
            Session.tenant_id == work.tenant_id,
            Session.revoked_at.is_(None),
            Session.absolute_expires_at > work.now,
            User.is_active,
            User.deleted_at.is_(None),
            Tenant.deleted_at.is_(None),
        )
    )
    row = (await work.session.execute(query)).one_or_none()
    return None if row is None else Identity(*row)


async def tenant_of_family(work: Work, family_id: UUID) -> UUID | None:
    """The tenant a refresh token's family belongs to; needs a lookup that sees all."""
    return (
        await work.session.execute(select(Session.tenant_id).where(Session.family_id == family_id))
    ).scalar_one_or_none()


async def lock_family(work: Work, family_id: UUID) -> Session | None:
    """The session of a family, locked until the end of the transaction."""
    query = select(Session).where(Session.family_id == family_id, Session.tenant_id == work.tenant_id)
    return (await work.session.execute(query.with_for_update())).scalar_one_or_none()


async def live_sessions(work: Work, user_id: UUID) -> list[Session]:
    """The sessions of a user that still work, most recently used first."""
    query = (
        select(Session)
        .where(*_live(work), Session.user_id == user_id)
        .order_by(Session.last_used_at.desc(), Session.id.desc())
    )
    return list((await work.session.execute(query)).scalars())


async def knows_device(work: Work, user_id: UUID, user_agent: str) -> bool:
    """True when the user has signed in from this device before, or never from anywhere."""
    of_user = (Session.user_id == user_id, Session.tenant_id == work.tenant_id)
    query = select(or_(exists().where(*of_user, Session.user_agent == user_agent), ~exists().where(*of_user)))
    return bool((await work.session.execute(query)).scalar_one())


async def revoke(
    work: Work,
    reason: str,
    *,
    session_id: UUID | None = None,
    user_id: UUID | None = None,
    keep: UUID | None = None,
) -> list[tuple[UUID, UUID]]:
    """Ends live sessions of one id, one user or the whole tenant, but `keep`; returns (session, user) ids."""
    statement = (
        update(Session)
        .where(*_live(work))
        .values(
            revoked_at=work.now,
            revoked_reason=reason,
            updated_at=work.now,
            updated_by_role=work.principal.role,
            version=Session.version + 1,
        )
        .returning(Session.id, Session.user_id)
        .execution_options(synchronize_session=False)
    )
    if session_id is not None:
        statement = statement.where(Session.id == session_id)
    if user_id is not None:
        statement = statement.where(Session.user_id == user_id)
    if keep is not None:
        statement = statement.where(Session.id != keep)
    return [(row[0], row[1]) for row in await work.session.execute(statement)]


async def touch_presence(work: Work, user_id: UUID, session_id: UUID) -> None:
    """Notes that the user is here; neither version nor authorship changes."""
    users = update(User).where(User.id == user_id, User.tenant_id == work.tenant_id)
    await work.session.execute(users.values(last_seen_at=work.now).execution_options(synchronize_session=False))
    sessions = update(Session).where(Session.id == session_id, Session.tenant_id == work.tenant_id)
    await work.session.execute(sessions.values(last_used_at=work.now).execution_options(synchronize_session=False))


async def security_values(work: Work) -> dict[str, object]:
    """The tenant's own values of the security settings."""
    query = select(TenantSetting.key, TenantSetting.value).where(
        TenantSetting.tenant_id == work.tenant_id, TenantSetting.key.startswith("security.")
    )
    return {key: value for key, value in await work.session.execute(query) if value is not None}


def _live(work: Work) -> tuple[ColumnElement[bool], ...]:
    return (Session.tenant_id == work.tenant_id, Session.revoked_at.is_(None), Session.expires_at > work.now)
