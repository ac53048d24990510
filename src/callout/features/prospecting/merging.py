"""Drafts of businesses meet those already stored: no place twice, nothing blanked, no person's edit overwritten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from callout.features.prospecting import store
from callout.features.prospecting.drafts import Draft, call_priority, dedupe_key
from callout.features.prospecting.hours import best_time_to_call
from callout.features.prospecting.tables import Business
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

SOURCE = "upload"
_GROUPS = (
    ("name",), ("address",), ("phone", "phone_raw"), ("website",), ("email",), ("category",), ("subcategories",),
    ("rating",), ("review_count",), ("price_level",), ("lat", "lng"), ("hours",), ("description",), ("timezone",),
)  # fmt: skip
"""Fields that only change together; the first one says whether there is anything."""


class Merged(msgspec.Struct, frozen=True):
    """What a batch did: businesses added and met again, and how many became callable by it."""

    new: int
    known: int
    callable: int


async def merge_drafts(work: Work, job_id: str, drafts: Sequence[Draft]) -> Merged:
    """Adds new businesses and refreshes known ones; the caller holds `store.lock_businesses`."""
    rows = await store.known_businesses(
        work,
        SOURCE,
        {draft.place_id for draft in drafts if draft.place_id},
        {draft.phone for draft in drafts if draft.phone},
        {dedupe_key(draft) for draft in drafts if not draft.place_id},
    )
    known = _Known(rows)
    new = callable_now = 0
    for draft in drafts:
        row = known.match(draft)
        was_callable = row is not None and job_id in row.job_ids and row.phone is not None
        if row is None:
            row = new_business(draft, job_id, work.now)
            work.session.add(row)
            new += 1
        else:
            refresh(row, draft, job_id, work.now)
        callable_now += row.phone is not None and not was_callable
        known.add(row)
    await work.session.flush()
    return Merged(new, len(drafts) - new, callable_now)


class _Known:
    """Businesses by what identifies them (product specification §6.1): place, else phone, else being the same row."""

    def __init__(self, rows: Sequence[Business]) -> None:
        self._places: dict[str, Business] = {}
        self._phones: dict[str, Business] = {}
        self._keys: dict[str, Business] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Business) -> None:
        if row.place_id and row.source == SOURCE:
            self._places.setdefault(row.place_id, row)
        if row.phone:
            self._phones.setdefault(row.phone, row)
        if not row.place_id:
            self._keys.setdefault(row.dedupe_key, row)

    def match(self, draft: Draft) -> Business | None:
        if draft.place_id and (row := self._places.get(draft.place_id)):
            return row
        if draft.phone and (row := self._phones.get(draft.phone)):
            return row
        row = None if draft.place_id else self._keys.get(dedupe_key(draft))
        return None if row is None or (row.phone and draft.phone) else row


def new_business(draft: Draft, job_id: str, now: datetime) -> Business:
    """A business as first found."""
    fields = {name: getattr(draft, name) for group in _GROUPS for name in group}
    return Business(
        id=uuid7(),
        source=SOURCE,
        place_id=draft.place_id,
        **fields,
        scraped_at=now,
        last_seen_at=now,
        job_ids=[job_id],
        dedupe_key=dedupe_key(draft),
        call_priority=call_priority(draft.rating),
        best_time_to_call=best_time_to_call(draft.hours),
        tags=[],
        edited=[],
        status="ignored" if draft.closed else "new",
    )


def refresh(row: Business, draft: Draft, job_id: str, now: datetime) -> None:
    """Takes over what the same place tells anew; what another listing of it tells fills gaps only.

    Never blanks a field and never overwrites what a person edited.
    """
    same_place = draft.place_id is not None and draft.place_id == row.place_id
    for group in _GROUPS:
        if _is_empty(getattr(draft, group[0])) or any(name in row.edited for name in group):
            continue
        if same_place or all(_is_empty(getattr(row, name)) for name in group):
            for name in group:
                setattr(row, name, getattr(draft, name))
    row.place_id = row.place_id or draft.place_id
    derived: dict[str, Any] = {
        "call_priority": call_priority(row.rating),
        "best_time_to_call": best_time_to_call(row.hours),
    }
    if draft.closed and same_place and row.status == "new":
        derived["status"] = "ignored"
    for name, value in derived.items():
        if name not in row.edited:
            setattr(row, name, value)
    row.last_seen_at = now
    if job_id not in row.job_ids:
        row.job_ids = [*row.job_ids, job_id]


def _is_empty(value: Any) -> bool:
    return value is None or value in ([], {})
