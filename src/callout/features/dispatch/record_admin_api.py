"""Decision records and offers for admins: lists, explanations, replay, taking an offer back."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post

from callout.features.accounts.permissions import allow
from callout.features.dispatch import record_store
from callout.features.dispatch.schemas import DecisionQuery, OfferQuery, ReplayInput, WithdrawInput
from callout.features.dispatch.telling import as_json, explain_decision, replay_decision
from callout.features.dispatch.views import decision_summary, decision_view, offer_view, rounded_figures
from callout.features.dispatch.withdraw import withdraw_offer
from callout.features.orders import store as order_store
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered

READERS = "OMWA"


@get("/decisions", guards=[allow("decision_record.read", roles=READERS)], filters=DecisionQuery)
async def list_decisions(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[DecisionQuery]
) -> Response[dict[str, Any]]:
    """Decision records without their candidates."""
    rows, total = await record_store.decisions_page(work, filters)
    return listed(filters, [decision_summary(row) for row in rows], total, request=request)


@get("/decisions/{decision_id:uuid}", guards=[allow("decision_record.read", roles=READERS)])
async def show_decision(work: Work, decision_id: UUID) -> dict[str, Any]:
    """One record with all candidates."""
    return decision_view(await record_store.decision(work, decision_id))


@get("/decisions/{decision_id:uuid}/explain", guards=[allow("decision_record.read", roles=READERS)])
async def explain_record(work: Work, decision_id: UUID, vendor_id: UUID | None = None) -> dict[str, Any]:
    """Why this vendor, by how much, and what would have made another one first."""
    decision = await record_store.decision(work, decision_id)
    told: dict[str, Any] = rounded_figures(as_json(await explain_decision(work, decision, vendor_id)))
    return told


@post("/decisions/{decision_id:uuid}/replay", guards=[allow("decision_record.read", roles=READERS)], status_code=200)
async def replay_record(work: Work, decision_id: UUID, data: ReplayInput | None = None) -> dict[str, Any]:
    """Decides the recorded case again, under the recorded policy or another one."""
    decision = await record_store.decision(work, decision_id)
    differences = await replay_decision(work, decision, data.policy_version if data else None)
    return {"identical": not differences, "differences": [msgspec.to_builtins(row) for row in differences]}


@get("/offers", guards=[allow("offer.read", roles=READERS)], filters=OfferQuery)
async def list_offers(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[OfferQuery]
) -> Response[dict[str, Any]]:
    """Offers."""
    rows, total = await record_store.offers_page(work, filters)
    return listed(filters, [offer_view(row, work.now) for row in rows], total, request=request)


@post("/offers/{offer_id:uuid}/withdraw", guards=[allow("offer.withdraw", roles="OMA")], status_code=200)
async def take_offer_back(work: Work, offer_id: UUID, data: WithdrawInput) -> dict[str, Any]:
    """Takes one offer back."""
    return offer_view(await withdraw_offer(work, offer_id, data.reason), work.now)


@get("/{reference:str}/offers", guards=[allow("offer.read", roles=READERS)])
async def offers_of_order(work: Work, reference: str) -> dict[str, Any]:
    """All offers of an order."""
    order = await order_store.find(work, reference)
    return _whole([offer_view(row, work.now) for row in await record_store.offers_of_order(work, order.id)])


@get("/{reference:str}/decisions", guards=[allow("decision_record.read", roles=READERS)])
async def decisions_of_order(work: Work, reference: str) -> dict[str, Any]:
    """All decision records of an order."""
    order = await order_store.find(work, reference)
    return _whole([decision_view(row) for row in await record_store.decisions_of_order(work, order.id)])


def _whole(items: list[dict[str, Any]]) -> dict[str, Any]:
    """A list that is always answered whole."""
    return {"items": items, "total": len(items), "limit": max(len(items), 1), "offset": 0}


router = Router(
    "/api/admin/vendor-selection",
    route_handlers=[list_decisions, show_decision, explain_record, replay_record, list_offers, take_offer_back],
)
orders_router = Router("/api/admin/orders", route_handlers=[offers_of_order, decisions_of_order])
