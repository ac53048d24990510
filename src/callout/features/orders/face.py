"""How one vendor sees an order: its standing, the six-value status, how much is disclosed, what to do next. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from callout.features.orders.lifecycle import HELD, Facts

Standing = Literal["holder", "offered", "past"]
Disclosure = Literal["full", "masked", "residue"]

FACE = {
    "new": "new",
    "offering": "new",
    "assigned": "accepted",
    "on_way": "on_way",
    "processing": "processing",
    "completed": "completed",
    "cancelled": "cancelled",
}
FACE_STATUSES = ("new", "accepted", "on_way", "processing", "completed", "cancelled")

SIX_SERVICES = {
    "cleaning": "cleaning",
    "plumbing": "plumbing",
    "electrical": "electrical",
    "repairs": "repairs",
    "maintenance": "maintenance",
    "hvac": "repairs",
    "painting": "repairs",
    "carpentry": "repairs",
    "landscaping": "maintenance",
}


def standing(is_holder: bool, offer_status: str | None, expires_at: datetime | None, now: datetime) -> Standing | None:
    """What a vendor has to do with an order: holds it, may take it, or had its chance; None when it never had any."""
    if is_holder:
        return "holder"
    if offer_status is None:
        return None
    is_open = offer_status == "pending" and expires_at is not None and expires_at > now
    return "offered" if is_open else "past"


def face_status(status: str, prior_status: str | None, standing: Standing) -> str:
    """The status word a vendor reads, one of six."""
    if standing == "past":
        return "cancelled"
    if standing == "offered":
        return "new" if status in ("new", "offering", "needs_attention") else "cancelled"
    if status == "needs_attention":
        return FACE.get(prior_status or "assigned", "accepted")
    return FACE[status]


def disclosure(standing: Standing, setting: str) -> Disclosure:
    """How much of the customer a vendor sees.

    Args:
        standing: the vendor's part in the order.
        setting: `orders.offer_disclosure`, full or masked.
    """
    if standing == "holder":
        return "full"
    if standing == "past":
        return "residue"
    return "masked" if setting == "masked" else "full"


def first_name(full_name: str) -> str:
    """The part of a name a stranger may hear before a deal is made."""
    words = full_name.split()
    return words[0] if words else ""


def blurred(degrees: float | None) -> float | None:
    """A coordinate rounded to 0.01 degrees: the area, not the door."""
    return None if degrees is None else round(degrees, 2)


def six_valued_service(canonical: str) -> str:
    """One of the six service words of the legacy vendor app."""
    return SIX_SERVICES.get(canonical, "other")


def next_action(face: str, order: Facts, *, has_invoice: bool) -> str:
    """The one thing this vendor should do now (api: `next_action`)."""
    match face:
        case "new":
            return "accept_or_decline"
        case "accepted":
            return "start_service"
        case "on_way":
            return _before_work(order)
        case "processing":
            needs_photo = order.evidence.after_photo and not order.after_photos
            return "upload_after_image" if needs_photo else "complete_service"
        case "completed":
            return "view_invoice" if has_invoice else "generate_invoice"
    return "none"


def _before_work(order: Facts) -> str:
    if order.evidence.before_photo and not order.before_photos:
        return "upload_before_image"
    if order.evidence.price_before_work and order.dealing_price is None:
        return "enter_price"
    return "enter_start_code" if order.evidence.start_code and order.start_code else "start_work"


def may_write(status: str, is_holder: bool) -> bool:
    """Whether a vendor may change the order now: it holds it, and the job is under way."""
    return is_holder and status in HELD
