"""The SQL of each vendor's doings in a span (product specification §6.13); null, not 0, without a denominator."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, Subquery, case, cast, func, select

from callout.features.dispatch.performance.searches import number, ratio
from callout.features.dispatch.performance.span import Span
from callout.features.dispatch.tables import Offer, VendorStat
from callout.features.orders.tables import Order, Rating, VendorResponse
from callout.features.vendors.tables import Vendor, VendorService
from callout.kit.db.work import Work

IN_TIME_H: Final = 24
ANSWERED_OR_SILENT: Final = ("accepted", "released", "declined", "expired")
COUNTS: Final = (
    "offers", "accepted", "declined", "expired", "withdrawn", "late_yes", "completed", "released", "no_shows", "rated",
)  # fmt: skip
FIGURES: Final = (
    "acceptance_rate",
    "response_min",
    "completion_rate",
    "cancellation_rate",
    "completion_h",
    "on_time_rate",
    "rating",
)


async def vendor_page(
    work: Work, span: Span, *, down: bool, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """Counters of a page of vendors by name, and how many vendors there are."""
    wanted = [Vendor.tenant_id == work.tenant_id, Vendor.deleted_at.is_(None)]
    if span.service:
        serving = select(VendorService.vendor_id).where(
            VendorService.tenant_id == work.tenant_id, VendorService.service_code == span.service
        )
        wanted.append(Vendor.id.in_(serving))
    name = func.lower(Vendor.full_name)
    ids = select(Vendor.id).where(*wanted).order_by(name.desc() if down else name, Vendor.id)
    total = await work.session.scalar(select(func.count()).select_from(Vendor).where(*wanted))
    chosen = list(await work.session.scalars(ids.limit(limit).offset(offset)))
    return await counters(work, chosen, span), int(total or 0)


async def counters(work: Work, ids: Sequence[UUID], span: Span) -> list[dict[str, Any]]:
    """What these vendors did in a span, in their order."""
    if not ids:
        return []
    parts = [
        _offers(work, ids, span),
        _given_back(work, ids, span),
        _completed(work, ids, span),
        _stars(work, ids, span),
    ]
    columns: dict[str, Any] = {column.name: column for part in parts for column in part.c if column.name != "vendor_id"}
    done, back = func.coalesce(columns["completed"], 0), func.coalesce(columns["given_back"], 0)
    query = select(
        Vendor.id.label("vendor_id"),
        Vendor.full_name,
        *(column for name, column in columns.items()),
        (cast(done, Numeric) / func.nullif(done + back, 0)).label("completion_rate"),
        (cast(back, Numeric) / func.nullif(columns["accepted"], 0)).label("cancellation_rate"),
    ).where(Vendor.tenant_id == work.tenant_id, Vendor.id.in_(ids))
    for part in parts:
        query = query.outerjoin(part, part.c.vendor_id == Vendor.id)
    rows = {row["vendor_id"]: row for row in (await work.session.execute(query)).mappings()}
    return [_told(rows[vendor_id]) for vendor_id in ids if vendor_id in rows]


async def records(work: Work, ids: Sequence[UUID], service: str | None) -> list[VendorStat]:
    """The decayed counters of these vendors, one row for each service."""
    query = select(VendorStat).where(VendorStat.tenant_id == work.tenant_id, VendorStat.vendor_id.in_(ids))
    if service:
        query = query.where(VendorStat.service_type == service)
    return list(await work.session.scalars(query.order_by(VendorStat.service_type)))


def _told(row: Any) -> dict[str, Any]:
    return {
        "vendor_id": row["vendor_id"],
        "full_name": row["full_name"],
        **{name: row[name] or 0 for name in COUNTS},
        **{name: number(row[name]) for name in FIGURES},
    }


def _offers(work: Work, ids: Sequence[UUID], span: Span) -> Subquery:
    """Offers sent in the span, by how they ended."""

    def ended(*statuses: str) -> ColumnElement[int]:
        return func.count().filter(Offer.status.in_(statuses))

    took = ("accepted", "released")
    return (
        select(
            Offer.vendor_id,
            func.count().label("offers"),
            ended(*took).label("accepted"),
            ended("declined").label("declined"),
            ended("expired").label("expired"),
            ended("withdrawn").label("withdrawn"),
            func.count(Offer.late_yes_at).label("late_yes"),
            ratio(Offer.status.in_(took), Offer.status.in_(ANSWERED_OR_SILENT)).label("acceptance_rate"),
            func.avg(Offer.response_time_min).label("response_min"),
        )
        .where(
            Offer.tenant_id == work.tenant_id,
            Offer.vendor_id.in_(ids),
            span.holds(Offer.sent_at),
            *span.about(Offer.service_type),
        )
        .group_by(Offer.vendor_id)
        .subquery("asked")
    )


def _given_back(work: Work, ids: Sequence[UUID], span: Span) -> Subquery:
    """Jobs the vendor gave back or did not come to; jobs taken from it by others do not count."""
    query = select(
        VendorResponse.vendor_id,
        func.count().filter(VendorResponse.action == "release").label("released"),
        func.count().filter(VendorResponse.action == "no_show").label("no_shows"),
        func.count().label("given_back"),
    ).where(
        VendorResponse.tenant_id == work.tenant_id,
        VendorResponse.vendor_id.in_(ids),
        VendorResponse.action.in_(("release", "no_show")),
        span.holds(VendorResponse.at),
    )
    if span.service:
        query = query.join(Order, Order.id == VendorResponse.order_id).where(*span.about(Order.service_type))
    return query.group_by(VendorResponse.vendor_id).subquery("given_back_by")


def _completed(work: Work, ids: Sequence[UUID], span: Span) -> Subquery:
    """Jobs completed in the span, hours they took, and how many were in time."""
    hours = func.extract("epoch", Order.completed_at - Order.assigned_at) / 3600
    in_time = case(
        (Order.scheduled_end.is_not(None), Order.completed_at <= Order.scheduled_end),
        else_=hours <= IN_TIME_H,
    )
    return (
        select(
            Order.vendor_id,
            func.count().label("completed"),
            func.avg(hours).label("completion_h"),
            ratio(in_time, in_time.is_not(None)).label("on_time_rate"),
        )
        .where(
            Order.tenant_id == work.tenant_id,
            Order.vendor_id.in_(ids),
            Order.status == "completed",
            span.holds(Order.completed_at),
            *span.about(Order.service_type),
        )
        .group_by(Order.vendor_id)
        .subquery("done")
    )


def _stars(work: Work, ids: Sequence[UUID], span: Span) -> Subquery:
    query = select(Rating.vendor_id, func.avg(Rating.stars).label("rating"), func.count().label("rated")).where(
        Rating.tenant_id == work.tenant_id,
        Rating.vendor_id.in_(ids),
        Rating.hidden.is_(False),
        span.holds(Rating.created_at),
    )
    if span.service:
        query = query.join(Order, Order.id == Rating.order_id).where(*span.about(Order.service_type))
    return query.group_by(Rating.vendor_id).subquery("stars")
