"""A job's file brought in: read, cleaned in processes and stored at the same time, a chunk a transaction."""

import asyncio
import tempfile
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from callout.features.files.errors import FileMissing
from callout.features.files.service import Files
from callout.features.prospecting import store
from callout.features.prospecting.errors import UnreadableFile
from callout.features.prospecting.importing import jobs, workbook
from callout.features.prospecting.importing.chunks import Chunk, Overtaken, Standing, store_chunk
from callout.features.prospecting.importing.context import Importing, Run
from callout.features.prospecting.importing.layout import CSV, HEAD, Layout, layout_of
from callout.features.prospecting.importing.pool import Cleaners
from callout.features.prospecting.importing.reading import Placed, pieces_of
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work
from callout.kit.principal import Principal

CHUNK_BYTES = 16 * 1024 * 1024
"""Bytes after which a chunk is full, however few its rows: rows of listings may have many kilobytes."""
AT_ONCE = 2
"""Chunks of which one is stored and the next is handed to the database."""
AHEAD = 2
"""Pieces per process that are read before they can be stored."""


class Source(msgspec.Struct, frozen=True):
    """What is to be read, and from where on."""

    file: Any
    layout: Layout
    offset: int
    row: int
    taken: int
    size: int
    country: str


async def run_import(
    importing: Importing,
    tenant_id: UUID | str,
    job_id: UUID,
    run: int,
    *,
    within_s: float | None = None,
    tell: Callable[[Standing], None] | None = None,
) -> bool:
    """Brings in a job's file from where it stands; returns whether there is nothing left to do for this run.

    Rows and position are committed together, so that a crash repeats nothing; a job that is paused or stopped, or
    that another run works on, is left at the end of a chunk.

    Args:
        importing: What it needs.
        tenant_id: Whose job.
        job_id: Which job.
        run: The run of the job this is; an older one than the newest ends.
        within_s: Seconds after which it comes back for more; None to go on to the end.
        tell: Called after each chunk.

    Raises:
        NotFound: The job is gone.
    """
    this = Run(Principal.system(tenant_id), job_id, run)
    until = None if within_s is None else time.monotonic() + within_s
    try:
        source = await _source(importing, this)
        if source is None:
            return True
        async with Cleaners(source.size - source.offset, processes=importing.processes) as cleaners:
            chunks = _chunks(importing, source, cleaners)
            return await _bring_in(importing, this, chunks, until, tell)
    except UnreadableFile as error:
        async with importing.database.transaction(this.principal) as work:
            await jobs.fail_import(work, job_id, "unreadable_file", error.detail)
        return True
    except Overtaken:
        return False


async def _bring_in(
    importing: Importing,
    this: Run,
    chunks: AsyncGenerator[Chunk],
    until: float | None,
    tell: Callable[[Standing], None] | None,
) -> bool:
    storing: deque[asyncio.Task[Standing]] = deque()
    async with aclosing(chunks):
        try:
            async for chunk in chunks:
                if len(storing) == AT_ONCE and not _go_on(await _oldest(storing), tell):
                    return True
                if until is not None and storing and time.monotonic() > until:
                    return False
                before = storing[-1] if storing else None
                storing.append(asyncio.create_task(store_chunk(importing, this, chunk, before)))
            while storing:
                if not _go_on(await _oldest(storing), tell):
                    return True
        finally:
            await asyncio.gather(*storing, return_exceptions=True)
    async with importing.database.transaction(this.principal) as work:
        job = await store.fetch(work, ScrapeJob, this.job_id, lock=True)
        if this.owns(job):
            await jobs.complete(work, job)
    return True


async def _oldest(storing: deque[asyncio.Task[Standing]]) -> Standing:
    """Waits for it; until it is there it stays with the others."""
    standing = await storing[0]
    storing.popleft()
    return standing


def _go_on(standing: Standing, tell: Callable[[Standing], None] | None) -> bool:
    if tell is not None:
        tell(standing)
    return standing.goes_on


