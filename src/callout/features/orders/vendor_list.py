"""A vendor's list of orders: visible rows, filters, sort and counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, func, or_, select, true

from callout.features.orders import neighbours
from callout.features.orders.face import FACE_STATUSES
from callout.features.orders.ports import Dispatcher, OfferStanding
from callout.features.orders.tables import Order
from callout.features.orders.vendor_fields import Viewpoint, viewpoint
from callout.features.orders.vendor_query import compile_filter, equals
from callout.kit.db.work import Work

DEFAULT_SORT = "-created_date"
MAX_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Listing:
    """What a vendor asked for.

    Attributes:
        q: JSON filter.
        sort: one field or a comma list, `-` descending; unknown fields are passed over.
        scope: mine, offered or all.
        search: part of a customer name or an order number.
        equal: further members and the text they must equal.
    """

    q: str | None = None
    sort: str = DEFAULT_SORT
    limit: int = 20
    skip: int = 0
    scope: str = "all"
    search: str | None = None
    equal: dict[str, str] = field(default_factory=dict)


Row = tuple[Order, OfferStanding | None]


async def list_orders(work: Work, dispatcher: Dispatcher, vendor_id: UUID, listing: Listing) -> tuple[list[Row], int]:
    """One page of the orders a vendor holds or was offered, with its offers, and their number.

    Raises:
        MalformedFilter: `q` cannot be understood.
    """
    view, offers = await _viewpoint(work, dispatcher, vendor_id)
    conditions = [Order.tenant_id == work.tenant_id, view.visible, *_conditions(view, listing)]
    joined = select(Order, offers).outerjoin(offers, offers.c.order_id == Order.id).where(*conditions)
    counted = select(func.count()).select_from(Order).outerjoin(offers, offers.c.order_id == Order.id)
    total = (await work.session.execute(counted.where(*conditions))).scalar_one()
    page = joined.order_by(*_keys(view, listing.sort)).limit(listing.limit).offset(listing.skip)
    rows = (await work.session.execute(page)).all()
    return [(row[0], _standing(row)) for row in rows], total


async def statistics(work: Work, dispatcher: Dispatcher, vendor_id: UUID) -> dict[str, int]:
    """How many of the vendor's visible orders are in which state, in the vendor's words."""
    view, offers = await _viewpoint(work, dispatcher, vendor_id)
    status = view.fields["status"].column
    query = (
        select(status, func.count())
        .select_from(Order)
        .outerjoin(offers, offers.c.order_id == Order.id)
        .where(Order.tenant_id == work.tenant_id, view.visible)
        .group_by(status)
    )
    counts = dict.fromkeys(FACE_STATUSES, 0) | {row[0]: row[1] for row in (await work.session.execute(query)).all()}
    return {
        "total": sum(counts.values()),
        "new": counts["new"],
        "in_progress": counts["accepted"] + counts["on_way"] + counts["processing"],
        "completed": counts["completed"],
        "cancelled": counts["cancelled"],
    }


async def _viewpoint(work: Work, dispatcher: Dispatcher, vendor_id: UUID) -> tuple[Viewpoint, Subquery]:
    offers = dispatcher.standings(work.tenant_id, vendor_id).subquery("own_offers")
    settings = await neighbours.order_settings(work)
    services = {code: (row.canonical, row.label) for code, row in (await neighbours.services(work)).items()}
    masked = settings.offer_disclosure == "masked"
    return viewpoint(vendor_id, offers, work.now, masked=masked, services=services), offers


def _conditions(view: Viewpoint, listing: Listing) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if listing.q:
        conditions.append(compile_filter(listing.q, view.fields))
    if listing.scope == "mine":
        conditions.append(view.holds)
    elif listing.scope == "offered":
        conditions.append(view.offered)
    if listing.search:
        pattern = f"%{listing.search.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        named = [view.fields[name].column.ilike(pattern, escape="!") for name in ("customer_name", "order_id")]
        conditions.append(or_(*named))
    for name, text in listing.equal.items():
        if known := view.fields.get(name):
            value: Any = text
            if known.kind == "number":
                try:
                    value = float(text)
                except ValueError:
                    value = None
            conditions.append(equals(known, value) if value is not None else ~true())
    return conditions


def _keys(view: Viewpoint, sort: str) -> list[ColumnElement[Any]]:
    keys: list[ColumnElement[Any]] = []
    for part in [*sort.split(","), DEFAULT_SORT]:
        name = part.strip().lstrip("+-")
        if known := view.fields.get("id" if name == "_id" else name):
            down = part.strip().startswith("-")
            keys.append(known.column.desc().nulls_last() if down else known.column.asc().nulls_first())
    return [*keys, Order.id.desc()]


def _standing(row: Any) -> OfferStanding | None:
    if row.offer_id is None:
        return None
    return OfferStanding(
        order_id=row.order_id,
        offer_id=row.offer_id,
        status=row.status,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        distance_km=None if row.distance_km is None else float(row.distance_km),
    )
