"""Orders for vendors: list, detail, update, status, photos, answers, ways to reach the customer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put, route
from litestar.datastructures import UploadFile
from litestar.enums import HttpMethod
from pydantic import ValidationError

from callout.features.accounts.permissions import allow
from callout.features.orders import neighbours, reading, store
from callout.features.orders.admin_views import photo_view, response_view, timeline_view
from callout.features.orders.contact_links import contact_links
from callout.features.orders.desk import OrderDesk
from callout.features.orders.errors import DetailsWithheld, NotYourOrder
from callout.features.orders.face import disclosure, may_write
from callout.features.orders.photos import add_photo, remove_photo
from callout.features.orders.ports import OfferStanding
from callout.features.orders.tables import Order
from callout.features.orders.timeline import record_response
from callout.features.orders.vendor_list import DEFAULT_SORT, MAX_LIMIT, Listing, list_orders, statistics
from callout.features.orders.vendor_schemas import PhotoUpload, ReferringUpdate, VendorOrderUpdate, VendorStatus
from callout.features.orders.vendor_update import update_order, visible
from callout.features.orders.vendor_views import standing_of
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden
from callout.kit.geo import Point
from callout.kit.http.problems import from_pydantic
from callout.kit.http.wire import timestamp

PREFIX = "/api/vendor/orders"
DEFAULT_LIMIT = 20
_CONTROLS = frozenset({"q", "sort", "limit", "skip", "offset", "fields", "scope", "search"})
_PUBLIC_TIMELINE = frozenset({"order.created", "order.photo"})
"""Timeline lines besides state changes that a vendor may read on its own order."""


@get("/", guards=[allow("order.read", roles="V")])
async def list_own_orders(request: Request[Any, Any, Any], work: Work, order_desk: OrderDesk) -> Response[Any]:
    """The orders this vendor holds or was offered: a bare array."""
    query = request.query_params
    listing = Listing(
        q=query.get("q"),
        sort=query.get("sort") or DEFAULT_SORT,
        limit=min(_whole(query.get("limit"), DEFAULT_LIMIT) or DEFAULT_LIMIT, MAX_LIMIT),
        skip=_whole(query.get("skip", query.get("offset")), 0),
        scope=query.get("scope") or "all",
        search=query.get("search"),
        equal={name: value for name, value in query.items() if name not in _CONTROLS},
    )
    vendor_id = _vendor(work)
    rows, total = await list_orders(work, order_desk.dispatcher, vendor_id, listing)
    views = await reading.vendor_orders(work, order_desk, rows, vendor_id)
    if wanted := {name for name in (query.get("fields") or "").split(",") if name}:
        views = [{name: value for name, value in view.items() if name in wanted | {"id"}} for view in views]
    return Response(views, headers={"X-Total-Count": str(total)})


@get("/statistics", guards=[allow("order.read", roles="V")])
async def own_statistics(work: Work, order_desk: OrderDesk) -> dict[str, int]:
    """How many visible orders are in which state."""
    return await statistics(work, order_desk.dispatcher, _vendor(work))


@get("/{reference:str}", guards=[allow("order.read", roles="V")])
async def show_own_order(work: Work, order_desk: OrderDesk, reference: str) -> dict[str, Any]:
    """One order, with its timeline once the vendor holds it."""
    order, offer = await visible(work, order_desk.dispatcher, reference, _vendor(work))
    view = await _view(work, order_desk, order, offer)
    is_holder = order.vendor_id == _vendor(work)
    events = await store.timeline(work, order.id) if is_holder else []
    view["timeline"] = [
        {**timeline_view(event), "detail": {}, "actor_id": None}
        for event in events
        if event.to_status is not None or event.type in _PUBLIC_TIMELINE
    ]
    return view


@route(
    "/{reference:str}",
    http_method=[HttpMethod.PUT, HttpMethod.PATCH],
    guards=[allow("order.advance", roles="V")],
    status_code=200,
)
async def update_own_order(
    work: Work, order_desk: OrderDesk, reference: str, data: VendorOrderUpdate
) -> dict[str, Any]:
    """Answers an offer, or changes the vendor's own order: fields first, then the status."""
    order, offer = await update_order(work, order_desk, reference, _vendor(work), data.as_update())
    return await _view(work, order_desk, order, offer)


@put("/", guards=[allow("order.advance", roles="V")])
async def update_named_order(work: Work, order_desk: OrderDesk, data: ReferringUpdate) -> dict[str, Any]:
    """The same with the order named in the body."""
    order, offer = await update_order(work, order_desk, data.order_id, _vendor(work), data.as_update())
    view = await _view(work, order_desk, order, offer)
    return {
        "message": "Order updated",
        "order": view,
        "next_action": view["next_action"],
        "updated_at": timestamp(order.updated_at),
    }


