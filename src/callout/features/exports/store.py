"""The SQL of exports."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from callout.features.exports.schemas import ExportQuery
from callout.features.exports.tables import Export
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

UNFINISHED = ("queued", "running")


async def find(work: Work, export_id: UUID, *, kinds: Sequence[str] = (), lock: bool = False) -> Export:
    """An export of the tenant, of one of some kinds if any are named. Raises NotFound."""
    query = _exports(work, kinds).where(Export.id == export_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


async def page(work: Work, kinds: Sequence[str], filters: ExportQuery) -> tuple[list[Export], int]:
    """One page of the history of some kinds, or of all, and the number of all its rows."""
    query = _exports(work, kinds)
    if filters.kind:
        query = query.where(Export.kind.in_(filters.kind))
    if filters.format:
        query = query.where(Export.format.in_(filters.format))
    if filters.status:
        over = and_(Export.status == "ready", Export.expires_at <= work.now)
        states = [Export.status.in_(filters.status) & ~over] + ([over] if "expired" in filters.status else [])
        query = query.where(or_(*states))
    total = (await work.session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    for name, descending in filters.order():
        column = getattr(Export, name)
        query = query.order_by(column.desc().nulls_last() if descending else column.asc().nulls_last())
    rows = await work.session.execute(query.order_by(Export.id.desc()).limit(filters.limit).offset(filters.offset))
    return list(rows.scalars()), total


async def over(work: Work, limit: int) -> list[Export]:
    """Finished exports whose time is up, locked."""
    query = (
        select(Export)
        .where(Export.tenant_id == work.tenant_id, Export.status == "ready", Export.expires_at <= work.now)
        .order_by(Export.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list((await work.session.execute(query)).scalars())


def _exports(work: Work, kinds: Sequence[str]) -> Select[Export]:
    query = select(Export).where(Export.tenant_id == work.tenant_id, Export.deleted_at.is_(None))
    return query.where(Export.kind.in_(kinds)) if kinds else query
