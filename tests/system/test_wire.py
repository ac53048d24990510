"""The wire acceptance examples, against the whole product; the number of the example is in the test's docstring."""

import asyncio
import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pypdf
import pytest
import pytest_asyncio

from callout.sandbox.elevenlabs import post_call_event
from callout.sandbox.twilio import USUAL_TOKEN
from callout.sandbox.twilio_webhooks import signature
from tests.system.business import Business, Worker
from tests.system.furnish import deliver_webhook, photo, webhook_secret
from tests.system.house import House, eventually

ORDER = {
    "customer_name": "Anna Reyes",
    "customer_phone": "+13055550160",
    "customer_address": "12 Oak Street, Springfield",
    "service_type": "cleaning",
    "description": "House cleaning",
}
TURNS = [
    ("agent", "Hello, this is Mia, an AI assistant calling for Bright Home."),
    ("user", "Yes I need cleaning, please send someone over to 12 Oak Street, Springfield."),
    ("user", "My name is Anna Reyes and I would like an appointment tomorrow."),
    ("agent", "We will send somebody to 12 Oak Street, Springfield, tomorrow. Is that right?"),
    ("user", "Yes please."),
    ("agent", "Thank you, goodbye."),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers(business: Business) -> tuple[Worker, Worker]:
    """Two vendors who clean."""
    return await business.worker("Vera"), await business.worker("Victor")


def is_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, which has the shape all have."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body: dict[str, Any] = answer.json()
    assert all(isinstance(body[member], str) for member in ("message", "detail", "request_id"))
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return body


async def test_each_service_says_how_it_is(system: House) -> None:
    """Example 1."""
    for name, is_compatible in (("admin", None), ("vendor", True)):
        health = await (await system.client(name)).read("/health")
        assert (health["service"], health["status"], health.get("base44_compatible")) == (name, "ok", is_compatible)


async def test_no_token_the_wrong_token_an_old_token(business: Business, workers: tuple[Worker, Worker]) -> None:
    """Example 2."""
    house, path = business.house, "/api/admin/orders"
    is_problem(await (await house.client("admin")).get(path), 401, "unauthenticated")
    vendor = await house.client("admin", workers[0].token)
    is_problem(await vendor.get(path), 403, "permission_denied")
    manager = await business.sign_in(business.emails["manager"])
    house.clock.advance(timedelta(minutes=20))
    try:
        is_problem(await manager.get(path), 401, "token_expired")
    finally:
        house.clock.advance(-timedelta(minutes=20))


@pytest.mark.parametrize("path", ["/api/admin/nothing", "/api/nothing", "/media/nothing"])
async def test_what_is_not_there_is_a_problem_too(business: Business, path: str) -> None:
    """Example 3."""
    is_problem(await business.owner.get(path), 404, "not_found")


async def test_bodies_that_cannot_be_taken(business: Business) -> None:
    """Example 4."""
    path, headers = "/api/admin/orders", {"Content-Type": "application/json"}
    is_problem(await business.owner.post(path, content=b"{", headers=headers), 400, "malformed_request")
    missing = is_problem(await business.owner.post(path, json={}), 422, "validation_failed")
    assert sorted(row["field"] for row in missing["errors"]) == sorted(ORDER)
    is_problem(await business.owner.post(path, json={**ORDER, "colour": "red"}), 422, "unknown_field")


@pytest.mark.parametrize(
    ("query", "status"),
    [("limit=0", 422), ("limit=201", 422), ("limit=abc", 422), ("sort=foo", 422), ("colour=red", 400)],
)
async def test_queries_that_cannot_be_taken(business: Business, query: str, status: int) -> None:
    """Example 5."""
    answer = await business.owner.get(f"/api/admin/orders?{query}")
    is_problem(answer, status, "validation_failed" if status == 422 else "unknown_parameter")


async def test_the_same_key_makes_one_order(business: Business) -> None:
    """Example 6."""
    headers, body = {"Idempotency-Key": "one-order"}, {**ORDER, "dispatch": False}
    first, again = [await business.owner.post("/api/admin/orders", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.json()["id"] == again.json()["id"]
    other = await business.owner.post("/api/admin/orders", json={**body, "priority": "high"}, headers=headers)
    is_problem(other, 422, "idempotency_key_reused")


async def test_a_job_from_offer_to_invoice(business: Business, workers: tuple[Worker, Worker]) -> None:
    """Examples 9, 10, 11, 12, 13, 25, 28 and 29, in the order in which they happen."""
    await _profile(business)
    order = await business.order(vendor_ids=[worker.id for worker in workers])
    listed = await workers[0].app.get("/api/vendor/orders?sort=-created_date&limit=20")
    assert [row["order_id"] for row in listed.json()] == [order["order_number"]]
    assert listed.headers["X-Total-Count"] == "1"
    new = await workers[0].app.get("/api/vendor/orders", params={"q": json.dumps({"status": "new"})})
    assert [row["id"] for row in new.json()] == [order["id"]]
    assert (await workers[0].app.get("/api/vendor/orders", params={"q": "{bad"})).status_code == 400
    winner = await _accept(order, workers)
    answer = await winner.app.put("/api/vendor/orders", json={"order_id": order["order_number"], "status": "on_way"})
    assert set(answer.json()) == {"message", "order", "next_action", "updated_at"}, answer.text
    path = f"/api/vendor/orders/{order['id']}"
    is_problem(await winner.app.put(path, json={"status": "processing"}), 422, "before_photo_required")
    assert (await winner.app.read(path))["status"] == "on_way"
    await _finish(winner, order)
    await _explained(business, order)
    await _invoiced(business, order)
    await _seen_by_the_customer(business, order)


async def _accept(order: dict[str, Any], workers: tuple[Worker, Worker]) -> Worker:
    path, body = f"/api/vendor/orders/{order['order_number']}", {"status": "accepted"}
    answers = await asyncio.gather(*(worker.app.put(path, json=body) for worker in workers))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(answer for answer in answers if answer.status_code == 409)
    is_problem(loser, 409, "offer_taken")
    return next(worker for worker, answer in zip(workers, answers, strict=True) if answer.status_code == 200)


async def _finish(worker: Worker, order: dict[str, Any]) -> None:
    path = f"/api/vendor/orders/{order['id']}"
    await photo(worker.app, order["id"], "before")
    await worker.app.expect(200, "PUT", path, json={"dealing_price": 250, "status": "processing"})
    await photo(worker.app, order["id"], "after")
    await worker.app.expect(200, "PUT", path, json={"status": "completed"})


async def _explained(business: Business, order: dict[str, Any]) -> None:
    decisions = (await business.owner.read("/api/admin/vendor-selection/decisions", order_id=order["id"]))["items"]
    path = f"/api/admin/vendor-selection/decisions/{decisions[0]['id']}"
    record, explained = await business.owner.read(path), await business.owner.read(f"{path}/explain")
    first = next(row for row in record["candidates"] if row["chosen"] and row["rank"] == 1)
    assert sum(first["contributions"].values()) == pytest.approx(first["score"], abs=1e-4)
    assert sum(explained["contributions"].values()) == pytest.approx(first["score"], abs=1e-4)
    assert explained["text"]


async def _invoiced(business: Business, order: dict[str, Any]) -> None:
    async def printed() -> Any:
        found = (await business.owner.read("/api/admin/invoices", order_id=order["id"]))["items"]
        return found[0] if found and found[0]["pdf_status"] == "ready" else None

    invoice = await eventually("the invoice", printed)
    answer = await business.owner.get(f"/api/admin/invoices/{invoice['id']}/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    words = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(answer.content)).pages)
    assert invoice["number"] in words
    assert "270.63" in words
    assert invoice["total_amount"] == "270.63"


async def _seen_by_the_customer(business: Business, order: dict[str, Any]) -> None:
    public = await business.house.client("vendor")
    link = await business.owner.made(f"/api/admin/orders/{order['id']}/links", {"kind": "status"})
    token = link["url"].rsplit("/", 1)[1]
    path = f"/api/shared/public/orders/{token}"
    page = await public.read(path)
    assert page["step"] == "done"
    assert business.tenant["id"] not in json.dumps(page)
    altered = path[:-1] + ("a" if path[-1] != "a" else "b")
    is_problem(await public.get(altered), 404, "not_found")
    business.house.clock.advance(timedelta(days=1000))
    try:
        is_problem(await public.get(path), 410, "link_expired")
    finally:
        business.house.clock.advance(-timedelta(days=1000))


async def _profile(business: Business) -> None:
    profile = {
        "business_name": "Bright Home",
        "business_address": "1 Capitol Plaza, Springfield",
        "business_phone": "+13055550111",
        "business_email": "office@bright-home.example",
        "tax_rate": "8.25",
    }
    await business.owner.expect(200, "PUT", "/api/admin/billing/profile", json=profile)


async def test_the_same_conversation_twice_is_one(business: Business) -> None:
    """Example 18."""
    rule = {"name": "Visit", "type": "location_visit", "instructions": "Come.", "keywords": ["cleaning", "appointment"],
            "alternative_phrases": ["send someone over"]}  # fmt: skip
    await business.owner.made("/api/admin/vendor-selection/trigger-rules", rule)
    data = {"conversation_id": "conv_81", "phone_number": "+13055550152",
            "turns": [{"role": role, "message": words} for role, words in TURNS]}  # fmt: skip
    body = {"calling_system": "elevenlabs", "conversation_data": data}
    first, again = [await business.owner.post("/api/admin/conversations", json=body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["conversation_id"] == again.json()["conversation_id"]
    query = {"conversation_id": first.json()["conversation_id"]}
    assert (await business.owner.read("/api/admin/orders", **query))["total"] == 1


async def test_webhooks_are_believed_once_and_only_signed(business: Business) -> None:
    """Examples 19 and 20."""
    config = {
        "provider": "elevenlabs",
        "credentials": {"api_key": "sk_something_long", "webhook_secret": webhook_secret(business)},
    }
    await business.owner.made("/api/admin/api-configs", config)
    rows = await business.owner.read("/api/admin/api-configs/inbound")
    path = "/api/" + next(row["url"] for row in rows if row["provider"] == "elevenlabs").split("/api/", 1)[1]
    event = post_call_event({"conversation_id": "conv_wire", "phone_number": "+13055550153", "turns": []})
    public = await business.house.client("admin")
    assert (await public.post(path, json=event)).status_code == 401
    first, again = await deliver_webhook(business, event), await deliver_webhook(business, event)
    assert (first.status_code, again.status_code, again.json()["duplicate"]) == (200, 200, True)
    assert (await public.post(f"{path}x", json=event)).status_code == 404
    token = path.rsplit("/", 1)[1]
    right = await public.get(path, params={"challenge": "abc", "verify_token": token})
    wrong = await public.get(path, params={"challenge": "abc", "verify_token": "wrong"})
    assert (right.status_code, right.text, wrong.status_code) == (200, "abc", 403)


async def test_a_call_is_asked_about_only_by_the_carrier(business: Business) -> None:
    """Twilio asks what to do with a call to a number nobody answers: it is refused, and so is who did not sign."""
    rows = await business.owner.read("/api/admin/api-configs/inbound")
    token = next(row["url"] for row in rows if row["provider"] == "elevenlabs").rsplit("/", 1)[1]
    path, fields = f"/api/shared/webhooks/twilio/{token}/inbound", {"CallSid": "CA1", "From": "", "To": "+13055550154"}
    url = f"{business.house.made.settings.base_url}{path}"
    public = await business.house.client("admin")
    unsigned = await public.post(path, data=fields)
    is_problem(unsigned, 401, "bad_signature")
    signed = await public.post(path, data=fields, headers={"X-Twilio-Signature": signature(USUAL_TOKEN, url, fields)})
    assert (signed.status_code, signed.headers["content-type"]) == (200, "application/xml")
    assert "<Reject" in signed.text


async def test_ranking_twice_is_the_same_and_leaves_nothing(business: Business, workers: tuple[Worker, Worker]) -> None:
    """Example 24."""
    place = {"lat": 39.799, "lng": -89.644}
    body = {"service_type": "cleaning", "priority": "medium", "customer_location": place}

    async def kept() -> list[int]:
        paths = ("vendor-selection/decisions", "vendor-selection/offers", "messages")
        return [(await business.owner.read(f"/api/admin/{path}"))["total"] for path in paths]

    await business.house.settle()
    before = await kept()
    first, again = [await business.owner.done("/api/admin/vendor-selection/rank", body) for _ in range(2)]
    assert [row["vendor_id"] for row in first["candidates"]] == [row["vendor_id"] for row in again["candidates"]]
    assert await kept() == before


async def test_missed_events_come_once_and_in_order(business: Business) -> None:
    """Example 31."""

    async def numbers(last: str | None, count: int) -> list[int]:
        found: list[int] = []
        headers = {"Last-Event-ID": last} if last else {}
        async with business.owner.stream("GET", "/api/admin/events?types=order.*", headers=headers) as answer:
            assert answer.status_code == 200
            asyncio.get_running_loop().call_later(0.3, lambda: orders.append(asyncio.create_task(business.order())))
            async for line in answer.aiter_lines():
                if line.startswith("id:"):
                    found.append(int(line[3:]))
                    if len(found) == count:
                        break
        return found

    orders: list[asyncio.Task[Any]] = []
    first = await numbers(None, 1)
    await orders[-1]
    await business.order(dispatch=False)
    missed = await numbers(str(first[-1]), 2)
    await orders[-1]
    assert missed == sorted(set(missed))
    assert missed[0] > first[-1]


@pytest.mark.parametrize(("origin", "is_allowed"), [("capacitor://localhost", True), ("https://evil.example", False)])
async def test_who_may_ask_from_a_browser(system: House, origin: str, is_allowed: bool) -> None:
    """Example 34."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    for name in ("admin", "vendor"):
        answer = await (await system.client(name)).options("/api/shared/meta", headers=headers)
        assert (answer.headers.get("access-control-allow-origin") == origin) is is_allowed
