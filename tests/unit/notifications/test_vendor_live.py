"""What a vendor hears of its tenant's events."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from callout.features.notifications.vendor_live import share_of_vendor
from callout.kit.events import Published
from callout.kit.principal import Principal

VENDOR, USER = uuid4(), uuid4()
CUSTOMER = {"customer_name": "Anna Bell", "customer_phone": "+13055550101", "customer_address": "12 Oak Street"}


def vendor(status: str = "verified") -> Principal:
    return Principal(
        role="vendor", tenant_id=uuid4(), actor_id=USER, session_id=uuid4(), vendor_id=VENDOR, status=status
    )


def happened(kind: str, noun_id: UUID | None = None, **data: object) -> Published:
    return Published(
        id=uuid4(), type=kind, tenant_id=uuid4(), occurred_at=datetime(2026, 3, 5, tzinfo=UTC), actor_role="system",
        noun_id=noun_id or uuid4(), data=data, sequence=1,
    )  # fmt: skip


def order(kind: str, vendor_id: object = None, **data: object) -> Published:
    return happened(kind, order_number="ORD-000001", status="assigned", vendor_id=vendor_id, **CUSTOMER, **data)


def test_the_holder_hears_of_its_order_without_the_customers_details() -> None:
    seen = share_of_vendor(vendor(), order("order.on_way", str(VENDOR), eta="2026-03-05T15:00:00Z"), ())
    assert seen is not None
    assert (seen.type, seen.data) == ("order.on_way", {"order_number": "ORD-000001", "eta": "2026-03-05T15:00:00Z"})


def test_an_order_of_somebody_else_is_not_heard_of() -> None:
    assert share_of_vendor(vendor(), order("order.assigned", str(uuid4())), ()) is None
    assert share_of_vendor(vendor(), order("order.created"), ()) is None


def test_an_asked_vendor_hears_that_the_order_changed() -> None:
    changed = order("order.updated", None, changed=["scheduled_start"])
    seen = share_of_vendor(vendor(), changed, {changed.noun_id})
    assert seen is not None
    assert seen.data == {"order_number": "ORD-000001", "changed": ["scheduled_start"]}


def test_who_lost_an_order_hears_of_a_change_but_not_who_won_or_why() -> None:
    lost = order("order.assigned", str(uuid4()), former_vendor_id=str(VENDOR))
    seen = share_of_vendor(vendor(), lost, ())
    assert seen is not None
    assert (seen.type, seen.data) == ("order.updated", {"order_number": "ORD-000001"})


def test_an_internal_step_is_told_as_a_change() -> None:
    stuck = order("order.needs_attention", str(VENDOR), attention_reason="scam_suspected")
    seen = share_of_vendor(vendor(), stuck, ())
    assert seen is not None
    assert (seen.type, seen.data) == ("order.updated", {"order_number": "ORD-000001"})


def test_an_offer_is_heard_of_by_whom_it_was_made_to() -> None:
    sent = happened("offer.sent", vendor_id=str(VENDOR), order_number="ORD-000001", distance_km=3.2, **CUSTOMER)
    seen = share_of_vendor(vendor(), sent, ())
    assert seen is not None
    assert seen.data == {"order_number": "ORD-000001", "distance_km": 3.2}
    assert share_of_vendor(vendor(), happened("offer.sent", vendor_id=str(uuid4())), ()) is None


def test_inbox_and_account_are_ones_own() -> None:
    assert share_of_vendor(vendor(), happened("notification.created", user_id=str(USER)), ()) is not None
    assert share_of_vendor(vendor(), happened("notification.created", user_id=str(uuid4())), ()) is None
    assert share_of_vendor(vendor(), happened("vendor.status", VENDOR, to_status="blocked"), ()) is not None
    assert share_of_vendor(vendor(), happened("vendor.status", to_status="blocked"), ()) is None


def test_a_blocked_vendor_hears_of_inbox_and_account_only() -> None:
    blocked = vendor("blocked")
    assert share_of_vendor(blocked, order("order.on_way", str(VENDOR)), ()) is None
    assert share_of_vendor(blocked, happened("offer.withdrawn", vendor_id=str(VENDOR)), ()) is None
    assert share_of_vendor(blocked, happened("vendor.status", VENDOR, to_status="verified"), ()) is not None


def test_nothing_else_of_the_business_is_heard_of() -> None:
    for kind in ("invoice.issued", "conversation.started", "settings.updated", "message.sent", "user.joined"):
        assert share_of_vendor(vendor(), happened(kind, vendor_id=str(VENDOR)), ()) is None
