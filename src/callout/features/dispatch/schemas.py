"""What admins and vendors send about offers, selections and policies."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from callout.features.orders.schemas import Criteria, Mode, OrderInput, Priority, Reason, Skills, Vendors
from callout.kit.http.fields import AwareTime, Geo, LongText, Money, Text
from callout.kit.http.models import Body, LooseBody, Query

DeclineReason = Literal["too_far", "too_busy", "wrong_service", "price", "unavailable", "other"]
OfferStatus = Literal["pending", "accepted", "declined", "expired", "withdrawn", "released"]


class Selection(OrderInput):
    """An order made and dispatched by hand in one go."""

    criteria: Criteria | None = None


class RankInput(Body):
    """A job to rank vendors for; nothing is sent or kept."""

    service_type: Annotated[str, Text(40)]
    priority: Priority
    customer_location: Geo | None = None
    customer_address: Annotated[str, Text(300)] | None = None
    estimated_value: Money | None = None
    scheduled_start: AwareTime | None = None
    scheduled_end: AwareTime | None = None
    required_skills: Skills = Field(default=[])
    preferred_vendor_ids: Vendors = Field(default=[])
    excluded_vendor_ids: Vendors = Field(default=[])
    contact_id: UUID | None = None
    criteria: Criteria | None = None
    policy_version: int | None = Field(default=None, ge=0)
    max_vendors: int | None = Field(default=None, ge=1, le=50)
    require: bool = False


class CandidateQuery(Query):
    """Which vendors to look at."""

    sortable: ClassVar[tuple[str, ...]] = ("distance_km", "rating", "name")
    default_sort: ClassVar[str] = "distance_km"

    service_type: str | None = None
    lat: float | None = Field(default=None, ge=-90, le=90)
    lng: float | None = Field(default=None, ge=-180, le=180)
    radius_km: float = Field(default=50, ge=1, le=200)
    status: list[Literal["pending", "verified", "suspended", "blocked"]] | None = None
    is_online: bool | None = None
    available_at: AwareTime | None = None


class PolicyInput(Body):
    """A draft policy."""

    name: Annotated[str, Text(80)]
    weights: dict[str, dict[str, Any]]
    knobs: dict[str, Any] | None = None
    note: Annotated[str, LongText(300)] | None = None


class Activation(Body):
    """Putting a version in force."""

    note: Annotated[str, LongText(300)] | None = None
    force: bool = False


class ReplayInput(Body):
    """Which version to decide again under; the recorded one unless given."""

    policy_version: int | None = Field(default=None, ge=0)


class PolicyQuery(Query):
    """The list of versions."""

    sortable: ClassVar[tuple[str, ...]] = ("version",)
    default_sort: ClassVar[str] = "-version"


class DecisionQuery(Query):
    """The list of decision records."""

    sortable: ClassVar[tuple[str, ...]] = ("at",)
    default_sort: ClassVar[str] = "-at"

    order_id: UUID | None = None
    vendor_id: UUID | None = None
    policy_version: list[int] | None = None
    at_from: AwareTime | None = None
    at_to: AwareTime | None = None


class OfferQuery(Query):
    """The list of offers."""

    sortable: ClassVar[tuple[str, ...]] = ("sent_at", "expires_at", "rank_key")
    default_sort: ClassVar[str] = "-sent_at"

    order_id: UUID | None = None
    vendor_id: list[UUID] | None = None
    status: list[OfferStatus] | None = None
    mode: list[Mode] | None = None
    sent_from: AwareTime | None = None
    sent_to: AwareTime | None = None


class WithdrawInput(Body):
    """Why an offer is taken back."""

    reason: Reason


class AcceptInput(LooseBody):
    """What a vendor may say when accepting."""

    estimated_completion: AwareTime | None = None


class DeclineInput(LooseBody):
    """Why a vendor refuses."""

    decline_reason: DeclineReason | None = None
    decline_note: Annotated[str, Text(200)] | None = None


class ReleaseInput(LooseBody):
    """Why a vendor gives an order back."""

    reason: Reason


class ResponseData(LooseBody):
    """What a response may carry."""

    status: str | None = None
    dealing_price: Money | None = None
    final_price: Money | None = None
    notes: Annotated[str, LongText(2000)] | None = None
    estimated_completion: AwareTime | None = None
    images: dict[str, str] = Field(default={})
    invoice: dict[str, Any] | None = None
    reason: Annotated[str, Text(300)] | None = None
    decline_reason: DeclineReason | None = None
    decline_note: Annotated[str, Text(200)] | None = None
    start_code: Annotated[str, Text(8)] | None = None
    finish_code: Annotated[str, Text(8)] | None = None


class ResponseInput(LooseBody):
    """One answer of a vendor, in the words of the app."""

    action: Literal["accept", "decline", "release", "status_update", "image_upload", "complete"]
    response_data: ResponseData = Field(default=ResponseData())
