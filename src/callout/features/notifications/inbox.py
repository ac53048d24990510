"""The inbox: reading, marking, and acting on offers from it."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement

from callout.features.notifications import store
from callout.features.notifications.errors import NoOrder
from callout.features.notifications.events import NotificationRead
from callout.features.notifications.ports import OfferActions
from callout.features.notifications.schemas import InboxAction, InboxFilters
from callout.features.notifications.tables import Notification
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden

N = Notification
_NEXT = {
    "accept_order": "navigate_to_order_progress",
    "decline_order": "refresh_notifications",
    "view_order_details": "navigate_to_order_progress",
}


class Acted(msgspec.Struct, frozen=True, kw_only=True):
    """What an action led to."""

    action_taken: str
    next_action: str
    order_status: str


def conditions(filters: InboxFilters) -> list[ColumnElement[bool]]:
    """The filters of the inbox as conditions."""
    found = [
        getattr(N, name).in_(values) for name in ("type", "subtype", "status") if (values := getattr(filters, name))
    ]
    if filters.unread is not None:
        found.append(store.unread() if filters.unread else ~store.unread())
    if filters.urgent is not None:
        found.append(N.urgent.is_(filters.urgent))
    return found


async def mark_read(work: Work, ids: Sequence[UUID] | None) -> int:
    """Marks entries of the acting person as read, all of them without `ids`; returns how many were unread."""
    entries = await store.unread_of(work, ids)
    for entry in entries:
        await _read(work, entry)
    return len(entries)


async def read_one(work: Work, notification_id: UUID) -> Notification:
    """Marks one entry as read; repeating it changes nothing."""
    entry = await store.notification(work, notification_id, lock=True)
    if entry.read_at is None:
        await _read(work, entry)
    return entry


async def confirm_delivery(work: Work, notification_id: UUID) -> None:
    """The app says that it has shown the entry."""
    entry = await store.notification(work, notification_id, lock=True)
    if entry.status == "sent":
        entry.status, entry.delivered_at = "delivered", work.now


async def act(work: Work, offers: OfferActions, data: InboxAction) -> Acted:
    """Accepts, declines or looks at the order an entry is about; whoever acts has read it.

    The entry is not locked while the offer is decided: orders are locked before inbox entries everywhere.

    Raises:
        NoOrder: the entry is not about an order.
        Conflict, Gone: as accepting and declining do.
    """
    vendor_id = work.principal.vendor_id
    if vendor_id is None:
        raise Forbidden
    entry = await store.notification(work, data.notification_id)
    if entry.order_id is None:
        raise NoOrder
    if data.action == "accept_order":
        status = await offers.accept(work, entry.order_id, vendor_id)
    elif data.action == "decline_order":
        status = await offers.decline(work, entry.order_id, vendor_id, data.decline_reason)
    else:
        status = await offers.look(work, entry.order_id, vendor_id)
    await work.session.refresh(entry, with_for_update=True)
    if data.action != "view_order_details":
        entry.action_taken = data.action
    if entry.read_at is None:
        await _read(work, entry)
    return Acted(action_taken=data.action, next_action=_NEXT[data.action], order_status=status)


async def _read(work: Work, entry: Notification) -> None:
    entry.read_at = work.now
    if entry.status != "expired":
        entry.status = "read"
    await work.publish(NotificationRead(noun_id=entry.id, user_id=entry.recipient_user_id, audience=entry.audience))
