"""Finds businesses that may be one place: after an import or a scrape, or when somebody asks."""

from datetime import datetime
from uuid import UUID

import msgspec

from callout.features.prospecting import store as businesses
from callout.features.prospecting.identity import store
from callout.features.prospecting.identity.errors import AlreadyDecided
from callout.features.prospecting.identity.pairing import cells_near, pairs_among, spelling_of
from callout.features.prospecting.identity.tables import DuplicateSuggestion
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work
from callout.kit.events import Event
from callout.kit.ids import uuid7

BATCH = 1000


class Looked(msgspec.Struct, frozen=True):
    """What a batch brought: businesses looked at, new suggestions, and where to go on; None at the end."""

    checked: int
    found: int
    last: UUID | None


async def suggest_next(work: Work, *, since: datetime | None, after: UUID | None, size: int = BATCH) -> Looked:
    """Compares the next businesses, in the order of their ids, with all their neighbours.

    Each costs one look-up per cell around it and one by its name, however many businesses there are. Repeating a batch
    changes nothing.

    Args:
        since: only businesses first seen from then on; None for all.
        after: the last business looked at before.
    """
    batch = await store.next_profiles(work, since=since, after=after, limit=size)
    if not batch:
        return Looked(0, 0, None)
    others = await store.in_cells(work, cells_near(batch))
    others += await store.spelled(work, [spelling for one in batch if (spelling := spelling_of(one)) is not None])
    found = await store.suggest(work, pairs_among(batch, others))
    return Looked(len(batch), found, batch[-1].id if len(batch) == size else None)


async def look_after_job(work: Work, event: Event) -> None:
    """Queues the search among what a finished job found; bound to the end of imports and scrapes."""
    job = await businesses.fetch(work, ScrapeJob, event.noun_id)
    if not job.stored:
        return
    since = (job.started_at or job.created_at).isoformat()
    key = f"duplicates-{job.id}-{int(work.now.timestamp() * 1000)}"
    await work.enqueue("find_duplicates", str(job.id), since, key=key)


async def look_at_everything(work: Work) -> UUID:
    """Queues the search among all businesses; `duplicates.found` tells when it is done."""
    search_id = uuid7()
    await work.enqueue("find_duplicates", str(search_id), None, key=f"duplicates-{search_id}")
    return search_id


async def dismiss(work: Work, suggestion_id: UUID) -> DuplicateSuggestion:
    """Says that the two are different places: they are not suggested again. Repeating changes nothing.

    Raises:
        AlreadyDecided: they were merged.
    """
    suggestion = await businesses.fetch(work, DuplicateSuggestion, suggestion_id, lock=True)
    if suggestion.status == "merged":
        raise AlreadyDecided
    if suggestion.status == "open":
        suggestion.status, suggestion.decided_at = "dismissed", work.now
        await work.session.flush()
    return suggestion
