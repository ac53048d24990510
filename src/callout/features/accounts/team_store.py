"""Lists of the team and of the audit trail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from callout.features.accounts.masking import found_by, sees_masked
from callout.features.accounts.schemas import AuditFilters, TeamFilters
from callout.features.accounts.tables import AuditEntry, User
from callout.features.accounts.user_store import TEAM
from callout.kit.db.work import Work
from callout.kit.errors import BadRequest


async def list_team(work: Work, filters: TeamFilters) -> tuple[list[User], int]:
    """Team members that match, and how many there are."""
    where: list[ColumnElement[bool]] = [
        User.tenant_id == work.tenant_id,
        User.deleted_at.is_(None),
        User.role.in_(filters.role or TEAM),
    ]
    if filters.is_active is not None:
        where.append(User.is_active == filters.is_active)
    if filters.q:
        where.append(found_by(filters.q, (User.full_name,), (User.email,), masked=await sees_masked(work)))
    total = (await work.session.execute(select(func.count()).select_from(User).where(*where))).scalar_one()
    columns = [getattr(User, name).desc() if down else getattr(User, name) for name, down in filters.order()]
    query = select(User).where(*where).order_by(*columns, User.id).limit(filters.limit).offset(filters.offset)
    return list((await work.session.execute(query)).scalars()), total


async def list_audit(work: Work, filters: AuditFilters) -> tuple[list[AuditEntry], int, str | None]:
    """Entries that match, how many there are, and the cursor of the next page."""
    where = _audit_conditions(work, filters)
    total = (await work.session.execute(select(func.count()).select_from(AuditEntry).where(*where))).scalar_one()
    is_down = filters.order()[0][1]
    place = tuple_(AuditEntry.at, AuditEntry.id)
    query = select(AuditEntry).where(*where)
    if filters.cursor:
        at, entry_id = read_cursor(filters.cursor)
        query = query.where(place < (at, entry_id) if is_down else place > (at, entry_id))
    order = (AuditEntry.at.desc(), AuditEntry.id.desc()) if is_down else (AuditEntry.at, AuditEntry.id)
    query = query.order_by(*order).limit(filters.limit + 1)
    if not filters.cursor:
        query = query.offset(filters.offset)
    rows = list((await work.session.execute(query)).scalars())
    page = rows[: filters.limit]
    following = f"{page[-1].at.isoformat()}~{page[-1].id}" if len(rows) > filters.limit else None
    return page, total, following


def read_cursor(text: str) -> tuple[datetime, UUID]:
    """Where a page begins.

    Raises:
        BadRequest: not a cursor of this list.
    """
    at, _, entry_id = text.replace(" ", "+").partition("~")
    try:
        return datetime.fromisoformat(at), UUID(entry_id)
    except ValueError:
        raise BadRequest("cursor: not a cursor of this list") from None


def _audit_conditions(work: Work, filters: AuditFilters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [AuditEntry.tenant_id == work.tenant_id]
    for column in (AuditEntry.actor_id, AuditEntry.noun, AuditEntry.noun_id, AuditEntry.action):
        wanted = getattr(filters, column.key)
        where += [column.in_(wanted)] if wanted else []
    if filters.at_from:
        where.append(AuditEntry.at >= filters.at_from)
    if filters.at_to:
        where.append(AuditEntry.at < filters.at_to)
    return where
