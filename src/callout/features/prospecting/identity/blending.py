"""One business out of several: which value of which row stays, and where it came from. Pure.

A value somebody chose for this merge comes first, then a person's edit, then the newest of the same place (the kept
business itself, or one with its place id); other listings fill gaps only. Fields that belong together stay together.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.prospecting.merging_store import FIELDS
from callout.features.prospecting.provenance import origin_of
from callout.features.prospecting.tables import Business

MAX_TAGS = 20
MAX_NOTES = 2000
CHOOSABLE = frozenset(name for group in FIELDS for name in group)
FOLLOWERS = {"rating": "call_priority", "hours": "best_time_to_call"}
"""Fields that follow another one unless a person set them."""


def blend(kept: Business, others: Sequence[Business], choices: Mapping[str, UUID]) -> dict[str, Any]:
    """The values the kept business gets, by column.

    Args:
        kept: the business that stays.
        others: those merged into it, in the order in which they are preferred where nothing else decides.
        choices: field → id of the business whose value somebody wants.
    """
    rows = [kept, *others]
    values: dict[str, Any] = {}
    provenance = dict(kept.provenance)
    edited = set(kept.edited)
    for group in _groups():
        source, by_person = _source(group, rows, choices)
        if by_person:
            edited |= {name for name in group if name in choices or name in source.edited}
        if source is kept:
            continue
        for name in group:
            values[name] = getattr(source, name)
            provenance[name] = {**(origin_of(source.provenance, name) or {}), "business": str(source.id)}
    return values | {
        "provenance": provenance,
        "edited": sorted(edited | {name for row in others for name in row.edited if name in {"tags", "notes"}}),
        "tags": list(dict.fromkeys(tag for row in rows for tag in row.tags))[:MAX_TAGS],
        "notes": _notes(rows),
        "status": "imported" if any(row.status == "imported" for row in rows) else kept.status,
        "contact_id": next((row.contact_id for row in rows if row.contact_id is not None), None),
        "job_ids": list(dict.fromkeys(job_id for row in rows for job_id in row.job_ids)),
        "scraped_at": min(row.scraped_at for row in rows),
        "last_seen_at": max(row.last_seen_at for row in rows),
        "enriched_at": max((row.enriched_at for row in rows if row.enriched_at), default=None),
    }


def is_empty(value: Any) -> bool:
    """Whether a field tells nothing; a flag that is off tells nothing either."""
    return value is None or value is False or value in ([], {}, "")


def _groups() -> list[tuple[str, ...]]:
    """The groups of fields, those apart that a person may set by themselves."""
    followers = set(FOLLOWERS.values())
    groups = [tuple(name for name in group if name not in followers) for group in FIELDS]
    return [*groups, *((name,) for name in sorted(followers))]


def _source(group: tuple[str, ...], rows: Sequence[Business], choices: Mapping[str, UUID]) -> tuple[Business, bool]:
    """The row a group of fields is taken from, and whether a person decided that."""
    kept, lead = rows[0], group[0]
    chosen = {choices[name] for name in group if name in choices}
    for row in rows:
        if row.id in chosen:
            return row, True
    for row in rows:
        if any(name in row.edited for name in group) and (row is kept or not is_empty(getattr(row, lead))):
            return row, True
    leader = next((name for name, follower in FOLLOWERS.items() if follower == lead), None)
    if leader is not None:
        return _source((leader,), rows, choices)[0], False
    telling = [row for row in rows if not is_empty(getattr(row, lead))]
    same_place = [row for row in telling if row is kept or (row.place_id is not None and row.place_id == kept.place_id)]
    return max(same_place or telling, key=lambda row: _told_at(row, lead), default=kept), False


def _told_at(row: Business, field: str) -> datetime:
    told = (origin_of(row.provenance, field) or {}).get("at")
    return datetime.fromisoformat(told) if told else row.last_seen_at


def _notes(rows: Sequence[Business]) -> str | None:
    """All notes below each other, what stands there already left out."""
    notes = ""
    for row in rows:
        if row.notes and row.notes not in notes:
            notes = f"{notes}\n{row.notes}".strip()
    return notes[:MAX_NOTES] or None
