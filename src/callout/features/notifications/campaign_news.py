"""What follows from campaigns: admins hear when one is done, and when one stopped by itself."""

from callout.features.calling.campaigns.events import CampaignFinished, CampaignPaused
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import admins
from callout.kit.db.work import Work

REASONS = {
    "abandonment": "too many answered calls were left without speech",
    "limit": "the plan allows no more calls",
    "provider": "calls could not be made",
    "user": "somebody stopped all calls",
}


async def on_campaign_paused(work: Work, event: CampaignPaused) -> None:
    """Tells the admins of a campaign that stopped by itself; who pauses one knows it."""
    if work.principal.actor_id is not None:
        return
    values = {
        "campaign_name": event.name,
        "paused_reason": REASONS.get(event.reason, event.reason),
        "detail": event.detail or "",
        "stats": "",
    }
    notice = Notice(
        key="campaign_paused",
        noun_id=event.noun_id,
        values=values,
        occurrence=work.now.isoformat(),
        data={"campaign_id": str(event.noun_id), "reason": event.reason},
        urgent=True,
    )
    await notify(work, notice, await admins(work))


async def on_campaign_finished(work: Work, event: CampaignFinished) -> None:
    """Tells the admins what a completed campaign came to."""
    if event.status != "completed":
        return
    stats = event.stats
    words = (
        f"{stats['attempted']} of {stats['total']} contacts called, {stats['answered']} answered, "
        f"{stats['triggered']} wanted work done, {stats['opted_out']} opted out"
    )
    notice = Notice(
        key="campaign_finished",
        noun_id=event.noun_id,
        values={"campaign_name": event.name, "stats": words, "paused_reason": ""},
        data={"campaign_id": str(event.noun_id), "stats": stats},
    )
    await notify(work, notice, await admins(work))
