"""Puts together what the API shows of orders: rows, catalogue, vendors, photos, ratings, invoices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from callout.features.accounts.masking import sees_masked
from callout.features.files.service import Files
from callout.features.orders import neighbours, store
from callout.features.orders.admin_views import (
    Surroundings,
    order_summary,
    order_view,
    photo_view,
    response_view,
    timeline_view,
)
from callout.features.orders.desk import OrderDesk
from callout.features.orders.links import live_link
from callout.features.orders.ports import OfferStanding
from callout.features.orders.tables import Order, OrderPhoto
from callout.features.orders.transition import facts_of
from callout.features.orders.vendor_views import standing_of, vendor_order_view
from callout.kit.db.work import Work

PHOTO_URL_S = 86_400


async def summaries(work: Work, orders: Sequence[Order]) -> list[dict[str, Any]]:
    """OrderSummary of each order."""
    around = await surroundings(work, orders)
    return [order_summary(order, around) for order in orders]


async def full_order(work: Work, desk: OrderDesk, order: Order, include: Sequence[str] = ()) -> dict[str, Any]:
    """Order of the admin API.

    Args:
        work: the transaction.
        desk: photo addresses, offered vendors, the status link.
        order: the order.
        include: further parts: timeline, photos, responses.
    """
    await work.session.flush()
    settings = await neighbours.order_settings(work)
    around = await surroundings(work, [order])
    photos = (await store.photos_of(work, [order.id]))[order.id]
    urls = signed(work, desk.files, photos)
    link = await live_link(work, order.id, "status")
    view = order_view(
        order,
        around,
        facts=await facts_of(work, order, settings.evidence),
        role=work.principal.role,
        photos=photos,
        urls=urls,
        offered=await desk.dispatcher.offered_vendors(work, order.id),
        status_link=desk.links.url(link) if link else None,
    )
    if "timeline" in include:
        view["timeline"] = [timeline_view(event) for event in await store.timeline(work, order.id)]
    if "responses" in include:
        view["responses"] = [response_view(row) for row in await store.responses(work, order.id)]
    if "photos" in include:
        view["photos"] = photo_views(photos, urls)
    return view


async def vendor_orders(
    work: Work,
    desk: OrderDesk,
    rows: Sequence[tuple[Order, OfferStanding | None]],
    viewer_id: UUID,
) -> list[dict[str, Any]]:
    """VendorOrder of each order, with the viewer's latest offer of it.

    Args:
        work: the transaction.
        desk: photo addresses and invoices.
        rows: orders visible to the vendor, and its offers.
        viewer_id: the vendor.
    """
    settings = await neighbours.order_settings(work)
    services = await neighbours.services(work)
    own = [order for order, offer in rows if standing_of(order, offer, viewer_id, work.now) == "holder"]
    photos = await store.photos_of(work, [order.id for order in own])
    finished = [order.id for order in own if order.status == "completed"] if settings.vendor_sees_invoice else []
    issued = await desk.invoices.summaries(work, finished) if finished else {}
    return [
        vendor_order_view(
            order,
            offer,
            viewer_id,
            now=work.now,
            evidence=settings.evidence,
            disclosure_setting=settings.offer_disclosure,
            service=services.get(order.service_type),
            photos=photos.get(order.id, ()),
            urls=signed(work, desk.files, photos.get(order.id, ())),
            invoice=issued.get(order.id),
        )
        for order, offer in rows
    ]


async def surroundings(work: Work, orders: Sequence[Order]) -> Surroundings:
    """Catalogue, vendors and ratings of some orders, and whether the reader sees customers' numbers."""
    return Surroundings(
        services=await neighbours.services(work),
        vendors=await neighbours.vendors(work, (order.vendor_id for order in orders)),
        ratings=await store.ratings_of(work, [order.id for order in orders]),
        masked=await sees_masked(work),
    )


def signed(work: Work, files: Files, photos: Sequence[OrderPhoto]) -> dict[UUID, str]:
    """Addresses of photos by file id, good for a day."""
    return {photo.file_id: files.signed_url(work, photo.file_id, PHOTO_URL_S) for photo in photos}


def photo_views(photos: Sequence[OrderPhoto], urls: dict[UUID, str]) -> list[dict[str, Any]]:
    """order_photo of each photo."""
    return [photo_view(photo, urls.get(photo.file_id)) for photo in photos]