async def _chunks(importing: Importing, source: Source, cleaners: Cleaners) -> AsyncGenerator[Chunk]:
    """Cleaned pieces in their order, put together to chunks; the next ones are cleaned meanwhile."""
    under_way: deque[tuple[Placed, asyncio.Task[Any]]] = deque()
    chunk = Chunk(source.offset, source.row)
    parts = importing.files.stream(source.file, start=source.offset)
    try:
        where = {"offset": source.offset, "row": source.row, "block": importing.block}
        async with aclosing(pieces_of(parts, source.layout, **where)) as pieces:
            async for placed in pieces:
                given = (placed.piece, source.layout, placed.after, source.country, source.taken)
                under_way.append((placed, asyncio.create_task(cleaners.clean(*given))))
                while len(under_way) > AHEAD * cleaners.at_once:
                    if (full := await _take(under_way, chunk, importing.chunk_rows)) is not None:
                        yield full
                        chunk = Chunk(full.end, full.last_row)
        while under_way:
            if (full := await _take(under_way, chunk, importing.chunk_rows)) is not None:
                yield full
                chunk = Chunk(full.end, full.last_row)
        if chunk.end > chunk.begin:
            yield chunk
    finally:
        for _, task in under_way:
            task.cancel()
        await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)


async def _take(under_way: deque[tuple[Placed, asyncio.Task[Any]]], chunk: Chunk, rows: int) -> Chunk | None:
    """Adds the oldest piece; the chunk when it is full by that."""
    placed, task = under_way.popleft()
    chunk.add(placed, await task)
    return chunk if chunk.found >= rows or chunk.end - chunk.begin >= CHUNK_BYTES else None


async def _source(importing: Importing, this: Run) -> Source | None:
    """What there is left to read; None when there is nothing to do for this run."""
    async with importing.database.transaction(this.principal) as work:
        job = await store.fetch(work, ScrapeJob, this.job_id, lock=True)
        if not this.owns(job):
            return None
        job.status, job.started_at = "running", job.started_at or work.now
        job.resumed_at = job.resumed_at or work.now
        file = await _file_of(importing.files, work, job)
        cursor, country, mapping = job.cursor, job.country, job.mapping
    if "layout" not in cursor:
        file, cursor = await _as_table(importing, this, file, mapping)
        if file is None:
            return None
    layout = msgspec.convert(cursor["layout"], Layout)
    at = {name: int(cursor[name]) for name in ("offset", "row", "taken", "size")}
    return Source(file=file, layout=layout, country=country, **at)


async def _file_of(files: Files, work: Work, job: ScrapeJob) -> Any:
    try:
        return await files.find(work, job.file_id or job.id)
    except FileMissing:
        raise UnreadableFile("The file is not kept any more. Upload it again.") from None


async def _as_table(importing: Importing, this: Run, file: Any, mapping: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Turns a workbook into a table, which takes its place as the job's file."""
    with tempfile.TemporaryDirectory(prefix="callout-import-") as folder:
        source, target = Path(folder) / "workbook.xlsx", Path(folder) / "table.csv"
        await _fetch(importing.files.stream(file), source)
        async with Cleaners(file.bytes * 10, processes=1) as beside:
            await beside.run(workbook.convert, str(source), str(target), mapping)
        with target.open("rb") as stream:
            layout = layout_of(stream.read(HEAD), CSV, mapping)
            stream.seek(0)
            async with importing.database.transaction(this.principal) as work:
                job = await store.fetch(work, ScrapeJob, this.job_id, lock=True)
                if not this.owns(job):
                    return None, {}
                kept = await importing.files.store_stream(work, jobs.KEPT, f"{Path(file.filename).stem}.csv", stream)
                job.file_id, job.cursor = kept.id, {**job.cursor, **jobs.start_of(kept.bytes, layout)}
                await importing.files.delete(work, file.id)
                return kept, job.cursor


async def _fetch(parts: AsyncIterator[bytes], path: Path) -> None:
    with path.open("wb") as out:
        async for part in parts:
            await asyncio.to_thread(out.write, part)
