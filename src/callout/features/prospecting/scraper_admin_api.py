"""/api/admin/data-scraper: files of businesses in, clean lists out."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, patch, post
from litestar.response import ServerSentEvent
from sqlalchemy import ColumnElement, func, or_

from callout.features.accounts.live_view import team_view
from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.prospecting import store
from callout.features.prospecting.lists import import_to_list
from callout.features.prospecting.schemas import (
    BusinessBody,
    BusinessFilter,
    BusinessQuery,
    ImportToList,
    JobQuery,
    StatsQuery,
)
from callout.features.prospecting.tables import Business, CallList, ScrapeJob
from callout.features.prospecting.views import business_view, job_view, masked_if
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.sse import LiveStreams, last_event_id
from callout.kit.http.writes import IfMatch, versioned


@get("/businesses", guards=[allow("business.read")], filters=BusinessQuery)
async def list_businesses(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[BusinessQuery]
) -> Response[Any]:
    conditions = _conditions(filters)
    rows, total = await store.page(
        work,
        store.businesses(work, *conditions),
        Business,
        order=filters.order(),
        limit=filters.limit,
        offset=filters.offset,
    )
    stats = await store.business_stats(work, *conditions)
    masked = await sees_masked(work)
    views = [masked_if(masked, business_view(row)) for row in rows]
    return listed(filters, views, total, request=request, stats=stats)


@get("/businesses/{business_id:uuid}", guards=[allow("business.read")])
async def get_business(work: Work, business_id: UUID) -> Response[Any]:
    business = await store.fetch(work, Business, business_id)
    return versioned(masked_if(await sees_masked(work), business_view(business)), business.version)


@patch("/businesses/{business_id:uuid}", guards=[allow("business.update")])
async def update_business(work: Work, business_id: UUID, data: BusinessBody, if_match: IfMatch) -> Response[Any]:
    business = await store.fetch(work, Business, business_id, lock=True)
    if_match.check_optional(business.version)
    for name, value in data.given().items():
        setattr(business, name, value)
    business.edited = sorted({*business.edited, *data.given()})
    await work.session.flush()
    return versioned(business_view(business), business.version)


@get("/stats", guards=[allow("business.read")], filters=StatsQuery)
async def stats(work: Work, filters: Filtered[StatsQuery]) -> dict[str, Any]:
    conditions = [] if filters.job_id is None else [store.of_job(filters.job_id)]
    return await store.business_stats(work, *conditions)


@post("/businesses/import-to-list", guards=[allow("business.import")], status_code=200)
async def to_list(work: Work, data: ImportToList) -> dict[str, Any]:
    if (data.call_list_id is None) == (data.new_list_name is None):
        raise Unprocessable.at("call_list_id", "give either call_list_id or new_list_name")
    await store.lock_contacts(work)
    if data.call_list_id is not None:
        call_list = await store.fetch(work, CallList, data.call_list_id, lock=True)
    else:
        call_list = CallList(name=data.new_list_name, purpose_tag=data.purpose_tag)
        work.session.add(call_list)
        await work.session.flush()
    conditions = _filter_conditions(data.filters or BusinessFilter())
    if data.ids is not None:
        conditions.append(store.one_of(Business.id, data.ids))
    else:
        conditions.append(Business.status != "ignored")
    rows = (await work.session.execute(store.businesses(work, *conditions).order_by(Business.id))).scalars()
    added = await import_to_list(work, call_list, list(rows))
    return {"call_list_id": str(call_list.id), **msgspec.to_builtins(added)}


def _conditions(filters: BusinessQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = _filter_conditions(filters)
    if filters.q:
        columns = (Business.name, Business.address)
        conditions.append(or_(*(column.icontains(filters.q, autoescape=True) for column in columns)))
    if filters.has_phone is not None:
        conditions.append(Business.phone.is_not(None) if filters.has_phone else Business.phone.is_(None))
    if filters.has_website is not None:
        conditions.append(Business.website.is_not(None) if filters.has_website else Business.website.is_(None))
    if filters.rating_max is not None:
        conditions.append(Business.rating <= filters.rating_max)
    if filters.status:
        conditions.append(Business.status.in_(filters.status))
    if filters.source:
        conditions.append(Business.source.in_(filters.source))
    return conditions


def _filter_conditions(filters: BusinessQuery | BusinessFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.call_priority:
        conditions.append(Business.call_priority.in_(filters.call_priority))
    if filters.job_id:
        conditions.append(store.of_job(filters.job_id))
    if filters.rating_min is not None:
        conditions.append(Business.rating >= filters.rating_min)
    if filters.category:
        conditions.append(func.lower(Business.category).in_([category.lower() for category in filters.category]))
    return conditions


router = Router(
    "/api/admin/data-scraper",
    route_handlers=[
        list_businesses, get_business,
        update_business, stats, to_list,
    ],
    tags=["Data scraper"],
)  # fmt: skip
