"""Request bodies and queries about vendors."""

from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from callout.features.geocoding.schemas import read_point
from callout.kit.http.fields import (
    AwareTime,
    EmailText,
    Geo,
    HttpUrl,
    Language,
    LongText,
    Money,
    Phone,
    Text,
    TimeZone,
    Weekly,
)
from callout.kit.http.models import Body, LooseBody, Query

Tag = Annotated[str, Text(30)]
Word = Annotated[str, Text(40)]
Reason = Annotated[str, Text(300, minimum=3)]

Codes = Annotated[list[Word], Field(min_length=1, max_length=50)]
Skills = Annotated[list[Word], Field(max_length=20)]
Languages = Annotated[list[Language], Field(max_length=8)]
CLEARABLE = frozenset({"working_hours", "min_price", "bio", "avatar_url", "admin_notes"})


class ServiceArea(BaseModel):
    """A circle: degrees WGS 84 and a radius of 1 to 100 km."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    radius: float = Field(default=10, ge=1, le=100)

    @model_validator(mode="after")
    def _is_a_place(self) -> Self:
        if self.latitude == 0 and self.longitude == 0:
            raise ValueError("latitude and longitude 0 mean that no place is set; choose a place")
        return self


class WideServiceArea(ServiceArea):
    """The area at registration: 25 km unless said otherwise."""

    radius: float = Field(default=25, ge=1, le=100)


class NotificationPreferences(BaseModel):
    """Which notices a vendor wants; only the members sent are changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    new_orders: bool = True
    order_updates: bool = True
    whatsapp_integration: bool = False
    push_notifications: bool = True
    email_notifications: bool = True


class Preferences(BaseModel):
    """How the vendor's app looks; only the members sent are changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Literal["en", "hi", "es"] = "en"
    theme: Literal["light", "dark"] = "light"


class _Profile(LooseBody):
    """What a vendor and an admin may both change."""

    full_name: Annotated[str, Text(120)] | None = None
    phone: Annotated[str, Text(40)] | None = None
    services: Codes | None = None
    skills: Skills | None = None
    languages: Languages | None = None
    service_area: ServiceArea | None = None
    working_hours: Weekly | None = None
    timezone: TimeZone | None = None
    min_price: Money | None = None

    @model_validator(mode="after")
    def _nothing_else_is_cleared(self) -> Self:
        for name, value in self.given().items():
            if value is None and name not in CLEARABLE:
                raise ValueError(f"{name} cannot be null")
        return self


class ProfileUpdate(_Profile):
    """A vendor's change of the own profile; unknown members are ignored."""

    avatar_url: HttpUrl | None = None
    bio: Annotated[str, LongText(500)] | None = None
    notification_preferences: NotificationPreferences | None = None
    preferences: Preferences | None = None
    is_online: bool | None = None


