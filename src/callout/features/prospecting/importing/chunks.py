"""A chunk of cleaned rows stored: businesses, rejected rows, counts and position in one transaction."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from callout.features.prospecting import store
from callout.features.prospecting.importing import rejects
from callout.features.prospecting.importing.cleaning import Cleaned, Refused
from callout.features.prospecting.importing.context import Importing, Run
from callout.features.prospecting.importing.reading import Placed
from callout.features.prospecting.merging import Merged, hand_over, merge_staged
from callout.features.prospecting.merging_store import wait_idle
from callout.features.prospecting.recognition import Identity
from callout.features.prospecting.scraping.ending import finish, note_error
from callout.features.prospecting.scraping.events import BusinessesStored, ScrapeProgressed
from callout.features.prospecting.scraping.progress import UNFINISHED_AT_MOST
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work
from callout.kit.errors import PaymentRequired

SOURCE = "upload"
SHOWN = 50
"""Rejected rows named with the job itself; all of them are in `import_rejects`."""


class Overtaken(Exception):  # noqa: N818 - what happened
    """Another process does the same run of the job and was here before: it is to be looked at anew."""


class Chunk:
    """Pieces that are stored together.

    Attributes:
        begin, end: the bytes they lie between.
        first_row, last_row: the numbers of the last row before them, and of their last.
    """

    def __init__(self, begin: int, first_row: int) -> None:
        """An empty chunk at a position."""
        self.begin = self.end = begin
        self.first_row = self.last_row = first_row
        self.found = 0
        self.identities: list[Identity] = []
        self.lines: list[bytes] = []
        self.refused: list[Refused] = []
        self.notes: list[tuple[int, str]] = []

    def add(self, placed: Placed, cleaned: Cleaned) -> None:
        """Adds what follows."""
        self.end, self.last_row = placed.end, placed.after + placed.piece.rows
        self.found += cleaned.found
        self.identities += cleaned.identities
        self.lines.append(cleaned.lines)
        self.refused += cleaned.refused
        self.notes += cleaned.notes


class Standing(msgspec.Struct, frozen=True):
    """How a job stands after a chunk.

    Attributes:
        goes_on: whether this run has more to do.
        offset, size: bytes read of all bytes.
    """

    goes_on: bool
    status: str
    offset: int
    size: int
    found: int
    stored: int
    duplicates: int
    rejected: int
    callable: int


async def store_chunk(
    importing: Importing, this: Run, chunk: Chunk, before: asyncio.Task[Standing] | None = None
) -> Standing:
    """Stores a chunk as far as the plan has room; leaves it when the job is not this run's any more.

    Its rows are handed to the database while the chunk before it is still being stored.

    Raises:
        Overtaken: the rows are stored already.
    """
    room: int | None = None
    while True:
        try:
            async with importing.database.transaction(this.principal) as work:
                await hand_over(work, chunk.identities, _each(chunk.lines))
                if before is not None:
                    await wait_idle(work)
                    await asyncio.wait([before])
                    if not before.result().goes_on:
                        return before.result()
                return await _store(importing, work, this, chunk, room)
        except PaymentRequired as refused:
            if room == 0:
                raise
            left = refused.members.get("limit", 0) - refused.members.get("used", 0)
            room = max(0, left if room is None else min(left, room - 1))


async def _store(importing: Importing, work: Work, this: Run, chunk: Chunk, room: int | None) -> Standing:
    job = await store.fetch(work, ScrapeJob, this.job_id, lock=True)
    if not this.owns(job):
        return _standing(job, goes_on=False)
    if int(job.cursor["offset"]) != chunk.begin:
        raise Overtaken
    merged = await merge_staged(work, str(job.id), chunk.identities, source=SOURCE, room=room)
    if merged.new:
        await importing.plans.use(work, "leads", merged.new)
    await _count(work, job, chunk, merged)
    if merged.cut is not None:
        note_error(work, job, "plan_limit_reached", "Your plan has no room for more businesses in this period.")
        await finish(work, job, "stopped", "limit")
    return _standing(job, goes_on=merged.cut is None)


async def _count(work: Work, job: ScrapeJob, chunk: Chunk, merged: Merged) -> None:
    cut = merged.cut
    refused = chunk.refused if cut is None else [one for one in chunk.refused if one.row < cut]
    job.found += merged.new + merged.known + len(refused)
    job.stored += merged.new
    job.duplicates += merged.known
    job.callable += merged.callable
    job.rejected += len(refused)
    await rejects.keep(work, job.id, refused)
    for row, words in chunk.notes:
        if cut is None or row < cut:
            note_error(work, job, "truncated_row", words, f"row {row}")
    for one in refused[: max(0, SHOWN - len(job.errors))]:
        note_error(work, job, one.code, one.message, f"row {one.row}")
    size = int(job.cursor["size"])
    if cut is None:
        job.cursor = {**job.cursor, "offset": chunk.end, "row": chunk.last_row, "taken": 0}
        job.progress_pct = min(UNFINISHED_AT_MOST, 100 * chunk.end // max(size, 1))
    else:
        job.cursor = {**job.cursor, "taken": cut - 1}
    if merged.new:
        await work.publish(BusinessesStored(noun_id=job.id, count=merged.new, callable=merged.callable, source=SOURCE))
    await work.publish(ScrapeProgressed.of(job))


def _standing(job: ScrapeJob, *, goes_on: bool) -> Standing:
    counts: dict[str, Any] = {
        name: getattr(job, name) for name in ("status", "found", "stored", "duplicates", "rejected", "callable")
    }
    return Standing(goes_on=goes_on, offset=int(job.cursor["offset"]), size=int(job.cursor["size"]), **counts)


async def _each(parts: list[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
