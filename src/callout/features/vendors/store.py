"""The SQL of vendors: finding, listing, counting, and the search for candidates."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Row, Select, and_, cast, delete, func, insert, or_, select, true, update

from callout.features.accounts.tables import User
from callout.features.vendors.tables import Service, Vendor, VendorService
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.geo import EARTH_RADIUS_KM, Box, bounding_box

UNSEEN_AFTER = timedelta(hours=24)
"""Whoever was not seen for this long is not online any more."""
ROUNDING_KM = 1e-6
"""A millimetre: more than a distance may differ between the database's arithmetic and our own."""


async def get_vendor(work: Work, vendor_id: UUID, *, lock: bool = False) -> Vendor:
    """A vendor of the tenant; `lock` keeps other writers away until the end of the unit of work.

    Raises:
        NotFound: no such vendor, or deleted.
    """
    return await _one(work, Vendor.id == vendor_id, lock)


async def vendor_of_user(work: Work, user_id: UUID, *, lock: bool = False) -> Vendor:
    """The vendor behind a login.

    Raises:
        NotFound: the login is not a vendor's, or the vendor is deleted.
    """
    return await _one(work, Vendor.user_id == user_id, lock)


async def list_vendors(
    work: Work, conditions: Sequence[ColumnElement[bool]], order: Sequence[Any], limit: int, offset: int
) -> tuple[list[Vendor], int]:
    """A page of vendors and how many there are in all."""
    found = [_here(work), *conditions]
    total = await work.session.scalar(select(func.count()).select_from(Vendor).where(*found))
    rows = await work.session.scalars(
        select(Vendor).where(*found).order_by(*order, Vendor.id).limit(limit).offset(offset)
    )
    return list(rows), int(total or 0)


async def vendors_near(
    work: Work, conditions: Sequence[ColumnElement[bool]], box: Box, lat: float, lng: float
) -> list[tuple[Vendor, float]]:
    """Vendors whose service area is centred in a box, with their distance in km from a point, nearest first."""
    distance = distance_km(lat, lng)
    rows = await work.session.execute(
        select(Vendor, distance)
        .where(_here(work), _in_box(Vendor.area_lat, Vendor.area_lng, box), *conditions)
        .order_by(distance, Vendor.id)
    )
    return [(vendor, float(km)) for vendor, km in rows]


async def candidates_in_box(
    work: Work, service_codes: Sequence[str], box: Box, *, verified_only: bool = True
) -> Sequence[Row[Any]]:
    """Who serves one of the services from inside a box: one row of plain columns per vendor.

    The row says everything dispatch decides from that belongs to vendors: `vendor_id`, `user_id`, `user_active`,
    `full_name`, `status`, `services`, `skills`, `tags`, `languages`, `lat`, `lng`, `radius_km` (service area),
    `current_lat`, `current_lng`, `located_at`, `timezone`, `working_hours`, `is_online` (true only while it is really
    so), `last_seen_at`, `joined_at`, `open_jobs`, `max_open_jobs`, `daily_cap`, `min_price`, `rating`, `rating_count`,
    `avg_response_min`.
    """
    query = candidate_query(work, service_codes, box, verified_only=verified_only)
    rows: Sequence[Row[Any]] = (await work.session.execute(query)).all()
    return rows


