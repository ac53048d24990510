"""What admins do with an order: dispatch, assign, advance, cancel, resolve, rate, photos, links, bulk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response, Router, delete, post

from callout.features.accounts.permissions import allow
from callout.features.orders import reading, store
from callout.features.orders.admin_views import photo_view, rating_view
from callout.features.orders.advance import advance_order
from callout.features.orders.bulk import apply_to_each
from callout.features.orders.closing import cancel_order, reassign_order
from callout.features.orders.desk import OrderDesk
from callout.features.orders.dispatching import assign_order, dispatch_order
from callout.features.orders.links import issue
from callout.features.orders.photos import add_photo, remove_photo
from callout.features.orders.rating import rate_order
from callout.features.orders.references import check_references
from callout.features.orders.resolve import resolve_order
from callout.features.orders.schemas import (
    AssignInput,
    BulkInput,
    CancelInput,
    DispatchInput,
    LinkInput,
    PhotoInput,
    RatingInput,
    ReassignInput,
    ResolveInput,
    StatusInput,
)
from callout.features.orders.tables import Order
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp
from callout.kit.http.writes import created, versioned

PREFIX = "/api/admin/orders"


@post("/{reference:str}/dispatch", guards=[allow("order.dispatch", roles="OMA")], status_code=200)
async def dispatch_now(work: Work, order_desk: OrderDesk, reference: str, data: DispatchInput) -> Response[Any]:
    """Starts the search for a vendor."""
    order = await store.lock(work, reference)
    await check_references(work, data)
    await dispatch_order(
        work,
        order_desk.dispatcher,
        order,
        mode=data.mode,
        vendor_ids=data.vendor_ids,
        criteria=data.criteria.as_json() if data.criteria else None,
        include_declined=data.include_declined,
        deadline_min=data.deadline_min,
    )
    return await _order(work, order_desk, order)


@post("/{reference:str}/assign", guards=[allow("order.assign", roles="OM")], status_code=200)
async def assign_now(work: Work, order_desk: OrderDesk, reference: str, data: AssignInput) -> dict[str, Any]:
    """Gives the order to a vendor without asking."""
    order = await store.lock(work, reference)
    warnings = await assign_order(
        work, order_desk.dispatcher, order, data.vendor_id, notify=data.notify, override=data.override
    )
    return {"order": await reading.full_order(work, order_desk, order), "warnings": warnings}


@post("/{reference:str}/reassign", guards=[allow("order.reassign", roles="OM")], status_code=200)
async def reassign_now(work: Work, order_desk: OrderDesk, reference: str, data: ReassignInput) -> Response[Any]:
    """Takes the order from its vendor and seeks another."""
    order = await store.lock(work, reference)
    await check_references(work, data)
    await reassign_order(
        work, order_desk.dispatcher, order, reason=data.reason, vendor_ids=data.vendor_ids, mode=data.mode
    )
    return await _order(work, order_desk, order)


@post("/{reference:str}/status", guards=[allow("order.advance", roles="OM")], status_code=200)
async def advance_now(work: Work, order_desk: OrderDesk, reference: str, data: StatusInput) -> dict[str, Any]:
    """Moves the order on behalf of its vendor."""
    order = await store.lock(work, reference)
    await advance_order(
        work,
        order_desk.files,
        order,
        status=data.status,
        dealing_price=data.dealing_price,
        final_price=data.final_price,
        photos=[(photo.stage, photo.file_id) for photo in data.photos],
        code=data.start_code if data.status == "processing" else data.finish_code,
        override=data.override,
        reason=data.reason,
    )
    view = await reading.full_order(work, order_desk, order)
    return {"order": view, "next_action": next(iter(view["next_actions"]), "none")}


@post("/{reference:str}/cancel", guards=[allow("order.cancel", roles="OM")], status_code=200)
async def cancel_now(work: Work, order_desk: OrderDesk, reference: str, data: CancelInput) -> Response[Any]:
    """Cancels the order."""
    order = await store.lock(work, reference)
    await cancel_order(work, order_desk.dispatcher, order, reason=data.reason, notify_customer=data.notify_customer)
    return await _order(work, order_desk, order)


@post("/{reference:str}/resolve", guards=[allow("order.resolve", roles="OM")], status_code=200)
async def resolve_now(work: Work, order_desk: OrderDesk, reference: str, data: ResolveInput) -> Response[Any]:
    """Decides about an order that needs attention."""
    order = await store.lock(work, reference)
    await check_references(work, data)
    await resolve_order(work, order_desk.dispatcher, order, data)
    return await _order(work, order_desk, order)


@post("/{reference:str}/photos", guards=[allow("order.photos", roles="OM")])
async def add_order_photo(work: Work, order_desk: OrderDesk, reference: str, data: PhotoInput) -> Response[Any]:
    """Adds a proof photo."""
    order = await store.lock(work, reference)
    photo = await add_photo(work, order_desk.files, order, stage=data.stage, file_id=data.file_id, caption=data.caption)
    url = order_desk.files.signed_url(work, photo.file_id, reading.PHOTO_URL_S)
    return created(photo_view(photo, url), f"{PREFIX}/{order.id}/photos/{photo.id}")


@delete("/{reference:str}/photos/{photo_id:uuid}", guards=[allow("order.photos", roles="OM")])
async def remove_order_photo(work: Work, reference: str, photo_id: UUID) -> None:
    """Takes a proof photo off the order."""
    order = await store.lock(work, reference)
    await remove_photo(work, order, photo_id)


@post("/{reference:str}/rating", guards=[allow("rating.create", roles="OM")])
async def rate_now(work: Work, reference: str, data: RatingInput) -> Response[Any]:
    """Enters a rating the customer gave by other means."""
    order = await store.lock(work, reference)
    rating, _ = await rate_order(work, order, **data.model_dump(), source="admin")
    return created(rating_view(rating), f"{PREFIX}/{order.id}/rating")


@post("/{reference:str}/links", guards=[allow("order.issue_signed_link", roles="OM")])
async def give_link(work: Work, order_desk: OrderDesk, reference: str, data: LinkInput) -> Response[Any]:
    """A link the customer may open without signing in."""
    order = await store.lock(work, reference)
    link = await issue(work, order_desk.links, order, data.kind)
    url = order_desk.links.url(link)
    return created({"url": url, "expires_at": timestamp(link.expires_at)}, url)


@post("/bulk", guards=[allow("order.dispatch", roles="OM")], status_code=200)
async def act_on_many(work: Work, database: Database, order_desk: OrderDesk, data: BulkInput) -> dict[str, Any]:
    """One action on many orders, each in a transaction of its own."""
    return await apply_to_each(database, work.principal, order_desk.dispatcher, data)


async def _order(work: Work, order_desk: OrderDesk, order: Order) -> Response[Any]:
    view = await reading.full_order(work, order_desk, order)
    return versioned(view, order.version)


router = Router(
    PREFIX,
    route_handlers=[
        dispatch_now,
        assign_now,
        reassign_now,
        advance_now,
        cancel_now,
        resolve_now,
        add_order_photo,
        remove_order_photo,
        rate_now,
        give_link,
        act_on_many,
    ],
)
