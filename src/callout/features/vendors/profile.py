"""The use cases of a vendor's profile, by the vendor and by admins."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from callout.features.accounts.audit import audit
from callout.features.accounts.masking import found_by, sees_masked
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.accounts.user_store import find_user
from callout.features.geocoding.schemas import read_point
from callout.features.vendors import presence, store
from callout.features.vendors.catalogue_service import check_codes
from callout.features.vendors.events import VendorUpdated
from callout.features.vendors.schemas import ProfileUpdate, ServiceArea, VendorFilters, VendorPatch
from callout.features.vendors.tables import Vendor, VendorService
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden, Unprocessable
from callout.kit.geo import bounding_box
from callout.kit.http.fields import Weekly
from callout.kit.http.writes import IfMatch
from callout.kit.text.phones import parse_phone

MERGED = ("notification_preferences", "preferences")
STATUS_OF_ACCOUNT = {
    "pending_verification": ("pending",),
    "verified": ("verified", "suspended"),
    "blocked": ("blocked",),
}


async def update_own(work: Work, data: ProfileUpdate) -> tuple[Vendor, list[str]]:
    """A vendor changes the own profile.

    Returns:
        The vendor and the names of the members that really changed.

    Raises:
        Forbidden: services were to change but the business keeps that to itself.
    """
    vendor = await own_vendor(work, lock=True)
    given = data.given()
    online = given.pop("is_online", None)
    chooses = "services" in given and sorted(given["services"]) != sorted(vendor.services)
    if chooses and not (await tenant_settings(work))["vendors.self_edit_services"]:
        raise Forbidden("The business chooses your services. Ask it to change them.")
    changed = await _apply(work, vendor, given)
    if online is not None and await presence.set_online(work, vendor, online, until=None):
        changed.append("is_online")
    return vendor, changed


async def update_vendor(work: Work, vendor_id: UUID, data: VendorPatch, if_match: IfMatch) -> Vendor:
    """An admin changes a vendor."""
    vendor = await store.get_vendor(work, vendor_id, lock=True)
    if_match.check(vendor.version)
    given = data.given()
    before = {name: _plain(_current(vendor, name)) for name in given}
    changed = await _apply(work, vendor, given)
    if changed:
        after = {name: _plain(_current(vendor, name)) for name in changed}
        kept = {name: before[name] for name in changed}
        await audit(work, "vendor.update", "vendor", vendor.id, before=kept, after=after)
    return vendor


async def own_vendor(work: Work, *, lock: bool = False) -> Vendor:
    """The vendor of the principal."""
    if work.principal.vendor_id is not None:
        return await store.get_vendor(work, work.principal.vendor_id, lock=lock)
    if work.principal.actor_id is None:
        raise Forbidden
    return await store.vendor_of_user(work, work.principal.actor_id, lock=lock)


async def list_vendors(work: Work, filters: VendorFilters) -> tuple[list[Vendor], int]:
    """A page of vendors."""
    columns = [(getattr(Vendor, name), falling) for name, falling in filters.order()]
    order = [(column.desc() if falling else column.asc()).nulls_last() for column, falling in columns]
    return await store.list_vendors(
        work, _conditions(work, filters, masked=await sees_masked(work)), order, filters.limit, filters.offset
    )


async def vendors_near(
    work: Work, lat: float, lng: float, radius_km: float, service: str | None = None
) -> list[tuple[Vendor, float]]:
    """Vendors whose area is centred within a distance of a point, with that distance in km, nearest first."""
    conditions = [serves(service)] if service else []
    found = await store.vendors_near(work, conditions, bounding_box(lat, lng, radius_km), lat, lng)
    return [(vendor, km) for vendor, km in found if km <= radius_km]


def serves(*codes: str) -> ColumnElement[bool]:
    """SQL for: offers one of the services and has a place."""
    serving = select(VendorService.vendor_id).where(
        VendorService.tenant_id == Vendor.tenant_id, VendorService.service_code.in_(codes)
    )
    return Vendor.id.in_(serving)


def _conditions(work: Work, filters: VendorFilters, *, masked: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.q:
        shown, hidden = (Vendor.full_name, Vendor.vendor_code), (Vendor.email, Vendor.phone)
        found.append(found_by(filters.q, shown, hidden, masked=masked))
    if filters.status:
        found.append(Vendor.status.in_(filters.status))
    if filters.account_status:
        found.append(Vendor.status.in_([s for name in filters.account_status for s in STATUS_OF_ACCOUNT[name]]))
    if filters.service:
        found.append(serves(*filters.service))
    if filters.is_online is not None:
        found.append(store.online_at(work.now).is_(filters.is_online))
    if filters.registered_via_app is not None:
        found.append(Vendor.registered_via_app.is_(filters.registered_via_app))
    if filters.rating_min is not None:
        found.append(Vendor.rating >= filters.rating_min)
    if filters.near:
        lat, lng = read_point(filters.near)
        found.append(store.in_area_box(bounding_box(lat, lng, filters.radius_km)))
        found.append(store.distance_km(lat, lng) <= filters.radius_km)
    return found


async def _apply(work: Work, vendor: Vendor, given: dict[str, Any]) -> list[str]:
    """Writes the members that differ, with everything that hangs on them."""
    if "services" in given:
        given["services"] = list(dict.fromkeys(given["services"]))
        await check_codes(work, given["services"])
    if "phone" in given:
        given["phone"] = await read_phone(work, given["phone"])
    changed = [name for name, value in given.items() if _write(vendor, name, value)]
    if not changed:
        return []
    if {"services", "service_area"} & set(changed):
        await store.reindex(work, vendor)
    if {"full_name", "phone"} & set(changed):
        user = await find_user(work, vendor.user_id, lock=True)
        user.full_name, user.phone = vendor.full_name, vendor.phone
    await work.session.flush()
    await work.publish(VendorUpdated(noun_id=vendor.id, changed=changed))
    return changed


async def read_phone(work: Work, typed: str) -> str:
    """The E.164 form of a number typed in the tenant's country.

    Raises:
        Unprocessable: not a number.
    """
    try:
        return parse_phone(typed, (await own_tenant(work)).country)
    except ValueError as error:
        raise Unprocessable.at("phone", str(error), code="invalid_phone") from error


def _write(vendor: Vendor, name: str, value: Any) -> bool:
    before = _plain(_current(vendor, name))
    match value:
        case ServiceArea():
            vendor.area_lat, vendor.area_lng, vendor.area_radius_km = value.latitude, value.longitude, value.radius
        case Weekly():
            vendor.working_hours = value.as_json()
        case _ if name in MERGED:
            setattr(vendor, name, getattr(vendor, name) | value.model_dump(include=value.model_fields_set))
        case _:
            setattr(vendor, name, value)
    return bool(_plain(_current(vendor, name)) != before)


def _current(vendor: Vendor, name: str) -> Any:
    if name == "service_area":
        return [vendor.area_lat, vendor.area_lng, vendor.area_radius_km]
    return getattr(vendor, name)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (list, dict, int, float, str, bool, type(None))) else str(value)
