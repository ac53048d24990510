"""One look at a campaign: whom it calls next, or how long it has nothing to do. It puts calls in line; others dial."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from callout.features.calling.agents import store as agents
from callout.features.calling.calls.placing import Attempt, place_call
from callout.features.calling.calls.ports import DialQuestion
from callout.features.calling.campaigns import store
from callout.features.calling.campaigns.entries import move_entry
from callout.features.calling.campaigns.lifecycle import OVER
from callout.features.calling.campaigns.outcomes import after_denial
from callout.features.calling.campaigns.pacing import Pace, interval_left_s, is_full
from callout.features.calling.campaigns.preflight import sort_contacts
from callout.features.calling.campaigns.steering import begin, finish, pause
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.features.calling.compliance.gate import Gate
from callout.features.calling.numbers import store as numbers
from callout.features.prospecting import store as prospects
from callout.features.prospecting.tables import CallList
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

MOST_DENIED = 20
"""Denied contacts in one look; the next follows at once."""
LONGEST_WAIT_S = 900.0
"""Without any news a campaign looks again after this."""
LEASE_SPARE = timedelta(minutes=8)
"""Beyond the longest call; by then calls that told nothing have been looked up at the provider and ended."""
_DEFAULT_DURATION_S = 300


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a look came to. `wait_s`: seconds until the next, unless something happens; None when the work is over."""

    wait_s: float | None


async def look(work: Work, gate: Gate, campaign_id: UUID, run: int) -> Look:
    """Puts at most one call in line. Every answer of the rules leaves an audit row, the denied ones too."""
    try:
        campaign = await store.lock(work, campaign_id)
    except NotFound:
        return Look(wait_s=None)
    if campaign.run != run or campaign.status in OVER or campaign.status in ("paused", "draft"):
        return Look(wait_s=None)
    wait_s = await _move(work, gate, campaign)
    if wait_s is None:
        return Look(wait_s=None)
    wait_s = min(wait_s, LONGEST_WAIT_S)
    if campaign.run == run:
        campaign.due_at = work.now + timedelta(seconds=wait_s)
    return Look(wait_s=wait_s)


async def _move(work: Work, gate: Gate, campaign: Campaign) -> float | None:
    if campaign.status == "scheduled":
        return await _activate(work, gate, campaign)
    if campaign.end_at is not None and campaign.end_at <= work.now:
        await finish(work, campaign, "completed")
        return None
    counts = (await store.counts(work, [campaign.id])).get(campaign.id, {})
    pace = Pace(
        open_calls=counts.get("dialing", 0),
        most=campaign.max_concurrent_calls,
        interval_s=campaign.call_interval_s,
        last_at=campaign.last_dial_at,
    )
    if is_full(pace):
        return _until(campaign.end_at, work.now)
    if (left_s := interval_left_s(pace, work.now)) > 0:
        return left_s
    for _ in range(MOST_DENIED):
        entry = await store.next_entry(work, campaign.id)
        if entry is None:
            return await _wait_for_somebody(work, campaign)
        if await _call(work, gate, campaign, entry):
            return float(campaign.call_interval_s)
        if campaign.status != "active":
            return None
    return 0.0


async def _activate(work: Work, gate: Gate, campaign: Campaign) -> float | None:
    """A scheduled campaign begins, with its contacts judged anew; it is over where nobody is left to be called."""
    if campaign.start_at is not None and campaign.start_at > work.now:
        return (campaign.start_at - work.now).total_seconds()
    await begin(work, campaign, await sort_contacts(work, gate, campaign))
    return 0.0


async def _wait_for_somebody(work: Work, campaign: Campaign) -> float | None:
    """Nobody is due: waits for a call to end or a time to come, or finishes when there is nobody left."""
    counts = (await store.counts(work, [campaign.id])).get(campaign.id, {})
    if not any(counts.get(status) for status in store.OPEN):
        await finish(work, campaign, "completed")
        return None
    earliest = await store.earliest(work, campaign.id)
    times = [at for at in (earliest, campaign.end_at) if at is not None]
    return _until(min(times), work.now) if times else LONGEST_WAIT_S


async def _call(work: Work, gate: Gate, campaign: Campaign, entry: CampaignContact) -> bool:
    """Puts a call to a contact in line if the rules allow it; otherwise the contact moves on."""
    contact = (await prospects.contacts_by_id(work, [entry.contact_id])).get(entry.contact_id)
    if contact is None:
        await move_entry(work, campaign, entry, after_denial("invalid_number", None, attempts=entry.attempts))
        return False
    question = DialQuestion(
        phone=contact.phone,
        agent_id=campaign.agent_id,
        contact_id=contact.id,
        campaign_id=campaign.id,
        moment="create",
    )
    verdict = await gate.may_dial(work, question)
    if not verdict.allowed:
        denial = after_denial(verdict.reason or "", verdict.retry_at, attempts=entry.attempts)
        await move_entry(work, campaign, entry, denial)
        if denial.pauses is not None:
            await pause(work, campaign, denial.pauses, verdict.detail)
        return False
    await _place(work, campaign, entry, contact.phone)
    return True


async def _place(work: Work, campaign: Campaign, entry: CampaignContact, phone: str) -> None:
    entry.placements += 1
    call_list = await _list_of(work, campaign)
    call = await place_call(
        work,
        Attempt(
            agent_id=campaign.agent_id,
            to_number=phone,
            contact_id=entry.contact_id,
            campaign_id=campaign.id,
            attempt=entry.placements,
            from_number=await _from_number(work, campaign),
            max_duration_s=campaign.max_call_duration_s,
            script=call_list.call_script if call_list is not None else None,
            knowledge_base_ids=tuple(UUID(one) for one in call_list.knowledge_base_ids) if call_list else (),
            variables={name: str(value) for name, value in campaign.script_variables.items()},
        ),
    )
    entry.attempts += 1
    entry.status, entry.last_call_id, entry.next_attempt_at = "dialing", call.id, None
    entry.lease_until = work.now + timedelta(seconds=await _longest_s(work, campaign)) + LEASE_SPARE
    campaign.last_dial_at = work.now
    await work.session.flush()


async def _from_number(work: Work, campaign: Campaign) -> str | None:
    if campaign.phone_number_id is None:
        return None
    number = await numbers.find(work, campaign.phone_number_id)
    return number.phone if number is not None and number.is_active else None


async def _list_of(work: Work, campaign: Campaign) -> CallList | None:
    try:
        return await prospects.fetch(work, CallList, campaign.call_list_id)
    except NotFound:
        return None


async def _longest_s(work: Work, campaign: Campaign) -> int:
    if campaign.max_call_duration_s is not None:
        return campaign.max_call_duration_s
    agent = (await agents.by_ids(work, [campaign.agent_id])).get(campaign.agent_id)
    return agent.max_call_duration_s if agent is not None else _DEFAULT_DURATION_S


def _until(at: datetime | None, now: datetime) -> float:
    return LONGEST_WAIT_S if at is None else max(0.0, (at - now).total_seconds())
