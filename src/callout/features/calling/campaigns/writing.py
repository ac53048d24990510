"""The use cases of campaigns on paper: make, change, copy, take away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.calling.agents import store as agents
from callout.features.calling.campaigns import store
from callout.features.calling.campaigns.desk import CampaignDesk
from callout.features.calling.campaigns.errors import CampaignInUse
from callout.features.calling.campaigns.lifecycle import EDITABLE
from callout.features.calling.campaigns.schemas import CampaignPatch, NewCampaign
from callout.features.calling.campaigns.steering import set_to_work
from callout.features.calling.campaigns.tables import Campaign
from callout.features.calling.errors import InvalidTransition
from callout.features.calling.numbers import store as numbers
from callout.features.prospecting.store import fetch as fetch_row
from callout.features.prospecting.tables import CallList
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable
from callout.kit.http.writes import IfMatch

COPIED = (
    "description", "agent_id", "call_list_id", "phone_number_id", "purpose", "contact_filter", "max_concurrent_calls",
    "call_interval_s", "max_retries", "retry_after_min", "max_call_duration_s", "window", "script_variables",
)  # fmt: skip
_COPY_NAME = 110


async def create_campaign(work: Work, data: NewCampaign, desk: CampaignDesk) -> Campaign:
    """Makes a draft.

    Raises:
        PaymentRequired: the plan allows no more.
        Unprocessable: an agent, list or number that does not exist.
    """
    await desk.plans.check(work, "campaigns")
    campaign = Campaign(tenant_id=work.tenant_id, status="draft")
    await _assign(work, campaign, data.model_dump())
    work.session.add(campaign)
    await work.session.flush()
    await audit(work, "campaign.create", "campaign", campaign.id, after={"name": campaign.name})
    return campaign


async def update_campaign(work: Work, campaign_id: UUID, data: CampaignPatch, if_match: IfMatch) -> Campaign:
    """Changes the members sent; calls under way go on as they began.

    Raises:
        InvalidTransition: it is active or over. Pause it first.
        Unprocessable: as for a new one; another list or filter for one that has begun.
    """
    campaign = await store.lock(work, campaign_id)
    if_match.check(campaign.version)
    if campaign.status not in EDITABLE:
        detail = f"A campaign that is {campaign.status} cannot be changed."
        raise InvalidTransition(detail, at=campaign.status, to=campaign.status, allowed=sorted(EDITABLE))
    given = data.model_dump(include=data.model_fields_set)
    if campaign.started_at is not None:
        for name in ("call_list_id", "contact_filter"):
            if name in given and _stored(name, given[name]) != getattr(campaign, name):
                raise Unprocessable.at(name, "cannot be changed once the campaign has begun; copy it instead")
    before = {name: getattr(campaign, name) for name in given}
    await _assign(work, campaign, given)
    if campaign.start_at and campaign.end_at and campaign.end_at <= campaign.start_at:
        raise Unprocessable.at("end_at", "must be later than start_at")
    await work.session.flush()
    if campaign.status == "scheduled" and "start_at" in given:
        await set_to_work(work, campaign, campaign.start_at)
    after = {name: getattr(campaign, name) for name in given}
    if before != after:
        await audit(work, "campaign.update", "campaign", campaign.id, before=before, after=after)
    return campaign


async def duplicate_campaign(work: Work, campaign_id: UUID, name: str | None, desk: CampaignDesk) -> Campaign:
    """A draft with the same members; its times are left open.

    Raises:
        PaymentRequired: the plan allows no more.
    """
    original = await store.fetch(work, campaign_id)
    await desk.plans.check(work, "campaigns")
    copied = {column: getattr(original, column) for column in COPIED}
    copy = Campaign(
        tenant_id=work.tenant_id, status="draft", name=name or f"{original.name[:_COPY_NAME]} (copy)", **copied
    )
    work.session.add(copy)
    await work.session.flush()
    await audit(work, "campaign.create", "campaign", copy.id, after={"name": copy.name, "copy_of": str(original.id)})
    return copy


async def delete_campaign(work: Work, campaign_id: UUID, if_match: IfMatch) -> None:
    """Takes a draft away. Raises CampaignInUse for one that has begun."""
    campaign = await store.lock(work, campaign_id)
    if_match.check(campaign.version)
    if campaign.status != "draft":
        raise CampaignInUse
    campaign.deleted_at = work.now
    await audit(work, "campaign.delete", "campaign", campaign.id, before={"name": campaign.name})


async def _assign(work: Work, campaign: Campaign, values: Mapping[str, Any]) -> None:
    await _check_references(work, values)
    for name, value in values.items():
        setattr(campaign, name, _stored(name, value))


def _stored(name: str, value: Any) -> Any:
    if name == "contact_filter":
        return {key: chosen for key, chosen in (value or {}).items() if chosen}
    return value


async def _check_references(work: Work, values: Mapping[str, Any]) -> None:
    try:
        if (agent_id := values.get("agent_id")) is not None:
            await agents.fetch(work, agent_id)
    except NotFound as missing:
        raise Unprocessable.at("agent_id", "there is no such agent") from missing
    try:
        if (call_list_id := values.get("call_list_id")) is not None:
            await fetch_row(work, CallList, call_list_id)
    except NotFound as missing:
        raise Unprocessable.at("call_list_id", "there is no such call list") from missing
    number_id = values.get("phone_number_id")
    if number_id is not None and await numbers.find(work, number_id) is None:
        raise Unprocessable.at("phone_number_id", "there is no such number")
