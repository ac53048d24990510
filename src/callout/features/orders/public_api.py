"""Customers' pages over HTTP: the token in the path is the whole credential."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.response import ServerSentEvent

from callout.features.accounts.permissions import public
from callout.features.orders import store
from callout.features.orders.customer_page import read_page, request_change
from callout.features.orders.customer_views import STEP, customer_rating
from callout.features.orders.desk import OrderDesk
from callout.features.orders.errors import OrderNotFound
from callout.features.orders.links import Opened, open_link
from callout.features.orders.rating import rate_order
from callout.features.orders.schemas import ChangeRequestInput, RatingInput
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.events import Published
from callout.kit.http.limits import RateLimits
from callout.kit.http.sse import LiveStreams, last_event_id
from callout.kit.secrets import hash_token

PER_MINUTE = 60
RATING_KINDS = ("rating", "status")


@get("/orders/{token:str}", guards=[public])
async def order_page(database: Database, limits: RateLimits, order_desk: OrderDesk, token: str) -> dict[str, Any]:
    """The status page of an order."""
    opened = await _open(database, limits, token, "status")
    async with database.transaction(opened.principal) as work:
        return await read_page(work, order_desk, opened.order_id)


@get("/orders/{token:str}/events", guards=[public])
async def order_page_events(
    request: Request[Any, Any, Any], database: Database, limits: RateLimits, streams: LiveStreams, token: str
) -> ServerSentEvent:
    """The order's steps as they happen."""
    opened = await _open(database, limits, token, "status")
    return streams.stream(
        opened.principal,
        noun_id=opened.order_id,
        last_event_id=last_event_id(request),
        view=_steps,
        reduce=_step,
    )


@post("/orders/{token:str}/change-request", guards=[public], status_code=202)
async def ask_for_change(
    database: Database, limits: RateLimits, token: str, data: ChangeRequestInput
) -> dict[str, bool]:
    """Takes a customer's wish to cancel, to move the appointment, or to say something."""
    opened = await _open(database, limits, token, "status")
    async with database.transaction(opened.principal) as work:
        await request_change(
            work,
            opened.order_id,
            kind=data.kind,
            preferred_start=data.preferred_start,
            message=data.message,
        )
    return {"received": True}


@get("/orders/{token:str}/invoice.pdf", guards=[public])
async def order_invoice(database: Database, limits: RateLimits, order_desk: OrderDesk, token: str) -> Response[bytes]:
    """The order's invoice."""
    opened = await _open(database, limits, token, "status")
    async with database.transaction(opened.principal) as work:
        document = await order_desk.invoices.pdf(work, opened.order_id)
    if document is None:
        raise OrderNotFound("There is no invoice yet.")
    name, content = document
    return Response(
        content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


@get("/ratings/{token:str}", guards=[public])
async def show_rating(database: Database, limits: RateLimits, token: str) -> Response[Any]:
    """The rating given so far, or null."""
    opened = await _open(database, limits, token, *RATING_KINDS)
    async with database.transaction(opened.principal) as work:
        rating = (await store.ratings_of(work, [opened.order_id])).get(opened.order_id)
        return Response(customer_rating(rating) if rating else None, media_type="application/json")


@post("/ratings/{token:str}", guards=[public])
async def give_rating(database: Database, limits: RateLimits, token: str, data: RatingInput) -> Response[Any]:
    """Takes a rating, or a change of it within a day."""
    opened = await _open(database, limits, token, *RATING_KINDS)
    async with database.transaction(opened.principal) as work:
        order = await store.lock(work, opened.order_id)
        rating, is_new = await rate_order(work, order, **data.model_dump(), source="customer")
        return Response(customer_rating(rating), status_code=201 if is_new else 200)


async def _open(database: Database, limits: RateLimits, token: str, *kinds: str) -> Opened:
    await limits.hit("public", hash_token(token)[:32], limit=PER_MINUTE, window_s=60)
    return await open_link(database, token, kinds)


async def _steps(_work: Work, events: Sequence[Published]) -> list[Published]:
    """Every step under one name: what we call it inside is not the customer's to know."""
    steps = [event for event in events if event.type.startswith("order.")]
    return [msgspec.structs.replace(event, type="order.updated") for event in steps]


def _step(event: Published) -> dict[str, object]:
    return {"step": STEP.get(str(event.data.get("status")), "received"), "eta": event.data.get("eta")}


router = Router(
    "/api/shared/public",
    route_handlers=[order_page, order_page_events, ask_for_change, order_invoice, show_rating, give_rating],
)
