"""Asking for an export, and taking it back."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.exports import store
from callout.features.exports.errors import ExportExpired, ExportNotReady
from callout.features.exports.ports import ExportSource, chosen_fields
from callout.features.exports.tables import Export
from callout.features.files.errors import FileMissing
from callout.features.files.links import MAX_EXPIRY_S
from callout.features.files.service import Files
from callout.kit.db.work import Work
from callout.kit.http.limits import RateLimits

WORKFLOW = "produce_export"
QUEUE = "exports"
PER_HOUR = 20
LINK_S = 300


async def take_turn(work: Work, limits: RateLimits) -> None:
    """Counts an export of the principal. Raises TooMany beyond 20 an hour."""
    who = work.principal.actor_id or work.tenant_id
    await limits.hit("exports", str(who), limit=PER_HOUR, window_s=3600)


async def request_export(
    work: Work,
    source: ExportSource,
    *,
    format: str,  # noqa: A002 - as on the wire
    filters: Mapping[str, Any],
    fields: Sequence[str] | None = None,
    everything: bool = False,
    filename: str | None = None,
    bom: bool = True,
) -> Export:
    """Queues a file.

    Args:
        work: The transaction of who asks.
        source: What to export.
        format: csv, xlsx or json.
        filters: Which rows, in the source's own terms.
        fields: Which columns; the source's usual ones unless named, `["*"]` for all.
        everything: All columns.
        filename: As the file shall be called; its ending follows the format.
        bom: For CSV, a byte order mark.

    Raises:
        Unprocessable: a filter or field the source does not know.
    """
    export = Export(
        kind=source.kind,
        format=format,
        filters=source.check(filters),
        fields=chosen_fields(source, fields, everything=everything),
        filename=_filename(filename or f"{source.kind}-{work.now:%Y-%m-%d}", format),
        bom=bom,
    )
    work.session.add(export)
    await work.session.flush()
    told = {"kind": export.kind, "format": format, "filters": export.filters, "fields": export.fields}
    await audit(work, "export.create", "export", export.id, after=told)
    await work.enqueue(WORKFLOW, str(export.id), key=f"export-{export.id}", queue=QUEUE)
    return export


async def delete_export(work: Work, export: Export, files: Files) -> None:
    """Takes an export back: it is not made any more, and its file is gone at once."""
    export = await store.find(work, export.id, lock=True)
    export.deleted_at = work.now
    await audit(work, "export.delete", "export", export.id)
    await drop_file(work, export, files)


async def drop_file(work: Work, export: Export, files: Files) -> None:
    """Deletes the file of an export, if it is still there."""
    if export.file_id is None:
        return
    try:
        await files.delete(work, export.file_id)
    except FileMissing:
        return


def is_over(work: Work, export: Export) -> bool:
    """Whether the file was kept as long as it is kept."""
    ended = export.expires_at is not None and export.expires_at <= work.now
    return export.status == "expired" or (export.status == "ready" and ended)


def download_url(work: Work, export: Export, files: Files, within_s: int = MAX_EXPIRY_S) -> str:
    """A signed link to the file that ends with the export, or earlier.

    Raises:
        ExportExpired: the time is up.
        ExportNotReady: there is no file yet, or never will be.
    """
    if is_over(work, export):
        raise ExportExpired
    file_id: UUID | None = export.file_id
    if export.status != "ready" or file_id is None or export.expires_at is None:
        raise ExportNotReady(f"This export is {export.status}.", status_now=export.status)
    left = int((export.expires_at - work.now).total_seconds())
    return files.signed_url(work, file_id, min(within_s, max(left, 1)))


def _filename(wanted: str, format: str) -> str:  # noqa: A002 - as on the wire
    path = PurePath(wanted.replace("/", " ").replace("\\", " "))
    stem = path.stem if path.suffix.lower() in {".csv", ".xlsx", ".json"} else path.name
    return f"{stem[:110].strip(' .') or 'export'}.{format}"
