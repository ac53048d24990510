"""What follows from exports: whoever asked for a file hears that it is there."""

from callout.features.accounts.user_store import find_user
from callout.features.exports import store
from callout.features.exports.events import ExportReady
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import user_recipient
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


async def on_export_ready(work: Work, event: ExportReady) -> None:
    """Tells the person who asked, unless that person is gone."""
    export = await store.find(work, event.noun_id)
    if export.created_by is None:
        return
    try:
        user = await find_user(work, export.created_by)
    except NotFound:
        return
    values = {"filename": event.filename, "download_link": f"/api/admin/exports/{event.noun_id}/download"}
    notice = Notice(key="export_ready", noun_id=event.noun_id, values=values, data={"export_id": str(event.noun_id)})
    await notify(work, notice, [await user_recipient(work, user)])
