"""Who serves where, and what a selection needs to know about them: asked for hundreds of vendors at a time."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Float, Text, and_, cast, func, or_, select, true

from callout.features.accounts.tables import User
from callout.features.vendors.store import UNSEEN_AFTER, haversine_km, in_box
from callout.features.vendors.tables import Service, Vendor, VendorService
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.geo import Box, bounding_box

ROUNDING_KM = 1e-6
"""A millimetre: more than a distance may differ between the database's arithmetic and our own."""
TEXTS_KEPT = 4096
DOCUMENTS = ("services", "skills", "tags", "languages", "working_hours")
"""Columns with documents, of which few differ; the last of `VendorRow`."""


class Nearby(NamedTuple):
    """A vendor whose area is centred within a radius: km to the centre, and whether the area reaches as far."""

    vendor_id: UUID
    km: float
    reaches: bool


async def serving_near(
    work: Work,
    service_codes: Collection[str],
    lat: float,
    lng: float,
    radius_km: float,
    *,
    most: int | None = None,
    among: Collection[UUID] | None = None,
) -> list[Nearby]:
    """Who serves one of the services within a radius of a place (degrees), verified or not; from the index alone.

    The comparisons with the radius and the vendor's own are generous by a millimetre: who is asked, decides exactly.

    Args:
        work: the transaction.
        service_codes: the services.
        lat: degrees WGS 84.
        lng: degrees WGS 84.
        radius_km: the radius.
        most: at most so many vendors, the nearest; None for all.
        among: only these vendors; None for all.
    """
    km = haversine_km(VendorService.lat, VendorService.lng, lat, lng)
    reaches = km <= VendorService.radius_km + ROUNDING_KM
    query = (
        select(VendorService.vendor_id, km.label("km"), reaches.label("reaches"))
        .distinct()
        .where(
            VendorService.tenant_id == work.tenant_id,
            VendorService.service_code.in_(service_codes),
            _within(bounding_box(lat, lng, radius_km)),
            km <= radius_km + ROUNDING_KM,
        )
        .order_by("km", VendorService.vendor_id)
        .limit(most)
    )
    if among is not None:
        query = query.where(one_of(VendorService.vendor_id, among))
    return [Nearby(*row) for row in (await work.session.execute(query)).all()]


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


class VendorRow(NamedTuple):
    """Everything dispatch decides from that belongs to a vendor; what is equal for many of them is shared.

    `lat`, `lng`, `radius_km` are of the service area; `is_online` is true only while it is really so.
    """

    vendor_id: UUID
    user_active: bool
    full_name: str
    status: str
    lat: float
    lng: float
    radius_km: float
    current_lat: float | None
    current_lng: float | None
    located_at: datetime | None
    timezone: str
    is_online: bool
    last_seen_at: datetime | None
    joined_at: datetime
    open_jobs: int
    max_open_jobs: int
    daily_cap: int
    min_price: float | None
    rating: float | None
    rating_count: int
    services: tuple[str, ...]
    skills: tuple[str, ...]
    tags: tuple[str, ...]
    languages: tuple[str, ...]
    working_hours: dict[str, list[dict[str, str]]] | None


async def facts_of(work: Work, vendor_ids: Collection[UUID]) -> list[VendorRow]:
    """Those of these vendors who have a service area, whatever they serve and wherever it is, by id."""
    vendor, user = Vendor.__table__.c, User.__table__.c
    online = and_(
        vendor.is_online,
        or_(vendor.online_until.is_(None), vendor.online_until > work.now),
        func.coalesce(vendor.last_seen_at > work.now - UNSEEN_AFTER, False),
    )
    columns: dict[str, Any] = {
        "vendor_id": vendor.id, "user_active": user.is_active, "lat": vendor.area_lat, "lng": vendor.area_lng,
        "radius_km": vendor.area_radius_km, "is_online": online, "joined_at": vendor.registered_at,
        "min_price": cast(vendor.min_price, Float), "rating": cast(vendor.rating, Float),
        **{name: cast(vendor[name], Text) for name in DOCUMENTS},
    }  # fmt: skip
    query = (
        select(*(columns[name] if name in columns else vendor[name] for name in VendorRow._fields))
        .join_from(Vendor.__table__, User.__table__, user.id == vendor.user_id)
        .where(
            vendor.tenant_id == work.tenant_id,
            vendor.deleted_at.is_(None),
            vendor.area_lat.is_not(None),
            vendor.area_lng.is_not(None),
            one_of(vendor.id, vendor_ids),
        )
        .order_by(vendor.id)
    )
    return [
        VendorRow._make(
            (*plain, _strings(services), _strings(skills), _strings(tags), _strings(languages), _weekly(hours))
        )
        for *plain, services, skills, tags, languages, hours in (await work.session.execute(query)).all()
    ]


@lru_cache(maxsize=TEXTS_KEPT)
def _strings(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


@lru_cache(maxsize=TEXTS_KEPT)
def _weekly(text: str | None) -> dict[str, list[dict[str, str]]] | None:
    """Shared by all who keep the same hours, so it must not be changed."""
    return None if text is None else msgspec.json.decode(text, type=dict[str, list[dict[str, str]]])


def _within(box: Box) -> ColumnElement[bool]:
    """SQL for: an entry of the index of services lies in a box, whoever is verified."""
    return and_(VendorService.is_verified.in_((True, False)), in_box(VendorService.lat, VendorService.lng, box))
