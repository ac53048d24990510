"""What exports show."""

from collections.abc import Sequence
from typing import Any

import msgspec

from callout.features.exports.ports import ExportSource
from callout.features.exports.request import download_url, is_over
from callout.features.exports.schemas import ExportView, FieldView
from callout.features.exports.tables import Export
from callout.features.files.service import Files
from callout.features.files.store import find_many
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp


async def export_views(work: Work, rows: Sequence[Export], files: Files) -> list[dict[str, Any]]:
    """Exports with links to those that are ready."""
    kept = await find_many(work, [row.file_id for row in rows if row.file_id])
    return [_view(work, row, files, kept[row.file_id].bytes if row.file_id in kept else None) for row in rows]


async def export_view(work: Work, row: Export, files: Files) -> dict[str, Any]:
    """One export."""
    return (await export_views(work, [row], files))[0]


def field_views(source: ExportSource) -> list[dict[str, Any]]:
    """The columns that can be chosen, the usual ones marked."""
    usual = set(source.defaults)
    return [
        msgspec.to_builtins(FieldView(column.name, column.label, column.kind, column.name in usual))
        for column in source.columns
    ]


def _view(work: Work, row: Export, files: Files, size: int | None) -> dict[str, Any]:
    over = is_over(work, row)
    view = ExportView(
        id=row.id,
        kind=row.kind,
        format=row.format,
        filters=row.filters,
        fields=row.fields,
        filename=row.filename,
        bom=row.bom,
        status="expired" if over else row.status,
        progress_pct=row.progress_pct,
        row_count=row.row_count,
        bytes=size,
        url=download_url(work, row, files) if row.status == "ready" and not over else None,
        expires_at=timestamp(row.expires_at),
        error=row.error,
        requested_by=row.created_by,
        created_at=timestamp(row.created_at),
        started_at=timestamp(row.started_at),
        finished_at=timestamp(row.finished_at),
    )
    built: dict[str, Any] = msgspec.to_builtins(view)
    return built
