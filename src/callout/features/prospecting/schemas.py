"""Wire models of prospecting."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self, get_args
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator

from callout.kit.http.fields import AwareTime, CountryCode, EmailText, Geo, Language, LongText, Phone, Text, TimeZone
from callout.kit.http.models import Body, Query

Priority = Literal["high", "medium", "low"]
Basis = Literal["express_written", "express", "existing_customer", "legitimate_interest_b2b", "inquiry"]
Channel = Literal["call", "sms", "whatsapp", "email"]


class BusinessCriteria(BaseModel):
    """Which businesses: the filters of the list, of bulk actions, of exports and of call lists.

    `q` is searched in name, category, address, website and phone; `lat`, `lng` (degrees WGS 84) and `radius_km` go
    together.
    """

    q: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    category: list[str] | None = None
    city: list[str] | None = None
    country: list[CountryCode] | None = None
    tag: list[str] | None = None
    has_phone: bool | None = None
    has_website: bool | None = None
    has_email: bool | None = None
    rating_min: Annotated[Decimal, Field(ge=0, le=5)] | None = None
    rating_max: Annotated[Decimal, Field(ge=0, le=5)] | None = None
    call_priority: list[Priority] | None = None
    status: list[Literal["new", "imported", "ignored"]] | None = None
    source: list[str] | None = None
    closed: bool | None = None
    job_id: UUID | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    radius_km: Annotated[float, Field(gt=0, le=500)] | None = None

    @model_validator(mode="after")
    def _a_whole_circle(self) -> Self:
        if len({self.lat is None, self.lng is None, self.radius_km is None}) > 1:
            raise ValueError("give lat, lng and radius_km together")
        return self


class BusinessQuery(BusinessCriteria, Query):
    sortable: ClassVar[tuple[str, ...]] = ("name", "rating", "review_count", "scraped_at", "distance")
    default_sort: ClassVar[str] = "-scraped_at"

    stats: bool = True
    """Whether to reckon the figures of all rows found, which takes longer than the page itself."""

    @model_validator(mode="after")
    def _distance_from_somewhere(self) -> Self:
        if self.lat is None and any(name == "distance" for name, _ in self.order()):
            raise ValueError("sorting by distance needs lat, lng and radius_km")
        return self


class JobQuery(Query):
    status: list[str] | None = None
    provider: list[str] | None = None


class ContactQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("name", "created_at", "last_called_at", "lead_score", "call_attempts")

    q: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    status: list[str] | None = None
    lead_status: list[str] | None = None
    priority: list[Priority] | None = None
    call_list_id: UUID | None = None
    source: list[str] | None = None
    has_email: bool | None = None
    category: list[str] | None = None


class CallListQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("name", "created_at")


class SuppressionQuery(Query):
    q: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    reason: list[str] | None = None


class ConsentQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("at",)
    default_sort: ClassVar[str] = "-at"

    contact_id: UUID | None = None
    phone: str | None = None


class StatsQuery(Query):
    job_id: UUID | None = None


class BusinessFilter(BusinessCriteria, Body):
    """Which businesses, in a request body."""


BulkAction = Literal["tag", "untag", "ignore", "restore", "delete", "priority"]


class BulkBusinesses(Body):
    """One action on many businesses: those named, or all a filter finds."""

    action: BulkAction
    ids: Annotated[list[UUID], Field(min_length=1, max_length=500)] | None = None
    filters: BusinessFilter | None = None
    value: Annotated[str, Text(30)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.ids is None) == (self.filters is None):
            raise ValueError("give either ids or filters")
        if self.action in {"tag", "untag"} and self.value is None:
            raise ValueError("value: say which tag")
        if self.action == "priority" and self.value not in get_args(Priority):
            raise ValueError(f"value: must be one of {', '.join(get_args(Priority))}")
        return self


class ImportToList(Body):
    call_list_id: UUID | None = None
    new_list_name: Annotated[str, Text(120)] | None = None
    ids: Annotated[list[UUID], Field(max_length=5000)] | None = None
    filters: BusinessFilter | None = None
    purpose_tag: Annotated[str, Text(40)] | None = None


class GivenConsent(Body):
    basis: Basis
    source: Annotated[str, Text(60)]
    statement: Annotated[str, LongText(1000)] | None = None


class ContactBody(Body):
    name: Annotated[str, Text(120)] | None = None
    alt_phone: Phone | None = None
    email: EmailText | None = None
    business_name: Annotated[str, Text(200)] | None = None
    category: Annotated[str, Text(80)] | None = None
    industry: Annotated[str, Text(80)] | None = None
    address: Annotated[str, Text(300)] | None = None
    location: Geo | None = None
    timezone: TimeZone | None = None
    preferred_language: Language | None = None
    priority: Priority | None = None
    tags: Annotated[list[Annotated[str, Text(30)]], Field(max_length=20)] | None = None
    notes: Annotated[str, LongText(4000)] | None = None
    rating: Annotated[Decimal, Field(ge=0, le=5, max_digits=2, decimal_places=1)] | None = None
    custom: Annotated[dict[str, str | int | float | bool | None], Field(max_length=20)] | None = None
    do_not_call: bool | None = None

    @field_validator("name", "priority", "tags", "custom", "do_not_call")
    @classmethod
    def _not_null(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be null")
        return value


class NewContact(ContactBody):
    name: Annotated[str, Text(120)]
    phone: Annotated[str, Text(40)]
    call_list_id: UUID | None = None
    consent: GivenConsent | None = None


class BulkContacts(Body):
    """One action on many contacts; `value` is a tag, a priority or the id of a list."""

    action: Literal["tag", "untag", "priority", "list_add", "list_remove", "suppress", "delete"]
    ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    value: Annotated[str, Text(40)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.action in {"tag", "untag"} and not 1 <= len(self.value or "") <= 30:
            raise ValueError("value: say which tag, in at most 30 characters")
        if self.action == "priority" and self.value not in get_args(Priority):
            raise ValueError(f"value: must be one of {', '.join(get_args(Priority))}")
        if self.action in {"list_add", "list_remove"}:
            try:
                UUID(self.value or "")
            except ValueError:
                raise ValueError("value: must be the id of a call list") from None
        return self


class MergeContacts(Body):
    keep_id: UUID
    merge_ids: Annotated[list[UUID], Field(min_length=1, max_length=20)]


class BusinessBody(Body):
    """What a person may change of a business; each becomes the person's and no import overwrites it."""

    call_priority: Priority | None = None
    best_time_to_call: Annotated[str, Text(60)] | None = None
    tags: Annotated[list[Annotated[str, Text(30)]], Field(max_length=20)] | None = None
    notes: Annotated[str, LongText(2000)] | None = None
    status: Literal["new", "imported", "ignored"] | None = None

    @field_validator("call_priority", "tags", "status")
    @classmethod
    def _not_null(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be null")
        return value


class NewCallList(Body):
    name: Annotated[str, Text(120)]
    description: Annotated[str, Text(500)] | None = None
    purpose_tag: Annotated[str, Text(40)] | None = None
    call_script: Annotated[str, LongText(8000)] | None = None
    agent_id: UUID | None = None
    knowledge_base_ids: Annotated[list[UUID], Field(max_length=5, default_factory=list)]
    contact_ids: Annotated[list[UUID], Field(max_length=5000, default_factory=list)]


class CallListPatch(Body):
    """Changes of a list; absent members stay."""

    name: Annotated[str, Text(120)] | None = None
    description: Annotated[str, Text(500)] | None = None
    purpose_tag: Annotated[str, Text(40)] | None = None
    call_script: Annotated[str, LongText(8000)] | None = None
    agent_id: UUID | None = None
    knowledge_base_ids: Annotated[list[UUID], Field(max_length=5)] | None = None

    @field_validator("name", "knowledge_base_ids")
    @classmethod
    def _not_null(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be null")
        return value


class ContactIds(Body):
    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=5000)]


class NewSuppression(Body):
    phone: Annotated[str, Text(40)] | None = None
    email: EmailText | None = None
    channels: Annotated[list[Channel], Field(min_length=1)] | None = None
    reason: Literal["admin", "opt_out_keyword", "opt_out_speech", "complaint", "national_list", "import"]


class RemovedReason(Body):
    removed_reason: Annotated[str, LongText(300, minimum=10)]


class NewConsent(Body):
    contact_id: UUID | None = None
    phone: Annotated[str, Text(40)] | None = None
    scope: Literal["call", "sms", "whatsapp", "email", "recording"]
    basis: Basis
    action: Literal["granted", "withdrawn"]
    source: Annotated[str, Text(60)]
    statement: Annotated[str, LongText(1000)] | None = None
    evidence_file_id: UUID | None = None
    expires_at: AwareTime | None = None
