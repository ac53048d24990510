"""The use cases of time off."""

from uuid import UUID

from callout.features.vendors import belongings_store, store
from callout.features.vendors.events import VendorUpdated
from callout.features.vendors.schemas import TimeOffInput
from callout.features.vendors.tables import TimeOff
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable

MOST = 100
"""Spans a vendor may have ahead."""


async def add_time_off(work: Work, vendor_id: UUID, data: TimeOffInput) -> TimeOff:
    """Adds a span without work.

    Raises:
        Unprocessable: it is over already, or there are too many.
    """
    vendor = await store.get_vendor(work, vendor_id, lock=True)
    if data.to_at <= work.now:
        raise Unprocessable.at("to_at", "must be in the future")
    if len(await belongings_store.time_off_of(work, vendor.id)) >= MOST:
        raise Unprocessable.at("from_at", f"at most {MOST} spans of time off ahead")
    span = TimeOff(vendor_id=vendor.id, from_at=data.from_at, to_at=data.to_at, note=data.note)
    work.session.add(span)
    await work.session.flush()
    await work.publish(VendorUpdated(noun_id=vendor.id, changed=["time_off"]))
    return span


async def remove_time_off(work: Work, vendor_id: UUID, time_off_id: UUID) -> None:
    """Removes a span."""
    await belongings_store.drop_time_off(work, vendor_id, time_off_id)
    await work.publish(VendorUpdated(noun_id=vendor_id, changed=["time_off"]))
