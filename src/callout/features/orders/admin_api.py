"""Orders for admins: list, board, detail, create, change."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get, patch, post

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.orders import admin_actions_api, neighbours, reading, search, store
from callout.features.orders.admin_views import response_view, timeline_view
from callout.features.orders.create import create_order, follow_up
from callout.features.orders.desk import OrderDesk
from callout.features.orders.dispatching import dispatch_order
from callout.features.orders.edit import edit_order
from callout.features.orders.inputs import changes_of, draft_of, follow_up_of
from callout.features.orders.references import check_references
from callout.features.orders.schemas import BoardQuery, DetailQuery, FollowUp, OrderFilters, OrderInput, OrderPatch
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/orders"
_IN_PROGRESS = ("offering", "assigned", "on_way", "processing")


@get("/", guards=[allow("order.read", roles="OMWA")], filters=OrderFilters)
async def list_orders(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[OrderFilters]
) -> Response[dict[str, Any]]:
    """The tenant's orders, and how many there are in which state."""
    orders, total = await store.page(
        work,
        search.conditions(filters, masked=await sees_masked(work)),
        filters.order(),
        limit=filters.limit,
        offset=filters.offset,
    )
    counts = await store.count_by_status(work)
    statistics = {
        "total": sum(counts.values()),
        "new": counts.get("new", 0),
        "in_progress": sum(counts.get(status, 0) for status in _IN_PROGRESS),
        "completed": counts.get("completed", 0),
        "cancelled": counts.get("cancelled", 0),
        "needs_attention": counts.get("needs_attention", 0),
    }
    return listed(filters, await reading.summaries(work, orders), total, request=request, statistics=statistics)


@get("/board", guards=[allow("order.read", roles="OMWA")], filters=BoardQuery)
async def order_board(work: Work, filters: Filtered[BoardQuery]) -> dict[str, Any]:
    """The newest orders in columns by status, vendor or day."""
    tenant = await neighbours.tenant(work)
    columns = await search.board(work, filters.group_by, tenant.timezone)
    views = await reading.summaries(work, [order for _, _, orders in columns for order in orders])
    by_id = {view["id"]: view for view in views}
    return {
        "group_by": filters.group_by,
        "columns": [
            {"key": key, "total": total, "items": [by_id[order.id] for order in orders]}
            for key, total, orders in columns
        ],
    }


@post("/", guards=[allow("order.create", roles="OMA")])
async def new_order(work: Work, order_desk: OrderDesk, data: OrderInput) -> Response[Any]:
    """Makes an order and, unless told otherwise, starts the search for a vendor."""
    tenant = await neighbours.tenant(work)
    await check_references(work, data)
    order, is_new = await create_order(work, order_desk.geocoder, draft_of(data, tenant.country))
    if is_new and data.dispatch:
        mode = "manual" if data.vendor_ids else None
        await dispatch_order(work, order_desk.dispatcher, order, mode=mode, vendor_ids=data.vendor_ids)
    view = await reading.full_order(work, order_desk, order)
    return created(view, f"{PREFIX}/{order.id}") if is_new else versioned(view, order.version)


@get("/{reference:str}", guards=[allow("order.read", roles="OMWA")], filters=DetailQuery)
async def show_order(
    work: Work, order_desk: OrderDesk, reference: str, filters: Filtered[DetailQuery]
) -> Response[Any]:
    """One order."""
    order = await store.find(work, reference)
    view = await reading.full_order(work, order_desk, order, filters.include)
    return versioned(view, order.version)


@patch("/{reference:str}", guards=[allow("order.update", roles="OM")])
async def change_order(
    work: Work,
    order_desk: OrderDesk,
    if_match: IfMatch,
    reference: str,
    data: OrderPatch,
) -> Response[Any]:
    """Changes an order's fields."""
    tenant = await neighbours.tenant(work)
    order = await store.lock(work, reference)
    if_match.check(order.version)
    await check_references(work, data)
    await edit_order(work, order_desk.geocoder, order, changes_of(data, tenant.country))
    view = await reading.full_order(work, order_desk, order)
    return versioned(view, order.version)


@post("/{reference:str}/follow-up", guards=[allow("order.create", roles="OM")])
async def follow_up_order(
    work: Work,
    order_desk: OrderDesk,
    reference: str,
    data: FollowUp,
) -> Response[Any]:
    """A further order for the same customer and place."""
    tenant = await neighbours.tenant(work)
    first: Order = await store.find(work, reference)
    await check_references(work, data)
    order, _ = await create_order(work, order_desk.geocoder, follow_up(first, follow_up_of(data, tenant.country)))
    if data.dispatch:
        await dispatch_order(work, order_desk.dispatcher, order)
    view = await reading.full_order(work, order_desk, order)
    return created(view, f"{PREFIX}/{order.id}")


@get("/{reference:str}/timeline", guards=[allow("order.read", roles="OMWA")])
async def order_timeline(work: Work, reference: str) -> dict[str, Any]:
    """What happened to an order, oldest first."""
    order = await store.find(work, reference)
    events = [timeline_view(event) for event in await store.timeline(work, order.id)]
    return _whole(events)


@get("/{reference:str}/responses", guards=[allow("order.read", roles="OMWA")])
async def order_responses(work: Work, reference: str) -> dict[str, Any]:
    """What vendors answered and did on an order, oldest first."""
    order = await store.find(work, reference)
    return _whole([response_view(row) for row in await store.responses(work, order.id)])


def _whole(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"items": items, "total": len(items), "limit": max(len(items), 1), "offset": 0}


router = Router(
    PREFIX,
    route_handlers=[
        list_orders,
        order_board,
        new_order,
        show_order,
        change_order,
        follow_up_order,
        order_timeline,
        order_responses,
    ],
)
routers = [router, admin_actions_api.router]
