"""Moving a contact of a campaign on, and telling those who watch."""

from callout.features.calling.campaigns import store
from callout.features.calling.campaigns.events import CampaignProgress
from callout.features.calling.campaigns.outcomes import Next
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.kit.db.work import Work

_COUNTED = ("waiting", "skipped", "dialing", "retry_wait", "done", "failed")


async def move_entry(work: Work, campaign: Campaign, entry: CampaignContact, to: Next) -> None:
    """Puts a contact where it goes next; both rows are locked."""
    if entry.status == "dialing" and to.takes_back:
        entry.attempts = max(0, entry.attempts - 1)
    entry.status = "retry_wait" if to.status == "waiting" and entry.attempts else to.status
    entry.next_attempt_at, entry.lease_until = to.at, None
    entry.skip_reason = to.reason if entry.status == "skipped" else None
    entry.failure = to.reason if entry.status == "failed" else None
    entry.outcome = to.outcome or entry.outcome
    await work.session.flush()
    await tell_progress(work, campaign, entry)


async def tell_progress(work: Work, campaign: Campaign, entry: CampaignContact) -> None:
    """Tells those who watch the campaign where a contact went and where all stand."""
    told = (await store.counts(work, [campaign.id])).get(campaign.id, {})
    counts = {status: told.get(status, 0) for status in _COUNTED}
    total = sum(counts.values())
    over = counts["skipped"] + counts["done"] + counts["failed"]
    await work.publish(
        CampaignProgress(
            noun_id=campaign.id,
            contact_id=entry.contact_id,
            contact_status=entry.status,
            outcome=entry.outcome,
            progress_pct=int(100 * over / total) if total else 0,
            counts=counts,
        )
    )
