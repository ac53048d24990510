"""Turns what admins sent into what the use cases take."""

from __future__ import annotations

from typing import Any

from callout.features.orders.create import Draft
from callout.features.orders.schemas import FollowUp, OrderInput, OrderPatch
from callout.kit.errors import Unprocessable
from callout.kit.geo import Point
from callout.kit.http.fields import Geo
from callout.kit.text.phones import parse_phone

_CREATE_ONLY = frozenset({"dispatch", "vendor_ids", "customer_location", "customer_phone"})
_ID_LISTS = ("preferred_vendor_ids", "excluded_vendor_ids")


def draft_of(data: OrderInput, country: str) -> Draft:
    """The draft of a new order.

    Args:
        data: the body.
        country: ISO 3166-1 alpha-2, whose national phone numbers are understood.

    Raises:
        Unprocessable: the phone is none, or the appointment ends before it starts.
    """
    check_schedule(data.given())
    members = {name: value for name, value in data.given().items() if name not in _CREATE_ONLY}
    return Draft(
        **members,
        customer_phone=phone(data.customer_phone, country),
        location=point(data.customer_location),
    )


def changes_of(data: OrderPatch, country: str) -> dict[str, Any]:
    """The changed members by column name."""
    given = data.given()
    if "customer_phone" in given:
        given["customer_phone"] = phone(given["customer_phone"], country)
    if "customer_location" in given:
        given["customer_location"] = point(given["customer_location"])
    for name in _ID_LISTS:
        if name in given:
            given[name] = [str(vendor_id) for vendor_id in given[name]]
    return given


def follow_up_of(data: FollowUp, country: str) -> dict[str, Any]:
    """The changed members by their names in `Draft`."""
    check_schedule(data.given())
    given = {name: value for name, value in data.given().items() if name not in ("dispatch", "customer_phone")}
    for unplanned in ("dealing_price", "final_price", "vendor_notes", "estimated_completion"):
        given.pop(unplanned, None)
    if "customer_phone" in data.given():
        given["customer_phone"] = phone(data.customer_phone, country)
    if "customer_location" in given:
        given["location"] = point(given.pop("customer_location"))
        given["location_precision"] = None
    return given


def phone(raw: str, country: str) -> str:
    """E.164 of a phone in any readable form."""
    try:
        return parse_phone(raw, country)
    except ValueError as error:
        raise Unprocessable.at("customer_phone", "not a valid phone number", code="invalid_phone") from error


def point(geo: Geo | None) -> Point | None:
    """A place, or None when there is none; exactly (0, 0) is none."""
    return None if geo is None or geo.is_unset else Point(geo.lat, geo.lng)


def check_schedule(given: dict[str, Any]) -> None:
    """Refuses an appointment that ends before it starts."""
    start, end = given.get("scheduled_start"), given.get("scheduled_end")
    if start is not None and end is not None and end <= start:
        raise Unprocessable.at("scheduled_end", "must be after scheduled_start")
