"""Removes bytes nobody needs: of deleted and expired files, and of transactions that never committed."""

from datetime import timedelta
from uuid import UUID

from callout.features.files import store
from callout.features.files.ports import ObjectStore, StoredObject
from callout.kit.db.work import Work

ORPHAN_AGE = timedelta(hours=24)
"""An object younger than this may belong to a transaction still running."""
LOOK_BACK = timedelta(days=3)
"""Orphans are looked for among the ids of this span; file ids begin with their time (RFC 9562, UUIDv7)."""
BATCH = 200


async def purge(work: Work, objects: ObjectStore, limit: int = BATCH) -> int:
    """Removes the bytes of deleted and expired files of the tenant; returns how many files. Repeat until 0."""
    rows = await store.to_purge(work, work.now, limit)
    for row in rows:
        await objects.delete([f"{row.storage_key}/original", *(f"{row.storage_key}/{edge}" for edge in row.variants)])
        row.purged_at = work.now
        row.deleted_at = row.deleted_at or work.now
    return len(rows)


async def sweep(work: Work, objects: ObjectStore, look_back: timedelta = LOOK_BACK) -> int:
    """Removes objects of the tenant that no row knows; returns how many."""
    prefix = f"files/{work.tenant_id}/"
    first_ms = int((work.now - look_back).timestamp() * 1000)
    after = f"{prefix}{UUID(int=first_ms << 80)}"
    batch: list[StoredObject] = []
    removed = 0
    async for stored in objects.walk(prefix, after):
        if work.now - stored.written_at > ORPHAN_AGE:
            batch.append(stored)
        if len(batch) >= BATCH:
            removed += await _remove_unknown(work, objects, batch)
            batch = []
    return removed + await _remove_unknown(work, objects, batch)


async def _remove_unknown(work: Work, objects: ObjectStore, batch: list[StoredObject]) -> int:
    by_id = {stored.key: UUID(stored.key.split("/")[2]) for stored in batch}
    known = await store.known(work, list(set(by_id.values()))) if by_id else set()
    orphans = [key for key, file_id in by_id.items() if file_id not in known]
    if orphans:
        await objects.delete(orphans)
    return len(orphans)
