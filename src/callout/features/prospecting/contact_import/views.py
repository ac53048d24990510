"""What imports of contacts show (product specification §6.2)."""

from typing import Any

from callout.features.prospecting.contact_import.tables import ContactImport
from callout.kit.http.wire import timestamp


def import_view(job: ContactImport, *, dry_run: bool = False) -> dict[str, Any]:
    """An import and its result; one only tried out has no id."""
    return {
        "id": None if dry_run else str(job.id),
        "dry_run": dry_run,
        "status": job.status,
        "filename": job.filename,
        "mode": job.mode,
        "call_list_id": str(job.call_list_id) if job.call_list_id else None,
        "rows": job.rows,
        "created": job.created,
        "updated": job.updated,
        "skipped": job.skipped,
        "added_to_list": job.added_to_list,
        "suppressed": job.suppressed,
        "errors": job.errors,
        "error": job.error,
        "created_at": timestamp(job.created_at),
        "finished_at": timestamp(job.finished_at),
    }
