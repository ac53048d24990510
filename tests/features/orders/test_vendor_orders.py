"""Vendors list, filter and work on orders."""

import asyncio
import json
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from callout.features.orders.ports import InvoiceSummary


async def listed(vendor: Any, **query: Any) -> list[dict[str, Any]]:
    """The vendor's list, as its app reads it."""
    answer = await vendor.http.get("/api/vendor/orders", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    assert isinstance(found, list)
    return found


async def test_a_vendor_sees_only_what_it_was_offered_or_holds(shop: Any, system: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    other = await shop.vendor(services=["plumbing"])
    answer = await vendor.http.get("/api/vendor/orders?sort=-created_date&limit=20")
    assert answer.headers["x-total-count"] == "1"
    (seen,) = answer.json()
    assert (seen["id"], seen["order_id"], seen["status"]) == (order["id"], "ORD-000001", "new")
    assert (seen["next_action"], seen["vendor_id"]) == ("accept_or_decline", str(vendor.id))
    assert seen["estimated_value"] == 180
    assert "T" in seen["scheduled_date"]
    assert not seen["scheduled_date"].endswith("Z")
    assert await listed(other) == []
    assert (await other.http.get(f"/api/vendor/orders/{order['id']}")).status_code == 404
    assert (await vendor.http.get("/api/admin/orders")).json()["code"] == "permission_denied"
    stranger = await (await system.shop()).vendor()
    assert (await stranger.http.get(f"/api/vendor/orders/{order['id']}")).status_code == 404


async def test_filters_sorts_and_controls_of_the_list(shop: Any) -> None:
    vendor = await shop.vendor(max_open_jobs=9)
    first = await shop.order(priority="low", customer_name="Zoe Adams", estimated_value=50)
    second = await shop.order(priority="urgent", customer_name="Bob Stone")
    await vendor.put(first, status="accepted")

    async def ids(**query: Any) -> list[str]:
        return [row["order_id"] for row in await listed(vendor, **query)]

    one, two = first["order_number"], second["order_number"]
    assert await ids(q=json.dumps({"status": "new"})) == [two]
    assert await ids(status="accepted") == [one]
    assert await ids(scope="mine") == [one]
    assert await ids(scope="offered") == [two]
    assert await ids(search="stone") == [two]
    assert await ids(q=json.dumps({"estimated_value": {"$lt": 100}})) == [one]
    assert await ids(q=json.dumps({"estimated_value": "50"})) == []
    assert await ids(q=json.dumps({"$or": [{"priority": "low"}, {"customer_name": {"$regex": "^Bob"}}]})) == [two, one]
    assert await ids(q=json.dumps({"id": {"$in": [first["id"]]}})) == [one]
    assert await ids(q=json.dumps({"_id": [first["id"], "nonsense"]})) == [one]
    assert await ids(q=json.dumps({"priority": {"$ne": "low"}})) == [two]
    assert await ids(q=json.dumps({"notes": None})) == [two, one]
    assert await ids(q=json.dumps({"no_such_field": 1})) == []
    assert await ids(q=json.dumps({"assigned_vendors": str(vendor.id)})) == [two, one]
    assert await ids(q=json.dumps({"created_date": {"$gte": "2020-01-01"}})) == [two, one]
    assert await ids(q=json.dumps({"created_date": {"$gt": "2999-01-01T00:00:00"}})) == []
    assert await ids(sort="customer_name") == [two, one]
    assert await ids(sort="20") == [two, one]
    assert await ids(skip=1, limit=1) == [one]
    assert await ids(limit=999999) == [two, one]
    assert [set(row) for row in await listed(vendor, fields="status")] == [{"id", "status"}] * 2


async def test_filters_that_cannot_be_understood_are_refused(shop: Any) -> None:
    vendor = await shop.vendor()
    deep: Any = {"priority": "low"}
    for _ in range(12):
        deep = {"$and": [deep]}
    bad: list[Any] = [{"$where": "1"}, {"priority": {"$near": 1}}, [1], {"$or": 1}, {"priority": {"$in": "low"}}, deep]
    bad.append({"customer_name": {"$regex": "("}})
    bad.append({"customer_name": {"$regex": "(a)\\1"}})
    for query in ["{bad", *(json.dumps(query) for query in bad)]:
        answer = await vendor.http.get("/api/vendor/orders", params={"q": query})
        assert answer.status_code == 400, query


async def test_a_filter_cannot_look_behind_the_mask(shop: Any) -> None:
    await shop.settings(orders__offer_disclosure="masked")
    vendor = await shop.vendor()
    order = await shop.order()
    (seen,) = await listed(vendor)
    assert (seen["customer_name"], seen["customer_phone"], seen["customer_address"]) == ("Anna", None, None)
    assert seen["customer_location"] == {"lat": 39.77, "lng": -89.66}
    guesses = [{"customer_phone": "+13055550100"}, {"customer_name": {"$regex": "Reyes"}}]
    guesses.append({"customer_address": {"$regex": "Oak"}})
    for guess in guesses:
        assert await listed(vendor, q=json.dumps(guess)) == []
    assert await listed(vendor, search="Reyes") == []
    links = f"/api/vendor/orders/{order['id']}/contact-links"
    assert (await vendor.http.get(links)).status_code == 403
    assert (await vendor.put(order, status="accepted")).json()["customer_phone"] == "+13055550100"
    found = (await vendor.http.get(links)).json()
    assert found["tel"] == "tel:+13055550100"
    assert found["whatsapp"].startswith("https://wa.me/13055550100?text=Hello%20Anna")
    assert len(await listed(vendor, q=json.dumps(guesses[0]))) == 1


async def test_the_whole_job_from_offer_to_completion(shop: Any, system: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    accepted = await vendor.put(order, status="accepted")
    assert (accepted.json()["status"], accepted.json()["next_action"]) == ("accepted", "start_service")
    named = {"order_id": order["order_number"], "status": "on_way"}
    travelling = (await vendor.http.put("/api/vendor/orders", json=named)).json()
    assert set(travelling) == {"message", "order", "next_action", "updated_at"}
    assert travelling["next_action"] == "upload_before_image"

    early = await vendor.put(order, status="processing")
    assert (early.status_code, early.json()["code"]) == (422, "before_photo_required")
    assert (await shop.read(order))["status"] == "on_way"
    photo = await vendor.photo(order, "before")
    assert photo.status_code == 201, photo.text
    unpriced = await vendor.put(order, status="processing")
    assert unpriced.json()["code"] == "price_required"
    started = await vendor.put(order, status="processing", dealing_price=0)
    assert (started.json()["status"], started.json()["dealing_price"]) == ("processing", 0)
    assert started.json()["before_image_url"]

    assert (await vendor.put(order, status="completed")).json()["code"] == "after_photo_required"
    await vendor.photo(order, "after")
    body = {"status": "completed", "invoice": {"final_price": 250, "service_name": "Deep clean"}}
    done = (await vendor.put(order, **body)).json()
    assert (done["status"], done["next_action"]) == ("completed", "generate_invoice")
    assert done["invoice"]["final_price"] == 250
    again = await vendor.put(order, **{**done, "invoice": None})
    assert again.status_code == 200, again.text
    assert (await vendor.put(order, dealing_price=5)).status_code == 409
    assert (
        await vendor.http.delete(f"/api/vendor/orders/{order['id']}/photos/{photo.json()['id']}")
    ).status_code == 409

    admin = await shop.read(order)
    assert (admin["amount"], admin["status"]) == ("250.00", "completed")
    responses = (await vendor.http.get(f"/api/vendor/orders/{order['id']}/responses")).json()["items"]
    assert [row["action"] for row in responses] == [
        *("accept", "status_update", "image_upload", "status_update", "image_upload", "complete")
    ]
    detail = (await vendor.http.get(f"/api/vendor/orders/{order['order_number']}")).json()
    assert [row["to_status"] for row in detail["timeline"] if row["to_status"]] == [
        *("new", "offering", "assigned", "on_way", "processing", "completed")
    ]
    system.invoices.by_order[UUID(order["id"])] = InvoiceSummary(
        invoice_id=uuid4(), number="INV-0001", status="sent", total_amount=Decimal(250), currency="USD"
    )
    assert (await listed(vendor))[0]["invoice"]["invoice_number"] == "INV-0001"


async def test_only_the_status_words_of_the_contract_are_understood(shop: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    assert (await vendor.put(order, status="finished")).status_code == 422
    assert (await vendor.put(order, status="new")).status_code == 200
    await vendor.put(order, status="accepted")
    assert (await vendor.put(order, status="new")).json()["code"] == "invalid_transition"
    skipped = await vendor.put(order, status="in_progress")
    assert (skipped.status_code, skipped.json()["from"], skipped.json()["to"]) == (409, "assigned", "processing")
    assert (await vendor.put(order, status="accepted")).status_code == 200


async def test_one_update_may_carry_everything_a_step_needs(shop: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    await vendor.put(order, status="accepted")
    await vendor.put(order, status="on_way")
    async with shop.system.database.transaction(vendor.principal) as work:
        row = await shop.system.desk.files.store_bytes(work, "order_photo", "a.jpg", shop.system.picture)
        url = shop.system.desk.files.signed_url(work, row.id)
    body = {"status": "processing", "dealing_price": 80, "before_image_url": url}
    done = await vendor.put(order, **body)
    assert (done.status_code, done.json()["status"]) == (200, "processing")
    elsewhere = await vendor.put(order, after_image_url="https://example.com/a.jpg")
    assert elsewhere.json()["errors"][0]["field"] == "after_image_url"


async def test_another_vendor_can_change_nothing(shop: Any) -> None:
    vendor, rival, outsider = [await shop.vendor(max_open_jobs=5) for _ in range(3)]
    order = await shop.order(dispatch=False)
    ask = {"mode": "manual", "vendor_ids": [str(vendor.id), str(rival.id)]}
    await shop.owner.post(f"/api/admin/orders/{order['id']}/dispatch", json=ask)
    assert (await vendor.put(order, status="accepted")).status_code == 200
    late = await rival.put(order, status="accepted")
    assert (late.status_code, late.json()["code"]) == (409, "offer_taken")
    for body in ({"status": "on_way"}, {"notes": "mine now"}, {"dealing_price": 1}):
        refused = await rival.put(order, **body)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_your_order")
        assert (await outsider.put(order, **body)).status_code == 404
    after = await shop.read(order)
    assert (after["status"], after["vendor_notes"], after["dealing_price"]) == ("assigned", None, None)
    (rest,) = await listed(rival)
    assert (rest["status"], rest["customer_name"], rest["customer_phone"], rest["description"]) == (
        *("cancelled", None, None, None),
    )
    assert (rest["order_id"], rest["service_label"]) == (order["order_number"], "Cleaning")


async def test_of_two_who_accept_at_once_one_wins(shop: Any) -> None:
    vendors = [await shop.vendor(max_open_jobs=5) for _ in range(2)]
    order = await shop.order(dispatch=False)
    ask = {"mode": "manual", "vendor_ids": [str(vendor.id) for vendor in vendors]}
    await shop.owner.post(f"/api/admin/orders/{order['id']}/dispatch", json=ask)
    answers = await asyncio.gather(*(vendor.put(order, status="accepted") for vendor in vendors))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_notes_never_touch_the_description_and_notes_alone_touch_nothing_else(shop: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    await vendor.put(order, status="accepted")
    await vendor.put(order, dealing_price=120)
    noted = (await vendor.put(order, notes="dog in the yard")).json()
    assert (noted["notes"], noted["description"]) == ("dog in the yard", "House cleaning")
    await vendor.put(order, vendor_notes="cat in the yard")
    after = await shop.read(order)
    assert (after["vendor_notes"], after["status"], after["dealing_price"]) == ("cat in the yard", "assigned", "120.00")


async def test_cancelled_means_declining_an_offer_and_giving_back_an_order(shop: Any) -> None:
    vendor, other = [await shop.vendor(max_open_jobs=5) for _ in range(2)]
    order = await shop.order(dispatch=False)
    ask = {"mode": "manual", "vendor_ids": [str(vendor.id), str(other.id)]}
    await shop.owner.post(f"/api/admin/orders/{order['id']}/dispatch", json=ask)
    declined = await vendor.put(order, status="cancelled", decline_reason="too_far")
    assert declined.json()["status"] == "cancelled"
    assert (await shop.read(order))["status"] == "offering"
    assert (await listed(other))[0]["status"] == "new"
    await other.put(order, status="accepted")
    await other.put(order, status="on_way")
    released = await other.put(order, status="cancelled", reason="van broke down")
    assert released.status_code == 200, released.text
    after = await shop.read(order)
    assert (after["status"], after["attention_reason"], after["prior_status"]) == (
        *("needs_attention", "vendor_released", "on_way"),
    )
    kept = await shop.owner.post(f"/api/admin/orders/{order['id']}/resolve", json={"resolution": "keep"})
    assert (kept.json()["status"], kept.json()["prior_status"]) == ("on_way", None)


async def test_statistics_count_in_the_vendors_words(shop: Any) -> None:
    vendor = await shop.vendor(max_open_jobs=9)
    first = await shop.order()
    await shop.order()
    await vendor.put(first, status="accepted")
    counted = (await vendor.http.get("/api/vendor/orders/statistics")).json()
    assert counted == {"total": 2, "new": 1, "in_progress": 1, "completed": 0, "cancelled": 0}


async def test_photos_are_pictures_ten_a_stage(shop: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    assert (await vendor.photo(order, "before")).json()["code"] == "not_your_order"
    await vendor.put(order, status="accepted")
    html = await vendor.http.post(
        f"/api/vendor/orders/{order['id']}/photos",
        data={"stage": "before"},
        files={"file": ("photo.jpg", b"<html>", "image/jpeg")},
    )
    assert html.status_code == 415
    for _ in range(10):
        assert (await vendor.photo(order, "before")).status_code == 201
    assert (await vendor.photo(order, "before")).status_code == 422
    missing = await vendor.http.post(f"/api/vendor/orders/{order['id']}/photos", json={"stage": "after"})
    assert missing.json()["errors"][0]["field"] == "file_id"


async def test_a_price_far_off_the_estimate_is_marked_for_admins(shop: Any) -> None:
    vendor = await shop.vendor()
    order = await shop.order()
    await vendor.put(order, status="accepted")
    assert (await vendor.put(order, dealing_price=5000)).status_code == 200
    timeline = (await shop.owner.get(f"/api/admin/orders/{order['id']}/timeline")).json()["items"]
    assert timeline[-1]["detail"]["surprising_price"] is True
    assert (await vendor.put(order, dealing_price=-1)).status_code == 422
    assert (await vendor.put(order, dealing_price=10_000_000)).status_code == 422
