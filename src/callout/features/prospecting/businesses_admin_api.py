"""/api/admin/data-scraper/businesses: what was found, cleaned up by hand and in bulk, and put on call lists."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.prospecting import business_store, store
from callout.features.prospecting.business_bulk import MAX_AT_ONCE, change_found, change_named, start_change
from callout.features.prospecting.business_filter import PHONE, business_conditions, reaches
from callout.features.prospecting.contact_store import prospects
from callout.features.prospecting.identity.errors import AlreadyMerged
from callout.features.prospecting.identity.store import merges_of
from callout.features.prospecting.identity.views import merge_view
from callout.features.prospecting.lists import MAX_ITEMS, import_to_list
from callout.features.prospecting.schemas import (
    BulkBusinesses,
    BusinessBody,
    BusinessFilter,
    BusinessQuery,
    ImportToList,
    StatsQuery,
)
from callout.features.prospecting.tables import Business, CallList
from callout.features.prospecting.views import business_detail, business_view, masked_if
from callout.kit.db.database import Database
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, versioned


@get("/businesses", guards=[allow("business.read")], filters=BusinessQuery)
async def list_businesses(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[BusinessQuery]
) -> Response[Any]:
    """A page of businesses with the figures of all that the filters find; `stats=false` leaves the figures out."""
    masked = await sees_masked(work)
    conditions = business_conditions(filters, masked=masked)
    page = await business_store.business_page(work, filters, conditions)
    if filters.stats:
        figures: dict[str, Any] | None = await store.business_stats(work, *conditions)
        total = figures["total"] if figures else 0
    else:
        figures, total = None, await business_store.count_businesses(work, conditions)
    views = [masked_if(masked, business_view(row, distance_km=away)) for row, away in page]
    return listed(filters, views, total, request=request, stats=figures)


@get("/businesses/{business_id:uuid}", guards=[allow("business.read")])
async def get_business(work: Work, business_id: UUID) -> Response[Any]:
    """A business with the origin of each of its fields and what was merged into it."""
    business = await store.fetch(work, Business, business_id)
    merges = [merge_view(merge) for merge in await merges_of(work, business_id)]
    view = masked_if(await sees_masked(work), business_detail(business, merges))
    return versioned(view, business.version)


@patch("/businesses/{business_id:uuid}", guards=[allow("business.update")])
async def update_business(work: Work, business_id: UUID, data: BusinessBody, if_match: IfMatch) -> Response[Any]:
    business = await _own(work, business_id)
    if_match.check_optional(business.version)
    for name, value in data.given().items():
        setattr(business, name, value)
    business.edited = sorted({*business.edited, *data.given()})
    await work.session.flush()
    merges = [merge_view(merge) for merge in await merges_of(work, business_id)]
    return versioned(business_detail(business, merges), business.version)


@delete("/businesses/{business_id:uuid}", guards=[allow("business.delete")])
async def delete_business(work: Work, business_id: UUID, if_match: IfMatch) -> None:
    """Deletes a business with what was merged into it; a contact made of it stays."""
    business = await _own(work, business_id)
    if_match.check_optional(business.version)
    await business_store.delete_businesses(work, [business_id])


@post("/businesses/bulk", guards=[allow("business.update")], status_code=200)
async def bulk(work: Work, data: BulkBusinesses, database: Database) -> Response[Any]:
    """One action on many businesses; more than `MAX_AT_ONCE` found ones are changed in the background (202)."""
    if data.filters is None:
        return _changed(await change_named(database, work.principal, data))
    if data.action == "delete" and not data.filters.given():
        raise Unprocessable.at("filters", "deleting needs at least one filter")
    matched = await business_store.count_businesses(work, business_conditions(data.filters))
    if matched <= MAX_AT_ONCE:
        return _changed(await change_found(database, work.principal, data))
    change_id = await start_change(work, data)
    return Response({"change_id": str(change_id), "status": "queued", "matched": matched}, status_code=202)


@get("/stats", guards=[allow("business.read")], filters=StatsQuery)
async def stats(work: Work, filters: Filtered[StatsQuery]) -> dict[str, Any]:
    conditions = [] if filters.job_id is None else [store.of_job(filters.job_id)]
    return await store.business_stats(work, *conditions)


@post("/businesses/import-to-list", guards=[allow("business.import")], status_code=200)
async def to_list(work: Work, data: ImportToList) -> dict[str, Any]:
    """Makes contacts of businesses and puts them on a list; set-aside ones only when they are named."""
    if (data.call_list_id is None) == (data.new_list_name is None):
        raise Unprocessable.at("call_list_id", "give either call_list_id or new_list_name")
    await store.lock_contacts(work)
    if data.call_list_id is not None:
        call_list = await store.fetch(work, CallList, data.call_list_id, lock=True)
    else:
        call_list = CallList(name=data.new_list_name, purpose_tag=data.purpose_tag)
        work.session.add(call_list)
        await work.session.flush()
    conditions = business_conditions(data.filters or BusinessFilter())
    if data.ids is not None:
        conditions.append(one_of(Business.id, data.ids))
    else:
        conditions.append(Business.status != "ignored")
    if await business_store.count_businesses(work, [*conditions, reaches(PHONE)]) > MAX_ITEMS:
        raise Unprocessable.at("filters", f"a call list holds at most {MAX_ITEMS} contacts; narrow the filters")
    added = await import_to_list(work, call_list, await prospects(work, *conditions))
    return {"call_list_id": str(call_list.id), **msgspec.to_builtins(added)}


async def _own(work: Work, business_id: UUID) -> Business:
    """The business for a change, while no import touches it."""
    await store.fetch(work, Business, business_id)
    await store.lock_businesses(work)
    business = await store.fetch(work, Business, business_id, lock=True)
    if business.merged_into_id is not None:
        raise AlreadyMerged(duplicate_of=str(business.merged_into_id))
    return business


def _changed(done: Any) -> Response[Any]:
    return Response(msgspec.to_builtins(done), status_code=200)


router = Router(
    "/api/admin/data-scraper",
    route_handlers=[
        list_businesses, get_business, update_business, delete_business, bulk, stats, to_list,
    ],
    tags=["Data scraper"],
)  # fmt: skip
