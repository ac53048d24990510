"""Reads and writes of users."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from callout.features.accounts.tables import Tenant, User
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

TEAM = ("owner", "manager", "viewer")


class Candidate(NamedTuple):
    """One of the users an e-mail address may mean."""

    user_id: UUID
    tenant_id: UUID
    password_hash: str | None
    mfa_enabled: bool
    role: str
    slug: str
    tenant_name: str
    tenant_status: str


async def candidates(work: Work, email: str, slug: str | None = None) -> list[Candidate]:
    """The active users with this e-mail in all tenants (or one); needs a lookup that sees all.

    Of a closed tenant only owners remain, who may reopen it.
    """
    query = (
        select(
            User.id,
            User.tenant_id,
            User.password_hash,
            User.mfa_enabled,
            User.role,
            Tenant.slug,
            Tenant.name,
            Tenant.status,
        )
        .join(Tenant, Tenant.id == User.tenant_id)
        .where(
            User.email == email.strip().lower(), User.deleted_at.is_(None), User.is_active, Tenant.deleted_at.is_(None)
        )
        .order_by(Tenant.slug)
    )
    if slug:
        query = query.where(Tenant.slug == slug.lower())
    found = [Candidate(*row) for row in await work.session.execute(query)]
    return [one for one in found if one.tenant_status != "closed" or one.role == "owner"]


async def find_user(work: Work, user_id: UUID, *, lock: bool = False) -> User:
    """A user of the tenant.

    Raises:
        NotFound: no such user here.
    """
    query = select(User).where(User.id == user_id, User.tenant_id == work.tenant_id, User.deleted_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    user = (await work.session.execute(query)).scalar_one_or_none()
    if user is None:
        raise NotFound
    return user


async def user_by_email(work: Work, email: str) -> User | None:
    """The user of the tenant with this e-mail."""
    query = select(User).where(
        User.tenant_id == work.tenant_id, User.email == email.strip().lower(), User.deleted_at.is_(None)
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def lock_active_owners(work: Work) -> list[UUID]:
    """Locks the active owners in a fixed order, so that two removals cannot both leave none."""
    query = (
        select(User.id)
        .where(User.tenant_id == work.tenant_id, User.role == "owner", User.is_active, User.deleted_at.is_(None))
        .order_by(User.id)
        .with_for_update()
    )
    return list((await work.session.execute(query)).scalars())


async def team_members(work: Work, roles: tuple[str, ...] = ("owner", "manager")) -> list[User]:
    """Active team members of some roles: whom notices to the admins go to."""
    query = select(User).where(
        User.tenant_id == work.tenant_id, User.role.in_(roles), User.is_active, User.deleted_at.is_(None)
    )
    return list((await work.session.execute(query.order_by(User.id))).scalars())
