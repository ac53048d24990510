"""The admin's inbox, the delivery log, the texts of messages and the live stream."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from litestar.response import ServerSentEvent

from callout.features.accounts.live_view import team_view
from callout.features.accounts.permissions import allow
from callout.features.notifications import inbox, resend, store, texts, views
from callout.features.notifications.schemas import (
    InboxFilters,
    MarkRead,
    MessageFilters,
    TemplateFilters,
    TemplateInput,
    TemplatePreview,
    TestSend,
)
from callout.features.notifications.tables import Message
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.http.limits import RateLimits
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.sse import LiveStreams, last_event_id
from callout.kit.http.writes import IfMatch, versioned

AnyRequest = Request[Any, Any, Any]
AnyResponse = Response[Any]
SLOT = "/{key:str}/{channel:str}/{language:str}"
_ANY_OF = ("event", "channel", "status", "recipient_kind", "order_id")


@get("/", guards=[allow("notification.read", roles="OMW")], filters=InboxFilters)
async def list_notifications(work: Work, request: AnyRequest, filters: Filtered[InboxFilters]) -> AnyResponse:
    """The own inbox, newest first."""
    entries, total = await store.notifications_page(work, inbox.conditions(filters), filters.limit, filters.offset)
    counts = await store.inbox_counts(work)
    items = [views.notification_view(entry, work.now) for entry in entries]
    return listed(filters, items, total, request=request, unread=counts["unread"])


@post("/read", guards=[allow("notification.mark_read", roles="OMW")], status_code=200)
async def mark_read(work: Work, data: MarkRead) -> dict[str, int]:
    """Marks entries as read."""
    return {"marked": await inbox.mark_read(work, None if data.all else data.ids)}


@get("/", guards=[allow("message.read", roles="OMW")], filters=MessageFilters)
async def list_messages(work: Work, request: AnyRequest, filters: Filtered[MessageFilters]) -> AnyResponse:
    """What was sent to whom, and how it went; `cursor` is the id of the last row seen."""
    conditions = [getattr(Message, name).in_(values) for name in _ANY_OF if (values := getattr(filters, name))]
    if filters.queued_from:
        conditions.append(Message.queued_at >= filters.queued_from)
    if filters.queued_to:
        conditions.append(Message.queued_at < filters.queued_to)
    order = filters.order()
    if filters.cursor:
        conditions.append(Message.id < filters.cursor)
        order = []
    rows, total = await store.messages_page(work, conditions, order, filters.limit, filters.offset)
    more = str(rows[-1].id) if len(rows) == filters.limit else None
    items = [views.message_view(row, reader=work.principal.role) for row in rows]
    return listed(filters, items, total, request=request, next_cursor=more)


@post("/{message_id:uuid}/resend", guards=[allow("message.resend", roles="OM")], status_code=202)
async def resend_message(work: Work, message_id: UUID) -> dict[str, Any]:
    """Sends a message again."""
    return views.message_view(await resend.resend(work, message_id))


@get("/", guards=[allow("message_template.read", roles="OMW")], filters=TemplateFilters)
async def list_templates(work: Work, request: AnyRequest, filters: Filtered[TemplateFilters]) -> AnyResponse:
    """The texts in force, the tenant's own and the built-in ones."""
    found = await texts.list_texts(work, filters)
    page = found[filters.offset : filters.offset + filters.limit]
    return listed(filters, page, len(found), request=request)


@put(SLOT, guards=[allow("message_template.update", roles="OM")])
async def put_template(  # noqa: PLR0917 - filled by name
    work: Work, key: str, channel: str, language: str, data: TemplateInput, if_match: IfMatch
) -> AnyResponse:
    """Replaces a text by the tenant's own."""
    texts.check_slot(key, channel)
    own = await store.own_template(work, key, channel, language)
    if_match.check(texts.version_of(own))
    row = await texts.save_text(work, (key, channel, language), data, own)
    return versioned(texts.template_view(None, row), row.version)


@delete(SLOT, guards=[allow("message_template.update", roles="OM")])
async def reset_template(work: Work, key: str, channel: str, language: str, if_match: IfMatch) -> None:
    """Brings the built-in text back."""
    texts.check_slot(key, channel)
    own = await store.own_template(work, key, channel, language)
    if own is None:
        raise NotFound("This text is the built-in one.")
    if_match.check(own.version)
    await texts.reset_text(work, own)


@post("/preview", guards=[allow("message_template.read", roles="OM")], status_code=200)
async def preview_template(work: Work, data: TemplatePreview) -> dict[str, Any]:
    """What a text would say, with sample values."""
    return await texts.preview(work, data)


@post("/{key:str}/test-send", guards=[allow("message_template.update", roles="OM")], status_code=202)
async def test_send(work: Work, key: str, data: TestSend, limits: RateLimits) -> dict[str, Any]:
    """Sends a sample."""
    await limits.hit("template_test", str(work.tenant_id), limit=30, window_s=3600)
    messages = await texts.send_sample(work, key, data.channel, data.to)
    return {"messages": [views.message_view(message) for message in messages]}


@get("/", guards=[allow("tenant.read", roles="OMWA")], takes_ticket=True)
async def follow(
    work: Work, request: AnyRequest, streams: LiveStreams, types: str | None = None, noun_id: UUID | None = None
) -> ServerSentEvent:
    """Everything that happens in the business and may be seen by the reader, live."""
    return streams.stream(
        work.principal, types=types, noun_id=noun_id, last_event_id=last_event_id(request), view=team_view
    )


routers = [
    Router(path="/api/admin/events", route_handlers=[follow], tags=["live"]),
    Router(path="/api/admin/notifications", route_handlers=[list_notifications, mark_read], tags=["notifications"]),
    Router(path="/api/admin/messages", route_handlers=[list_messages, resend_message], tags=["messages"]),
    Router(
        path="/api/admin/templates",
        route_handlers=[list_templates, put_template, reset_template, preview_template, test_send],
        tags=["templates"],
    ),
]
