"""Rejected rows: kept with their reasons, and given back as a file that can be mended and uploaded again."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select

from callout.features.prospecting.importing.cleaning import Refused
from callout.features.prospecting.importing.tables import ImportReject
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.text.formula_guard import guarded

AT_ONCE = 1000
REASONS = ("rejected_row", "rejected_field", "rejected_reason")
"""Columns put in front of the file's own; an import leaves them out."""


async def keep(work: Work, job_id: UUID, refused: Sequence[Refused]) -> None:
    """Keeps rejected rows."""
    fixed = {
        "tenant_id": work.tenant_id, "job_id": job_id, "version": 1, "created_at": work.now, "updated_at": work.now,
        "created_by_role": work.principal.role, "updated_by_role": work.principal.role,
    }  # fmt: skip
    for begin in range(0, len(refused), AT_ONCE):
        rows = [
            {**fixed, **msgspec.structs.asdict(one), "id": uuid7(), "message": one.message[:300]}
            for one in refused[begin : begin + AT_ONCE]
        ]
        await work.session.execute(insert(ImportReject), rows)


async def forget(work: Work, job_id: UUID) -> None:
    """Deletes the rejected rows of a job."""
    await work.session.execute(
        delete(ImportReject).where(ImportReject.tenant_id == work.tenant_id, ImportReject.job_id == job_id)
    )


async def as_csv(database: Database, principal: Principal, job_id: UUID, header: Sequence[str]) -> AsyncIterator[bytes]:
    """The rejected rows of a job as CSV in UTF-8: number, field and reason, then the row as it was written.

    Cells a spreadsheet might take for a formula are guarded. Each part is read in a transaction of its own.
    """
    yield b"\xef\xbb\xbf" + _lines([[*REASONS, *header]])
    last = -1
    while True:
        async with database.transaction(principal) as work:
            query = (
                select(ImportReject.row, ImportReject.field, ImportReject.message, ImportReject.cells)
                .where(ImportReject.tenant_id == work.tenant_id, ImportReject.job_id == job_id, ImportReject.row > last)
                .order_by(ImportReject.row)
                .limit(AT_ONCE)
            )
            rows: Sequence[Any] = (await work.session.execute(query)).all()
        if rows:
            yield _lines([[row.row, row.field, row.message, *row.cells] for row in rows])
            last = rows[-1].row
        if len(rows) < AT_ONCE:
            return


def _lines(rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows([[guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return buffer.getvalue().encode()
