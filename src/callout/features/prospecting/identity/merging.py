"""Makes one business of several, in a way that can be undone."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from callout.features.prospecting import business_store
from callout.features.prospecting.identity import store
from callout.features.prospecting.identity.blending import blend
from callout.features.prospecting.identity.errors import AlreadyMerged
from callout.features.prospecting.identity.events import BusinessesMerged
from callout.features.prospecting.identity.snapshots import picture_of
from callout.features.prospecting.identity.tables import BusinessMerge, DuplicateSuggestion
from callout.features.prospecting.store import lock_businesses
from callout.features.prospecting.tables import Business
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.ids import uuid7


async def merge_businesses(
    work: Work, keep_id: UUID, merge_ids: Sequence[UUID], choices: Mapping[str, UUID]
) -> BusinessMerge:
    """Merges businesses into the one kept; imports of the tenant wait meanwhile.

    The others stay as rows that point to it: what is later told of their places and phones is told of it. Contacts
    made of them point to it too. Merging what is merged already changes nothing.

    Args:
        work: The transaction.
        keep_id: The business that stays.
        merge_ids: Those that become part of it.
        choices: Field → id of the business whose value is wanted; the rule of `blending` decides the others.

    Raises:
        NotFound: one of them does not exist.
        AlreadyMerged: one of them is part of another business.
    """
    await lock_businesses(work)
    wanted = [row_id for row_id in dict.fromkeys(merge_ids) if row_id != keep_id]
    rows = {row.id: row for row in await business_store.lock_rows(work, [keep_id, *wanted])}
    if rows.keys() != {keep_id, *wanted}:
        raise NotFound
    kept, others = rows[keep_id], [rows[row_id] for row_id in wanted]
    if kept.merged_into_id is not None:
        raise AlreadyMerged(business_id=str(keep_id), duplicate_of=str(kept.merged_into_id))
    if others and all(row.merged_into_id == keep_id for row in others):
        return await _earlier(work, keep_id, wanted)
    for row in others:
        if row.merged_into_id is not None:
            raise AlreadyMerged(business_id=str(row.id), duplicate_of=str(row.merged_into_id))
    return await _merge(work, kept, others, choices)


async def _earlier(work: Work, keep_id: UUID, merged_ids: Sequence[UUID]) -> BusinessMerge:
    """The newest merge that brought one of the rows in."""
    for merge in await store.merges_of(work, keep_id):
        if merge.undone_at is None and set(merge.merged_ids) & set(map(str, merged_ids)):
            return merge
    raise NotFound


async def _merge(work: Work, kept: Business, others: Sequence[Business], choices: Mapping[str, UUID]) -> BusinessMerge:
    ids = [row.id for row in others]
    absorbed = await business_store.lock_rows(work, await store.absorbed_by(work, ids))
    contacts = await store.contacts_of(work, ids)
    touched = [kept, *others, *absorbed]
    before: dict[str, Any] = {
        "businesses": {str(row.id): picture_of(row) for row in touched},
        "contacts": {str(contact.id): str(contact.business_id) for contact in contacts},
    }
    values = blend(kept, others, choices)
    await _hand_over_place(work, kept, others)
    for name, value in values.items():
        if getattr(kept, name) != value:
            setattr(kept, name, value)
    for row in [*others, *absorbed]:
        row.merged_into_id = kept.id
    for contact in contacts:
        contact.business_id = kept.id
    before |= await _settle_suggestions(work, kept.id, set(ids))
    await work.session.flush()
    merge = BusinessMerge(
        id=uuid7(),
        kept_id=kept.id,
        merged_ids=[str(row_id) for row_id in ids],
        choices={name: str(row_id) for name, row_id in choices.items()},
        before=before,
        after={"businesses": {str(row.id): picture_of(row) for row in touched}},
    )
    work.session.add(merge)
    await work.session.flush()
    await work.publish(BusinessesMerged(noun_id=kept.id, merge_id=str(merge.id), merged_ids=merge.merged_ids))
    return merge


async def _hand_over_place(work: Work, kept: Business, others: Sequence[Business]) -> None:
    """Gives a business without a place the place of one that becomes part of it: sources will tell of it again."""
    giver = next((row for row in others if row.place_id is not None), None)
    if kept.place_id is not None or giver is None or giver.place_id is None:
        return
    place_id = giver.place_id
    giver.place_id = None
    await work.session.flush()
    if await store.holds_place(work, kept.source, place_id) is None:
        kept.place_id = place_id
    else:
        giver.place_id = place_id


async def _settle_suggestions(work: Work, kept_id: UUID, merged: set[UUID]) -> dict[str, Any]:
    """Closes the suggestions of merged businesses; what they have in common with others now concerns the kept one.

    Returns:
        What is needed to undo it: {"suggestions": {id: status}, "raised": [id]}.
    """
    found = await store.suggestions_of(work, [kept_id, *merged])
    pairs = {(row.first_id, row.second_id) for row in found}
    closed: dict[str, str] = {}
    raised: list[str] = []
    for row in found:
        sides = {row.first_id, row.second_id}
        if not sides & merged:
            continue
        status = row.status
        closed[str(row.id)] = status
        row.status, row.decided_at = "merged", work.now
        for stranger in sides - merged - {kept_id}:
            pair = (min(kept_id, stranger), max(kept_id, stranger))
            if pair in pairs or status == "merged":
                continue
            pairs.add(pair)
            moved = DuplicateSuggestion(
                id=uuid7(),
                first_id=pair[0],
                second_id=pair[1],
                score=row.score,
                distance_m=row.distance_m,
                reasons=row.reasons,
                status=status,
                decided_at=work.now if status == "dismissed" else None,
            )
            work.session.add(moved)
            raised.append(str(moved.id))
    return {"suggestions": closed, "raised": raised}
