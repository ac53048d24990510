"""Whoever asked for a file hears that it is there."""

from typing import Any

from callout.features.exports.events import ExportReady
from callout.features.exports.tables import Export
from callout.features.notifications.export_news import on_export_ready
from callout.kit.ids import uuid7


async def ready(desk: Any, asked_by: Any) -> str:
    """An export of somebody is ready; returns its id."""
    async with desk.database.transaction(desk.system) as work:
        export = Export(kind="businesses", format="csv", filename="town.csv", created_by=asked_by)
        work.session.add(export)
        await work.session.flush()
        told = {"kind": "businesses", "format": "csv", "filename": "town.csv", "row_count": 3}
        for _ in range(2):
            await on_export_ready(work, ExportReady(noun_id=export.id, **told))
    return str(export.id)


async def test_the_requester_finds_the_export_in_the_inbox_once(desk: Any) -> None:
    export_id = await ready(desk, desk.owner_id)
    (entry,) = (await desk.admin.get("/api/admin/notifications")).json()["items"]
    assert entry["title"] == "Your export is ready"
    assert f"/api/admin/exports/{export_id}/download" in entry["message"]


async def test_nobody_is_told_of_what_a_person_who_is_gone_asked_for(desk: Any) -> None:
    await ready(desk, uuid7())
    assert (await desk.admin.get("/api/admin/notifications")).json()["total"] == 0
