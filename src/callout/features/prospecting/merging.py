"""Drafts of businesses meet those already stored: no place twice, nothing blanked, no person's edit overwritten."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec

from callout.features.prospecting import merging_store, store
from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.recognition import Identity, recognise
from callout.features.prospecting.staging import staged
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


class Merged(msgspec.Struct, frozen=True):
    """What a batch did.

    Attributes:
        new: businesses added.
        known: drafts that told a business again, also one of the same batch.
        callable: businesses with a phone that this job had not brought one before.
        cut: `seq` of the first draft left out because there was no room for another business; None when all came in.
    """

    new: int
    known: int
    callable: int
    cut: int | None = None


async def merge_drafts(
    work: Work, job_id: str, drafts: Sequence[Draft], *, source: str = "upload", room: int | None = None
) -> Merged:
    """Adds new businesses and refreshes known ones; other merges of the tenant wait until the transaction ends.

    A draft is the business of the same place, whichever source told it (a place id is Google's everywhere), else the
    one with its phone, else the same row. What the same place tells overwrites, another listing only fills gaps; a
    field is never blanked, and what a person edited stays. A place closed for good is marked and set aside, and taken
    up again when its source says that it is open.

    Args:
        work: The transaction.
        job_id: The job that found them.
        drafts: In the order they were told; `Merged.cut` is an index into it.
        source: serpapi, google_maps or upload.
        room: How many new businesses may be added; None without a limit.
    """
    made = [staged(seq, str(uuid7()), draft) for seq, draft in enumerate(drafts)]
    identities = [identity for identity, _ in made]
    await hand_over(work, identities, merging_store.each(["".join(line for _, line in made).encode()]))
    return await merge_staged(work, job_id, identities, source=source, room=room)


async def hand_over(work: Work, identities: Sequence[Identity], lines: AsyncIterator[bytes]) -> None:
    """Hands drafts to the transaction as lines of COPY text (see `staging.staged`): nobody waits for that."""
    if identities:
        await merging_store.stage(work, lines, len(identities))


async def merge_staged(
    work: Work, job_id: str, identities: Sequence[Identity], *, source: str, room: int | None = None
) -> Merged:
    """`merge_drafts` for drafts that were handed over."""
    if not identities:
        return Merged(0, 0, 0)
    await store.lock_businesses(work)
    await merging_store.look_up(work, by_index=True)
    stored = await merging_store.known(work)
    await merging_store.look_up(work, by_index=False)
    found = await asyncio.to_thread(recognise, identities, stored, room=room)
    if found.cut is not None:
        await merging_store.cut(work, found.cut)
    await merging_store.assign(work, found.assigned)
    gained = await merging_store.add_new(work, job_id, source)
    if any(row.is_known for row in found.assigned):
        await merging_store.look_up(work, by_index=True)
        await merging_store.lock_targets(work, (row.target for row in found.assigned if row.is_known))
        await merging_store.look_up(work, by_index=False)
        gained += await merging_store.refresh_known(work, job_id, source)
    await merging_store.drop(work)
    merging_store.forget(work)
    taken = len(identities) if found.cut is None else sum(one.seq < found.cut for one in identities)
    return Merged(found.new, taken - found.new, gained, found.cut)
