"""/api/admin/calling-agents/campaigns: campaigns over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.calling.campaigns import steering, store, writing
from callout.features.calling.campaigns.desk import CampaignDesk
from callout.features.calling.campaigns.preflight import preflight_view, sort_contacts
from callout.features.calling.campaigns.preview import preview
from callout.features.calling.campaigns.schemas import (
    CampaignPatch,
    CampaignQuery,
    Copy,
    EntryQuery,
    NewCampaign,
    Start,
    Why,
)
from callout.features.calling.campaigns.stats import stats_of
from callout.features.calling.campaigns.tables import Campaign, CampaignContact
from callout.features.calling.campaigns.views import campaign_views, entry_views
from callout.features.prospecting.store import page
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/calling-agents/campaigns"
ONE = "/{campaign_id:uuid}"


@get("/", guards=[allow("campaign.read")], filters=CampaignQuery)
async def list_campaigns(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[CampaignQuery]
) -> Response[dict[str, Any]]:
    """The campaigns of the business, newest first, each with its stats."""
    query = store.campaigns(work)
    if filters.status:
        query = query.where(Campaign.status.in_(filters.status))
    if filters.agent_id is not None:
        query = query.where(Campaign.agent_id == filters.agent_id)
    if filters.call_list_id is not None:
        query = query.where(Campaign.call_list_id == filters.call_list_id)
    if filters.q:
        query = query.where(Campaign.name.icontains(filters.q, autoescape=True))
    rows, total = await page(work, query, Campaign, order=filters.order(), limit=filters.limit, offset=filters.offset)
    return listed(filters, await campaign_views(work, rows), total, request=request)


@get(ONE, guards=[allow("campaign.read")])
async def get_campaign(work: Work, campaign_id: UUID) -> Response[Any]:
    """One campaign."""
    return await _answer(work, await store.fetch(work, campaign_id))


@post("/", guards=[allow("campaign.create")])
async def create_campaign(work: Work, data: NewCampaign, campaign_desk: CampaignDesk) -> Response[Any]:
    """Makes a draft."""
    campaign = await writing.create_campaign(work, data, campaign_desk)
    [view] = await campaign_views(work, [campaign])
    return created(view, f"{PREFIX}/{campaign.id}")


@patch(ONE, guards=[allow("campaign.update")])
async def update_campaign(work: Work, campaign_id: UUID, data: CampaignPatch, if_match: IfMatch) -> Response[Any]:
    """Changes a campaign that does not call now."""
    return await _answer(work, await writing.update_campaign(work, campaign_id, data, if_match))


@delete(ONE, guards=[allow("campaign.update")])
async def delete_campaign(work: Work, campaign_id: UUID, if_match: IfMatch) -> None:
    """Takes a draft away."""
    await writing.delete_campaign(work, campaign_id, if_match)


@post(f"{ONE}/duplicate", guards=[allow("campaign.create")])
async def duplicate_campaign(
    work: Work, campaign_id: UUID, campaign_desk: CampaignDesk, data: Copy | None = None
) -> Response[Any]:
    """A draft with the same members."""
    campaign = await writing.duplicate_campaign(work, campaign_id, data.name if data else None, campaign_desk)
    [view] = await campaign_views(work, [campaign])
    return created(view, f"{PREFIX}/{campaign.id}")


@get(f"{ONE}/preflight", guards=[allow("campaign.pre_flight")])
async def preflight(work: Work, campaign_id: UUID, campaign_desk: CampaignDesk) -> dict[str, Any]:
    """Whom the campaign would call now, whom later, whom not and why, and what it takes."""
    campaign = await store.fetch(work, campaign_id)
    return await preflight_view(work, campaign, await sort_contacts(work, campaign_desk.gate, campaign))


@post(f"{ONE}/start", guards=[allow("campaign.start")], status_code=200)
async def start_campaign(
    work: Work, campaign_id: UUID, campaign_desk: CampaignDesk, data: Start | None = None
) -> Response[Any]:
    """Begins to call, now or later."""
    start_at = data.start_at if data is not None else None
    return await _answer(work, await steering.start_campaign(work, campaign_id, start_at, campaign_desk))


@post(f"{ONE}/pause", guards=[allow("campaign.pause")], status_code=200)
async def pause_campaign(work: Work, campaign_id: UUID, data: Why | None = None) -> Response[Any]:
    """Has no further call begin."""
    return await _answer(work, await steering.pause_campaign(work, campaign_id, data.reason if data else None))


@post(f"{ONE}/resume", guards=[allow("campaign.start")], status_code=200)
async def resume_campaign(work: Work, campaign_id: UUID, campaign_desk: CampaignDesk) -> Response[Any]:
    """Goes on."""
    return await _answer(work, await steering.resume_campaign(work, campaign_id, campaign_desk))


@post(f"{ONE}/cancel", guards=[allow("campaign.cancel")], status_code=200)
async def cancel_campaign(work: Work, campaign_id: UUID, data: Why | None = None) -> Response[Any]:
    """Ends it for good."""
    return await _answer(work, await steering.cancel_campaign(work, campaign_id, data.reason if data else None))


@get(f"{ONE}/contacts", guards=[allow("campaign.read")], filters=EntryQuery)
async def list_contacts(
    request: Request[Any, Any, Any], work: Work, campaign_id: UUID, filters: Filtered[EntryQuery]
) -> Response[dict[str, Any]]:
    """Where each contact stands."""
    campaign = await store.fetch(work, campaign_id)
    query = store.entries(work, campaign.id)
    for name in ("status", "skip_reason", "outcome"):
        if values := getattr(filters, name):
            query = query.where(getattr(CampaignContact, name).in_(values))
    rows, total = await page(
        work, query, CampaignContact, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    views = await entry_views(work, rows, masked=await sees_masked(work))
    return listed(filters, views, total, request=request)


@get(f"{ONE}/contacts/{{contact_id:uuid}}/preview", guards=[allow("campaign.pre_flight", roles="OM")])
async def preview_contact(
    work: Work, campaign_id: UUID, contact_id: UUID, campaign_desk: CampaignDesk
) -> dict[str, Any]:
    """What a call to one contact would be, and whether it may be made."""
    campaign = await store.fetch(work, campaign_id)
    return await preview(work, campaign_desk.gate, campaign, contact_id)


@get(f"{ONE}/stats", guards=[allow("campaign.read")])
async def get_stats(work: Work, campaign_id: UUID) -> dict[str, Any]:
    """The stats with how many contacts were skipped, failed and ended, by reason and outcome."""
    campaign = await store.fetch(work, campaign_id)
    stats = (await stats_of(work, [campaign.id]))[campaign.id]
    reasons = await store.reasons(work, campaign.id)
    return stats | {f"by_{name}": numbers for name, numbers in reasons.items()}


async def _answer(work: Work, campaign: Campaign) -> Response[Any]:
    [view] = await campaign_views(work, [campaign])
    return versioned(view, campaign.version)


router = Router(
    PREFIX,
    route_handlers=[
        list_campaigns,
        get_campaign,
        create_campaign,
        update_campaign,
        delete_campaign,
        duplicate_campaign,
        preflight,
        start_campaign,
        pause_campaign,
        resume_campaign,
        cancel_campaign,
        list_contacts,
        preview_contact,
        get_stats,
    ],
    tags=["Campaigns"],
)