async def facts_of(work: Work, vendor_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """The same rows as `candidates_in_box` for named vendors, whatever they serve and wherever they are."""
    rows: Sequence[Row[Any]] = (await work.session.execute(_facts(work).where(one_of(Vendor.id, vendor_ids)))).all()
    return rows


class Nearby(NamedTuple):
    """A vendor whose area is centred within a radius: km to the centre, and whether the area reaches as far."""

    vendor_id: UUID
    km: float
    reaches: bool


async def serving_near(
    work: Work, service_codes: Collection[str], lat: float, lng: float, radius_km: float
) -> list[Nearby]:
    """Who serves one of the services within a radius of a place (degrees), verified or not; from the index alone.

    The comparisons with the radius and the vendor's own are generous by a millimetre: who is asked, decides exactly.
    """
    km = _haversine_km(VendorService.lat, VendorService.lng, lat, lng)
    query = select(
        VendorService.vendor_id, km.label("km"), (km <= VendorService.radius_km + ROUNDING_KM).label("reaches")
    ).where(
        VendorService.tenant_id == work.tenant_id,
        VendorService.service_code.in_(service_codes),
        _within(bounding_box(lat, lng, radius_km)),
        km <= radius_km + ROUNDING_KM,
    )
    found = {row.vendor_id: Nearby(*row) for row in (await work.session.execute(query)).all()}
    return list(found.values())


async def serving_others_near(work: Work, service_codes: Collection[str], box: Box, limit: int) -> list[UUID]:
    """Some vendors centred in a box who serve something else; a vendor may be named more than once.

    Asks the index service by service and stops as soon as there are enough.
    """
    of_service = (
        select(VendorService.vendor_id)
        .where(VendorService.tenant_id == work.tenant_id, VendorService.service_code == Service.code, _within(box))
        .limit(limit)
        .lateral()
    )
    query = (
        select(of_service.c.vendor_id)
        .select_from(Service)
        .join(of_service, true())
        .where(Service.tenant_id == work.tenant_id, Service.code.not_in(service_codes))
        .limit(limit)
    )
    return list((await work.session.execute(query)).scalars())


def candidate_query(work: Work, service_codes: Sequence[str], box: Box, *, verified_only: bool = True) -> Select[Any]:
    """The statement of `candidates_in_box`; the box is answered from the index of `vendor_services`."""
    serving = select(VendorService.vendor_id).where(
        VendorService.tenant_id == work.tenant_id,
        VendorService.service_code.in_(service_codes),
        _in_box(VendorService.lat, VendorService.lng, box),
    )
    if verified_only:
        serving = serving.where(VendorService.is_verified)
    return _facts(work).where(Vendor.id.in_(serving))


async def reindex(work: Work, vendor: Vendor) -> None:
    """Makes the index of who serves where agree with a vendor's row; called by every use case that changes it."""
    await work.session.flush()
    await work.session.execute(
        delete(VendorService).where(VendorService.tenant_id == work.tenant_id, VendorService.vendor_id == vendor.id)
    )
    if vendor.deleted_at or vendor.area_lat is None or vendor.area_lng is None or not vendor.services:
        return
    row = {
        "vendor_id": vendor.id,
        "tenant_id": vendor.tenant_id,
        "lat": vendor.area_lat,
        "lng": vendor.area_lng,
        "radius_km": vendor.area_radius_km,
        "is_verified": vendor.status == "verified",
    }
    await work.session.execute(insert(VendorService), [row | {"service_code": code} for code in vendor.services])


async def count_vendors(work: Work) -> int:
    """How many vendors the tenant has: what its plan limits."""
    return int(await work.session.scalar(select(func.count()).select_from(Vendor).where(_here(work))) or 0)


async def count_jobs(
    work: Work, vendor_id: UUID, *, open_jobs: int = 0, total: int = 0, completed: int = 0, canceled: int = 0
) -> None:
    """Moves a vendor's order counters by so many; open jobs never fall below zero."""
    await work.session.execute(
        update(Vendor)
        .where(Vendor.id == vendor_id, Vendor.tenant_id == work.tenant_id)
        .values(
            open_jobs=func.greatest(Vendor.open_jobs + open_jobs, 0),
            orders_total=Vendor.orders_total + total,
            orders_completed=Vendor.orders_completed + completed,
            orders_canceled=Vendor.orders_canceled + canceled,
        )
        .execution_options(synchronize_session="fetch")
    )


async def record_presence(work: Work, vendor_id: UUID, **columns: Any) -> None:
    """Writes presence columns without a new version: a phone's position must not defeat an admin's edit."""
    await work.session.execute(
        update(Vendor)
        .where(Vendor.id == vendor_id, Vendor.tenant_id == work.tenant_id)
        .values(last_seen_at=work.now, **columns)
        .execution_options(synchronize_session="fetch")
    )


def online_at(now: datetime) -> ColumnElement[bool]:
    """SQL for: online, not beyond the announced end, and seen within a day."""
    return and_(
        Vendor.is_online,
        or_(Vendor.online_until.is_(None), Vendor.online_until > now),
        func.coalesce(Vendor.last_seen_at > now - UNSEEN_AFTER, False),
    )


def in_area_box(box: Box) -> ColumnElement[bool]:
    """SQL for: the service area is centred in a box."""
    return _in_box(Vendor.area_lat, Vendor.area_lng, box)


def distance_km(lat: float, lng: float) -> ColumnElement[float]:
    """SQL for the haversine distance in km from a point in degrees to the centre of a vendor's area."""
    return _haversine_km(Vendor.area_lat, Vendor.area_lng, lat, lng)


def _haversine_km(to_lat: Any, to_lng: Any, lat: float, lng: float) -> ColumnElement[float]:
    half_lat = func.power(func.sin(func.radians(to_lat - lat) / 2), 2)
    half_lng = func.power(func.sin(func.radians(to_lng - lng) / 2), 2)
    a = half_lat + func.cos(func.radians(lat)) * func.cos(func.radians(to_lat)) * half_lng
    return cast(2 * EARTH_RADIUS_KM * func.asin(func.sqrt(func.least(1.0, a))), Float)


def _facts(work: Work) -> Select[Any]:
    columns: list[Any] = [
        *(Vendor.id.label("vendor_id"), Vendor.user_id, User.is_active.label("user_active")),
        *(Vendor.full_name, Vendor.status, Vendor.services, Vendor.skills, Vendor.tags, Vendor.languages),
        *(Vendor.area_lat.label("lat"), Vendor.area_lng.label("lng"), Vendor.area_radius_km.label("radius_km")),
        *(Vendor.current_lat, Vendor.current_lng, Vendor.located_at, Vendor.timezone, Vendor.working_hours),
        *(online_at(work.now).label("is_online"), Vendor.last_seen_at, Vendor.registered_at.label("joined_at")),
        *(Vendor.open_jobs, Vendor.max_open_jobs, Vendor.daily_cap, Vendor.min_price),
        *(Vendor.rating, Vendor.rating_count, Vendor.avg_response_min),
    ]
    return select(*columns).join(User, User.id == Vendor.user_id).where(_here(work)).order_by(Vendor.id)


async def _one(work: Work, condition: ColumnElement[bool], lock: bool) -> Vendor:
    statement = select(Vendor).where(_here(work), condition)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    vendor = await work.session.scalar(statement)
    if vendor is None:
        raise NotFound
    return vendor


def _here(work: Work) -> ColumnElement[bool]:
    return and_(Vendor.tenant_id == work.tenant_id, Vendor.deleted_at.is_(None))


def _within(box: Box) -> ColumnElement[bool]:
    """SQL for: an entry of the index of services lies in a box, whoever is verified."""
    return and_(VendorService.is_verified.in_((True, False)), _in_box(VendorService.lat, VendorService.lng, box))


def _in_box(lat: Any, lng: Any, box: Box) -> ColumnElement[bool]:
    return and_(lat.between(box.south, box.north), or_(*(lng.between(low, high) for low, high in box.ranges)))
