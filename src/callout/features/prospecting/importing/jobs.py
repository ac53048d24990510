"""Bringing a file of businesses in: in batches, resumable, no place twice."""

import asyncio
from collections.abc import Sequence
from itertools import islice
from uuid import UUID

import msgspec

from callout.features.accounts.tenant_store import own_tenant
from callout.features.files.service import Files
from callout.features.prospecting import store
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.events import ImportFailed, ImportFinished, ImportProgressed, ImportStarted
from callout.features.prospecting.importing.reading import kept_form, read_records
from callout.features.prospecting.importing.rows import Rejected, draft_of
from callout.features.prospecting.merging import merge_drafts
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

BATCH = 2000
"""Rows a step takes: enough that reading the file anew each time costs little, few enough for a short transaction."""
MAX_ROWS = 50_000
MAX_ERRORS = 50


class BatchResult(msgspec.Struct, frozen=True):
    """Where an import stands after a batch."""

    done: bool
    found: int


class Slice(msgspec.Struct, frozen=True):
    """Some rows of a file, cleaned."""

    numbers: list[int]
    drafts: list[Draft]
    rejected: list[Rejected]


async def start_import(
    work: Work, *, filename: str, data: bytes, country: str | None, mapping: dict[str, str], files: Files
) -> ScrapeJob:
    """Keeps the file and queues its import; a file that is no table at all is refused at once.

    Raises:
        UnreadableFile: not a table, no rows below its header, or more than `MAX_ROWS`.
        FileTooLarge: more bytes than an import takes.
    """
    name, kept, last_row = await asyncio.to_thread(_survey, data, filename, mapping)
    job = ScrapeJob(
        name=filename[:120] or name[:120],
        provider="file",
        country=country or (await own_tenant(work)).country,
        file_id=(await files.store_bytes(work, "csv_import", name, kept)).id,
        filename=filename[:200] or name[:200],
        mapping=mapping,
        cursor={"row": 0, "last_row": last_row},
    )
    work.session.add(job)
    await work.session.flush()
    await work.publish(ImportStarted(noun_id=job.id, name=job.name))
    await work.enqueue("import_businesses", str(job.id), key=f"import-{job.id}")
    return job


async def import_batch(work: Work, job_id: UUID, *, files: Files, size: int = BATCH) -> BatchResult:
    """Imports the next rows of a job and remembers where it is; repeating after a crash repeats nothing.

    Rows and position are committed together. The file is read before anything is locked, so that other imports of the
    tenant wait for the writing only.

    Raises:
        NotFound: The job or its file is gone.
    """
    job = await store.fetch(work, ScrapeJob, job_id)
    if not is_unfinished(job):
        return BatchResult(done=True, found=job.found)
    data = await files.read_bytes(work, job.file_id) if job.file_id else b""
    position = int(job.cursor.get("row", 0))
    try:
        part = await asyncio.to_thread(_next_slice, data, job.mapping, position, size, job.country)
    except UnreadableFile as error:
        await fail_import(work, job_id, "unreadable_file", error.detail)
        return BatchResult(done=True, found=job.found)
    await store.lock_businesses(work)
    job = await store.fetch(work, ScrapeJob, job_id, lock=True)
    if not is_unfinished(job) or int(job.cursor.get("row", 0)) != position:
        return BatchResult(done=not is_unfinished(job), found=job.found)
    await _take(work, job, part)
    if len(part.numbers) < size:
        await _finish(work, job)
    return BatchResult(done=not is_unfinished(job), found=job.found)


async def fail_import(work: Work, job_id: UUID, code: str, message: str) -> None:
    """Ends a job that cannot go on; what it stored stays."""
    job = await store.fetch(work, ScrapeJob, job_id, lock=True)
    if not is_unfinished(job):
        return
    job.status, job.finished_at, job.stop_reason = "failed", work.now, "error"
    entry = {"at": timestamp(work.now), "tile": None, "code": code, "message": message[:300]}
    job.errors = [*job.errors[: MAX_ERRORS - 1], entry]
    await work.publish(ImportFailed(noun_id=job.id, error=message[:300]))


def is_unfinished(job: ScrapeJob) -> bool:
    """Whether a job still has rows to take."""
    return job.status in {"queued", "running"}


async def _take(work: Work, job: ScrapeJob, part: Slice) -> None:
    merged = await merge_drafts(work, str(job.id), part.drafts)
    job.status = "running"
    job.started_at = job.started_at or work.now
    job.found += len(part.numbers)
    job.stored += merged.new
    job.duplicates += merged.known
    job.callable += merged.callable
    rejected = [
        {"at": timestamp(work.now), "tile": f"row {bad.row}", "code": bad.field, "message": bad.message}
        for bad in part.rejected
    ]
    job.errors = [*job.errors, *rejected][:MAX_ERRORS]
    if part.numbers:
        row, last_row = part.numbers[-1], int(job.cursor.get("last_row", 0))
        job.cursor = {"row": row, "last_row": last_row}
        job.progress_pct = min(99, 100 * row // max(row, last_row))
    await work.publish(
        ImportProgressed(
            noun_id=job.id,
            found=job.found,
            stored=job.stored,
            duplicates=job.duplicates,
            progress_pct=job.progress_pct,
        )
    )


async def _finish(work: Work, job: ScrapeJob) -> None:
    job.status, job.progress_pct, job.finished_at = "completed", 100, work.now
    job.stop_reason = "exhausted"
    await work.publish(
        ImportFinished(
            noun_id=job.id, found=job.found, stored=job.stored, duplicates=job.duplicates, callable=job.callable
        )
    )


def _survey(data: bytes, filename: str, mapping: dict[str, str]) -> tuple[str, bytes, int]:
    """Name and bytes to keep, and the number of the last row; reads the file to its end."""
    name, kept = kept_form(data, filename)
    count = last_row = 0
    for number, _ in read_records(kept, mapping):
        count, last_row = count + 1, number
        if count > MAX_ROWS:
            raise UnreadableFile(f"The file has more than {MAX_ROWS} rows. Split it.")
    if not count:
        raise UnreadableFile("The file has no rows below its header.")
    return name, kept, last_row


def _next_slice(data: bytes, mapping: dict[str, str], position: int, size: int, country: str) -> Slice:
    rows = list(islice(read_records(data, mapping, after=position), size))
    made: Sequence[Draft | Rejected] = [draft_of(number, record, region=country) for number, record in rows]
    return Slice(
        numbers=[number for number, _ in rows],
        drafts=[draft for draft in made if isinstance(draft, Draft)],
        rejected=[bad for bad in made if isinstance(bad, Rejected)],
    )
