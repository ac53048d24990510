"""/api/admin/calling-agents/compliance: the rules, a number tried against them, the record of decisions, registries."""

import asyncio
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as BodyOf
from pydantic import ValidationError

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_store import own_tenant
from callout.features.calling.campaigns.desk import CampaignDesk
from callout.features.calling.compliance import store
from callout.features.calling.compliance.checking import check_number
from callout.features.calling.compliance.decision_filters import decision_conditions
from callout.features.calling.compliance.profiles import profile_view, profiles
from callout.features.calling.compliance.registries import drop_registry, keep_registry, read_registry
from callout.features.calling.compliance.schemas import (
    CheckQuery,
    DecisionFilters,
    NewRegistry,
    RegistryQuery,
    RemovedReason,
)
from callout.features.calling.compliance.tables import DialDecision
from callout.features.calling.compliance.views import decision_view, registry_view
from callout.features.calling.compliance.windows import zone_info
from callout.features.prospecting.store import page
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.problems import from_pydantic

PATH = "/api/admin/calling-agents/compliance"
Upload = Annotated[dict[str, Any], BodyOf(media_type=RequestEncodingType.MULTI_PART)]


@get("/check", guards=[allow("campaign.pre_flight", roles="OMA")], filters=CheckQuery)
async def check(work: Work, filters: Filtered[CheckQuery], campaign_desk: CampaignDesk) -> dict[str, Any]:
    """Whether a number may be called, and what every rule says; nothing is written."""
    return await check_number(
        work,
        campaign_desk.gate,
        filters.phone,
        at=filters.at,
        agent_id=filters.agent_id,
        campaign_id=filters.campaign_id,
        contact_id=filters.contact_id,
    )


@get("/profiles", guards=[allow("campaign.read")])
async def list_profiles() -> list[dict[str, Any]]:
    """The rules of each region with the day they were reviewed. No legal advice."""
    return [profile_view(profile) for profile in profiles()]


@get("/decisions", guards=[allow("campaign.read")], filters=DecisionFilters)
async def list_decisions(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[DecisionFilters]
) -> Response[dict[str, Any]]:
    """Every answer given before a dial, newest first."""
    masked = await sees_masked(work)
    query = store.decisions(work).where(*decision_conditions(filters))
    rows, total = await page(
        work, query, DialDecision, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    return listed(filters, [decision_view(row, masked=masked) for row in rows], total, request=request)


@get("/registries", guards=[allow("suppression_entry.read")], filters=RegistryQuery)
async def list_registries(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[RegistryQuery]
) -> Response[dict[str, Any]]:
    """The do-not-call registries of this business."""
    rows = sorted(await store.registries(work), key=lambda row: row.name)
    for name, falling in reversed(filters.order()):
        rows.sort(key=lambda row: getattr(row, name), reverse=falling)
    today = await _today(work)
    shown = rows[filters.offset : filters.offset + filters.limit]
    return listed(filters, [registry_view(row, today) for row in shown], len(rows), request=request)


@post("/registries", guards=[allow("suppression_entry.create", roles="OM")])
async def add_registry(work: Work, data: Upload) -> Response[Any]:
    """Takes a registry as a text file, one number a line; one of the same name is replaced."""
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise Unprocessable.at("file", "send the file as multipart member `file`", code="required")
    form = _form(data)
    today = await _today(work)
    if form.published_on > today:
        raise Unprocessable.at("published_on", "lies in the future")
    read = await asyncio.to_thread(read_registry, file.file, form.country)  # type: ignore[arg-type]
    registry, is_new = await keep_registry(
        work,
        read,
        name=form.name,
        country=form.country,
        published_on=form.published_on,
        filename=" ".join((file.filename or "registry.txt").split()),
    )
    view = msgspec.to_builtins(registry_view(registry, today))
    headers = {"Location": f"{PATH}/registries/{registry.id}"}
    return Response(view, status_code=201 if is_new else 200, headers=headers)


@delete("/registries/{registry_id:uuid}", guards=[allow("suppression_entry.remove")], status_code=204)
async def delete_registry(work: Work, registry_id: UUID, data: RemovedReason) -> None:
    """Takes a registry away."""
    await drop_registry(work, registry_id, data.removed_reason)


async def _today(work: Work) -> date:
    return work.now.astimezone(zone_info((await own_tenant(work)).timezone)).date()


def _form(data: dict[str, Any]) -> NewRegistry:
    try:
        return NewRegistry.model_validate({name: value for name, value in data.items() if name != "file"})
    except ValidationError as error:
        raise from_pydantic(error) from error


router = Router(
    PATH,
    route_handlers=[check, list_profiles, list_decisions, list_registries, add_registry, delete_registry],
    tags=["Compliance"],
)
