"""What compliance reads over HTTP."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from callout.kit.http.fields import AwareTime, CountryCode, Text
from callout.kit.http.models import Body, Query


class CheckQuery(Query):
    """Whether a number may be called, now or at a moment."""

    phone: Annotated[str, Text(40)]
    at: AwareTime | None = None
    agent_id: UUID | None = None
    campaign_id: UUID | None = None
    contact_id: UUID | None = None


class DecisionFilters(Query):
    """The query of the list of decisions, and of their export."""

    sortable: ClassVar[tuple[str, ...]] = ("at",)
    default_sort: ClassVar[str] = "-at"

    phone: Annotated[str, Field(max_length=40)] | None = None
    contact_id: UUID | None = None
    campaign_id: UUID | None = None
    call_id: UUID | None = None
    moment: list[Literal["start", "create", "dial"]] | None = None
    is_allowed: bool | None = None
    reason: list[str] | None = None
    at_from: AwareTime | None = None
    at_to: AwareTime | None = None


class RegistryQuery(Query):
    """The query of the list of registries."""

    sortable: ClassVar[tuple[str, ...]] = ("name", "published_on", "created_at")
    default_sort: ClassVar[str] = "name"


class NewRegistry(Body):
    """A registry beside its file."""

    name: Annotated[str, Text(80)]
    country: CountryCode
    published_on: date


class RemovedReason(Body):
    """Why numbers may be called again; kept."""

    removed_reason: Annotated[str, Text(500, minimum=10)]
