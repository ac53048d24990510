"""One action on many businesses: named ones, or all that a filter finds."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from callout.features.prospecting import business_store, store
from callout.features.prospecting.business_filter import business_conditions
from callout.features.prospecting.schemas import BulkAction, BulkBusinesses, BusinessFilter
from callout.features.prospecting.tables import Business
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

CHUNK = 500
"""Rows of one transaction: imports of the tenant wait for no more than that."""
MAX_AT_ONCE = 5000
"""Rows an answer waits for; more are changed in the background."""
MAX_TAGS = 20


class Changed(msgspec.Struct, frozen=True):
    """What became of some rows: ids changed, and {id, code, detail} of those that were not."""

    ok: list[UUID]
    failed: list[dict[str, Any]]


async def change_named(database: Database, principal: Principal, wish: BulkBusinesses) -> Changed:
    """Applies an action to the businesses named, a chunk a transaction; what fails leaves the others done."""
    ids = list(dict.fromkeys(wish.ids or []))
    done = Changed([], [])
    for start in range(0, len(ids), CHUNK):
        async with database.transaction(principal) as work:
            part = await change_rows(work, ids[start : start + CHUNK], wish.action, wish.value)
        done.ok.extend(part.ok)
        done.failed.extend(part.failed)
    return done


async def change_found(
    database: Database, principal: Principal, wish: BulkBusinesses, *, limit: int = MAX_AT_ONCE
) -> Changed:
    """Applies an action to what a filter finds, in the order of ids, at most `limit` rows."""
    done, after = Changed([], []), None
    while len(done.ok) + len(done.failed) < limit:
        async with database.transaction(principal) as work:
            part, after = await change_next(work, wish.filters or BusinessFilter(), wish.action, wish.value, after)
        done.ok.extend(part.ok)
        done.failed.extend(part.failed)
        if after is None:
            break
    return done


async def start_change(work: Work, wish: BulkBusinesses) -> UUID:
    """Queues the action for what a filter finds; `business.changed` tells when it is done."""
    change_id = uuid7()
    who = {"role": work.principal.role, "actor_id": str(work.principal.actor_id or "")}
    asked = wish.model_dump(mode="json", exclude_unset=True)
    await work.enqueue("change_businesses", str(change_id), asked, who, key=f"change-businesses-{change_id}")
    return change_id


async def change_next(
    work: Work, filters: BusinessFilter, action: BulkAction, value: str | None, after: UUID | None
) -> tuple[Changed, UUID | None]:
    """The next chunk of what a filter finds. Returns what became of it and where to go on; None at the end.

    The order of ids makes sure that each row is met once, although the action may change what the filter finds.
    """
    ids = await business_store.next_ids(work, business_conditions(filters), after, CHUNK)
    changed = await change_rows(work, ids, action, value) if ids else Changed([], [])
    return changed, ids[-1] if len(ids) == CHUNK else None


async def change_rows(work: Work, ids: Sequence[UUID], action: BulkAction, value: str | None) -> Changed:
    """Applies an action to rows in this transaction."""
    await store.lock_businesses(work)
    rows = {row.id: row for row in await business_store.lock_rows(work, ids)}
    failed = [refusal for row_id in ids if (refusal := _refusal(row_id, rows.get(row_id), action, value)) is not None]
    refused = {refusal["id"] for refusal in failed}
    ok = [row_id for row_id in ids if row_id not in refused]
    if action == "delete":
        await business_store.delete_businesses(work, ok)
    else:
        apply(map(rows.__getitem__, ok), action, value)
        await work.session.flush()
    return Changed(ok, failed)


def apply(rows: Iterable[Business], action: BulkAction, value: str | None) -> None:
    """Changes rows; the field becomes the person's, so that no source overwrites it."""
    for row in rows:
        match action:
            case "tag":
                row.tags = [*row.tags, *({str(value)} - set(row.tags))]
            case "untag":
                row.tags = [tag for tag in row.tags if tag != value]
            case "ignore":
                row.status = "ignored"
            case "restore":
                row.status = "imported" if row.contact_id else "new"
            case "priority":
                row.call_priority = str(value)
        field = {"tag": "tags", "untag": "tags", "priority": "call_priority"}.get(action, "status")
        row.edited = sorted({*row.edited, field})


def _refusal(row_id: UUID, row: Business | None, action: BulkAction, value: str | None) -> dict[str, Any] | None:
    if row is None:
        return {"id": row_id, "code": "not_found", "detail": "There is no such business."}
    if row.merged_into_id is not None:
        return {"id": row_id, "code": "already_merged", "detail": f"It was merged into {row.merged_into_id}."}
    if action == "tag" and value not in row.tags and len(row.tags) >= MAX_TAGS:
        return {"id": row_id, "code": "validation_failed", "detail": f"A business has at most {MAX_TAGS} tags."}
    return None
