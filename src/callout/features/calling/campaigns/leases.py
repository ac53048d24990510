"""Calls of campaigns that should be over: their ends are drawn from the calls, for which the provider was asked."""

from datetime import timedelta

from sqlalchemy import select

from callout.features.calling.campaigns import store
from callout.features.calling.campaigns.reactions import after_lease
from callout.features.calling.campaigns.tables import CampaignContact
from callout.kit.db.work import Work

RENEWED = timedelta(minutes=2)
_MOST = 200


async def look_after_leases(work: Work) -> int:
    """Concludes calls whose lease is over; one that still goes on is given another two minutes.

    Whether it goes on is the call's own state: calls that told nothing for too long are looked up at their provider by
    `calls.ending` and ended by its answer.

    Returns:
        How many were concluded.
    """
    query = (
        select(CampaignContact.campaign_id, CampaignContact.contact_id)
        .where(
            CampaignContact.tenant_id == work.tenant_id,
            CampaignContact.status == "dialing",
            CampaignContact.lease_until < work.now,
        )
        .order_by(CampaignContact.campaign_id, CampaignContact.id)
        .limit(_MOST)
    )
    concluded = 0
    for campaign_id, contact_id in (await work.session.execute(query)).all():
        await store.lock(work, campaign_id)
        entry = await store.entry(work, campaign_id, contact_id, lock=True)
        if entry is None or entry.status != "dialing":
            continue
        if await after_lease(work, campaign_id, entry):
            concluded += 1
        else:
            entry.lease_until = work.now + RENEWED
    await work.session.flush()
    return concluded
