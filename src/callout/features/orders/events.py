"""Facts about orders. They carry what reactions need (who to tell, how to reach them), so that nobody asks back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from callout.kit.events import Event


class OrderFact(Event, frozen=True, kw_only=True):
    """What every order event tells.

    Attributes:
        number: the order's human number.
        status: the state after the event.
        customer_phone: E.164.
        vendor_id: the vendor who holds the order after the event.
        service_label: as the tenant names the service.
        actor: role of whoever caused it.
    """

    order_number: str
    status: str
    kind: str
    priority: str
    service_type: str
    service_label: str
    description: str
    customer_name: str
    customer_phone: str
    customer_email: str | None
    customer_address: str
    contact_id: UUID | None
    language: str | None
    scheduled_start: datetime | None
    estimated_value: str | None
    currency: str
    vendor_id: UUID | None
    conversation_id: UUID | None
    trigger_event_id: UUID | None
    actor: str


class OrderCreated(OrderFact, frozen=True, kw_only=True):
    """An order exists. `confirm` says whether the customer is to be told."""

    type: ClassVar[str] = "order.created"
    confirm: bool = True


class OrderUpdated(OrderFact, frozen=True, kw_only=True):
    """Fields changed. `changed` names them; `old_date` is set when the appointment moved."""

    type: ClassVar[str] = "order.updated"
    changed: list[str]
    old_date: datetime | None = None
    change_request: dict[str, Any] | None = None
    surprising_price: bool = False


class OrderOffering(OrderFact, frozen=True, kw_only=True):
    """Vendors are being asked. `former_vendor_id` held the order until now."""

    type: ClassVar[str] = "order.offering"
    from_status: str
    reason: str | None = None
    former_vendor_id: UUID | None = None


class OrderAssigned(OrderFact, frozen=True, kw_only=True):
    """A vendor holds the order.

    Attributes:
        resumed: an admin put it back to its vendor after it needed attention.
        former_vendor_id: another vendor that held it until now.
    """

    type: ClassVar[str] = "order.assigned"
    from_status: str
    assignment_source: str | None
    notify: bool = True
    resumed: bool = False
    former_vendor_id: UUID | None = None


class OrderOnWay(OrderFact, frozen=True, kw_only=True):
    """The vendor travels."""

    type: ClassVar[str] = "order.on_way"
    eta: datetime | None = None
    resumed: bool = False


class OrderProcessing(OrderFact, frozen=True, kw_only=True):
    """The work has begun."""

    type: ClassVar[str] = "order.processing"
    resumed: bool = False


class OrderCompleted(OrderFact, frozen=True, kw_only=True):
    """The work is done: what billing writes on the invoice.

    Attributes:
        amount: final price, else agreed price; None only for quotations.
        photo_file_ids: per stage, oldest first.
        invoice_texts: service_name and service_details as the vendor gave them.
        forced: an admin completed it past the usual steps.
    """

    type: ClassVar[str] = "order.completed"
    completed_at: datetime
    amount: str | None
    dealing_price: str | None
    final_price: str | None
    photo_file_ids: dict[str, list[str]]
    invoice_texts: dict[str, Any] | None
    on_site_contact: dict[str, Any] | None
    forced: bool = False


class OrderCancelled(OrderFact, frozen=True, kw_only=True):
    """The order will not be done."""

    type: ClassVar[str] = "order.cancelled"
    from_status: str
    reason: str
    notify_customer: bool = True


class OrderNeedsAttention(OrderFact, frozen=True, kw_only=True):
    """Nobody but an admin can bring the order forward."""

    type: ClassVar[str] = "order.needs_attention"
    from_status: str
    attention_reason: str
    reason: str | None = None


class OrderLate(OrderFact, frozen=True, kw_only=True):
    """The vendor has not set out although the work was to begin; `minutes_late` since then."""

    type: ClassVar[str] = "order.late"
    minutes_late: int


class OrderPhotoAdded(OrderFact, frozen=True, kw_only=True):
    """A proof photo arrived."""

    type: ClassVar[str] = "order.photo"
    photo_id: UUID
    file_id: UUID
    stage: str


class RatingReceived(OrderFact, frozen=True, kw_only=True):
    """The customer (or an admin for it) rated the work; `edited` when an earlier rating was changed."""

    type: ClassVar[str] = "rating.received"
    rating_id: UUID
    stars: int
    complaint: bool
    source: str
    edited: bool = False
    previous_stars: int | None = None
