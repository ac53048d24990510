"""Reads and writes of tenants."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, inspect, select

from callout.features.accounts.tables import Tenant
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

_OWN = "own_tenant"


async def own_tenant(work: Work) -> Tenant:
    """The tenant of the principal, read once per unit of work."""
    known: Tenant | None = work.session.info.get(_OWN)
    if known is None or inspect(known).expired_attributes or known.id != work.tenant_id:
        known = work.session.info[_OWN] = await _one(work, lock=False)
    if known.deleted_at is not None:
        raise NotFound
    return known


async def lock_tenant(work: Work) -> Tenant:
    """The tenant of the principal, locked: changes of tenant-wide state queue up here."""
    return await _one(work, lock=True)


async def slug_is_taken(work: Work, slug: str) -> bool:
    """True when any tenant of the installation has this slug; needs a lookup that sees all."""
    return bool((await work.session.execute(select(exists().where(Tenant.slug == slug)))).scalar_one())


async def tenant_ids(work: Work, *, with_deleted: bool = False) -> list[UUID]:
    """All tenants, without those that are deleted unless asked for, oldest first; needs a lookup that sees all."""
    query = select(Tenant.id).order_by(Tenant.id)
    if not with_deleted:
        query = query.where(Tenant.deleted_at.is_(None))
    return list((await work.session.execute(query)).scalars())


async def _one(work: Work, *, lock: bool) -> Tenant:
    query = select(Tenant).where(Tenant.id == work.tenant_id, Tenant.deleted_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    tenant = (await work.session.execute(query)).scalar_one_or_none()
    if tenant is None:
        raise NotFound
    return tenant
