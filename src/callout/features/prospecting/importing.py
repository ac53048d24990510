"""Bringing a file of businesses in: in batches, resumable, no place twice."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from callout.features.accounts.tenant_store import own_tenant
from callout.features.files.service import Files
from callout.features.prospecting import store
from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.events import ImportFailed, ImportFinished, ImportProgressed, ImportStarted
from callout.features.prospecting.reading import read_records
from callout.features.prospecting.rows import Draft, Rejected, best_time_to_call, call_priority, dedupe_key, draft_of
from callout.features.prospecting.tables import Business, ScrapeJob
from callout.kit.db.work import Work

BATCH = 500
MAX_ERRORS = 50
SOURCE = "upload"
_COPIED = (
    "name", "address", "phone", "phone_raw", "website", "email", "category", "subcategories", "rating", "review_count",
    "price_level", "lat", "lng", "hours", "description", "timezone",
)  # fmt: skip


class BatchResult(msgspec.Struct, frozen=True):
    """Where an import stands after a batch."""

    done: bool
    found: int


async def start_import(
    work: Work,
    *,
    filename: str,
    data: bytes,
    country: str | None,
    mapping: dict[str, str],
    files: Files,
) -> ScrapeJob:
    """Keeps the file and queues its import; a file that is no table at all is refused at once."""
    next(iter(read_records(data, filename, mapping)), None)
    job = ScrapeJob(
        name=filename[:120],
        provider="file",
        country=country or (await own_tenant(work)).country,
        file_id=(await files.store_bytes(work, "csv_import", filename, data)).id,
        filename=filename[:200],
        mapping=mapping,
    )
    work.session.add(job)
    await work.session.flush()
    await work.publish(ImportStarted(noun_id=job.id, name=job.name))
    await work.enqueue("import_businesses", str(job.id), key=f"import-{job.id}")
    return job


async def import_batch(work: Work, job_id: UUID, *, files: Files, size: int = BATCH) -> BatchResult:
    """Imports the next rows of a job and remembers where it is; repeating after a crash repeats nothing.

    Raises:
        NotFound: The job is gone.
    """
    await store.lock_imports(work)
    job = await store.fetch(work, ScrapeJob, job_id, lock=True)
    if job.status not in {"queued", "running"} or job.file_id is None:
        return BatchResult(done=True, found=job.found)
    job.status = "running"
    job.started_at = job.started_at or work.now
    position = int(job.cursor.get("row", 0))
    try:
        data = await files.read_bytes(work, job.file_id)
        rows = [
            (number, record)
            for number, record in islice(
                (entry for entry in read_records(data, job.filename or "", job.mapping) if entry[0] > position), size
            )
        ]
    except UnreadableFile as error:
        await _fail(work, job, str(error))
        return BatchResult(done=True, found=job.found)
    drafts, rejected = _clean(rows, job.country)
    new, same = await _store(work, job, drafts)
    job.found += len(rows)
    job.stored += new
    job.duplicates += same
    job.callable += sum(draft.callable for draft in drafts)
    job.errors = [*job.errors, *map(_error_row, rejected)][:MAX_ERRORS]
    if rows:
        job.cursor = {"row": rows[-1][0]}
        lines = max(data.count(b"\n"), rows[-1][0], 1)
        job.progress_pct = min(99, round(100 * rows[-1][0] / lines))
        await work.publish(_progress(job))
    if len(rows) == size:
        return BatchResult(done=False, found=job.found)
    await _finish(work, job)
    return BatchResult(done=True, found=job.found)


def _clean(rows: Sequence[tuple[int, dict[str, Any]]], country: str) -> tuple[list[Draft], list[Rejected]]:
    drafts: list[Draft] = []
    rejected: list[Rejected] = []
    for number, record in rows:
        made = draft_of(number, record, region=country)
        if isinstance(made, Rejected):
            rejected.append(made)
        else:
            drafts.append(made)
    return drafts, rejected


async def _store(work: Work, job: ScrapeJob, drafts: Sequence[Draft]) -> tuple[int, int]:
    """Adds new businesses and refreshes known ones. Returns (new, known)."""
    known = await store.known_businesses(
        work,
        SOURCE,
        {draft.place_id for draft in drafts if draft.place_id},
        {draft.phone for draft in drafts if draft.phone},
        {dedupe_key(draft) for draft in drafts if not draft.place_id},
    )
    by_place = {row.place_id: row for row in known if row.place_id and row.source == SOURCE}
    by_phone = {row.phone: row for row in known if row.phone}
    by_key = {row.dedupe_key: row for row in known if not row.place_id}
    new = 0
    for draft in drafts:
        row = (
            by_place.get(draft.place_id or "")
            or by_phone.get(draft.phone or "")
            or (by_key.get(dedupe_key(draft)) if not draft.place_id else None)
        )
        if row is None:
            row = _new_business(draft, job, work.now)
            work.session.add(row)
            new += 1
        else:
            _refresh(row, draft, job, work.now)
        if draft.place_id and row.place_id == draft.place_id:
            by_place[draft.place_id] = row
        if draft.phone:
            by_phone[draft.phone] = row
        if not draft.place_id:
            by_key[dedupe_key(draft)] = row
    await work.session.flush()
    return new, len(drafts) - new


def _new_business(draft: Draft, job: ScrapeJob, now: datetime) -> Business:
    return Business(
        source=SOURCE,
        place_id=draft.place_id,
        **{name: getattr(draft, name) for name in _COPIED},
        scraped_at=now,
        last_seen_at=now,
        job_ids=[str(job.id)],
        dedupe_key=dedupe_key(draft),
        call_priority=call_priority(draft.rating),
        best_time_to_call=best_time_to_call(draft.hours),
        status="ignored" if draft.closed else "new",
    )


def _refresh(row: Business, draft: Draft, job: ScrapeJob, now: datetime) -> None:
    """Never blanks a field and never overwrites what a person edited."""
    same_place = draft.place_id is not None and draft.place_id == row.place_id
    for name in _COPIED:
        value = getattr(draft, name)
        if value in (None, [], {}) or name in row.edited:
            continue
        if same_place or getattr(row, name) in (None, [], {}):
            setattr(row, name, value)
    row.place_id = row.place_id or draft.place_id
    if "call_priority" not in row.edited:
        row.call_priority = call_priority(row.rating)
    row.last_seen_at = now
    if str(job.id) not in row.job_ids:
        row.job_ids = [*row.job_ids, str(job.id)]


async def _finish(work: Work, job: ScrapeJob) -> None:
    job.status, job.progress_pct, job.finished_at = "completed", 100, work.now
    job.stop_reason = "exhausted"
    await work.publish(
        ImportFinished(
            noun_id=job.id, found=job.found, stored=job.stored, duplicates=job.duplicates, callable=job.callable
        )
    )


async def _fail(work: Work, job: ScrapeJob, reason: str) -> None:
    job.status, job.finished_at, job.stop_reason = "failed", work.now, "error"
    job.errors = [*job.errors, {"at": work.now.isoformat(), "tile": None, "code": "unreadable_file", "message": reason}]
    await work.publish(ImportFailed(noun_id=job.id, error=reason))


def _progress(job: ScrapeJob) -> ImportProgressed:
    return ImportProgressed(
        noun_id=job.id,
        found=job.found,
        stored=job.stored,
        duplicates=job.duplicates,
        progress_pct=job.progress_pct,
    )


def _error_row(rejected: Rejected) -> dict[str, Any]:
    return {"at": None, "tile": f"row {rejected.row}", "code": rejected.field, "message": rejected.message}
