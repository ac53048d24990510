"""Exports whose time is up lose their files."""

from callout.features.exports import store
from callout.features.exports.request import drop_file
from callout.features.files.service import Files
from callout.kit.db.work import Work

BATCH = 200


async def expire_exports(work: Work, files: Files) -> int:
    """Marks exports as expired and deletes their files; returns how many. Repeat until 0."""
    rows = await store.over(work, BATCH)
    for row in rows:
        await drop_file(work, row, files)
        row.status = "expired"
    return len(rows)
