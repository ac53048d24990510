"""Reads what a selection is decided from: the vendors around a job and everything that is known about them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Float, and_, cast, func, or_, select

from callout.features.dispatch.tables import Offer, VendorStat
from callout.features.orders.tables import Order, Rating
from callout.features.vendors import serving_store
from callout.features.vendors.serving_store import VendorRow
from callout.features.vendors.tables import Service, TimeOff, VendorDocument, VendorPair, VendorService
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.geo import bounding_box

OTHERS_SHOWN = 50  # vendors nearby without the service, kept in the record as excluded
OTHERS_LOOKED_AT = 100  # one vendor has several services
VALUES_SAMPLED = 500
A_DAY_ANYWHERE = timedelta(hours=26)
SHARE_WINDOW = timedelta(days=30)
GOOD_STARS = 4


class Around(NamedTuple):
    """The vendors around a job: those whose facts count, and how far (km) the others are whose area does not reach.

    `all_seen` is false when there may be more of them further away than the farthest of these.
    """

    rows: list[VendorRow]
    out_of_area: list[tuple[UUID, float]]
    all_seen: bool = True


async def vendors_around(
    work: Work,
    lat: float,
    lng: float,
    km: float,
    codes: Sequence[str],
    *,
    most: int | None = None,
    wanted: Collection[UUID] = (),
) -> Around:
    """Vendors with one of the services whose area's centre lies within a radius, and some others for the record.

    Args:
        work: the transaction.
        lat: of the job, degrees WGS 84.
        lng: of the job, degrees WGS 84.
        km: the radius.
        codes: the services.
        most: how many are looked at, the nearest first; None for all.
        wanted: vendors looked at wherever in the radius they are.
    """
    near = await serving_store.serving_near(work, codes, lat, lng, km, most=most)
    all_seen = most is None or len(near) < most
    if not all_seen and wanted:
        farther = set(wanted).difference(vendor.vendor_id for vendor in near)
        near += await serving_store.serving_near(work, codes, lat, lng, km, among=farther)
    others = await serving_store.serving_others_near(work, codes, bounding_box(lat, lng, km), OTHERS_LOOKED_AT)
    able = {vendor.vendor_id for vendor in near}
    strangers = [vendor_id for vendor_id in dict.fromkeys(others) if vendor_id not in able][:OTHERS_SHOWN]
    reaching = [vendor.vendor_id for vendor in near if vendor.reaches]
    return Around(
        rows=await serving_store.facts_of(work, [*reaching, *strangers]),
        out_of_area=[(vendor.vendor_id, vendor.km) for vendor in near if not vendor.reaches],
        all_seen=all_seen,
    )


async def canonicals(work: Work) -> dict[str, str]:
    """Service code to canonical service, of the tenant's whole catalogue."""
    query = select(Service.code, Service.canonical).where(Service.tenant_id == work.tenant_id)
    return dict((await work.session.execute(query)).all())


class Counters(NamedTuple):
    """What is remembered of one vendor for one service."""

    last_at: datetime
    n: float
    s: float
    offers: float
    answers: float
    accepts: float
    silences: float
    sum_log_rt: float
    daypart_offers: list[float]
    daypart_accepts: list[float]
    backoff_until: datetime | None
    backoff_level: int
    last_offered_at: datetime | None


async def stats_of(work: Work, service: str, ids: Collection[UUID]) -> dict[UUID, Counters]:
    """Counters of these vendors for a service."""
    stat = VendorStat.__table__.c
    query = select(stat.vendor_id, *(stat[name] for name in Counters._fields)).where(
        stat.tenant_id == work.tenant_id, stat.service_type == service, one_of(stat.vendor_id, ids)
    )
    return {vendor_id: Counters(*counted) for vendor_id, *counted in (await work.session.execute(query)).all()}


class Totals(NamedTuple):
    """A service over all vendors of the tenant: counters, verified vendors, accepted jobs of 30 days."""

    outcomes: float
    success: float
    offers: float
    accepts: float
    vendors: int
    jobs: int


async def totals(work: Work, service: str) -> Totals:
    """The service's figures over all vendors, the counters each faded up to its own last answer."""
    columns = (VendorStat.n, VendorStat.s, VendorStat.offers, VendorStat.accepts)
    counters = (
        select(*(func.coalesce(func.sum(column), 0.0).label(column.key) for column in columns))
        .where(VendorStat.tenant_id == work.tenant_id, VendorStat.service_type == service)
        .subquery()
    )
    vendors = (
        select(func.count())
        .select_from(VendorService)
        .where(
            VendorService.tenant_id == work.tenant_id,
            VendorService.service_code == service,
            VendorService.is_verified.is_(True),
        )
    )
    jobs = select(func.count()).select_from(Offer).where(*_accepted_lately(work, service))
    query = select(*counters.c, vendors.scalar_subquery(), jobs.scalar_subquery())
    return Totals._make((await work.session.execute(query)).one())


async def shares(work: Work, service: str, ids: Collection[UUID]) -> dict[UUID, int]:
    """Accepted jobs of the service over the last 30 days, per vendor."""
    query = (
        select(Offer.vendor_id, func.count())
        .where(*_accepted_lately(work, service), one_of(Offer.vendor_id, ids))
        .group_by(Offer.vendor_id)
    )
    return dict((await work.session.execute(query)).all())


