"""A tenant's own texts in place of the built-in ones: list, change, try out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.notifications import store
from callout.features.notifications.catalogue import KINDS, channels_of
from callout.features.notifications.default_texts import Text, default_text, default_texts, languages_to_try
from callout.features.notifications.delivery_rules import Recipient
from callout.features.notifications.errors import BadTemplateVariable, NoSuchTemplate
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import business_of
from callout.features.notifications.rendering import BrokenTemplate, render, sms_segments, unknown_variables
from callout.features.notifications.schemas import TemplateFilters, TemplateInput, TemplatePreview
from callout.features.notifications.tables import Message, MessageTemplate
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp
from callout.kit.ids import uuid7

_MAX_SMS_SEGMENTS = 3
SAMPLE: Mapping[str, str] = {
    "customer_name": "Anna Reyes",
    "vendor_name": "Alex Diaz",
    "vendor_first_name": "Alex",
    "full_name": "Sam Miller",
    "order_number": "ORD-000123",
    "service_type": "Cleaning",
    "location": "12 Oak Street, Springfield",
    "scheduled_date": "Mar 5, 2026, 10:00 AM",
    "estimated_value": "$180.00",
    "distance_km": "4.0",
    "invoice_number": "INV-0001",
    "total_amount": "$270.63",
    "final_amount": "$250.00",
    "due_date": "Apr 4, 2026",
    "status_link": "https://example.com/t/o/sample",
    "invoice_link": "https://example.com/t/i/sample",
    "rating_link": "https://example.com/t/r/sample",
    "link": "https://example.com/sample",
    "reason": "The customer changed the date.",
}


def template_view(text: Text | None, own: MessageTemplate | None) -> dict[str, Any]:
    """One text in force: the tenant's own, else the built-in one."""
    shown: Any = own or text
    return {
        "id": str(own.id) if own else None,
        "key": shown.key,
        "channel": shown.channel,
        "language": shown.language,
        "subject": shown.subject,
        "body": shown.body,
        "is_active": own.is_active if own else True,
        "is_default": own is None,
        "provider_template_name": own.provider_template_name if own else None,
        "variables": sorted(KINDS[shown.key].variables),
        "version": version_of(own),
        "updated_at": timestamp(own.updated_at) if own else None,
    }


def version_of(own: MessageTemplate | None) -> int:
    """The version of a text; 0 is the built-in one."""
    return own.version if own else 0


async def list_texts(work: Work, filters: TemplateFilters) -> list[dict[str, Any]]:
    """Every text in force, by key, channel and language."""
    built_in: dict[tuple[str, str, str], Text] = {
        (text.key, text.channel, text.language): text for text in default_texts()
    }
    own = {(row.key, row.channel, row.language): row for row in await store.templates(work)}
    wanted = [
        slot
        for slot in sorted({*built_in, *own})
        if _in(slot[0], filters.key) and _in(slot[1], filters.channel) and _in(slot[2], filters.language)
    ]
    return [template_view(built_in.get(slot), own.get(slot)) for slot in wanted]


def check_slot(key: str, channel: str) -> None:
    """Refuses a text that would never be sent."""
    if key not in KINDS or channel not in channels_of(key):
        raise NoSuchTemplate


async def save_text(
    work: Work, slot: tuple[str, str, str], data: TemplateInput, own: MessageTemplate | None
) -> MessageTemplate:
    """Stores the tenant's own text.

    Args:
        work: the unit of work of an admin.
        slot: key, channel, language.
        data: the text.
        own: the row in force, locked; None while the built-in text is.

    Raises:
        BadTemplateVariable: it names a variable this message does not have, or is too long for an SMS.
    """
    key, channel, language = slot
    _check(key, channel, data.subject, data.body)
    before = {"subject": own.subject, "body": own.body} if own else None
    row = own or MessageTemplate(tenant_id=work.tenant_id, key=key, channel=channel, language=language)
    for name, value in data.model_dump().items():
        setattr(row, name, value)
    work.session.add(row)
    await work.session.flush()
    await audit(
        work,
        "message_template.update",
        "message_template",
        row.id,
        before=before,
        after={"subject": row.subject, "body": row.body},
    )
    return row


async def reset_text(work: Work, own: MessageTemplate) -> None:
    """Brings the built-in text back."""
    before = {"subject": own.subject, "body": own.body}
    await audit(work, "message_template.reset", "message_template", own.id, before=before)
    await work.session.delete(own)


async def preview(work: Work, data: TemplatePreview) -> dict[str, Any]:
    """What a text would say, with sample values."""
    check_slot(data.key, data.channel)
    languages = languages_to_try(data.language)
    default = next((text for tried in languages if (text := default_text(data.key, data.channel, tried))), None)
    subject = data.subject if data.subject is not None else (default.subject if default else None)
    body = data.body if data.body is not None else (default.body if default else "")
    _check(data.key, data.channel, subject, body)
    values = {**SAMPLE, **(await business_of(work)).variables, **data.sample}
    said = render(body, values).text
    return {
        "subject": render(subject, values).text if subject else None,
        "body": said,
        "segments": sms_segments(said) if data.channel == "sms" else None,
    }


async def send_sample(work: Work, key: str, channel: str, to: str) -> list[Message]:
    """Sends a text with sample values to an address of the admin's choice."""
    check_slot(key, channel)
    audience = next(who for who, channels in KINDS[key].channels.items() if channel in channels)
    is_mail = channel == "email"
    recipient = Recipient(
        kind=audience,
        ref=to,
        email=to if is_mail else None,
        phone=None if is_mail else to,
        user_id=work.principal.actor_id if channel == "in_app" else None,
    )
    sample_id: UUID = uuid7()
    notice = Notice(key=key, noun_id=sample_id, values=SAMPLE, only_channels=(channel,))
    return await notify(work, notice, [recipient])


def _check(key: str, channel: str, subject: str | None, body: str) -> None:
    for field, words in (("subject", subject or ""), ("body", body)):
        try:
            unknown = unknown_variables([words], KINDS[key].variables)
        except BrokenTemplate as reason:
            raise BadTemplateVariable.at(field, str(reason), code="bad_template_variable") from reason
        if unknown:
            known = ", ".join(sorted(KINDS[key].variables))
            raise BadTemplateVariable.at(
                field, f"{{{unknown[0]}}} does not exist; there are {known}", code="bad_template_variable"
            )
    if channel == "sms" and sms_segments(render(body, SAMPLE).text) > _MAX_SMS_SEGMENTS:
        raise BadTemplateVariable.at("body", f"longer than {_MAX_SMS_SEGMENTS} SMS", code="too_long")


def _in(value: str, wanted: list[str] | None) -> bool:
    return not wanted or value in wanted
