"""Changes fields of an order: customer, job, schedule, prices, notes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from callout.features.geocoding.ports import Geocoder
from callout.features.orders import economics, neighbours
from callout.features.orders.errors import InvalidTransition, PriceLocked
from callout.features.orders.events import OrderUpdated
from callout.features.orders.facts import publish
from callout.features.orders.lifecycle import TERMINAL
from callout.features.orders.place import locate
from callout.features.orders.tables import Order
from callout.features.orders.timeline import note
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.geo import Point

AFTER_THE_END = frozenset({"admin_notes"})
PRICES = ("dealing_price", "final_price")
_SILENT = frozenset({"admin_notes"})


async def edit_order(work: Work, geocoder: Geocoder, order: Order, changes: dict[str, Any]) -> list[str]:
    """Applies an admin's changes.

    Args:
        work: the transaction; `order` is locked in it.
        geocoder: finds a changed address.
        order: the order.
        changes: new values by column name; `customer_location` is a `Point` or None.

    Returns:
        The names of the fields that really changed.

    Raises:
        InvalidTransition: the order has ended and more than its notes would change.
        PriceLocked: the order has ended and a price would change.
        Unprocessable: unknown service, or an end before the start.
    """
    given = dict(changes)
    location = given.pop("customer_location", ...)
    if "service_type" in given and given["service_type"] not in await neighbours.services(work):
        raise Unprocessable.at("service_type", "there is no such service in the catalogue", code="unknown_service")
    altered = differing(order, given)
    if location is not ...:
        altered["customer_location"] = location
    refuse_after_end(order, altered)
    if {"customer_address", "customer_location"} & altered.keys():
        await _move(work, geocoder, order, altered)
    if "scheduled_start" in altered:
        altered["schedule_source"] = "operator"
    return await write_fields(work, order, altered)


def differing(order: Order, given: dict[str, Any]) -> dict[str, Any]:
    """Those of the given values that are not the order's already."""
    return {name: value for name, value in given.items() if getattr(order, name) != value}


def refuse_after_end(order: Order, altered: dict[str, Any]) -> None:
    """Refuses changes to an order that has ended, except to its notes."""
    touched = altered.keys() - AFTER_THE_END
    if order.status in TERMINAL and touched:
        raise PriceLocked if touched & set(PRICES) else InvalidTransition(order.status, order.status, ())


async def write_fields(work: Work, order: Order, altered: dict[str, Any]) -> list[str]:
    """Writes changed fields, with their timeline line and event.

    Args:
        work: the transaction; `order` is locked in it.
        order: the order.
        altered: new values by column name.

    Returns:
        The names written, sorted.
    """
    if not altered:
        return []
    old_date = order.scheduled_start if "scheduled_start" in altered else None
    for name, value in altered.items():
        setattr(order, name, value)
    if order.scheduled_start and order.scheduled_end and order.scheduled_end <= order.scheduled_start:
        raise Unprocessable.at("scheduled_end", "must be after scheduled_start")
    names = sorted(altered)
    surprising = any(_surprises(order, altered.get(price)) for price in PRICES)
    note(work, order, "order.updated", fields=names, surprising_price=surprising or None)
    if set(names) - _SILENT:
        await work.session.flush()
        await publish(work, order, OrderUpdated, changed=names, old_date=old_date, surprising_price=surprising)
    return names


def _surprises(order: Order, price: Decimal | None) -> bool:
    return price is not None and economics.is_surprising(price, order.estimated_value)


async def _move(work: Work, geocoder: Geocoder, order: Order, altered: dict[str, Any]) -> None:
    point: Point | None = altered.pop("customer_location", None)
    tenant = await neighbours.tenant(work)
    address = altered.get("customer_address", order.customer_address)
    spot = await locate(geocoder, address, point, tenant.country)
    lat, lng = spot.point or (None, None)
    altered.update(customer_lat=lat, customer_lng=lng, location_precision=spot.precision)
    altered.update(differing(order, {"customer_city": spot.city, "customer_state": spot.state}))
