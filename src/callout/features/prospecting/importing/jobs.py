"""Imports of files as jobs: started with a file, ended in order or with a reason."""

import asyncio
from typing import Any, BinaryIO
from uuid import UUID

import msgspec

from callout.features.accounts.tenant_store import own_tenant
from callout.features.files.errors import FileTooLarge
from callout.features.files.rules import PURPOSES
from callout.features.files.service import Files
from callout.features.prospecting import store
from callout.features.prospecting.importing import keeping, workbook
from callout.features.prospecting.importing.layout import HEAD, Layout, layout_of
from callout.features.prospecting.scraping.controls import start_run
from callout.features.prospecting.scraping.ending import fail, finish
from callout.features.prospecting.scraping.events import ScrapeStarted
from callout.features.prospecting.scraping.lifecycle import AT_WORK
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work

KEPT = "import_table"
"""The purpose under which kept files are stored."""


class Survey(msgspec.Struct, frozen=True):
    """What the start of a file tells.

    Attributes:
        layout: None of a workbook, which is turned into a table first.
    """

    form: keeping.Form
    layout: Layout | None


async def start_import(
    work: Work,
    *,
    filename: str,
    stream: BinaryIO,
    country: str | None,
    mapping: dict[str, str],
    files: Files,
    queued: bool = True,
    origin: dict[str, Any] | None = None,
) -> ScrapeJob:
    """Keeps the file and queues its import; a file that is no table at all is refused at once.

    Args:
        work: The transaction.
        filename: As given.
        stream: The file, seekable; read as a stream.
        country: ISO 3166-1 alpha-2 of phones without a country code; the tenant's own unless given.
        mapping: A person's own choice of columns, header → field.
        files: Where it is kept.
        queued: Whether the worker takes it up; else the caller runs it (see `running.run_import`).
        origin: What tells the file from others, so that `unfinished` finds its import again.

    Raises:
        UnreadableFile: not a table, or no rows below its header.
        FileTooLarge, TypeRefused: as for any upload.
    """
    survey = await asyncio.to_thread(survey_of, stream, mapping)
    name = keeping.kept_name(filename, survey.form)
    kept = await files.store_stream(work, KEPT, name, keeping.kept_stream(stream, survey.form))
    job = ScrapeJob(
        name=filename[:120] or name[:120],
        provider="file",
        country=country or (await own_tenant(work)).country,
        file_id=kept.id,
        filename=filename[:200] or name[:200],
        mapping=mapping,
        cursor=start_of(kept.bytes, survey.layout) | ({"origin": origin} if origin else {}),
    )
    work.session.add(job)
    await work.session.flush()
    await work.publish(ScrapeStarted(noun_id=job.id, name=job.name))
    if queued:
        await start_run(work, job)
    return job


def check_size(stream: BinaryIO) -> None:
    """Refuses an upload that is larger than files of this purpose may be over HTTP; the stream is back at its start.

    Raises:
        FileTooLarge: it is.
    """
    most = PURPOSES["csv_import"].max_bytes
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    if size > most:
        raise FileTooLarge(f"The file is larger than {most} bytes. `callout import` takes any size.", max_bytes=most)


def survey_of(stream: BinaryIO, mapping: dict[str, str]) -> Survey:
    """Looks at the start of a file. Raises UnreadableFile."""
    form = keeping.recognise_form(stream)
    if form.kind == keeping.XLSX:
        rows = workbook.rows_of_sheet(stream, workbook.header_by(mapping))
        try:
            workbook.first_rows(rows)
        finally:
            rows.close()  # type: ignore[attr-defined]
            stream.seek(0)
        return Survey(form, None)
    head = keeping.kept_stream(stream, form).read(HEAD)
    return Survey(form, layout_of(head, form.kind, mapping))


def start_of(size: int, layout: Layout | None) -> dict[str, Any]:
    """Where an import of a kept file of `size` bytes begins, as kept with its job."""
    if layout is None:
        return {"offset": 0, "row": 0, "taken": 0, "size": size}
    kept = msgspec.to_builtins(layout)
    return {"offset": layout.first, "row": layout.row, "taken": 0, "size": size, "layout": kept}


async def unfinished(work: Work, filename: str, origin: dict[str, Any]) -> ScrapeJob | None:
    """The newest import of this very file that can go on; None when there is none.

    Args:
        work: The transaction.
        filename: As the file was called.
        origin: What `start_import` was told about it.
    """
    query = (
        store.jobs(work)
        .where(
            ScrapeJob.provider == "file",
            ScrapeJob.filename == filename[:200],
            ScrapeJob.status.in_([*AT_WORK, "paused", "failed"]),
        )
        .order_by(ScrapeJob.id.desc())
        .with_for_update()
    )
    jobs = (await work.session.execute(query)).scalars()
    return next((job for job in jobs if job.cursor.get("origin") == origin), None)


def take_over(job: ScrapeJob) -> int:
    """Has a run of the caller's own go on with a job; an earlier run ends. Returns its number."""
    job.run += 1
    job.status, job.stop_reason, job.finished_at = "running", None, None
    return job.run


async def complete(work: Work, job: ScrapeJob) -> None:
    """Ends a job whose file is read to its end."""
    await finish(work, job, "completed", "exhausted")


async def fail_import(work: Work, job_id: UUID, code: str, message: str) -> None:
    """Ends a job that cannot go on; what it stored stays, and it can be resumed where it stopped."""
    await fail(work, await store.fetch(work, ScrapeJob, job_id, lock=True), code, message)
