"""The SQL of vendors: finding, listing, counting."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, and_, cast, delete, func, insert, or_, select, update

from callout.features.vendors.tables import Vendor, VendorService
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.geo import EARTH_RADIUS_KM, Box

UNSEEN_AFTER = timedelta(hours=24)
"""Whoever was not seen for this long is not online any more."""


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
    found = [here(work), *conditions]
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
        .where(here(work), in_box(Vendor.area_lat, Vendor.area_lng, box), *conditions)
        .order_by(distance, Vendor.id)
    )
    return [(vendor, float(km)) for vendor, km in rows]


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
    return int(await work.session.scalar(select(func.count()).select_from(Vendor).where(here(work))) or 0)


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
    return in_box(Vendor.area_lat, Vendor.area_lng, box)


def distance_km(lat: float, lng: float) -> ColumnElement[float]:
    """SQL for the haversine distance in km from a point in degrees to the centre of a vendor's area."""
    return haversine_km(Vendor.area_lat, Vendor.area_lng, lat, lng)


def haversine_km(to_lat: Any, to_lng: Any, lat: float, lng: float) -> ColumnElement[float]:
    """SQL for: km between places of rows and one place, degrees WGS 84; the formula of `callout.kit.geo`."""
    half_lat = func.power(func.sin(func.radians(to_lat - lat) / 2), 2)
    half_lng = func.power(func.sin(func.radians(to_lng - lng) / 2), 2)
    a = half_lat + func.cos(func.radians(lat)) * func.cos(func.radians(to_lat)) * half_lng
    return cast(2 * EARTH_RADIUS_KM * func.asin(func.sqrt(func.least(1.0, a))), Float)


async def _one(work: Work, condition: ColumnElement[bool], lock: bool) -> Vendor:
    statement = select(Vendor).where(here(work), condition)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    vendor = await work.session.scalar(statement)
    if vendor is None:
        raise NotFound
    return vendor


def here(work: Work) -> ColumnElement[bool]:
    """SQL for: a vendor of the tenant that was not deleted."""
    return and_(Vendor.tenant_id == work.tenant_id, Vendor.deleted_at.is_(None))


def in_box(lat: Any, lng: Any, box: Box) -> ColumnElement[bool]:
    """SQL for: a place lies in a box, also across the antimeridian."""
    return and_(lat.between(box.south, box.north), or_(*(lng.between(low, high) for low, high in box.ranges)))
