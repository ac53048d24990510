"""Vendor selection for admins: overview, one-shot selection, candidates, ranking."""

from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post

from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_settings import find_group, tenant_settings
from callout.features.dispatch import overview, policy_admin_api, record_admin_api
from callout.features.dispatch.looking import look_around
from callout.features.dispatch.performance import admin_api as performance_api
from callout.features.dispatch.preview import rank
from callout.features.dispatch.schemas import CandidateQuery, RankInput, Selection
from callout.features.dispatch.simulation import admin_api as simulation_api
from callout.features.orders import neighbours, reading
from callout.features.orders.create import create_order
from callout.features.orders.desk import OrderDesk
from callout.features.orders.dispatching import dispatch_order
from callout.features.orders.inputs import draft_of, point
from callout.features.orders.place import locate
from callout.features.orders.references import check_references
from callout.features.orders.schemas import OrderInput
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import created, versioned

PREFIX = "/api/admin/vendor-selection"


@get("/", guards=[allow("dispatch_policy.read", roles="OMWA")])
async def show_overview(work: Work) -> dict[str, Any]:
    """What is going on: the policy and settings in force, open orders and offers, vendors online."""
    settings = await tenant_settings(work)
    names = [setting.key for setting in find_group("dispatch").settings]
    return {**await overview.counts(work), "settings": {name: settings[name] for name in names}}


@post("/", guards=[allow("order.dispatch", roles="OMA")])
async def select_by_hand(work: Work, order_desk: OrderDesk, data: Selection) -> Response[Any]:
    """Makes an order and seeks a vendor for it in one go; without anybody the order needs attention."""
    tenant = await neighbours.tenant(work)
    await check_references(work, data)
    plain = OrderInput.model_validate(
        {name: value for name, value in data.given().items() if name != "criteria"}, by_name=True
    )
    order, is_new = await create_order(work, order_desk.geocoder, draft_of(plain, tenant.country))
    if is_new:
        await dispatch_order(
            work,
            order_desk.dispatcher,
            order,
            mode="manual" if data.vendor_ids else None,
            vendor_ids=data.vendor_ids,
            criteria=data.criteria.as_json() if data.criteria else None,
        )
    view = await reading.full_order(work, order_desk, order)
    body = {"order": view, "vendor_selection": await overview.selection_of(work, order.id)}
    return created(body, f"/api/admin/orders/{order.id}") if is_new else versioned(body, order.version)


@get("/vendors", guards=[allow("vendor.read", roles="OMWA")], filters=CandidateQuery)
async def list_candidates(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[CandidateQuery]
) -> Response[dict[str, Any]]:
    """Vendors as dispatch sees them around a place or for a service."""
    rows = await look_around(work, filters)
    page = rows[filters.offset : filters.offset + filters.limit]
    return listed(filters, page, len(rows), request=request)


@post("/rank", guards=[allow("dispatch_policy.simulate", roles="OMA")], status_code=200)
async def rank_vendors(work: Work, order_desk: OrderDesk, data: RankInput) -> dict[str, Any]:
    """Ranks vendors for a job; nothing is sent, nothing is kept."""
    tenant = await neighbours.tenant(work)
    spot = await locate(order_desk.geocoder, data.customer_address or "", point(data.customer_location), tenant.country)
    if spot.point is None:
        raise Unprocessable.at("customer_location", "give a place, or an address that can be found")
    if data.service_type not in await neighbours.services(work):
        raise Unprocessable.at("service_type", "there is no such service in the catalogue", code="unknown_service")
    ranked: dict[str, Any] = msgspec.to_builtins(await rank(work, data, spot.point))
    return ranked


router = Router(PREFIX, route_handlers=[show_overview, select_by_hand, list_candidates, rank_vendors])

routers = [
    router,
    policy_admin_api.router,
    simulation_api.router,
    performance_api.router,
    record_admin_api.router,
    record_admin_api.orders_router,
]
