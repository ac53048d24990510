"""The only SQL about files."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update

from callout.features.files.tables import FileRow
from callout.kit.db.work import Work


async def find(work: Work, file_id: UUID) -> FileRow | None:
    """A file that was not deleted."""
    query = select(FileRow).where(
        FileRow.tenant_id == work.tenant_id, FileRow.id == file_id, FileRow.deleted_at.is_(None)
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def lock(work: Work, file_id: UUID) -> FileRow | None:
    """A file that was not deleted, kept from change until the transaction ends."""
    query = (
        select(FileRow)
        .where(FileRow.tenant_id == work.tenant_id, FileRow.id == file_id, FileRow.deleted_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def find_many(work: Work, file_ids: Sequence[UUID]) -> dict[UUID, FileRow]:
    """Those of some files that were not deleted."""
    if not file_ids:
        return {}
    query = select(FileRow).where(
        FileRow.tenant_id == work.tenant_id, FileRow.id.in_(file_ids), FileRow.deleted_at.is_(None)
    )
    return {row.id: row for row in (await work.session.execute(query)).scalars()}


async def hold(work: Work, file_ids: Sequence[UUID]) -> None:
    """Keeps files from being deleted, for good."""
    if file_ids:
        await work.session.execute(
            update(FileRow)
            .where(FileRow.tenant_id == work.tenant_id, FileRow.id.in_(file_ids), FileRow.held.is_(False))
            .values(held=True, expires_at=None, version=FileRow.version + 1, updated_at=work.now)
            .execution_options(synchronize_session=False)
        )


async def known(work: Work, file_ids: Sequence[UUID]) -> set[UUID]:
    """Which of some ids have a row, deleted or not."""
    query = select(FileRow.id).where(FileRow.tenant_id == work.tenant_id, FileRow.id.in_(file_ids))
    return set((await work.session.execute(query)).scalars())


async def to_purge(work: Work, now: datetime, limit: int) -> list[FileRow]:
    """Deleted or expired files whose bytes are still stored; others' locks are skipped."""
    query = (
        select(FileRow)
        .where(
            FileRow.tenant_id == work.tenant_id,
            FileRow.purged_at.is_(None),
            FileRow.held.is_(False),
            or_(FileRow.deleted_at.is_not(None), FileRow.expires_at < now),
        )
        .order_by(FileRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list((await work.session.execute(query)).scalars())