def _accepted_lately(work: Work, service: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Offer.tenant_id == work.tenant_id,
        Offer.service_type == service,
        Offer.status == "accepted",
        Offer.decided_at > work.now - SHARE_WINDOW,
    )


async def recent_values(work: Work) -> list[float]:
    """Estimated values of the newest orders."""
    query = (
        select(cast(Order.estimated_value, Float))
        .where(Order.tenant_id == work.tenant_id)
        .order_by(Order.created_at.desc())
        .limit(VALUES_SAMPLED)
    )
    return [value for value in (await work.session.execute(query)).scalars() if value is not None]


class PastOffer(NamedTuple):
    """How one offer of this order ended."""

    vendor_id: UUID
    run: int
    status: str
    end_reason: str | None


async def offers_of_order(work: Work, order_id: UUID) -> list[PastOffer]:
    """All offers of an order."""
    query = select(Offer.vendor_id, Offer.run, Offer.status, Offer.end_reason).where(
        Offer.tenant_id == work.tenant_id, Offer.order_id == order_id
    )
    return [PastOffer(*row) for row in (await work.session.execute(query)).all()]


class Lately(NamedTuple):
    """An offer of a vendor that still counts: outstanding, or answered within the last day."""

    status: str
    decided_at: datetime | None
    accept_probability: float
    lat: float | None
    lng: float | None


async def lately(work: Work, ids: Collection[UUID]) -> Mapping[UUID, list[Lately]]:
    """Outstanding offers of these vendors, and what they accepted or declined within a day."""
    query = (
        select(
            Offer.vendor_id,
            Offer.status,
            Offer.decided_at,
            Offer.accept_probability,
            Order.customer_lat,
            Order.customer_lng,
        )
        .join(Order, Order.id == Offer.order_id)
        .where(
            Offer.tenant_id == work.tenant_id,
            one_of(Offer.vendor_id, ids),
            or_(
                and_(Offer.status == "pending", Offer.expires_at > work.now),
                and_(Offer.status.in_(("accepted", "declined")), Offer.decided_at > work.now - A_DAY_ANYWHERE),
            ),
        )
    )
    found: dict[UUID, list[Lately]] = defaultdict(list)
    for vendor_id, status, decided_at, p, lat, lng in (await work.session.execute(query)).all():
        found[vendor_id].append(Lately(status, decided_at, float(p), lat, lng))
    return found


async def time_off_of(
    work: Work, ids: Collection[UUID], until: datetime
) -> Mapping[UUID, list[tuple[datetime, datetime]]]:
    """Time off of these vendors between now and a moment."""
    query = select(TimeOff.vendor_id, TimeOff.from_at, TimeOff.to_at).where(
        TimeOff.tenant_id == work.tenant_id,
        one_of(TimeOff.vendor_id, ids),
        TimeOff.to_at > work.now,
        TimeOff.from_at < until,
    )
    found: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for vendor_id, start, end in (await work.session.execute(query.order_by(TimeOff.from_at))).all():
        found[vendor_id].append((start, end))
    return found


async def pairs_of(work: Work, contact_id: UUID | None) -> dict[UUID, str]:
    """Vendors this customer wants (preferred) or never again (blocked)."""
    if contact_id is None:
        return {}
    query = select(VendorPair.vendor_id, VendorPair.relation).where(
        VendorPair.tenant_id == work.tenant_id, VendorPair.contact_id == contact_id
    )
    return dict((await work.session.execute(query)).all())


async def favourites_of(work: Work, contact_id: UUID | None) -> set[UUID]:
    """Vendors whose earlier work this customer rated 4 or better."""
    if contact_id is None:
        return set()
    query = (
        select(Rating.vendor_id)
        .join(Order, Order.id == Rating.order_id)
        .where(
            Order.tenant_id == work.tenant_id,
            Order.contact_id == contact_id,
            Rating.stars >= GOOD_STARS,
            Rating.vendor_id.is_not(None),
        )
    )
    return {vendor for vendor in (await work.session.execute(query)).scalars() if vendor is not None}


async def documented(work: Work, ids: Collection[UUID], kinds: Iterable[str]) -> set[UUID]:
    """Those of the vendors who have an approved, unexpired document of every kind."""
    wanted = set(kinds)
    if not wanted:
        return set(ids)
    query = select(VendorDocument.vendor_id, VendorDocument.kind).where(
        VendorDocument.tenant_id == work.tenant_id,
        one_of(VendorDocument.vendor_id, ids),
        VendorDocument.kind.in_(wanted),
        VendorDocument.review == "approved",
        or_(VendorDocument.expires_on.is_(None), VendorDocument.expires_on >= work.now.date()),
    )
    held: dict[UUID, set[str]] = defaultdict(set)
    for vendor_id, kind in (await work.session.execute(query)).all():
        held[vendor_id].add(kind)
    return {vendor_id for vendor_id, kinds_held in held.items() if kinds_held >= wanted}


async def response_minutes(work: Work, service: str, since: datetime) -> list[tuple[UUID, float]]:
    """(vendor, minutes) of the answers given for a service since a moment, newest first, at most a thousand."""
    query = (
        select(Offer.vendor_id, cast(Offer.response_time_min, Float))
        .where(
            Offer.tenant_id == work.tenant_id,
            Offer.service_type == service,
            Offer.decided_at > since,
            Offer.response_time_min.is_not(None),
        )
        .order_by(Offer.decided_at.desc())
        .limit(1000)
    )
    return [(vendor, minutes) for vendor, minutes in (await work.session.execute(query)).all()]