class VendorPatch(_Profile):
    """An admin's change of a vendor. The status has verbs of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    max_open_jobs: int | None = Field(default=None, ge=1, le=20)
    daily_cap: int | None = Field(default=None, ge=1, le=50)
    tags: list[Tag] | None = Field(default=None, max_length=50)
    admin_notes: Annotated[str, LongText(2000)] | None = None


class VendorFilters(Query):
    """The query of the list of vendors; `near` is written ``lat,lng``."""

    sortable: ClassVar[tuple[str, ...]] = ("full_name", "registered_at", "rating", "open_jobs", "last_seen_at")
    default_sort: ClassVar[str] = "-registered_at"

    q: str | None = Field(default=None, min_length=2, max_length=100)
    status: list[Literal["pending", "verified", "suspended", "blocked"]] | None = None
    account_status: list[Literal["pending_verification", "verified", "blocked"]] | None = None
    service: list[str] | None = None
    is_online: bool | None = None
    registered_via_app: bool | None = None
    rating_min: float | None = Field(default=None, ge=0, le=5)
    near: str | None = None
    radius_km: float = Field(default=15, ge=1, le=200)

    @field_validator("near")
    @classmethod
    def _is_a_point(cls, value: str | None) -> str | None:
        if value is not None:
            read_point(value)
        return value


class NearbyFilters(Query):
    """The query of vendors around a point."""

    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)
    radius_km: float = Field(default=15, ge=1, le=200)
    service: str | None = None


class BlockedFilters(Query):
    """The query of blocked vendors."""

    sortable: ClassVar[tuple[str, ...]] = ("full_name", "status_changed_at")
    default_sort: ClassVar[str] = "-status_changed_at"


class InviteInput(Body):
    """New invite codes."""

    count: int = Field(default=1, ge=1, le=50)
    email: EmailText | None = None
    phone: Phone | None = None
    note: Annotated[str, Text(200)] | None = None
    services: list[Word] = Field(default=[], max_length=50)
    expires_at: AwareTime | None = None


class InviteFilters(Query):
    """The query of invites."""

    status: list[Literal["active", "used", "expired", "revoked"]] | None = None


class Note(Body):
    """An optional remark on what is done to a vendor."""

    note: Annotated[str, Text(300)] | None = None


class SuspendInput(Body):
    """Why, and until when."""

    reason: Reason
    until: AwareTime | None = None


class BlockInput(Body):
    """Why; a permanent block can only be lifted by an owner."""

    reason: Reason
    permanent: bool = False


class DeleteInput(Body):
    """Why a vendor is deleted."""

    reason: Reason


class DocumentInput(LooseBody):
    """A licence or the like; the file was uploaded before."""

    kind: Literal["license", "insurance", "id", "certificate", "other"]
    file_id: UUID
    number: Annotated[str, Text(60)] | None = None
    expires_on: date | None = None


class ReviewInput(Body):
    """What an admin found about a document."""

    review: Literal["approved", "rejected", "pending"]
    review_note: Annotated[str, Text(300)] | None = None


class TimeOffInput(LooseBody):
    """A span of at most a year without work."""

    from_at: AwareTime
    to_at: AwareTime
    note: Annotated[str, Text(120)] | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if not timedelta() < self.to_at - self.from_at <= timedelta(days=366):
            raise ValueError("time off must end after it begins and last at most a year")
        return self


class DeviceInput(LooseBody):
    """A device for push messages; `device_token` is an older name of `token`."""

    token: Annotated[str, Field(min_length=1, max_length=4096)]
    platform: Literal["android", "ios", "web"] = "android"

    @model_validator(mode="before")
    @classmethod
    def _older_name(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "token" not in raw and "device_token" in raw:
            return {**raw, "token": raw["device_token"]}
        return raw


class AvailabilityInput(LooseBody):
    """Online or not, and until when."""

    is_online: bool
    until: AwareTime | None = None


class HeartbeatInput(LooseBody):
    """A sign of life, with or without a position."""

    location: Geo | None = None


class PairInput(Body):
    """A vendor a customer wants, or never again."""

    vendor_id: UUID
    contact_id: UUID
    relation: Literal["blocked", "preferred"]
    reason: Annotated[str, Text(300)] | None = None


class PairFilters(Query):
    """The query of pairs; both ids name the pair to delete."""

    vendor_id: UUID | None = None
    contact_id: UUID | None = None
    relation: Literal["blocked", "preferred"] | None = None


class Signup(Body):
    """A vendor's registration with an invite code."""

    code: Annotated[str, Text(20)]
    full_name: Annotated[str, Text(120)]
    email: EmailText
    phone: Annotated[str, Text(40)]
    password: Annotated[str, Field(max_length=256)]
    services: Codes
    service_area: WideServiceArea
    skills: Skills = Field(default=[])
    languages: Languages = Field(default=[])
    working_hours: Weekly | None = None
    referral_code: Annotated[str, Text(20)] | None = None
    device_token: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    platform: Literal["android", "ios", "web"] = "android"
    device: Annotated[str, Text(120)] | None = None
    transport: Literal["body", "cookie"] = "body"
