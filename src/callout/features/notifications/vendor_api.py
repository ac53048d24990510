"""The vendor's inbox, `/api/vendor/notifications`, and live stream, `/api/vendor/events`."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post, put
from litestar.params import Dependency
from litestar.response import ServerSentEvent

from callout.features.accounts.permissions import allow
from callout.features.notifications import inbox, store, views
from callout.features.notifications.ports import OfferActions
from callout.features.notifications.schemas import InboxAction, VendorInboxFilters, VendorMarkRead
from callout.features.notifications.vendor_live import vendor_view
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.sse import LiveStreams, last_event_id
from callout.kit.http.wire import timestamp

ONE = "/{notification_id:uuid}"
READ = [allow("notification.read", roles="V")]
MARK = [allow("notification.mark_read", roles="V")]
ANSWER = [allow("offer.accept", roles="V")]
GivenOffers = Annotated[OfferActions, Dependency(skip_validation=True)]


@get("/", guards=READ, filters=VendorInboxFilters)
async def list_notifications(work: Work, filters: Filtered[VendorInboxFilters]) -> Response[dict[str, Any]]:
    """The own inbox with its figures."""
    entries, total = await store.notifications_page(work, inbox.conditions(filters), filters.limit, filters.offset)
    items = [views.notification_view(entry, work.now) for entry in entries]
    return listed(filters, items, total, statistics=await store.inbox_counts(work))


@get(ONE, guards=READ)
async def read_notification(work: Work, notification_id: UUID) -> dict[str, Any]:
    """One entry."""
    return views.notification_view(await store.notification(work, notification_id), work.now)


@put(f"{ONE}/read", guards=MARK)
async def mark_one(work: Work, notification_id: UUID) -> dict[str, Any]:
    """Marks one entry as read."""
    entry = await inbox.read_one(work, notification_id)
    return {"marked": 1, "marked_at": timestamp(entry.read_at)}


@put("/", guards=MARK)
async def mark_many(work: Work, data: VendorMarkRead) -> dict[str, Any]:
    """Marks some entries, or all, as read."""
    marked = await inbox.mark_read(work, None if data.all else data.notification_ids)
    return {"marked": marked, "marked_at": timestamp(work.now)}


@post(f"{ONE}/delivered", guards=MARK, status_code=204)
async def confirm_delivery(work: Work, notification_id: UUID) -> None:
    """The app has shown the entry."""
    await inbox.confirm_delivery(work, notification_id)


@post(["/", "/action"], guards=ANSWER, status_code=200)
async def act(work: Work, data: InboxAction, offer_actions: GivenOffers) -> dict[str, Any]:
    """Accepts or declines the order of an entry, or opens it."""
    done: dict[str, Any] = msgspec.to_builtins(await inbox.act(work, offer_actions, data))
    return done


@get("/", guards=READ, takes_ticket=True)
async def follow(
    work: Work,
    request: Request[Any, Any, Any],
    streams: LiveStreams,
    types: str | None = None,
    noun_id: UUID | None = None,
) -> ServerSentEvent:
    """What happens to the vendor's own offers, orders, inbox and account, live."""
    return streams.stream(
        work.principal, types=types, noun_id=noun_id, last_event_id=last_event_id(request), view=vendor_view
    )


routers = [
    Router(path="/api/vendor/events", route_handlers=[follow], tags=["live"]),
    Router(
        path="/api/vendor/notifications",
        route_handlers=[list_notifications, read_notification, mark_one, mark_many, confirm_delivery, act],
        tags=["notifications"],
    ),
]
