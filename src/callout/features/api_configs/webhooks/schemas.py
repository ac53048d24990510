"""What outgoing webhooks read over HTTP."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from callout.features.api_configs.webhooks.names import is_known
from callout.features.api_configs.webhooks.tables import WebhookDelivery, WebhookEndpoint
from callout.kit.http.fields import HttpUrl, Text
from callout.kit.http.models import Body, Query
from callout.kit.http.wire import timestamp


def _event(name: str) -> str:
    if not is_known(name):
        raise ValueError(f"there is no event {name}")
    return name


EventNames = Annotated[list[Annotated[str, Text(60), AfterValidator(_event)]], Field(min_length=1, max_length=100)]


class NewEndpoint(Body):
    """An address to be told of events: names, `noun.*` for all of a noun, or `*`."""

    url: HttpUrl
    events: EventNames
    description: Annotated[str, Text(120)] | None = None
    is_active: bool = True


class EndpointPatch(Body):
    """Changes of an endpoint; absent members stay."""

    url: HttpUrl | None = None
    events: EventNames | None = None
    description: Annotated[str, Text(120)] | None = None
    is_active: bool | None = None

    @model_validator(mode="after")
    def _only_the_description_can_be_cleared(self) -> Self:
        for name, value in self.given().items():
            if value is None and name != "description":
                raise ValueError(f"{name} cannot be null")
        return self


class EndpointQuery(Query):
    """The query of the list of endpoints."""

    sortable: ClassVar[tuple[str, ...]] = ("created_at", "url")

    is_active: bool | None = None


class DeliveryQuery(Query):
    """The query of the list of deliveries, newest first; by page, or on from a cursor."""

    status: list[Literal["pending", "delivered", "failed", "dead"]] | None = None
    event: list[str] | None = None
    cursor: str | None = None

    @model_validator(mode="after")
    def _one_way_of_paging(self) -> Self:
        if self.cursor is not None and self.offset:
            raise ValueError("cursor and offset exclude each other")
        return self


def endpoint_view(row: WebhookEndpoint, *, secret: str | None = None) -> dict[str, Any]:
    """An endpoint; its secret only where it was made just now."""
    view = {
        "id": str(row.id),
        "url": row.url,
        "events": list(row.events),
        "description": row.description,
        "is_active": row.is_active,
        "failing_since": timestamp(row.failing_since),
        "disabled_reason": row.disabled_reason,
        "has_secret": True,
        "previous_secret_until": timestamp(row.previous_until),
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(row.updated_at),
        "version": row.version,
    }
    return view | {"secret": secret} if secret else view


def delivery_view(row: WebhookDelivery) -> dict[str, Any]:
    """A delivery with what is sent."""
    return {
        "id": str(row.id),
        "endpoint_id": str(row.endpoint_id),
        "event_id": str(row.event_id),
        "event": row.event,
        "status": row.status,
        "attempt": row.attempt,
        "rounds": row.rounds,
        "response_code": row.response_code,
        "response_snippet": row.response_snippet,
        "duration_ms": row.duration_ms,
        "next_attempt_at": timestamp(row.next_attempt_at),
        "payload": row.body,
        "created_at": timestamp(row.created_at),
        "updated_at": timestamp(row.updated_at),
    }
