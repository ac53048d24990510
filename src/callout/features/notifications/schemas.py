"""What the notification API takes."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AliasChoices, Field, model_validator

from callout.kit.http.fields import AwareTime, LongText, Text
from callout.kit.http.models import Body, LooseBody, Query

ChannelName = Literal["in_app", "push", "email", "sms", "whatsapp"]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=500)]


class InboxFilters(Query):
    """The inbox of an admin."""

    type: list[str] | None = None
    subtype: list[str] | None = None
    status: list[str] | None = None
    unread: bool | None = None
    urgent: bool | None = None


class VendorInboxFilters(InboxFilters):
    """The inbox of a vendor."""

    limit: int = Field(default=20, ge=1, le=200)


class MarkRead(Body):
    """Which entries were read: some, or all."""

    ids: Ids | None = None
    all: bool = False

    @model_validator(mode="after")
    def _something(self) -> "MarkRead":
        if self.ids is None and not self.all:
            raise ValueError("name ids, or all=true")
        return self


class VendorMarkRead(LooseBody):
    """Which entries were read, in the words of the vendor app."""

    notification_ids: Ids | None = Field(default=None, validation_alias=AliasChoices("notification_ids", "ids"))
    all: bool = False

    @model_validator(mode="after")
    def _something(self) -> "VendorMarkRead":
        if self.notification_ids is None and not self.all:
            raise ValueError("name notification_ids, or all=true")
        return self


class InboxAction(LooseBody):
    """What a vendor does with an entry."""

    notification_id: UUID
    action: Literal["accept_order", "decline_order", "view_order_details"]
    order_id: Annotated[str, Text(40)] | None = None
    decline_reason: Literal["too_far", "too_busy", "wrong_service", "price", "unavailable", "other"] | None = None


class MessageFilters(Query):
    """The delivery log."""

    sortable: ClassVar[tuple[str, ...]] = ("queued_at", "sent_at", "status", "channel", "event")
    default_sort: ClassVar[str] = "-queued_at"
    event: list[str] | None = None
    channel: list[str] | None = None
    status: list[str] | None = None
    recipient_kind: list[str] | None = None
    order_id: list[UUID] | None = None
    queued_from: AwareTime | None = None
    queued_to: AwareTime | None = None
    cursor: UUID | None = None


class TemplateFilters(Query):
    """The texts in force."""

    sortable: ClassVar[tuple[str, ...]] = ("key",)
    default_sort: ClassVar[str] = "key"
    key: list[str] | None = None
    channel: list[str] | None = None
    language: list[str] | None = None


class TemplateInput(Body):
    """A tenant's own text."""

    subject: Annotated[str, Text(160)] | None = None
    body: Annotated[str, LongText(4000, minimum=1)]
    is_active: bool = True
    provider_template_name: Annotated[str, Text(120)] | None = None


class TemplatePreview(Body):
    """A text to try out; `sample` overrides the sample values."""

    key: Annotated[str, Text(60)]
    channel: ChannelName
    subject: Annotated[str, Text(160)] | None = None
    body: Annotated[str, LongText(4000)] | None = None
    language: Annotated[str, Text(35)] = "en"
    sample: dict[str, Annotated[str, Text(300)]] = Field(default_factory=dict)


class TestSend(Body):
    """Where a sample is to go."""

    channel: ChannelName
    to: Annotated[str, Text(254)]
