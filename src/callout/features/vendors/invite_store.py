"""The SQL of invites."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert

from callout.features.accounts.tables import Tenant
from callout.features.vendors.tables import VendorInvite
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.ids import uuid7


async def add_invite(work: Work, code: str, **columns: Any) -> VendorInvite | None:
    """Adds an invite; None when the code is taken anywhere in the installation."""
    row = {
        "id": uuid7(),
        "tenant_id": work.tenant_id,
        "code": code,
        "created_at": work.now,
        "updated_at": work.now,
        "created_by": work.principal.actor_id,
        "created_by_role": work.principal.role,
        "updated_by_role": work.principal.role,
        **columns,
    }
    statement = insert(VendorInvite).values(row).on_conflict_do_nothing(index_elements=["code"])
    added: VendorInvite | None = await work.session.scalar(statement.returning(VendorInvite))
    return added


async def find_invite(work: Work, code: str) -> tuple[VendorInvite, Tenant] | None:
    """An invite and its business by code; sees all tenants only in a look-up unit of work."""
    row = (
        await work.session.execute(
            select(VendorInvite, Tenant)
            .join(Tenant, Tenant.id == VendorInvite.tenant_id)
            .where(VendorInvite.code == code, Tenant.deleted_at.is_(None))
        )
    ).first()
    return (row[0], row[1]) if row else None


async def get_invite(work: Work, invite_id: UUID) -> VendorInvite:
    """An invite of the tenant, locked.

    Raises:
        NotFound: the tenant has no such invite.
    """
    found = await work.session.scalar(
        select(VendorInvite)
        .where(VendorInvite.tenant_id == work.tenant_id, VendorInvite.id == invite_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


async def list_invites(
    work: Work, conditions: Sequence[ColumnElement[bool]], limit: int, offset: int
) -> tuple[list[VendorInvite], int]:
    """A page of invites, newest first, and how many there are in all."""
    found = [VendorInvite.tenant_id == work.tenant_id, *conditions]
    total = await work.session.scalar(select(func.count()).select_from(VendorInvite).where(*found))
    rows = await work.session.scalars(
        select(VendorInvite).where(*found).order_by(VendorInvite.id.desc()).limit(limit).offset(offset)
    )
    return list(rows), int(total or 0)


async def take_invite(work: Work, code: str, vendor_id: UUID) -> VendorInvite | None:
    """Uses an invite up for a vendor; None when it cannot be used (any more). Only one taker ever succeeds."""
    taken: VendorInvite | None = await work.session.scalar(
        update(VendorInvite)
        .where(
            VendorInvite.tenant_id == work.tenant_id,
            VendorInvite.code == code,
            VendorInvite.used_at.is_(None),
            VendorInvite.revoked_at.is_(None),
            VendorInvite.expires_at > work.now,
        )
        .values(used_at=work.now, used_by_vendor_id=vendor_id, version=VendorInvite.version + 1, updated_at=work.now)
        .returning(VendorInvite)
    )
    return taken
