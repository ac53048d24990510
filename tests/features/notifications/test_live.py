"""The live streams of the team and of vendors, over HTTP."""

from uuid import UUID, uuid4

import msgspec
import pytest

from callout.features.accounts.events import SessionRevoked
from callout.features.notifications.events import NotificationCreated
from callout.features.orders.events import OrderOnWay
from callout.kit.http import sse
from tests.features.kit.streams import Stream

ADMIN, VENDOR = "/api/admin/events", "/api/vendor/events"


def on_way(vendor_id: UUID | None, number: str = "ORD-000001") -> OrderOnWay:
    return OrderOnWay(
        noun_id=uuid4(), order_number=number, status="on_way", kind="service", priority="medium",
        service_type="plumbing", service_label="Plumbing", description="Leak", customer_name="Anna Bell",
        customer_phone="+13055550101", customer_email="anna@example.com", customer_address="12 Oak Street",
        contact_id=None, language=None, scheduled_start=None, estimated_value=None, currency="USD",
        vendor_id=vendor_id, conversation_id=None, trigger_event_id=None, actor="vendor",
    )  # fmt: skip


def noted(user_id: UUID) -> NotificationCreated:
    return NotificationCreated(
        noun_id=uuid4(), user_id=user_id, audience="admin", kind="new_order", title="A job", urgent=False, order_id=None
    )


async def publish(desk, *events) -> None:
    async with desk.database.transaction(desk.system) as work:
        for event in events:
            await work.publish(event)


@pytest.fixture
async def listen(desk):
    opened: list[Stream] = []

    async def start(path: str, role: str, user: UUID, *vendor: UUID, **headers: str) -> Stream:
        who = ":".join(str(part) for part in (desk.tenant_id, role, user, *vendor))
        stream = Stream(desk.app, path, {"authorization": f"Bearer {who}", **headers})
        opened.append(stream)
        await stream.open()
        await stream.ready()
        return stream

    yield start
    for stream in opened:
        await stream.close()


async def data_of(stream: Stream) -> dict[str, object]:
    return msgspec.json.decode((await stream.next())["data"])["data"]


async def test_a_viewer_hears_of_orders_without_being_able_to_call_the_customer(desk, listen) -> None:
    owner = await listen(ADMIN, "owner", desk.owner_id)
    viewer = await listen(ADMIN, "viewer", uuid4())
    await publish(desk, on_way(None))
    assert (await data_of(owner))["customer_phone"] == "+13055550101"
    seen = await data_of(viewer)
    assert (seen["customer_phone"], seen["customer_email"]) == ("+1•••••••0101", "a•••@example.com")


async def test_an_inbox_is_only_heard_by_its_owner(desk, listen) -> None:
    owner = await listen(ADMIN, "owner", desk.owner_id)
    vendor = await listen(VENDOR, "vendor", desk.vendor_user_id, desk.vendor_id)
    await publish(desk, noted(uuid4()), noted(desk.owner_id), noted(desk.vendor_user_id))
    assert (await data_of(owner))["user_id"] == str(desk.owner_id)
    assert (await data_of(vendor))["user_id"] == str(desk.vendor_user_id)


async def test_a_vendor_hears_of_its_own_orders_only(desk, listen) -> None:
    vendor = await listen(VENDOR, "vendor", desk.vendor_user_id, desk.vendor_id)
    await publish(desk, on_way(uuid4(), "ORD-000007"), on_way(None, "ORD-000008"), on_way(desk.vendor_id, "ORD-000009"))
    seen = await data_of(vendor)
    assert seen["order_number"] == "ORD-000009"
    assert not [name for name in seen if name.startswith("customer")]


async def test_missed_events_are_replayed_once_in_order_after_a_drop(desk, listen) -> None:
    stream = await listen(ADMIN, "owner", desk.owner_id)
    await publish(desk, on_way(None, "ORD-000001"))
    last = (await stream.next())["id"]
    await stream.close()
    await publish(desk, on_way(None, "ORD-000002"), on_way(None, "ORD-000003"))
    again = await listen(ADMIN, "owner", desk.owner_id, **{"last-event-id": last})
    by_query = await listen(f"{ADMIN}?last_event_id={last}", "owner", desk.owner_id)
    await publish(desk, on_way(None, "ORD-000004"))
    for resumed in (again, by_query):
        heard = [(await data_of(resumed))["order_number"] for _ in range(3)]
        assert heard == ["ORD-000002", "ORD-000003", "ORD-000004"]


async def test_types_and_noun_narrow_a_stream(desk, listen) -> None:
    by_type = await listen(f"{ADMIN}?types=notification.*", "owner", desk.owner_id)
    wanted, other = on_way(None, "ORD-000001"), on_way(None, "ORD-000002")
    by_noun = await listen(f"{ADMIN}?noun_id={wanted.noun_id}", "owner", desk.owner_id)
    await publish(desk, other, wanted, noted(desk.owner_id))
    assert (await by_type.next())["event"] == "notification.created"
    assert (await data_of(by_noun))["order_number"] == "ORD-000001"


async def test_each_audience_has_its_own_stream(desk) -> None:
    assert (await desk.vendor.get(ADMIN)).status_code == 403
    assert (await desk.admin.get(VENDOR)).status_code == 403


async def test_a_stream_ends_with_the_session_that_opened_it(desk, listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "CHECK_S", 0.1)
    ended: set[UUID] = set()

    async def still_stands(work) -> bool:
        return work.principal.session_id not in ended

    monkeypatch.setattr(desk.streams, "_still_stands", still_stands)
    stream = await listen(ADMIN, "owner", desk.owner_id)
    ended.add(desk.owner_id)
    await publish(desk, SessionRevoked(noun_id=desk.owner_id, user_id=desk.owner_id, reason="logout"))
    while (message := await stream.next()) != {"end": ""}:
        assert message.get("event", "session.revoked") == "session.revoked"


async def test_a_ticket_opens_a_stream_and_nothing_else(desk) -> None:
    ticket = f"{desk.tenant_id}:owner:{desk.owner_id}"
    stream = Stream(desk.app, f"{ADMIN}?ticket={ticket}", {})
    await stream.open()
    assert stream.status == 200
    await stream.close()
    del desk.admin.headers["authorization"]
    assert (await desk.admin.get(f"/api/admin/notifications?ticket={ticket}")).status_code == 401
