"""/api/admin/data-scraper/duplicates: pairs that may be one place, merging and undoing."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from sqlalchemy import ColumnElement, func, or_

from callout.features.accounts.permissions import allow
from callout.features.prospecting.identity import store
from callout.features.prospecting.identity.merging import merge_businesses
from callout.features.prospecting.identity.schemas import MergeBusinesses, MergeQuery, SuggestionQuery
from callout.features.prospecting.identity.suggesting import dismiss, look_at_everything
from callout.features.prospecting.identity.tables import BusinessMerge, DuplicateSuggestion
from callout.features.prospecting.identity.undoing import undo_merge
from callout.features.prospecting.identity.views import merge_view, suggestion_view
from callout.features.prospecting.store import fetch, page
from callout.features.prospecting.tables import Business
from callout.features.prospecting.views import business_detail, business_view
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered


@get("/", guards=[allow("business.merge")], filters=SuggestionQuery)
async def list_duplicates(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[SuggestionQuery]
) -> Response[Any]:
    """Suggestions, the surest first; open ones unless asked otherwise."""
    pair = DuplicateSuggestion
    conditions: list[ColumnElement[bool]] = [pair.status.in_(filters.status or ["open"])]
    if filters.min_score is not None:
        conditions.append(pair.score >= filters.min_score)
    if filters.business_id is not None:
        conditions.append(or_(pair.first_id == filters.business_id, pair.second_id == filters.business_id))
    query = store.suggestions(work, *conditions)
    total = (await work.session.execute(query.with_only_columns(func.count()))).scalar_one()
    for name, descending in filters.order():
        column = getattr(pair, name)
        query = query.order_by(column.desc() if descending else column)
    rows = await work.session.execute(query.order_by(pair.id).limit(filters.limit).offset(filters.offset))
    views = [suggestion_view(row, business_view(one), business_view(other)) for row, one, other in rows]
    return listed(filters, views, total, request=request)


@post("/search", guards=[allow("business.merge")], status_code=202)
async def search_duplicates(work: Work) -> dict[str, Any]:
    """Compares all businesses anew in the background."""
    return {"search_id": str(await look_at_everything(work)), "status": "queued"}


@post("/{suggestion_id:uuid}/dismiss", guards=[allow("business.merge")], status_code=200)
async def dismiss_duplicate(work: Work, suggestion_id: UUID) -> dict[str, Any]:
    return suggestion_view(await dismiss(work, suggestion_id))


@post("/merge", guards=[allow("business.merge")], status_code=200)
async def merge(work: Work, data: MergeBusinesses) -> dict[str, Any]:
    if strangers := set(data.fields.values()) - {data.keep_id, *data.merge_ids}:
        raise Unprocessable.at("fields", f"{min(map(str, strangers))} is not among the businesses to be merged")
    if set(data.merge_ids) == {data.keep_id}:
        raise Unprocessable.at("merge_ids", "name another business than the one kept")
    done = await merge_businesses(work, data.keep_id, data.merge_ids, data.fields)
    return await _result(work, done)


@post("/merges/{merge_id:uuid}/undo", guards=[allow("business.merge")], status_code=200)
async def undo(work: Work, merge_id: UUID) -> dict[str, Any]:
    return await _result(work, await undo_merge(work, merge_id))


@get("/merges", guards=[allow("business.merge")], filters=MergeQuery)
async def list_merges(request: Request[Any, Any, Any], work: Work, filters: Filtered[MergeQuery]) -> Response[Any]:
    query = store.merges(work)
    if filters.kept_id is not None:
        query = query.where(BusinessMerge.kept_id == filters.kept_id)
    if filters.undone is not None:
        undone = BusinessMerge.undone_at
        query = query.where(undone.is_not(None) if filters.undone else undone.is_(None))
    rows, total = await page(
        work, query, BusinessMerge, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    return listed(filters, [merge_view(row) for row in rows], total, request=request)


async def _result(work: Work, done: BusinessMerge) -> dict[str, Any]:
    kept = await fetch(work, Business, done.kept_id)
    merges = [merge_view(each) for each in await store.merges_of(work, done.kept_id)]
    return merge_view(done) | {"business": business_detail(kept, merges)}


router = Router(
    "/api/admin/data-scraper/duplicates",
    route_handlers=[list_duplicates, search_duplicates, dismiss_duplicate, merge, undo, list_merges],
    tags=["Data scraper"],
)
