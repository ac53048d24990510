"""Facts about offers, decisions and policies."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from callout.kit.events import Event


class OfferFact(Event, frozen=True, kw_only=True):
    """What every offer event tells; the noun is the offer."""

    order_id: UUID
    order_number: str
    vendor_id: UUID


class OfferSent(OfferFact, frozen=True, kw_only=True):
    """A vendor is asked; carries what the message to the vendor needs."""

    type: ClassVar[str] = "offer.sent"
    wave: int
    mode: str
    expires_at: datetime
    distance_km: float
    priority: str
    service_type: str
    description: str
    customer_name: str
    customer_phone: str
    customer_address: str
    scheduled_start: datetime | None
    estimated_value: str | None
    currency: str
    customer_lat: float | None = None
    customer_lng: float | None = None


class OfferAccepted(OfferFact, frozen=True, kw_only=True):
    """The vendor took the job."""

    type: ClassVar[str] = "offer.accepted"
    response_time_min: float


class OfferDeclined(OfferFact, frozen=True, kw_only=True):
    """The vendor refused."""

    type: ClassVar[str] = "offer.declined"
    decline_reason: str | None = None


class OfferExpired(OfferFact, frozen=True, kw_only=True):
    """The vendor stayed silent."""

    type: ClassVar[str] = "offer.expired"


class OfferWithdrawn(OfferFact, frozen=True, kw_only=True):
    """The offer was taken back: `taken`, `order_closed`, `assigned`, `vendor_unavailable` or an operator's words."""

    type: ClassVar[str] = "offer.withdrawn"
    reason: str
    seen: bool = False


class OfferReleased(OfferFact, frozen=True, kw_only=True):
    """The vendor no longer holds the job; `by_vendor` when it gave it back itself."""

    type: ClassVar[str] = "offer.released"
    reason: str
    by_vendor: bool = False


class DispatchDecided(Event, frozen=True, kw_only=True):
    """A decision record exists; the noun is the order."""

    type: ClassVar[str] = "dispatch.decided"
    decision_id: UUID
    order_number: str
    wave: int
    ring: int
    vendor_ids: list[UUID]
    relaxed: list[str]


class PolicyActivated(Event, frozen=True, kw_only=True):
    """Another policy version is in force."""

    type: ClassVar[str] = "policy.activated"
    policy_version: int
    name: str


class OrderUnfilled(Event, frozen=True, kw_only=True):
    """The search for a vendor ended without one; the noun is the order. Demand that the supply at a place left open.

    Attributes:
        service_type: the tenant's own service code.
        canonical: the canonical service it is.
        country: ISO 3166-1 alpha-2, of the tenant.
        city: the town of the order where its address named one, in `state`.
        reason: `no_candidates` when nobody was left to ask, `fill_deadline` when nobody said yes in time.
        waited_min: minutes from the order to the end of the search.
    """

    type: ClassVar[str] = "order.unfilled"
    service_type: str
    canonical: str
    country: str
    state: str | None = None
    city: str | None = None
    lat: float
    lng: float
    reason: str
    waited_min: float
