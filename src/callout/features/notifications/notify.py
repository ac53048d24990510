"""Tells somebody something: renders the text, files it in the inbox, and queues one message per channel."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from callout.features.notifications import store
from callout.features.notifications.catalogue import KINDS
from callout.features.notifications.default_texts import default_text, languages_to_try
from callout.features.notifications.delivery_rules import Planned, Recipient, plan_channels
from callout.features.notifications.events import NotificationCreated
from callout.features.notifications.masking import masked_address
from callout.features.notifications.people import Business, business_of, switches
from callout.features.notifications.rendering import render
from callout.features.notifications.tables import Message, Notification
from callout.kit.db.work import Work
from callout.kit.ids import uuid7
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
    return await notify_each(work, [(notice, recipient) for recipient in recipients])


async def notify_each(work: Work, tellings: Sequence[tuple[Notice, Recipient]]) -> list[Message]:
    """Tells people something of their own, as `notify`, in as many statements for one as for hundreds.

    What several are told in the same words is best given them as the same `values`: it is then put into words once.
    """
    if not tellings:
        return []
    settings, business = await switches(work), await business_of(work)
    planned = [(notice, recipient, _planned(notice, recipient, settings)) for notice, recipient in tellings]
    known = await store.known_keys(work, [key for *_, channels in planned for key in channels])
    writer = _Writer(work, business)
    entries: list[Notification] = []
    messages: list[Message] = []
    for notice, recipient, channels in planned:
        entry: Notification | None = None
        own = []
        for key, one in channels.items():
            if key in known or (text := await writer.write(notice, one.channel, recipient.language)) is None:
                continue
            known.add(key)
            if one.channel == "in_app" and one.suppressed is None:
                entry = _entry(work, notice, recipient, text)
                entries.append(entry)
            own.append(_message(work, notice, recipient, one, text=text, dedupe_key=key))
        for message in own:
            message.notification_id = entry.id if entry else None
        messages += own
    work.session.add_all([*entries, *messages])
    await work.session.flush()
    await work.publish_all([_created(entry) for entry in entries])
    for message in messages:
        if message.status == "queued":
            await work.enqueue(DELIVER, str(message.id), key=delivery_key(message))
    return messages


def _planned(notice: Notice, recipient: Recipient, settings: Mapping[str, Any]) -> dict[str, Planned]:
    """The channels of a message by the key that keeps it from being sent twice."""
    return {
        _dedupe_key(notice, recipient, one.channel): one
        for one in plan_channels(KINDS[notice.key], recipient, settings)
        if notice.only_channels is None or one.channel in notice.only_channels
    }


def delivery_key(message: Message) -> str:
    """The identity of one round of delivering a message."""
    return f"message:{message.id}:{message.rounds}"


def _entry(work: Work, notice: Notice, recipient: Recipient, text: _Written) -> Notification:
    return Notification(
        id=uuid7(),
        tenant_id=work.tenant_id,
        recipient_user_id=recipient.user_id,
        audience="vendor" if recipient.kind == "vendor" else "admin",
        type=KINDS[notice.key].type,
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


def _created(entry: Notification) -> NotificationCreated:
    return NotificationCreated(
        noun_id=entry.id,
        user_id=entry.recipient_user_id,
        audience=entry.audience,
        kind=entry.type,
        title=entry.title,
        urgent=entry.urgent,
        order_id=entry.order_id,
    )


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


class _Writer:
    """Puts notices into words; the same values in the same language once."""

    def __init__(self, work: Work, business: Business) -> None:
        self._work = work
        self._business = business
        self._written: dict[tuple[str, str, str | None, int], _Written | None] = {}

    async def write(self, notice: Notice, channel: str, language: str | None) -> _Written | None:
        """The text in the best language there is, the tenant's own before the built-in one; None without any."""
        same = (notice.key, channel, language, id(notice.values))  # notices outlive the writer
        if same not in self._written:
            self._written[same] = await self._write(notice, channel, language)
        return self._written[same]

    async def _write(self, notice: Notice, channel: str, language: str | None) -> _Written | None:
        languages = languages_to_try(language, self._business.locale)
        own = await store.template_of(self._work, notice.key, channel, languages)
        default = next((found for tried in languages if (found := default_text(notice.key, channel, tried))), None)
        if own is not None and (default is None or languages.index(own.language) <= languages.index(default.language)):
            subject, body, spoken, version = own.subject, own.body, own.language, own.version
        elif default is not None:
            subject, body, spoken, version = default.subject, default.body, default.language, 0
        else:
            return None
        values = {**self._business.variables, **notice.values}
        title, text = render(subject or "", values), render(body, values)
        if missing := {*title.missing, *text.missing}:
            _log.info("text_without_value", missing=sorted(missing), key=notice.key, channel=channel)
        return _Written(title.text or None, text.text, spoken, version)


def _dedupe_key(notice: Notice, recipient: Recipient, channel: str) -> str:
    return f"{notice.key}:{notice.noun_id}:{recipient.kind}:{recipient.ref}:{channel}:{notice.occurrence}"[:400]
