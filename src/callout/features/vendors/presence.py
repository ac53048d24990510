"""The use cases of presence: online or not, where, and still alive."""

from datetime import datetime, timedelta
from uuid import UUID

from callout.features.vendors import store
from callout.features.vendors.events import VendorPresenceChanged
from callout.features.vendors.tables import Vendor
from callout.features.vendors.views import is_online
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden, Unprocessable
from callout.kit.geo import Point

LONGEST = timedelta(days=7)


async def set_online(work: Work, vendor: Vendor, online: bool, *, until: datetime | None) -> bool:
    """Goes online or offline.

    Args:
        vendor: locked by the caller.
        online: what is wanted.
        until: when an online vendor goes offline by itself, at most a week ahead.

    Returns:
        True when that was a change.

    Raises:
        Forbidden: a blocked vendor stays offline.
        Unprocessable: `until` is not within the next week.
    """
    if vendor.status == "blocked":
        raise Forbidden("Your account is blocked.")
    if until is not None and not work.now < until <= work.now + LONGEST:
        raise Unprocessable.at("until", "must be within the next seven days")
    was_online = is_online(vendor, work.now)
    await work.session.flush()
    await store.record_presence(work, vendor.id, is_online=online, online_until=until if online else None)
    await work.session.refresh(vendor)
    if was_online == online:
        return False
    await work.publish(VendorPresenceChanged(noun_id=vendor.id, is_online=online))
    return True


async def heartbeat(work: Work, vendor_id: UUID, location: Point | None) -> None:
    """Notes that a vendor's app is alive, and where it is; exactly (0, 0) is no place."""
    columns = {}
    if location is not None and tuple(location) != (0, 0):
        columns = {"current_lat": location.lat, "current_lng": location.lng, "located_at": work.now}
    await store.record_presence(work, vendor_id, **columns)
