"""What a vendor writes into an order: the fields it may, then the step its status word means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from callout.features.files.service import Files
from callout.features.orders import store
from callout.features.orders.desk import OrderDesk
from callout.features.orders.edit import PRICES, differing, write_fields
from callout.features.orders.errors import InvalidTransition, NotYourOrder, OrderNotFound, PriceLocked
from callout.features.orders.face import FACE_STATUSES, face_status, may_write
from callout.features.orders.lifecycle import EVENT_OF_TARGET, TERMINAL
from callout.features.orders.photos import add_photo_from_url
from callout.features.orders.ports import Dispatcher, OfferStanding
from callout.features.orders.tables import Order
from callout.features.orders.timeline import record_response
from callout.features.orders.transition import apply_transition
from callout.features.orders.vendor_views import standing_of
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable

ALIASES = {"assigned": "accepted", "in_progress": "processing", "canceled": "cancelled"}
ACTION_OF_STATUS = {"completed": "complete"}


@dataclass(frozen=True, slots=True)
class VendorUpdate:
    """A vendor's update as it came.

    Attributes:
        status: one of the six words, or None to leave the status alone.
        fields: new values by column name, only those really sent.
        images: addresses by stage.
        code: start or finish code.
        reason: for declining or giving back.
        decline_reason: too_far, too_busy, wrong_service, price, unavailable or other.
    """

    status: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    code: str | None = None
    reason: str | None = None
    decline_reason: str | None = None


async def visible(
    work: Work, dispatcher: Dispatcher, reference: str, vendor_id: UUID, *, locked: bool = False
) -> tuple[Order, OfferStanding | None]:
    """An order this vendor holds or was offered, with its latest offer of it.

    Raises:
        OrderNotFound: there is none, or the vendor never had to do with it.
    """
    order = await (store.lock if locked else store.find)(work, reference)
    offer = await dispatcher.vendor_snapshot(work, order.id, vendor_id)
    if offer is None and order.vendor_id != vendor_id:
        raise OrderNotFound
    return order, offer


async def update_order(
    work: Work, desk: OrderDesk, reference: str, vendor_id: UUID, update: VendorUpdate
) -> tuple[Order, OfferStanding | None]:
    """Applies a vendor's update: answers an offer, or writes fields and then takes the step.

    Args:
        work: the transaction; its principal is the vendor.
        desk: takes answers to offers, knows the pictures.
        reference: order id or number.
        vendor_id: the vendor.
        update: what to change.

    Returns:
        The order and the vendor's latest offer, as they are afterwards.

    Raises:
        OrderNotFound: not visible to this vendor.
        NotYourOrder: another vendor holds it.
        InvalidTransition: the status word does not fit the order's state.
        Unprocessable: unknown status word, or a missing proof, price or code.
    """
    wanted = _word(update.status)
    order, offer = await visible(work, desk.dispatcher, reference, vendor_id)
    part = standing_of(order, offer, vendor_id, work.now)
    current = face_status(order.status, order.prior_status, part)
    if wanted == "accepted" and part != "holder":
        await desk.dispatcher.accept(
            work, order.id, vendor_id, estimated_completion=update.fields.get("estimated_completion")
        )
    elif wanted == "cancelled" and part == "offered":
        await desk.dispatcher.decline(work, order.id, vendor_id, reason=update.decline_reason, note=update.reason)
        return await visible(work, desk.dispatcher, reference, vendor_id)
    elif part != "holder":
        if wanted in (None, current) and not (update.fields or update.images):
            return order, offer
        if wanted == current and part == "offered":
            return order, offer
        raise NotYourOrder
    order = await store.lock(work, order.id)
    if order.vendor_id != vendor_id:
        raise NotYourOrder
    await _write(work, desk.files, order, update, wanted)
    if wanted is not None:
        await _step(work, desk.dispatcher, order, wanted, update)
    return await visible(work, desk.dispatcher, reference, vendor_id)


def _word(status: str | None) -> str | None:
    if status is None:
        return None
    word = ALIASES.get(status, status)
    if word not in FACE_STATUSES:
        raise Unprocessable.at("status", f"must be one of {', '.join(FACE_STATUSES)}")
    return word


async def _write(work: Work, files: Files, order: Order, update: VendorUpdate, wanted: str | None) -> None:
    given = dict(update.fields)
    holder = order.vendor_id
    if holder is None:
        raise NotYourOrder
    if order.invoice_state == "issued":
        for name in ("final_price", "invoice_texts", "on_site_contact"):
            given.pop(name, None)
    for name in ("invoice_texts", "on_site_contact"):
        if name in given:
            given[name] = {**(getattr(order, name) or {}), **given[name]}
    altered = differing(order, given)
    if altered and not may_write(order.status, is_holder=True):
        if order.status in TERMINAL and altered.keys() & set(PRICES):
            raise PriceLocked
        raise InvalidTransition(order.status, order.status, ())
    added = [
        stage
        for stage, url in update.images.items()
        if await add_photo_from_url(work, files, order, stage=stage, url=url)
    ]
    names = await write_fields(work, order, altered)
    before = face_status(order.status, order.prior_status, "holder")
    if names or added or (wanted in EVENT_OF_TARGET and wanted != before):
        action = ACTION_OF_STATUS.get(wanted or "", "status_update" if wanted or names else "image_upload")
        record_response(work, order.id, holder, action, status=wanted, **_response_data(update, added))


async def _step(work: Work, dispatcher: Dispatcher, order: Order, wanted: str, update: VendorUpdate) -> None:
    current = face_status(order.status, order.prior_status, "holder")
    if wanted == current and order.status != "needs_attention":
        return
    if wanted in EVENT_OF_TARGET:
        await apply_transition(work, order, EVENT_OF_TARGET[wanted], code=update.code)
    elif wanted == "cancelled" and may_write(order.status, is_holder=True):
        await dispatcher.release(
            work, order, reason=update.reason or update.decline_reason or "given back by the vendor"
        )
    elif wanted != current:
        raise InvalidTransition(order.status, wanted, ())


def _response_data(update: VendorUpdate, added: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {
        name: str(value) if value is not None else None
        for name, value in update.fields.items()
        if name in ("dealing_price", "final_price", "estimated_completion")
    }
    data["notes"] = update.fields.get("vendor_notes")
    data["invoice"] = update.fields.get("invoice_texts")
    data["images"] = {stage: update.images[stage] for stage in added} or None
    return data
