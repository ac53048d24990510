"""What campaigns read over HTTP."""

from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from callout.features.accounts.settings_kinds import calling_window
from callout.features.calling.agents.variables import VARIABLES
from callout.features.calling.campaigns.outcomes import RETRY_AFTER_MIN
from callout.kit.http.fields import AwareTime, LongText, Text
from callout.kit.http.models import Body, Query

Priority = Literal["high", "medium", "low"]
Minutes = Annotated[int, Field(ge=5, le=10080)]
_DAY = calling_window("00:00", "24:00")


def _known_words(values: dict[str, str]) -> dict[str, str]:
    for name in values:
        if name not in VARIABLES:
            raise PydanticCustomError("bad_template_variable", "{name} is not a variable of scripts", {"name": name})
    return values


Variables = Annotated[dict[str, Annotated[str, Text(300)]], Field(max_length=10), AfterValidator(_known_words)]
Window = Annotated[dict[str, Any], AfterValidator(_DAY.clean)]
"""{mon … sun: {from, to} or null}: narrows the hours, never widens them."""


class RetryAfter(Body):
    """Minutes until the next attempt, by how the last one ended."""

    busy: Minutes = RETRY_AFTER_MIN["busy"]
    no_answer: Minutes = RETRY_AFTER_MIN["no_answer"]
    failed: Minutes = RETRY_AFTER_MIN["failed"]


class ContactFilter(Body):
    """Which contacts of the list; a contact has to meet all that is given."""

    priority: list[Priority] | None = None
    lead_status: list[Annotated[str, Text(16)]] | None = None
    source: list[Annotated[str, Text(10)]] | None = None
    category: list[Annotated[str, Text(80)]] | None = None
    tags: Annotated[list[Annotated[str, Text(30)]], Field(max_length=20)] | None = None


class CampaignMembers(Body):
    """What may be left out when a campaign is made, with what it is then."""

    description: Annotated[str, LongText(500)] | None = None
    phone_number_id: UUID | None = None
    purpose: Literal["marketing", "service"] = "marketing"
    contact_filter: ContactFilter | None = None
    start_at: AwareTime | None = None
    end_at: AwareTime | None = None
    max_concurrent_calls: int = Field(default=5, ge=1, le=50)
    call_interval_s: int = Field(default=30, ge=0, le=3600)
    max_retries: int = Field(default=2, ge=0, le=5)
    retry_after_min: RetryAfter = RetryAfter()
    max_call_duration_s: int | None = Field(default=None, ge=30, le=3600)
    window: Window | None = None
    script_variables: Variables = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.start_at is not None and self.end_at is not None and self.end_at <= self.start_at:
            raise ValueError("end_at must be later than start_at")
        return self


class NewCampaign(CampaignMembers):
    """A campaign to be made."""

    name: Annotated[str, Text(120)]
    agent_id: UUID
    call_list_id: UUID


class CampaignPatch(CampaignMembers):
    """Changes of a campaign; absent members stay."""

    may_be_null: ClassVar[frozenset[str]] = frozenset(
        name for name, field in CampaignMembers.model_fields.items() if field.default is None
    )

    name: Annotated[str, Text(120)] | None = None
    agent_id: UUID | None = None
    call_list_id: UUID | None = None

    @model_validator(mode="after")
    def _only_some_can_be_cleared(self) -> Self:
        for name, value in self.given().items():
            if value is None and name not in self.may_be_null:
                raise ValueError(f"{name} cannot be null")
        return self


class Start(Body):
    """When; at once unless the campaign or this says later."""

    start_at: AwareTime | None = None


class Why(Body):
    """Why somebody stops a campaign; kept in the audit trail."""

    reason: Annotated[str, Text(300)] | None = None


class Copy(Body):
    """What the copy is called."""

    name: Annotated[str, Text(120)] | None = None


class CampaignQuery(Query):
    """The query of the list of campaigns."""

    sortable: ClassVar[tuple[str, ...]] = ("name", "created_at", "started_at", "status")

    status: list[Literal["draft", "scheduled", "active", "paused", "completed", "cancelled"]] | None = None
    agent_id: UUID | None = None
    call_list_id: UUID | None = None
    q: str | None = Field(default=None, min_length=2, max_length=100)


class EntryQuery(Query):
    """The query of a campaign's contacts."""

    sortable: ClassVar[tuple[str, ...]] = ("position", "next_attempt_at", "attempts", "updated_at")
    default_sort: ClassVar[str] = "position"

    status: list[Literal["waiting", "skipped", "dialing", "retry_wait", "done", "failed"]] | None = None
    skip_reason: list[str] | None = None
    outcome: list[str] | None = None