@post("/{reference:str}/status", guards=[allow("order.advance", roles="V")], status_code=200)
async def step_own_order(work: Work, order_desk: OrderDesk, reference: str, data: VendorStatus) -> dict[str, Any]:
    """Takes the vendor's own order one step further."""
    order, offer = await update_order(work, order_desk, reference, _vendor(work), data.as_update())
    view = await _view(work, order_desk, order, offer)
    return {"order": view, "next_action": view["next_action"]}


@post("/{reference:str}/photos", guards=[allow("order.photos", roles="V")])
async def add_own_photo(
    request: Request[Any, Any, Any], work: Work, order_desk: OrderDesk, reference: str
) -> Response[Any]:
    """Adds a proof photo: a file in multipart form, or the id of an uploaded one."""
    vendor_id = _vendor(work)
    order, _ = await visible(work, order_desk.dispatcher, reference, vendor_id, locked=True)
    if not may_write(order.status, order.vendor_id == vendor_id):
        raise NotYourOrder
    data = await _photo(request, work, order_desk)
    photo = await add_photo(
        work,
        order_desk.files,
        order,
        stage=data.stage,
        file_id=data.file_id,
        caption=data.caption,
        taken_at=data.taken_at,
        geo=Point(data.geo.lat, data.geo.lng) if data.geo else None,
    )
    record_response(work, order.id, vendor_id, "image_upload", stage=photo.stage, photo_id=str(photo.id))
    url = order_desk.files.signed_url(work, photo.file_id, reading.PHOTO_URL_S)
    return Response(photo_view(photo, url), status_code=201)


@delete("/{reference:str}/photos/{photo_id:uuid}", guards=[allow("order.photos", roles="V")])
async def remove_own_photo(work: Work, order_desk: OrderDesk, reference: str, photo_id: UUID) -> None:
    """Takes a proof photo off the vendor's own order."""
    vendor_id = _vendor(work)
    order, _ = await visible(work, order_desk.dispatcher, reference, vendor_id, locked=True)
    if order.vendor_id != vendor_id:
        raise NotYourOrder
    await remove_photo(work, order, photo_id)


@get("/{reference:str}/responses", guards=[allow("vendor_response.read", roles="V")])
async def own_responses(work: Work, order_desk: OrderDesk, reference: str) -> dict[str, Any]:
    """What this vendor answered and did on an order."""
    order, _ = await visible(work, order_desk.dispatcher, reference, _vendor(work))
    rows = [response_view(row) for row in await store.responses(work, order.id, _vendor(work))]
    return {"items": rows, "total": len(rows), "limit": max(len(rows), 1), "offset": 0}


@get("/{reference:str}/contact-links", guards=[allow("order.read", roles="V")])
async def own_contact_links(work: Work, order_desk: OrderDesk, reference: str) -> dict[str, Any]:
    """Links that call, write to and navigate to the customer."""
    vendor_id = _vendor(work)
    order, offer = await visible(work, order_desk.dispatcher, reference, vendor_id)
    settings = await neighbours.order_settings(work)
    part = standing_of(order, offer, vendor_id, work.now)
    if disclosure(part, settings.offer_disclosure) != "full":
        raise DetailsWithheld
    tenant = await neighbours.tenant(work)
    return contact_links(order, tenant.name)


async def _view(work: Work, desk: OrderDesk, order: Order, offer: OfferStanding | None) -> dict[str, Any]:
    await work.session.flush()
    views = await reading.vendor_orders(work, desk, [(order, offer)], _vendor(work))
    return views[0]


async def _photo(request: Request[Any, Any, Any], work: Work, desk: OrderDesk) -> PhotoUpload:
    if request.content_type[0].startswith("multipart/"):
        form = await request.form()
        members: dict[str, Any] = {name: value for name, value in form.items() if name != "file"}
        upload = form.get("file")
        if isinstance(upload, UploadFile):
            row = await desk.files.upload(work, "order_photo", upload.filename, upload.file)  # type: ignore[arg-type]
            members["file_id"] = row.id
    else:
        members = await request.json()
    try:
        return PhotoUpload.model_validate(members)
    except ValidationError as error:
        raise from_pydantic(error) from error


def _vendor(work: Work) -> UUID:
    if work.principal.vendor_id is None:
        raise Forbidden
    return work.principal.vendor_id


def _whole(text: str | None, default: int) -> int:
    try:
        number = int(text or default)
    except ValueError:
        return default
    return number if 0 <= number <= 1_000_000 else default


router = Router(
    PREFIX,
    route_handlers=[
        list_own_orders,
        own_statistics,
        show_own_order,
        update_own_order,
        update_named_order,
        step_own_order,
        add_own_photo,
        remove_own_photo,
        own_responses,
        own_contact_links,
    ],
)
