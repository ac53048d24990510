"""What admins and customers send about orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AliasChoices, Field

from callout.kit.http.fields import AwareTime, EmailText, Geo, Language, LongText, Money, Text
from callout.kit.http.models import Body, Query

Status = Literal["new", "offering", "assigned", "on_way", "processing", "completed", "cancelled", "needs_attention"]
Priority = Literal["low", "medium", "high", "urgent"]
Kind = Literal["service", "quotation"]
Mode = Literal["waves", "sequential", "broadcast", "manual"]
Stage = Literal["before", "after", "other"]
Reason = Annotated[str, Text(300, minimum=3)]
Stars = Annotated[int, Field(ge=1, le=5, strict=True)]
Requirements = Annotated[list[Annotated[str, Text(200)]], Field(max_length=10)]
Skills = Annotated[list[Annotated[str, Text(40)]], Field(max_length=20)]
Vendors = Annotated[list[UUID], Field(max_length=200)]
DeadlineMin = Annotated[int, Field(ge=1, le=10_080)]


class Criteria(Body):
    """Vendor selection criteria of one dispatch; they win over the rule's and the tenant's."""

    location_radius_km: float | None = Field(default=None, ge=1, le=100)
    min_rating: float | None = Field(default=None, ge=1, le=5)
    max_vendors_to_notify: int | None = Field(default=None, ge=1, le=10)
    prefer_available: bool | None = None
    work_type_match: bool | None = None
    specialization_required: Annotated[str, Text(40)] | None = None
    offer_mode: Mode | None = None
    preferred_vendor_ids: Vendors = Field(default=[])
    excluded_vendor_ids: Vendors = Field(default=[])

    def as_json(self) -> dict[str, Any]:
        """The criteria given, JSON-able."""
        return self.model_dump(mode="json", exclude_unset=True)


class OrderFields(Body):
    """Customer, job and schedule as far as both creating and changing an order take them."""

    customer_email: EmailText | None = None
    customer_location: Geo | None = None
    contact_id: UUID | None = None
    special_requirements: Requirements = Field(default=[])
    required_skills: Skills = Field(default=[])
    scheduled_start: AwareTime | None = None
    scheduled_end: AwareTime | None = None
    estimated_value: Money | None = None
    language: Language | None = None
    offer_mode: Mode | None = None
    preferred_vendor_ids: Vendors = Field(default=[])
    excluded_vendor_ids: Vendors = Field(default=[])
    admin_notes: Annotated[str, LongText(2000)] | None = None


class OrderInput(OrderFields):
    """A new order."""

    customer_name: Annotated[str, Text(120)]
    customer_phone: Annotated[str, Text(40)]
    customer_address: Annotated[str, Text(300)]
    service_type: Annotated[str, Text(40)]
    description: Annotated[str, LongText(2000, minimum=1)] = Field(
        validation_alias=AliasChoices("description", "work_needed")
    )
    business_name: Annotated[str, Text(200)] | None = None
    kind: Kind = "service"
    priority: Priority = "medium"
    schedule_source: Literal["customer", "operator", "default"] = "operator"
    follow_up_of: UUID | None = None
    conversation_id: UUID | None = None
    dispatch: bool = True
    vendor_ids: Vendors = Field(default=[])


class OrderPatch(OrderFields):
    """Changes of an order; absent members stay, null clears what may be empty."""

    customer_name: Annotated[str, Text(120)] = ""
    customer_phone: Annotated[str, Text(40)] = ""
    customer_address: Annotated[str, Text(300)] = ""
    business_name: Annotated[str, Text(200)] = ""
    service_type: Annotated[str, Text(40)] = ""
    description: Annotated[str, LongText(2000, minimum=1)] = ""
    kind: Kind = "service"
    priority: Priority = "medium"
    dealing_price: Money | None = None
    final_price: Money | None = None
    vendor_notes: Annotated[str, LongText(2000)] | None = None
    estimated_completion: AwareTime | None = None


class FollowUp(OrderPatch):
    """What differs in the further order."""

    dispatch: bool = True


class DispatchInput(Body):
    """How to seek a vendor."""

    mode: Mode | None = None
    vendor_ids: Vendors = Field(default=[])
    include_declined: bool = False
    criteria: Criteria | None = None
    deadline_min: DeadlineMin | None = None


class AssignInput(Body):
    """To whom an order goes without asking."""

    vendor_id: UUID
    notify: bool = True
    override: bool = False


class ReassignInput(Body):
    """Why an order is taken back, and whom to ask next."""

    reason: Reason
    vendor_ids: Vendors = Field(default=[])
    mode: Mode | None = None


class PhotoInput(Body):
    """A proof photo that was uploaded."""

    stage: Stage
    file_id: UUID
    caption: Annotated[str, Text(120)] | None = None


class StatusInput(Body):
    """A step on behalf of the vendor."""

    status: Literal["on_way", "processing", "completed"]
    dealing_price: Money | None = None
    final_price: Money | None = None
    photos: Annotated[list[PhotoInput], Field(max_length=20)] = Field(default=[])
    start_code: Annotated[str, Text(8)] | None = None
    finish_code: Annotated[str, Text(8)] | None = None
    override: bool = False
    reason: Reason | None = None


class CancelInput(Body):
    """Why an order is cancelled."""

    reason: Reason
    notify_customer: bool = True


class ResolveInput(Body):
    """What happens to an order that needs attention."""

    resolution: Literal["keep", "redispatch", "assign", "cancel", "complete"]
    reason: Reason | None = None
    notify_customer: bool = True
    vendor_id: UUID | None = None
    notify: bool = True
    override: bool = False
    mode: Mode | None = None
    vendor_ids: Vendors = Field(default=[])
    include_declined: bool = False
    criteria: Criteria | None = None
    deadline_min: DeadlineMin | None = None
    dealing_price: Money | None = None
    final_price: Money | None = None


class RatingInput(Body):
    """A rating."""

    stars: Stars
    comment: Annotated[str, LongText(1000)] | None = None
    would_recommend: bool | None = None
    complaint: bool = False


class LinkInput(Body):
    """Which customer link to give out."""

    kind: Literal["status", "rating", "invoice"]


class BulkInput(Body):
    """One action on many orders."""

    action: Literal["cancel", "dispatch", "assign", "priority"]
    ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    value: str | None = Field(default=None, max_length=40)
    reason: Reason | None = None


class ChangeRequestInput(Body):
    """What a customer asks for on the status page."""

    kind: Literal["cancel", "reschedule", "message"]
    preferred_start: AwareTime | None = None
    message: Annotated[str, LongText(1000)] | None = None


class OrderFilters(Query):
    """Filters of the order list."""

    sortable: ClassVar[tuple[str, ...]] = (
        "created_at",
        "scheduled_start",
        "fill_deadline",
        "priority",
        "estimated_value",
    )
    default_sort: ClassVar[str] = "-created_at"

    q: str | None = Field(default=None, min_length=2, max_length=100)
    status: list[Status] | None = None
    attention_reason: list[str] | None = None
    priority: list[Priority] | None = None
    kind: list[Kind] | None = None
    service_type: list[str] | None = None
    vendor_id: list[UUID] | None = None
    contact_id: list[UUID] | None = None
    conversation_id: list[UUID] | None = None
    invoice_state: list[str] | None = None
    created_from: AwareTime | None = None
    created_to: AwareTime | None = None
    scheduled_from: AwareTime | None = None
    scheduled_to: AwareTime | None = None
    completed_from: AwareTime | None = None
    completed_to: AwareTime | None = None
    value_min: Decimal | None = None
    value_max: Decimal | None = None


class BoardQuery(Query):
    """How the board is laid out."""

    group_by: Literal["status", "vendor", "day"] = "status"


class DetailQuery(Query):
    """What to show with an order."""

    include: list[Literal["timeline", "responses", "photos"]] = Field(default=[])
