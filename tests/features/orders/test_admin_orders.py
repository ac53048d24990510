"""Admins create, find, change and steer orders."""

import asyncio
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, text

from callout.features.conversations.tables import Conversation
from callout.features.orders.events import OrderCancelled
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.events import Bus
from callout.kit.principal import Principal

BODY = {
    "customer_name": "Anna Reyes",
    "customer_phone": "(305) 555-0100",
    "customer_address": "12 Oak Street, Springfield",
    "service_type": "cleaning",
    "description": "House cleaning",
}


async def test_an_order_gets_number_place_estimate_and_deadline_and_finds_a_vendor(shop: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    assert order["order_number"] == "ORD-000001"
    assert order["status"] == "offering"
    assert order["customer_phone"] == "+13055550100"
    assert order["location_precision"] == "rooftop"
    assert (order["estimated_value"], order["price_package"]) == ("180.00", "Basic Cleaning ($180)")
    assert order["business_name"] == "Anna Reyes"
    assert order["schedule_source"] == "default"
    assert order["assigned_vendor_ids"] == [str(vendor.id)]
    assert order["next_actions"] == ["assign", "cancel"]
    assert order["created_by_role"] == "owner"


async def test_without_anybody_to_ask_the_order_needs_attention(shop: Any) -> None:
    order = await shop.order()
    assert (order["status"], order["attention_reason"]) == ("needs_attention", "no_candidates")


async def test_zero_zero_and_an_unknown_address_leave_the_order_without_a_place(shop: Any) -> None:
    await shop.vendor()
    order = await shop.order(customer_address="qwzx 99999 nowhere", customer_location={"lat": 0, "lng": 0})
    assert order["customer_location"] is None
    assert (order["status"], order["attention_reason"]) == ("needs_attention", "no_location")


async def test_a_coordinate_of_zero_is_a_place(shop: Any) -> None:
    order = await shop.order(customer_location={"lat": 0, "lng": 32.5}, dispatch=False)
    assert order["customer_location"] == {"lat": 0.0, "lng": 32.5}


async def test_bodies_that_are_not_orders(shop: Any) -> None:
    url = "/api/admin/orders"
    broken = await shop.owner.post(url, content="{", headers={"content-type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed_request")
    empty = await shop.owner.post(url, json={})
    assert empty.status_code == 422
    assert {row["field"] for row in empty.json()["errors"]} == set(BODY)
    extra = await shop.owner.post(url, json={**BODY, "tenant_id": str(uuid4())})
    assert (extra.status_code, extra.json()["code"]) == (422, "unknown_field")
    unknown = await shop.owner.post(url, json={**BODY, "service_type": "juggling"})
    assert unknown.json()["errors"][0]["field"] == "service_type"
    phone = await shop.owner.post(url, json={**BODY, "customer_phone": "12"})
    assert phone.json()["errors"][0]["code"] == "invalid_phone"


async def test_lists_refuse_what_they_do_not_know(shop: Any) -> None:
    for query in ("limit=0", "limit=201", "limit=abc", "sort=foo"):
        assert (await shop.owner.get(f"/api/admin/orders?{query}")).status_code == 422
    unknown = await shop.owner.get("/api/admin/orders?colour=red")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_parameter")


async def test_the_same_key_makes_one_order(shop: Any) -> None:
    headers = {"Idempotency-Key": f"key-{uuid4()}"}
    first = await shop.owner.post("/api/admin/orders", json=BODY, headers=headers)
    second = await shop.owner.post("/api/admin/orders", json=BODY, headers=headers)
    assert second.headers["idempotency-replayed"] == "true"
    assert first.json()["id"] == second.json()["id"]
    other = await shop.owner.post("/api/admin/orders", json={**BODY, "priority": "high"}, headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_one_conversation_leads_to_one_order_even_at_the_same_moment(shop: Any, system: Any) -> None:
    async with system.database.transaction(Principal.system(shop.tenant_id)) as work:
        talk = Conversation(external_id="conv_1", calling_system="upload", status="completed")
        work.session.add(talk)
    body = {**BODY, "conversation_id": str(talk.id), "dispatch": False}
    answers = await asyncio.gather(*(shop.owner.post("/api/admin/orders", json=body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await shop.order(dispatch=False))["order_number"] == "ORD-000002"


async def test_numbers_have_no_gaps_however_many_create_at_once(shop: Any, system: Any) -> None:
    bad = {**BODY, "service_type": "juggling"}
    bodies = [bad if place % 4 == 0 else {**BODY, "dispatch": False} for place in range(12)]
    await asyncio.gather(*(shop.owner.post("/api/admin/orders", json=body) for body in bodies))
    async with system.database.lookup() as work:
        query = select(Order.order_number).where(Order.tenant_id == shop.tenant_id).order_by(Order.order_number)
        numbers = list((await work.session.execute(query)).scalars())
    assert numbers == [f"ORD-{number:06d}" for number in range(1, 10)]


async def test_another_tenants_order_does_not_exist(shop: Any, system: Any) -> None:
    order = await shop.order(dispatch=False)
    stranger = await system.shop()
    assert (await stranger.owner.get(f"/api/admin/orders/{order['id']}")).status_code == 404
    assert (await stranger.owner.get("/api/admin/orders")).json()["total"] == 0
    assert (await stranger.order(dispatch=False))["order_number"] == "ORD-000001"


async def test_viewers_read_masked_numbers_and_write_nothing(shop: Any) -> None:
    order = await shop.order(dispatch=False, customer_email="anna@x.com")
    viewer = await shop.admin("viewer")
    seen = (await viewer.get(f"/api/admin/orders/{order['order_number']}")).json()
    assert (seen["customer_phone"], seen["customer_email"]) == ("+1•••••••0100", "a•••@x.com")
    assert (await viewer.get("/api/admin/orders")).json()["items"][0]["customer_phone"] == "+1•••••••0100"
    assert (await viewer.post("/api/admin/orders", json=BODY)).json()["code"] == "permission_denied"


async def test_a_change_needs_the_version_it_was_made_on(shop: Any) -> None:
    order = await shop.order(dispatch=False)
    url = f"/api/admin/orders/{order['id']}"
    tag = (await shop.owner.get(url)).headers["etag"]
    assert (await shop.owner.patch(url, json={"priority": "high"})).status_code == 428
    changed = await shop.owner.patch(url, json={"priority": "high"}, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed.json()["priority"] == "high"
    assert changed.headers["etag"] != tag
    stale = await shop.owner.patch(url, json={"priority": "low"}, headers={"If-Match": tag})
    assert stale.status_code == 412


async def test_the_town_of_an_address_is_kept_and_follows_it(shop: Any) -> None:
    async def town(order_id: str) -> tuple[str | None, str | None]:
        async with shop.system.database.transaction(Principal.system(shop.tenant_id)) as work:
            query = select(Order.customer_city, Order.customer_state).where(Order.id == order_id)
            return tuple((await work.session.execute(query)).one())

    order = await shop.order(dispatch=False)
    url, any_version = f"/api/admin/orders/{order['id']}", {"If-Match": "*"}
    assert await town(order["id"]) == ("Springfield", "Illinois")
    assert (
        await shop.owner.patch(url, json={"customer_address": "12 Oak Street, Miami, FL"}, headers=any_version)
    ).is_success
    assert await town(order["id"]) == ("Miami", "Florida")
    assert (
        await shop.owner.patch(url, json={"customer_location": {"lat": 30.27, "lng": -97.74}}, headers=any_version)
    ).is_success
    assert await town(order["id"]) == (None, None)


async def test_a_new_address_moves_the_order_and_null_clears(shop: Any) -> None:
    order = await shop.order(dispatch=False, admin_notes="gate code 12")
    url = f"/api/admin/orders/{order['id']}"
    body = {"customer_address": "12 Oak Street, Miami, FL", "admin_notes": None}
    moved = (await shop.owner.patch(url, json=body, headers={"If-Match": "*"})).json()
    assert moved["customer_location"] != order["customer_location"]
    assert moved["admin_notes"] is None
    assert moved["description"] == order["description"]


async def test_filters_find_orders(shop: Any) -> None:
    first = await shop.order(dispatch=False, priority="urgent")
    await shop.order(dispatch=False, customer_name="Bob Stone", estimated_value=0)
    found = (await shop.owner.get("/api/admin/orders?priority=urgent,high")).json()
    assert [row["id"] for row in found["items"]] == [first["id"]]
    assert (await shop.owner.get("/api/admin/orders?q=stone")).json()["items"][0]["estimated_value"] == "0.00"
    assert (await shop.owner.get("/api/admin/orders?q=100%25")).json()["total"] == 0
    assert (await shop.owner.get("/api/admin/orders?value_min=1")).json()["total"] == 1
    assert (await shop.owner.get("/api/admin/orders?sort=-priority")).json()["items"][0]["id"] == first["id"]
    assert found["statistics"]["new"] == 2


async def test_cancelling_takes_back_offers_and_repeating_it_changes_nothing(shop: Any, system: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    url = f"/api/admin/orders/{order['id']}"
    assert (await shop.owner.post(f"{url}/cancel", json={"reason": "no"})).status_code == 422
    first = await shop.owner.post(f"{url}/cancel", json={"reason": "customer called"})
    assert first.json()["status"] == "cancelled"
    again = await shop.owner.post(f"{url}/cancel", json={"reason": "customer called"})
    assert (again.status_code, again.json()["version"]) == (200, first.json()["version"])
    seen = (await vendor.http.get(f"/api/vendor/orders/{order['id']}")).json()
    assert seen["status"] == "cancelled"
    timeline = (await shop.owner.get(f"{url}/timeline")).json()["items"]
    assert [row["type"] for row in timeline if row["to_status"]] == [
        "order.created",
        "order.offering",
        "order.cancelled",
    ]
    locked = await shop.owner.patch(url, json={"priority": "low"}, headers={"If-Match": "*"})
    assert locked.json()["code"] == "invalid_transition"
    noted = await shop.owner.patch(url, json={"admin_notes": "moved away"}, headers={"If-Match": "*"})
    assert noted.json()["admin_notes"] == "moved away"


async def test_an_admin_can_do_the_whole_job_for_the_vendor(shop: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order(dispatch=False)
    url = f"/api/admin/orders/{order['id']}"
    assigned = await shop.owner.post(f"{url}/assign", json={"vendor_id": str(vendor.id)})
    assert assigned.json()["order"]["assignment_source"] == "direct"
    skipped = await shop.owner.post(f"{url}/status", json={"status": "completed"})
    assert (skipped.status_code, skipped.json()["allowed"]) == (
        409,
        ["offering", "on_way", "cancelled", "needs_attention"],
    )
    await shop.owner.post(f"{url}/status", json={"status": "on_way"})
    bare = await shop.owner.post(f"{url}/status", json={"status": "processing"})
    assert bare.json()["code"] == "before_photo_required"
    body = {"status": "processing", "override": True, "reason": "camera broken", "dealing_price": "250"}
    assert (await shop.owner.post(f"{url}/status", json=body)).json()["order"]["status"] == "processing"
    done = await shop.owner.post(f"{url}/status", json={**body, "status": "completed"})
    assert (done.json()["order"]["status"], done.json()["order"]["amount"]) == ("completed", "250.00")
    changed = await shop.owner.patch(url, json={"final_price": 10}, headers={"If-Match": "*"})
    assert changed.status_code == 409
    rated = await shop.owner.post(f"{url}/rating", json={"stars": 5})
    assert (rated.status_code, rated.json()["source"]) == (201, "admin")
    assert (await shop.owner.post(f"{url}/rating", json={"stars": 4})).json()["code"] == "already_rated"
    again = await shop.owner.post(f"{url}/follow-up", json={"dispatch": False, "description": "Second visit"})
    assert (again.json()["follow_up_of"], again.json()["customer_name"]) == (order["id"], "Anna Reyes")


async def test_an_order_that_needs_attention_is_resolved(shop: Any) -> None:
    order = await shop.order()
    url = f"/api/admin/orders/{order['id']}/resolve"
    assert (await shop.owner.post(url, json={"resolution": "keep"})).status_code == 409
    await shop.vendor()
    sought = await shop.owner.post(url, json={"resolution": "redispatch"})
    assert sought.json()["status"] == "offering"
    assert (await shop.owner.post(url, json={"resolution": "redispatch"})).json()["code"] == "invalid_transition"


async def test_a_bulk_action_reports_each_order(shop: Any) -> None:
    order = await shop.order(dispatch=False)
    missing = str(uuid4())
    body = {"action": "priority", "ids": [order["id"], missing], "value": "urgent"}
    done = (await shop.owner.post("/api/admin/orders/bulk", json=body)).json()
    assert done["ok"] == [order["id"]]
    assert [(row["id"], row["code"]) for row in done["failed"]] == [(missing, "not_found")]
    assert (await shop.read(order))["priority"] == "urgent"


async def test_an_order_the_database_refuses_leaves_the_others_of_a_bulk_done(shop: Any, bus: Bus) -> None:
    first, broken, last = [(await shop.order(dispatch=False))["id"] for _ in range(3)]

    async def refuse(work: Work, event: OrderCancelled) -> None:
        if str(event.noun_id) == broken:
            await work.session.execute(text("SELECT 1 / 0"))

    bus.on(OrderCancelled, refuse)
    body = {"action": "cancel", "ids": [first, broken, last], "reason": "double booking"}
    done = await shop.owner.post("/api/admin/orders/bulk", json=body)
    assert (done.status_code, done.json()["ok"]) == (200, [first, last])
    assert [(row["id"], row["code"]) for row in done.json()["failed"]] == [(broken, "internal")]
    statuses = [(await shop.read({"id": order_id}))["status"] for order_id in (first, broken, last)]
    assert statuses == ["cancelled", "new", "cancelled"]


async def test_the_board_has_a_column_per_status(shop: Any, system: Any) -> None:
    await shop.order(dispatch=False)
    await shop.order()
    board = (await shop.owner.get("/api/admin/orders/board")).json()
    assert {column["key"]: column["total"] for column in board["columns"]} == {"new": 1, "needs_attention": 1}
    assert (await shop.owner.get("/api/admin/orders/board?group_by=day")).json()["columns"][0]["total"] == 2
    assert (await shop.owner.get("/api/admin/orders/board?group_by=vendor")).json()["columns"][0]["key"] is None
    async with system.database.lookup() as work:
        count = select(func.count()).select_from(Order).where(Order.tenant_id == shop.tenant_id)
        assert (await work.session.execute(count)).scalar_one() == 2
