"""Takes a merge back: every row as it was, unless somebody changed one since."""

from typing import Any
from uuid import UUID

from callout.features.prospecting import business_store
from callout.features.prospecting.identity import store
from callout.features.prospecting.identity.errors import AlreadyUndone, ChangedSinceMerge
from callout.features.prospecting.identity.events import MergeUndone
from callout.features.prospecting.identity.snapshots import Picture, changed_fields, restore
from callout.features.prospecting.identity.tables import BusinessMerge
from callout.features.prospecting.store import fetch, lock_businesses
from callout.features.prospecting.tables import Business
from callout.kit.db.work import Work


async def undo_merge(work: Work, merge_id: UUID) -> BusinessMerge:
    """Undoes a merge; later merges of the same businesses have to be undone first.

    Jobs that told of the kept business since stay with it.

    Raises:
        NotFound: there is no such merge.
        AlreadyUndone: it was undone before.
        ChangedSinceMerge: a business was changed since; `changed` names which and what.
    """
    await lock_businesses(work)
    merge = await fetch(work, BusinessMerge, merge_id, lock=True)
    if merge.undone_at is not None:
        raise AlreadyUndone(undone_at=merge.undone_at.isoformat())
    before: dict[str, Picture] = merge.before["businesses"]
    after: dict[str, Picture] = merge.after["businesses"]
    rows = {str(row.id): row for row in await business_store.lock_rows(work, [UUID(key) for key in before])}
    if changed := _changes(rows, after):
        raise ChangedSinceMerge(changed=changed)
    kept = rows[str(merge.kept_id)]
    news = [job_id for job_id in kept.job_ids if job_id not in after[str(kept.id)]["job_ids"]]
    seen = kept.last_seen_at if changed_fields(kept, after[str(kept.id)], ignoring=_ALL_BUT_SEEN) else None
    await _free_places(work, rows, before)
    for key, row in rows.items():
        restore(row, before[key])
    kept.job_ids = [*kept.job_ids, *news]
    kept.last_seen_at = seen or kept.last_seen_at
    await _restore_neighbours(work, merge)
    merge.undone_at = work.now
    await work.session.flush()
    await work.publish(MergeUndone(noun_id=merge.kept_id, merge_id=str(merge.id), merged_ids=merge.merged_ids))
    return merge


_ALL_BUT_SEEN = frozenset(attribute.key for attribute in Business.__mapper__.column_attrs) - {"last_seen_at"}


def _changes(rows: dict[str, Business], after: dict[str, Picture]) -> list[dict[str, Any]]:
    """Which businesses are not as the merge left them, and in what."""
    gone = [{"business_id": key, "fields": ["deleted"]} for key in after if key not in rows]
    differing = ((key, changed_fields(row, after[key])) for key, row in rows.items())
    return gone + [{"business_id": key, "fields": fields} for key, fields in differing if fields]


async def _free_places(work: Work, rows: dict[str, Business], before: dict[str, Picture]) -> None:
    """Takes places off businesses that give them back, before those get them: a place is somebody's once."""
    for key, row in rows.items():
        if row.place_id is not None and row.place_id != before[key]["place_id"]:
            row.place_id = None
    await work.session.flush()


async def _restore_neighbours(work: Work, merge: BusinessMerge) -> None:
    """Gives contacts and suggestions back, those left alone that somebody moved on."""
    contacts = {contact.id: contact for contact in await store.contacts_of(work, [merge.kept_id])}
    for contact_id, business_id in merge.before["contacts"].items():
        if (contact := contacts.get(UUID(contact_id))) is not None:
            contact.business_id = UUID(business_id)
    closed: dict[str, str] = merge.before["suggestions"]
    raised = set(merge.before["raised"])
    for row in await store.suggestions_of(work, [merge.kept_id, *map(UUID, merge.merged_ids)]):
        if row.status == "merged" and str(row.id) in closed:
            row.status = closed[str(row.id)]
            row.decided_at = row.decided_at if row.status == "dismissed" else None
        elif str(row.id) in raised and row.status == "open":
            await work.session.delete(row)
