"""/api/admin/calling-agents/call-lists: named lists of contacts."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts.permissions import allow
from callout.features.prospecting import store
from callout.features.prospecting.lists import add_known
from callout.features.prospecting.schemas import CallListPatch, CallListQuery, ContactIds, NewCallList
from callout.features.prospecting.tables import CallList
from callout.features.prospecting.views import call_list_view
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PATH = "/api/admin/calling-agents/call-lists"


@get("/", guards=[allow("call_list.read")], filters=CallListQuery)
async def list_call_lists(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[CallListQuery]
) -> Response[Any]:
    rows, total = await store.page(
        work, store.lists(work), CallList, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    counts = await store.list_counts(work, [row.id for row in rows])
    return listed(filters, [call_list_view(row, counts.get(row.id, {})) for row in rows], total, request=request)


@get("/{call_list_id:uuid}", guards=[allow("call_list.read")])
async def get_call_list(work: Work, call_list_id: UUID) -> Response[Any]:
    call_list = await store.fetch(work, CallList, call_list_id)
    return versioned(await _view(work, call_list), call_list.version)


@post("/", guards=[allow("call_list.create")])
async def create_call_list(work: Work, data: NewCallList) -> Response[Any]:
    call_list = CallList(**data.model_dump(exclude={"contact_ids", "knowledge_base_ids"}))
    call_list.knowledge_base_ids = [str(base_id) for base_id in data.knowledge_base_ids]
    work.session.add(call_list)
    await work.session.flush()
    if data.contact_ids:
        await add_known(work, call_list, data.contact_ids)
    return created(await _view(work, call_list), f"{PATH}/{call_list.id}")


@patch("/{call_list_id:uuid}", guards=[allow("call_list.update", roles="OM")])
async def update_call_list(work: Work, call_list_id: UUID, data: CallListPatch, if_match: IfMatch) -> Response[Any]:
    call_list = await store.fetch(work, CallList, call_list_id, lock=True)
    if_match.check(call_list.version)
    for name, value in data.given().items():
        setattr(call_list, name, [str(one) for one in value] if name == "knowledge_base_ids" else value)
    await work.session.flush()
    return versioned(await _view(work, call_list), call_list.version)


@post("/{call_list_id:uuid}/contacts", guards=[allow("call_list.update")], status_code=200)
async def add_to_call_list(work: Work, call_list_id: UUID, data: ContactIds) -> dict[str, Any]:
    call_list = await store.fetch(work, CallList, call_list_id, lock=True)
    done = await add_known(work, call_list, data.contact_ids)
    return {"added": done.added, "existing": done.existing, "suppressed": done.suppressed}


@delete("/{call_list_id:uuid}", guards=[allow("call_list.delete", roles="OM")])
async def delete_call_list(work: Work, call_list_id: UUID) -> None:
    call_list = await store.fetch(work, CallList, call_list_id, lock=True)
    call_list.deleted_at = work.now


async def _view(work: Work, call_list: CallList) -> dict[str, Any]:
    counts = await store.list_counts(work, [call_list.id])
    return call_list_view(call_list, counts.get(call_list.id, {}))


router = Router(
    PATH,
    route_handlers=[
        list_call_lists,
        get_call_list,
        create_call_list,
        update_call_list,
        add_to_call_list,
        delete_call_list,
    ],
    tags=["Call lists"],
)
