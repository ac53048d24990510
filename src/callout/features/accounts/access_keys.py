"""Credentials of machines: made once, shown once, revocable."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.tables import AccessKey, Tenant
from callout.features.accounts.tenant_store import lock_tenant
from callout.kit.db.work import Work
from callout.kit.errors import Conflict, NotFound
from callout.kit.secrets import hash_token, new_token

PREFIX = "cok_"
SHOWN = 12
MAX_ACTIVE = 20


class KeyHolder(NamedTuple):
    """What an access key stands for."""

    key_id: UUID
    tenant_id: UUID
    role: str
    name: str
    expires_at: datetime | None
    tenant_status: str


async def create_access_key(work: Work, *, name: str, role: str, expires_at: datetime | None) -> tuple[AccessKey, str]:
    """A new key and its secret, which cannot be read again.

    Raises:
        Conflict: 20 keys are active already.
    """
    await lock_tenant(work)
    active = select(func.count()).select_from(AccessKey).where(*_active(work))
    if (await work.session.execute(active)).scalar_one() >= MAX_ACTIVE:
        raise Conflict(f"At most {MAX_ACTIVE} access keys can be active. Revoke one first.")
    secret = PREFIX + new_token()
    key = AccessKey(name=name, role=role, expires_at=expires_at, prefix=secret[:SHOWN], key_hash=hash_token(secret))
    work.session.add(key)
    await work.session.flush()
    await audit(work, "access_key.create", "access_key", key.id, after={"name": name, "role": role})
    return key, secret


async def revoke_access_key(accounts: Accounts, work: Work, key_id: UUID) -> None:
    """Ends a key; repeating it changes nothing."""
    key = await work.session.get(AccessKey, key_id, with_for_update=True)
    if key is None or key.tenant_id != work.tenant_id:
        raise NotFound
    if key.revoked_at is None:
        key.revoked_at = work.now
        await audit(work, "access_key.revoke", "access_key", key.id, before={"name": key.name, "role": key.role})

    async def forget() -> None:
        accounts.principals.forget(lambda principal: principal.actor_id == key_id)

    work.after_commit(forget)


async def list_access_keys(work: Work, *, limit: int, offset: int) -> tuple[list[AccessKey], int]:
    """All keys of the tenant, newest first, and how many there are."""
    own = AccessKey.tenant_id == work.tenant_id
    total = (await work.session.execute(select(func.count()).select_from(AccessKey).where(own))).scalar_one()
    query = select(AccessKey).where(own).order_by(AccessKey.created_at.desc(), AccessKey.id.desc())
    return list((await work.session.execute(query.limit(limit).offset(offset))).scalars()), total


async def is_live(work: Work, key_id: UUID) -> bool:
    """Whether a key may still be used."""
    query = select(AccessKey.id).where(AccessKey.id == key_id, *_active(work))
    return (await work.session.execute(query)).one_or_none() is not None


async def holder_of(work: Work, secret: str) -> KeyHolder | None:
    """Whom a key stands for; needs a lookup that sees all."""
    query = (
        select(AccessKey.id, AccessKey.tenant_id, AccessKey.role, AccessKey.name, AccessKey.expires_at, Tenant.status)
        .join(Tenant, Tenant.id == AccessKey.tenant_id)
        .where(
            AccessKey.key_hash == hash_token(secret),
            AccessKey.revoked_at.is_(None),
            or_(AccessKey.expires_at.is_(None), AccessKey.expires_at > work.now),
            Tenant.deleted_at.is_(None),
        )
    )
    row = (await work.session.execute(query)).one_or_none()
    if row is None:
        return None
    used = update(AccessKey).where(AccessKey.id == row[0]).values(last_used_at=work.now)
    await work.session.execute(used.execution_options(synchronize_session=False))
    return KeyHolder(*row)


def _active(work: Work) -> tuple[ColumnElement[bool], ...]:
    return (
        AccessKey.tenant_id == work.tenant_id,
        AccessKey.revoked_at.is_(None),
        or_(AccessKey.expires_at.is_(None), AccessKey.expires_at > work.now),
    )
