"""What follows from voices and knowledge: admins hear what is ready, what failed, and which agents stopped."""

from callout.features.calling.events import KnowledgeIndexed, VoiceStatusChanged
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import admins
from callout.kit.db.work import Work


async def on_voice_status(work: Work, event: VoiceStatusChanged) -> None:
    """Tells the admins of a voice that is ready or failed, and of one that took its agents with it."""
    values: dict[str, object] = {"voice_name": event.name}
    if event.status == "failed":
        values["failure_reason"] = event.failure_reason
    elif event.status == "archived" and event.agents_stopped:
        values["agents_stopped"] = len(event.agents_stopped)
    elif event.status != "ready":
        return
    notice = Notice(
        key=f"voice_{event.status}",
        noun_id=event.noun_id,
        values=values,
        occurrence=work.now.isoformat(),
        data={"voice_id": str(event.noun_id)},
    )
    await notify(work, notice, await admins(work))


async def on_knowledge_indexed(work: Work, event: KnowledgeIndexed) -> None:
    """Tells the admins of knowledge that could not be read."""
    if event.status != "failed":
        return
    notice = Notice(
        key="knowledge_failed",
        noun_id=event.noun_id,
        values={"knowledge_name": event.name, "failure_reason": event.failure_reason},
        occurrence=work.now.isoformat(),
        data={"knowledge_base_id": str(event.noun_id)},
    )
    await notify(work, notice, await admins(work))
