"""Starting, pausing, resuming and cancelling campaigns; each takes effect before the next dial."""

from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.accounts.errors import EmailNotVerified
from callout.features.accounts.tables import User
from callout.features.calling.campaigns import store
from callout.features.calling.campaigns.desk import CampaignDesk
from callout.features.calling.campaigns.enrolling import enrol
from callout.features.calling.campaigns.errors import NothingToDial
from callout.features.calling.campaigns.events import CampaignFinished, CampaignPaused, CampaignStarted
from callout.features.calling.campaigns.lifecycle import TRANSITIONS, PausedReason, check_transition
from callout.features.calling.campaigns.preflight import Sorted, preflight_view, sort_contacts
from callout.features.calling.campaigns.stats import stats_of
from callout.features.calling.campaigns.tables import Campaign
from callout.features.calling.errors import InvalidTransition
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable

WORKFLOW = "run_campaign"
QUEUE = "campaigns"
TOPIC = "campaign"


async def start_campaign(work: Work, campaign_id: UUID, start_at: datetime | None, desk: CampaignDesk) -> Campaign:
    """Begins to call, now or at a time that lies ahead.

    Raises:
        InvalidTransition: it has begun already, or is over.
        Forbidden: `API_KEYS_REQUIRED`, or the e-mail address of who starts real calls is not confirmed.
        PaymentRequired: the plan has ended or has no call left.
        NothingToDial: nobody may be called, now or later.
    """
    campaign = await store.lock(work, campaign_id)
    begins = start_at or campaign.start_at
    is_ahead = begins is not None and begins > work.now
    check_transition(campaign.status, "scheduled" if is_ahead else "active")
    await desk.require_calls(work)
    if campaign.end_at is not None and campaign.end_at <= max(work.now, begins or work.now):
        raise Unprocessable.at("end_at", "lies before the start")
    made = await sort_contacts(work, desk.gate, campaign)
    await _check_caller(work, made.mode)
    await _check_plan(work, made, desk)
    campaign.preflight = await preflight_view(work, campaign, made)
    if made.is_empty:
        raise NothingToDial(preflight=campaign.preflight)
    if is_ahead:
        campaign.status, campaign.start_at = "scheduled", begins
        await _told_started(work, campaign)
        await set_to_work(work, campaign, begins)
    else:
        await begin(work, campaign, made)
    await audit(work, "campaign.start", "campaign", campaign.id, after={"status": campaign.status})
    return campaign


async def begin(work: Work, campaign: Campaign, made: Sorted) -> None:
    """Makes a campaign active with the contacts that were judged just now."""
    campaign.status, campaign.paused_reason, campaign.paused_detail = "active", "none", None
    campaign.started_at, campaign.mode, campaign.failures_in_row = work.now, made.mode, 0
    await work.session.flush()
    await enrol(work, campaign, made)
    await _told_started(work, campaign)
    await set_to_work(work, campaign, None)


async def resume_campaign(work: Work, campaign_id: UUID, desk: CampaignDesk) -> Campaign:
    """Goes on; contacts that came onto the list meanwhile are taken in.

    Raises:
        InvalidTransition: it is not paused.
        Forbidden, NothingToDial: as for a start.
    """
    campaign = await store.lock(work, campaign_id)
    if campaign.status != "paused":
        detail = f"A campaign that is {campaign.status} cannot be resumed."
        raise InvalidTransition(detail, at=campaign.status, to="active", allowed=TRANSITIONS[campaign.status])
    await desk.require_calls(work)
    made = await sort_contacts(work, desk.gate, campaign, only_new=True)
    counts = (await store.counts(work, [campaign.id])).get(campaign.id, {})
    if made.is_empty and not any(counts.get(status) for status in store.OPEN):
        raise NothingToDial
    campaign.status, campaign.paused_reason, campaign.paused_detail = "active", "none", None
    campaign.failures_in_row = 0
    await work.session.flush()
    await enrol(work, campaign, made)
    await _told_started(work, campaign, is_resumed=True)
    await set_to_work(work, campaign, None)
    await audit(work, "campaign.resume", "campaign", campaign.id)
    return campaign


async def pause_campaign(work: Work, campaign_id: UUID, why: str | None) -> Campaign:
    """Has no further call begin; calls that ring or talk go on. Raises InvalidTransition."""
    campaign = await store.lock(work, campaign_id)
    check_transition(campaign.status, "paused")
    await pause(work, campaign, "user", why)
    await audit(work, "campaign.pause", "campaign", campaign.id, reason=why)
    return campaign


async def pause(work: Work, campaign: Campaign, reason: PausedReason, detail: str | None) -> None:
    """Pauses an active campaign that is locked."""
    campaign.status, campaign.paused_reason = "paused", reason
    campaign.paused_detail = detail[:300] if detail else None
    campaign.due_at = None
    await work.session.flush()
    await work.publish(
        CampaignPaused(noun_id=campaign.id, name=campaign.name, reason=reason, detail=campaign.paused_detail)
    )
    await wake(work, campaign)


async def cancel_campaign(work: Work, campaign_id: UUID, why: str | None) -> Campaign:
    """Ends a campaign for good; calls in line are not dialled any more. Raises InvalidTransition."""
    campaign = await store.lock(work, campaign_id)
    check_transition(campaign.status, "cancelled")
    await finish(work, campaign, "cancelled")
    await audit(work, "campaign.cancel", "campaign", campaign.id, reason=why)
    return campaign


async def finish(work: Work, campaign: Campaign, status: str) -> None:
    """Ends a campaign that is locked: `completed` or `cancelled`."""
    campaign.status, campaign.finished_at, campaign.due_at = status, work.now, None
    campaign.paused_reason, campaign.paused_detail = "none", None
    await work.session.flush()
    stats: dict[str, Any] = (await stats_of(work, [campaign.id]))[campaign.id]
    await work.publish(CampaignFinished(noun_id=campaign.id, name=campaign.name, status=status, stats=stats))
    await wake(work, campaign)


async def set_to_work(work: Work, campaign: Campaign, at: datetime | None) -> None:
    """Starts a new run of the work on a campaign, at once or at a time; an earlier run ends by itself."""
    campaign.run += 1
    campaign.work_key = f"campaign:{campaign.id}:{campaign.run}"
    campaign.due_at = at or work.now
    delay_s = max(0.0, (at - work.now).total_seconds()) if at is not None else 0.0
    await work.session.flush()
    await work.enqueue(WORKFLOW, str(campaign.id), campaign.run, key=campaign.work_key, queue=QUEUE, delay_s=delay_s)


async def wake(work: Work, campaign: Campaign) -> None:
    """Has the work on a campaign look at once."""
    if campaign.work_key is not None:
        await work.signal(campaign.work_key, campaign.status, TOPIC)


async def _check_plan(work: Work, made: Sorted, desk: CampaignDesk) -> None:
    """Raises PaymentRequired where the plan has ended or has no call left."""
    if made.tenant.calls_left is not None or not made.tenant.is_active:
        await desk.plans.check(work, "calls")


async def _told_started(work: Work, campaign: Campaign, *, is_resumed: bool = False) -> None:
    event = CampaignStarted(noun_id=campaign.id, name=campaign.name, status=campaign.status, is_resumed=is_resumed)
    await work.publish(event)


async def _check_caller(work: Work, mode: str | None) -> None:
    """Real calls are started by people whose address is known to be theirs."""
    if mode != "live" or work.principal.actor_id is None:
        return
    user = await work.session.get(User, work.principal.actor_id)
    if user is not None and user.email_verified_at is None:
        raise EmailNotVerified
