"""Offers for vendors: the open ones, accepting, declining, giving back, and why they were (not) chosen."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post

from callout.features.accounts.permissions import allow
from callout.features.dispatch import record_store
from callout.features.dispatch.accept import accept
from callout.features.dispatch.decline import decline
from callout.features.dispatch.release import release
from callout.features.dispatch.schemas import AcceptInput, DeclineInput, ReleaseInput, ResponseInput
from callout.features.dispatch.tables import Offer
from callout.features.dispatch.views import rounded_figures, vendor_offer_view
from callout.features.dispatch.why_not_me import own_part
from callout.features.orders import reading, store
from callout.features.orders.desk import OrderDesk
from callout.features.orders.errors import InvalidTransition, NotYourOrder
from callout.features.orders.lifecycle import HELD
from callout.features.orders.ports import OfferStanding
from callout.features.orders.vendor_update import VendorUpdate, update_order, visible
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden
from callout.kit.http.wire import timestamp

PREFIX = "/api/vendor/orders"


@get("/offers", guards=[allow("offer.read", roles="V")])
async def own_offers(work: Work, order_desk: OrderDesk, status: str = "pending") -> dict[str, Any]:
    """The vendor's offers in one state, newest first, with the server's time."""
    vendor_id = _vendor(work)
    offers = await record_store.pending_of_vendor(work, vendor_id, [status])
    await _seen(work, offers)
    orders = await record_store.orders_by_id(work, [offer.order_id for offer in offers])
    rows = [(orders[offer.order_id], _standing(offer)) for offer in offers]
    views = await reading.vendor_orders(work, order_desk, rows, vendor_id)
    items = [vendor_offer_view(offer, view, work.now) for offer, view in zip(offers, views, strict=True)]
    return {"items": items, "total": len(items), "now": timestamp(work.now)}


@post("/{reference:str}/accept", guards=[allow("offer.accept", roles="V")], status_code=200)
async def accept_offer(
    work: Work, order_desk: OrderDesk, reference: str, data: AcceptInput | None = None
) -> dict[str, Any]:
    """Takes the job; of any number who try, one gets it."""
    order = await store.find(work, reference)
    estimate = data.estimated_completion if data else None
    await accept(work, order.id, _vendor(work), estimated_completion=estimate)
    return await _own_view(work, order_desk, reference)


@post("/{reference:str}/decline", guards=[allow("offer.decline", roles="V")], status_code=200)
async def decline_offer(work: Work, reference: str, data: DeclineInput | None = None) -> dict[str, str]:
    """Refuses the job; only this vendor's offer ends."""
    order = await store.find(work, reference)
    said = data or DeclineInput()
    await decline(work, order.id, _vendor(work), reason=said.decline_reason, note=said.decline_note)
    return {"status": "declined"}


@post("/{reference:str}/release", guards=[allow("offer.release", roles="V")], status_code=200)
async def release_order(work: Work, order_desk: OrderDesk, reference: str, data: ReleaseInput) -> dict[str, Any]:
    """Gives the job back."""
    await _give_back(work, order_desk, reference, data.reason)
    return await _own_view(work, order_desk, reference)


@post("/{reference:str}/response", guards=[allow("vendor_response.create", roles="V")], status_code=200)
async def respond(work: Work, order_desk: OrderDesk, reference: str, data: ResponseInput) -> dict[str, Any]:
    """Any of the vendor's answers and updates, in one shape."""
    said = data.response_data
    order = await store.find(work, reference)
    match data.action:
        case "accept":
            await accept(work, order.id, _vendor(work), estimated_completion=said.estimated_completion)
        case "decline":
            await decline(work, order.id, _vendor(work), reason=said.decline_reason, note=said.decline_note)
        case "release":
            await _give_back(work, order_desk, reference, said.reason or "given back by the vendor")
        case action:
            given = said.given()
            names = {"dealing_price": "dealing_price", "final_price": "final_price", "notes": "vendor_notes"}
            names["estimated_completion"] = "estimated_completion"
            update = VendorUpdate(
                status="completed" if action == "complete" else said.status,
                fields={column: given[name] for name, column in names.items() if name in given},
                images=said.images,
                code=said.finish_code if action == "complete" else said.start_code or said.finish_code,
                reason=said.reason,
                decline_reason=said.decline_reason,
            )
            await update_order(work, order_desk, reference, _vendor(work), update)
    view = await _own_view(work, order_desk, reference)
    return {"order": view, "next_action": view["next_action"]}


@get("/{reference:str}/explanation", guards=[allow("decision_record.read", roles="V")])
async def own_explanation(work: Work, order_desk: OrderDesk, reference: str) -> dict[str, Any]:
    """The vendor's own part of the decision: rank, score and the winner's distance, no names."""
    order, _ = await visible(work, order_desk.dispatcher, reference, _vendor(work))
    decisions = await record_store.decisions_of_order(work, order.id)
    part = await own_part(work, decisions, _vendor(work), order.vendor_id)
    return dict(rounded_figures(part))


async def _give_back(work: Work, desk: OrderDesk, reference: str, reason: str) -> None:
    order, _ = await visible(work, desk.dispatcher, reference, _vendor(work), locked=True)
    if order.vendor_id != _vendor(work):
        raise NotYourOrder
    if order.status not in HELD:
        raise InvalidTransition(order.status, "offering", ())
    await release(work, order, reason=reason)


async def _own_view(work: Work, desk: OrderDesk, reference: str) -> dict[str, Any]:
    await work.session.flush()
    row = await visible(work, desk.dispatcher, reference, _vendor(work))
    return (await reading.vendor_orders(work, desk, [row], _vendor(work)))[0]


async def _seen(work: Work, offers: list[Offer]) -> None:
    unseen = [offer.id for offer in offers if offer.status == "pending" and offer.seen_at is None]
    await record_store.mark_seen(work, unseen)


def _standing(offer: Offer) -> OfferStanding:
    return OfferStanding(
        order_id=offer.order_id,
        offer_id=offer.id,
        status=offer.status,
        sent_at=offer.sent_at,
        expires_at=offer.expires_at,
        distance_km=float(offer.distance_km),
    )


def _vendor(work: Work) -> UUID:
    if work.principal.vendor_id is None:
        raise Forbidden
    return work.principal.vendor_id


router = Router(
    PREFIX,
    route_handlers=[own_offers, accept_offer, decline_offer, release_order, respond, own_explanation],
)
