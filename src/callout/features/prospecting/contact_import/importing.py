"""Importing a file of contacts: small ones at once, larger ones by the worker, any of them only tried out."""

import asyncio
import io
from collections.abc import Mapping
from typing import Any, BinaryIO
from uuid import UUID

import msgspec

from callout.features.accounts.tenant_store import own_tenant
from callout.features.files.contents import HEAD_BYTES, UNKNOWN, is_dangerous, recognise
from callout.features.files.errors import FileTooLarge, TypeRefused
from callout.features.files.service import Files
from callout.features.prospecting import store
from callout.features.prospecting.contact_import.reading import read_rows
from callout.features.prospecting.contact_import.rows import Plan, plan
from callout.features.prospecting.contact_import.storing import store_entries
from callout.features.prospecting.contact_import.tables import ContactImport
from callout.features.prospecting.events import ContactsImported
from callout.features.prospecting.importing.keeping import kept_name, kept_stream, recognise_form
from callout.features.prospecting.tables import CallList
from callout.kit.db.work import Work

MAX_BYTES = 10 * 1024 * 1024
AT_ONCE = 1000
"""Rows up to which the answer waits for the import."""
MAX_ERRORS = 200
WORKFLOW = "import_contacts"


class Wish(msgspec.Struct, frozen=True):
    """How a file shall be taken.

    Attributes:
        mode: fill or overwrite.
        mapping: header → field.
        consent: {basis, source, statement} attested for every row.
        call_list_id: a list to put the contacts on.
    """

    mode: str = "fill"
    mapping: dict[str, str] = {}
    consent: dict[str, Any] | None = None
    call_list_id: UUID | None = None


class TriedOutError(Exception):
    """Undoes what was only tried out."""

    def __init__(self, job: ContactImport) -> None:
        self.job = job
        super().__init__()


class Upload(msgspec.Struct, frozen=True):
    """A file somebody sends."""

    filename: str
    stream: BinaryIO


async def start_import(work: Work, upload: Upload, wish: Wish, files: Files) -> ContactImport:
    """Takes a file: up to `AT_ONCE` rows are stored now, more of them by the worker.

    Raises:
        FileTooLarge, TypeRefused: more than 10 MB, or neither CSV nor XLSX.
        UnreadableFile: no table, no rows, or too many.
        NotFound: there is no such list.
    """
    found = await _survey(work, upload.stream, wish)
    job = await _kept(work, upload, wish, found, files)
    if found.rows <= AT_ONCE:
        await _store(work, job, found)
    else:
        await work.enqueue(WORKFLOW, str(job.id), key=f"contacts-{job.id}")
    return job


async def try_import(work: Work, upload: Upload, wish: Wish, files: Files) -> ContactImport:
    """What `start_import` would do, done and undone. Raises the same."""
    found = await _survey(work, upload.stream, wish)
    try:
        async with work.nested():
            await _try(work, await _kept(work, upload, wish, found, files), found)
    except TriedOutError as done:
        return done.job
    raise AssertionError("a trial ends with its undoing")


async def _try(work: Work, job: ContactImport, found: Plan) -> None:
    await _store(work, job, found)
    work.session.expunge(job)
    raise TriedOutError(job)


async def run_import(work: Work, import_id: UUID, files: Files) -> None:
    """Stores a queued file, all of it or nothing; a finished one is left as it is."""
    job = await store.fetch(work, ContactImport, import_id, lock=True)
    if job.status != "queued":
        return
    data = io.BytesIO(await files.read_bytes(work, job.file_id))
    wish = Wish(job.mode, job.mapping, job.consent, job.call_list_id)
    await _store(work, job, await _survey(work, data, wish))


async def fail_import(work: Work, import_id: UUID, reason: str) -> None:
    """Ends an import that cannot be done; nothing of it is stored."""
    job = await store.fetch(work, ContactImport, import_id, lock=True)
    if job.status == "queued":
        job.status, job.error, job.finished_at = "failed", reason[:300], work.now


async def _survey(work: Work, stream: BinaryIO, wish: Wish) -> Plan:
    await asyncio.to_thread(check_upload, stream)
    region = (await own_tenant(work)).country
    return await asyncio.to_thread(_planned, stream, wish.mapping, region)


def check_upload(stream: BinaryIO) -> None:
    """Refuses files that are too large or plainly something else; the stream is back at its start.

    Raises:
        FileTooLarge: more than `MAX_BYTES`.
        TypeRefused: a picture, a recording, a document, a web page …
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    if size > MAX_BYTES:
        raise FileTooLarge(f"The file is larger than {MAX_BYTES} bytes.", max_bytes=MAX_BYTES)
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    kind = recognise(head, "contacts.csv")
    if is_dangerous(head) or kind not in {"text/csv", "application/zip", UNKNOWN}:
        raise TypeRefused(f"The content is {kind}; contacts come as .csv or .xlsx.")


def _planned(stream: BinaryIO, mapping: Mapping[str, str], region: str) -> Plan:
    return plan(read_rows(stream, mapping, ("name", "phone", "business_name")), region=region)


async def _kept(work: Work, upload: Upload, wish: Wish, found: Plan, files: Files) -> ContactImport:
    if wish.call_list_id is not None:
        await store.fetch(work, CallList, wish.call_list_id)
    filename = upload.filename[:200] or "contacts.csv"
    form = await asyncio.to_thread(recognise_form, upload.stream)
    kept = kept_stream(upload.stream, form)
    file = await files.store_stream(work, "csv_import", kept_name(filename, form), kept)
    job = ContactImport(
        filename=filename,
        file_id=file.id,
        mode=wish.mode,
        mapping=wish.mapping,
        consent=wish.consent,
        call_list_id=wish.call_list_id,
        rows=found.rows,
    )
    work.session.add(job)
    await work.session.flush()
    return job


async def _store(work: Work, job: ContactImport, found: Plan) -> None:
    await store.lock_contacts(work)
    call_list = await store.fetch(work, CallList, job.call_list_id, lock=True) if job.call_list_id else None
    done = await store_entries(
        work,
        found.entries,
        mode=job.mode,
        origin=f"import:{job.filename}"[:60],
        consent=job.consent,
        attested_by={"created_by": job.created_by, "created_by_role": job.created_by_role},
        call_list=call_list,
    )
    job.status, job.finished_at = "completed", work.now
    job.created, job.updated, job.skipped = done.created, done.updated, found.rows - done.created - done.updated
    job.added_to_list, job.suppressed = done.added_to_list, done.suppressed
    job.errors = [msgspec.to_builtins(error) for error in found.errors[:MAX_ERRORS]]
    await work.session.flush()
    await work.publish(ContactsImported(noun_id=job.id, created=job.created, updated=job.updated, skipped=job.skipped))
