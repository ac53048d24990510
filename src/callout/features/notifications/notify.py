"""Tells somebody something: renders the text, files it in the inbox, and queues one message per channel."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from callout.features.notifications import store
from callout.features.notifications.catalogue import KINDS, Kind
from callout.features.notifications.default_texts import default_text, languages_to_try
from callout.features.notifications.delivery_rules import Planned, Recipient, plan_channels
from callout.features.notifications.events import NotificationCreated
from callout.features.notifications.masking import masked_address
from callout.features.notifications.people import Business, business_of, switches
from callout.features.notifications.rendering import render
from callout.features.notifications.tables import Message, Notification
from callout.kit.db.work import Work
from callout.kit.observe.logs import logger

DELIVER = "deliver_message"
_log = logger(__name__)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be said.

    Attributes:
        key: what kind, from the catalogue.
        noun_id: what it is about; with `occurrence` it makes the notice unique per recipient and channel.
        values: variables of the texts beyond the tenant's own.
        occurrence: tells repetitions apart that are meant, such as the second reminder.
        file_ids: stored files that go with e-mails.
    """

    key: str
    noun_id: UUID
    values: Mapping[str, Any]
    occurrence: str = "1"
    order_id: UUID | None = None
    offer_id: UUID | None = None
    trigger_event_id: UUID | None = None
    data: Mapping[str, Any] = {}
    priority: str = "medium"
    urgent: bool = False
    actions: tuple[Mapping[str, str], ...] = ()
    expires_at: datetime | None = None
    file_ids: tuple[UUID, ...] = ()
    only_channels: tuple[str, ...] | None = None


class _Written(msgspec.Struct, frozen=True):
    subject: str | None
    body: str
    language: str
    version: int


async def notify(work: Work, notice: Notice, recipients: Sequence[Recipient]) -> list[Message]:
    """Tells the recipients, each at most once per channel however often this runs.

    Returns:
        The messages written now; those known from before are left out.
    """
    kind = KINDS[notice.key]
    settings = await switches(work)
    business = await business_of(work)
    written: list[Message] = []
    for recipient in recipients:
        planned = [
            one
            for one in plan_channels(kind, recipient, settings)
            if notice.only_channels is None or one.channel in notice.only_channels
        ]
        written += await _tell(work, notice, kind, recipient, planned=planned, business=business)
    return written


async def _tell(
    work: Work, notice: Notice, kind: Kind, recipient: Recipient, *, planned: Sequence[Planned], business: Business
) -> list[Message]:
    keys = {one.channel: _dedupe_key(notice, recipient, one.channel) for one in planned}
    known = await store.known_keys(work, list(keys.values()))
    messages = []
    entry: Notification | None = None
    for one in planned:
        if keys[one.channel] in known:
            continue
        text = await _write(work, notice, one.channel, recipient.language, business)
        if text is None:
            continue
        if one.channel == "in_app" and one.suppressed is None:
            entry = await _file(work, notice, kind, recipient, text)
        messages.append(_message(work, notice, recipient, one, text=text, dedupe_key=keys[one.channel]))
    for message in messages:
        message.notification_id = entry.id if entry else None
        work.session.add(message)
    await work.session.flush()
    for message in messages:
        if message.status == "queued":
            await work.enqueue(DELIVER, str(message.id), key=delivery_key(message))
    return messages


def delivery_key(message: Message) -> str:
    """The identity of one round of delivering a message."""
    return f"message:{message.id}:{message.rounds}"


async def _file(work: Work, notice: Notice, kind: Kind, recipient: Recipient, text: _Written) -> Notification:
    audience = "vendor" if recipient.kind == "vendor" else "admin"
    entry = Notification(
        tenant_id=work.tenant_id,
        recipient_user_id=recipient.user_id,
        audience=audience,
        type=kind.type,
        subtype=notice.key,
        title=(text.subject or notice.key)[:120],
        message=text.body[:500],
        order_id=notice.order_id,
        offer_id=notice.offer_id,
        trigger_event_id=notice.trigger_event_id,
        data=dict(notice.data),
        priority=notice.priority,
        urgent=notice.urgent,
        actions=[dict(action) for action in notice.actions],
        status="sent",
        sent_at=work.now,
        expires_at=notice.expires_at,
    )
    work.session.add(entry)
    await work.session.flush()
    await work.publish(
        NotificationCreated(
            noun_id=entry.id,
            user_id=recipient.user_id,
            audience=audience,
            kind=entry.type,
            title=entry.title,
            urgent=entry.urgent,
            order_id=entry.order_id,
        )
    )
    return entry


def _message(
    work: Work, notice: Notice, recipient: Recipient, one: Planned, *, text: _Written, dedupe_key: str
) -> Message:
    address = {"email": recipient.email, "in_app": None}.get(one.channel, recipient.phone)
    in_app = one.channel == "in_app"
    status = "suppressed" if one.suppressed else "sent" if in_app else "queued"
    return Message(
        tenant_id=work.tenant_id,
        event=notice.key,
        recipient_kind="admin" if recipient.kind == "user" else recipient.kind,
        recipient_ref=recipient.ref,
        recipient_name=recipient.name,
        channel=one.channel,
        address=address,
        address_masked=masked_address(address),
        template_key=notice.key,
        template_version=text.version,
        language=text.language,
        subject=text.subject[:300] if text.subject else None,
        body=text.body,
        confidential=KINDS[notice.key].security,
        attachments=[str(file_id) for file_id in notice.file_ids] if one.channel == "email" else [],
        order_id=notice.order_id,
        status=status,
        provider="inbox" if in_app else None,
        attempts=0,
        rounds=1,
        queued_at=work.now,
        sent_at=work.now if status == "sent" else None,
        suppressed_reason=one.suppressed,
        hard_bounced=False,
        dedupe_key=dedupe_key,
    )


async def _write(work: Work, notice: Notice, channel: str, language: str | None, business: Business) -> _Written | None:
    """The text in the best language there is, the tenant's own before the built-in one."""
    languages = languages_to_try(language, business.locale)
    own = await store.template_of(work, notice.key, channel, languages)
    default = next((found for tried in languages if (found := default_text(notice.key, channel, tried))), None)
    if own is not None and (default is None or languages.index(own.language) <= languages.index(default.language)):
        subject, body, spoken, version = own.subject, own.body, own.language, own.version
    elif default is not None:
        subject, body, spoken, version = default.subject, default.body, default.language, 0
    else:
        return None
    values = {**business.variables, **notice.values}
    title, text = render(subject or "", values), render(body, values)
    if missing := {*title.missing, *text.missing}:
        _log.info("text_without_value", missing=sorted(missing), key=notice.key, channel=channel)
    return _Written(title.text or None, text.text, spoken, version)


def _dedupe_key(notice: Notice, recipient: Recipient, channel: str) -> str:
    return f"{notice.key}:{notice.noun_id}:{recipient.kind}:{recipient.ref}:{channel}:{notice.occurrence}"[:400]
