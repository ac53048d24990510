"""What follows for campaigns from what happens elsewhere: calls end, phones are suppressed, contacts become one."""

from uuid import UUID

from callout.features.calling.calls import store as calls
from callout.features.calling.calls.events import CallEnded
from callout.features.calling.calls.tables import Call
from callout.features.calling.campaigns import contact_standing, store
from callout.features.calling.campaigns.entries import move_entry
from callout.features.calling.campaigns.outcomes import BREAKER, Ended, Next, Retries, after_call, failures_in_row
from callout.features.calling.campaigns.steering import pause, wake
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.features.prospecting.events import ContactsMerged, ContactSuppressed
from callout.features.prospecting.store import fetch as fetch_row
from callout.features.prospecting.tables import SuppressionEntry
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


async def call_ended(work: Work, event: CallEnded) -> None:
    """The contact's standing follows the call, and so does its place in the campaign; heard twice it is one end."""
    if event.direction != "outbound":
        return
    call = await calls.find(work, event.noun_id)
    if event.contact_id is not None:
        await contact_standing.follow(work, event.contact_id, call)
    if event.campaign_id is None or event.contact_id is None:
        return
    try:
        campaign = await store.lock(work, event.campaign_id)
    except NotFound:
        return
    entry = await store.entry(work, campaign.id, event.contact_id, lock=True)
    if entry is not None:
        await settle(work, campaign, entry, call)


async def settle(work: Work, campaign: Campaign, entry: CampaignContact, call: Call) -> None:
    """Draws the conclusions of a call that is over; one that was concluded before changes nothing. Both are locked."""
    if entry.status != "dialing" or entry.last_call_id != call.id:
        return
    ended = ended_of(call)
    retries = Retries(max_retries=campaign.max_retries, after_min=campaign.retry_after_min)
    to = after_call(ended, retries, attempts=entry.attempts, now=work.now)
    entry.last_status = call.status
    await move_entry(work, campaign, entry, to)
    if to.status == "failed" and ended.was_dialled:
        await contact_standing.give_up(work, entry.contact_id)
    campaign.failures_in_row = failures_in_row(campaign.failures_in_row, ended)
    await work.session.flush()
    await _stop_if(work, campaign, to, call)
    await wake(work, campaign)


def ended_of(call: Call) -> Ended:
    """The end of a call as campaigns look at it."""
    return Ended(
        status=call.status,
        was_dialled=call.dial_started_at is not None,
        outcome=call.outcome,
        error_code=call.error_code,
        retry_at=call.retry_at,
        reached=call.answered_at is not None,
        opted_out=call.opted_out,
    )


async def contact_suppressed(work: Work, event: ContactSuppressed) -> None:
    """No campaign calls a suppressed phone any more; a call that rings or talks is not this one's business."""
    if "call" not in event.channels:
        return
    entry = await fetch_row(work, SuppressionEntry, event.noun_id)
    if entry.phone:
        await store.skip_waiting(work, entry.phone, "suppressed")


async def follow_merge(work: Work, event: ContactsMerged) -> None:
    """Campaigns go on with the contact that was kept; one that has it already leaves the other out."""
    places = await store.of_contact(work, [event.noun_id, *event.merged])
    taken = {place.campaign_id for place in places if place.contact_id == event.noun_id}
    for place in places:
        if place.contact_id == event.noun_id:
            continue
        if place.campaign_id in taken:
            if place.status in ("waiting", "retry_wait"):
                place.status, place.skip_reason, place.next_attempt_at = "skipped", "duplicate", None
            continue
        place.contact_id = event.noun_id
        taken.add(place.campaign_id)
    await work.session.flush()


async def after_lease(work: Work, campaign_id: UUID, entry: CampaignContact) -> bool:
    """Concludes a call whose end was not heard of; False while it is still under way."""
    campaign = await store.lock(work, campaign_id)
    try:
        call = await calls.find(work, entry.last_call_id) if entry.last_call_id else None
    except NotFound:
        call = None
    if call is None:
        await move_entry(work, campaign, entry, Next(status="waiting", takes_back=True))
        return True
    if call.settled_at is None:
        return False
    await settle(work, campaign, entry, call)
    return True


async def _stop_if(work: Work, campaign: Campaign, to: Next, call: Call) -> None:
    """Pauses where the provider keeps failing, or where nobody at all may be called."""
    if campaign.status != "active":
        return
    if to.pauses is not None:
        await pause(work, campaign, to.pauses, call.error_detail or call.error_code)
    elif campaign.failures_in_row >= BREAKER:
        detail = f"{campaign.failures_in_row} calls in a row failed, the last with {call.error_code or 'no reason'}."
        await pause(work, campaign, "provider", detail)
