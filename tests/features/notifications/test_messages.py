"""Messages from the event to the provider and back."""

import asyncio
import base64
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from callout.features.accounts.tables import User
from callout.features.billing.ports import Letter
from callout.features.conversations.tables import InboundEvent
from callout.features.dispatch.events import OfferExpired, OfferSent
from callout.features.notifications.account_mail import AccountMessages
from callout.features.notifications.invoice_mail import InvoiceMessages
from callout.features.notifications.tables import Message
from callout.features.orders.events import OrderAssigned, OrderCancelled, OrderCreated
from callout.kit.ids import uuid7

ORDER_ID = uuid7()
FACTS = {
    "order_number": "ORD-000123",
    "status": "new",
    "kind": "service",
    "priority": "medium",
    "service_type": "cleaning",
    "service_label": "Cleaning",
    "description": "House cleaning",
    "customer_name": "Anna Reyes",
    "customer_phone": "+13055550100",
    "customer_email": "anna@example.com",
    "customer_address": "12 Oak Street, Springfield",
    "contact_id": None,
    "language": None,
    "scheduled_start": None,
    "estimated_value": "180.00",
    "currency": "USD",
    "vendor_id": None,
    "conversation_id": None,
    "trigger_event_id": None,
    "actor": "agent",
}


def order_created(**changes):
    return OrderCreated(noun_id=ORDER_ID, **{**FACTS, **changes})


def letter(**changes):
    plain = {
        "invoice_id": ORDER_ID,
        "order_id": ORDER_ID,
        "number": "INV-0001",
        "customer_name": "Anna Reyes",
        "customer_email": "anna@example.com",
        "customer_phone": None,
        "language": "en",
        "currency": "USD",
        "total_amount": Decimal("270.63"),
        "balance": Decimal("270.63"),
        "due_date": date(2026, 4, 4),
        "public_url": "https://bright.example/t/i/x",
        "payment_url": None,
        "pdf_file_id": uuid7(),
        "order_number": "ORD-000123",
        "service_type": "Cleaning",
    }
    return Letter(**{**plain, **changes})


async def react(desk, reaction, event):
    async with desk.database.transaction(desk.system) as work:
        await reaction(work, event)


async def deliver_all(desk):
    for message in await desk.rows(select(Message).where(Message.status == "queued").order_by(Message.id)):
        await desk.delivery.attempt(desk.tenant_id, message.id)


async def messages(desk, **filters):
    answer = await desk.admin.get("/api/admin/messages", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_customer_is_told_once_however_often_the_event_comes(desk):
    await react(desk, desk.news.on_order_created, order_created())
    await react(desk, desk.news.on_order_created, order_created())
    await deliver_all(desk)
    (sent,) = await desk.outbox()
    assert sent["subject"] == "We received your request ORD-000123"
    assert f"https://bright.example/t/o/{ORDER_ID}" in sent["content"][0]["value"]
    assert sent["from"] == {"email": "post@bright.example", "name": "Bright Home"}
    assert sent["reply_to"]["email"] == "office@bright.example"
    log = await messages(desk)
    assert {(row["channel"], row["status"], row["suppressed_reason"]) for row in log} == {
        ("email", "sent", None),
        ("sms", "suppressed", "channel_not_configured"),
    }
    assert {row["address_masked"] for row in log} == {"a•••@example.com", "+1•••••••0100"}


async def test_two_workers_at_once_write_one_message(desk):
    async def once():
        try:
            await react(desk, desk.news.on_order_created, order_created())
        except IntegrityError:  # the loser of the race undoes everything and would be run again
            return "lost"
        return "done"

    outcomes = await asyncio.gather(once(), once())
    assert "done" in outcomes
    assert len(await desk.rows(select(Message).where(Message.channel == "email"))) == 1


async def test_a_busy_provider_is_tried_again_and_a_refused_address_is_not(desk):
    await react(desk, desk.news.on_order_created, order_created())
    (message,) = await desk.rows(select(Message).where(Message.channel == "email"))
    await desk.provider.post("/_sandbox/faults", json={"statuses": [503, 429]})
    first = await desk.delivery.attempt(desk.tenant_id, message.id)
    second = await desk.delivery.attempt(desk.tenant_id, message.id)
    third = await desk.delivery.attempt(desk.tenant_id, message.id)
    fourth = await desk.delivery.attempt(desk.tenant_id, message.id)
    assert [(one.status, one.pause_s) for one in (first, second, third, fourth)] == [
        ("queued", 60),
        ("queued", 300),
        ("sent", None),
        ("sent", None),
    ]
    assert len(await desk.outbox()) == 1
    await react(desk, desk.news.on_order_created, order_created(customer_email="nobody", order_number="ORD-2"))
    (bad,) = await desk.rows(select(Message).where(Message.recipient_ref == "nobody", Message.channel == "email"))
    assert (await desk.delivery.attempt(desk.tenant_id, bad.id)).status == "failed"
    (row,) = await messages(desk, status="failed")
    assert "400" in row["error"]


async def test_attempts_end(desk):
    await react(desk, desk.news.on_order_created, order_created())
    (message,) = await desk.rows(select(Message).where(Message.channel == "email"))
    await desk.provider.post("/_sandbox/faults", json={"statuses": [500] * 6})
    results = [await desk.delivery.attempt(desk.tenant_id, message.id) for _ in range(6)]
    assert [one.pause_s for one in results] == [60, 300, 900, 3600, 14400, None]
    assert results[-1].status == "failed"


async def test_without_a_provider_the_log_says_so(desk):
    desk.post.configured = False
    await react(desk, desk.news.on_order_created, order_created())
    await deliver_all(desk)
    assert {row["suppressed_reason"] for row in await messages(desk)} == {"channel_not_configured"}


async def test_receipts_move_a_message_and_a_bounce_closes_the_address(desk):
    await react(desk, desk.news.on_order_created, order_created())
    await deliver_all(desk)
    url = f"/api/shared/webhooks/sendgrid/{desk.token}"
    for events in (["processed"], ["delivered", "open"], ["delivered"]):
        await desk.provider.post("/_sandbox/events", json={"webhook_url": url, "events": events})
    await work_on_webhooks(desk)
    (row,) = await messages(desk, channel="email")
    assert row["status"] == "read"
    assert row["delivered_at"]
    assert row["read_at"]
    await react(desk, desk.news.on_order_created, order_created(order_number="ORD-2", customer_email="b@example.com"))
    await deliver_all(desk)
    await desk.provider.post("/_sandbox/events", json={"webhook_url": url, "events": ["bounce"]})
    await work_on_webhooks(desk)
    assert [row["recipient_ref"] for row in await messages(desk, status="failed")] == ["b@example.com"]
    again = order_created(order_number="ORD-3", customer_email="b@example.com")
    async with desk.database.transaction(desk.system) as work:
        await desk.news.on_order_cancelled(work, cancelled_like(again))
    reasons = [row["suppressed_reason"] for row in await messages(desk, event="order_cancelled", channel="email")]
    assert reasons == ["address_bounced"]


async def test_forged_receipts_change_nothing(desk):
    await react(desk, desk.news.on_order_created, order_created())
    await deliver_all(desk)
    (row,) = await messages(desk, channel="email")
    forged = [{"event": "bounce", "callout_message_id": row["id"]}]
    answer = await desk.admin.post(f"/api/shared/webhooks/sendgrid/{desk.token}", json=forged)
    assert answer.status_code == 401


async def test_security_mails_are_nobody_elses_to_read(desk):
    (owner,) = await desk.rows(select(User).where(User.id == desk.owner_id))
    async with desk.database.transaction(desk.system) as work:
        words = {"full_name": "Olga", "link": "https://x.example/reset?token=SECRET", "expires_in": "30 min"}
        await AccountMessages().send(work, "password_reset", owner, words)
    assert (await messages(desk))[0]["body"] is None
    await deliver_all(desk)
    (sent,) = await desk.outbox()
    assert "token=SECRET" in sent["content"][0]["value"]
    (stored,) = await desk.rows(select(Message))
    assert "SECRET" not in stored.body
    refused = await desk.admin.post(f"/api/admin/messages/{stored.id}/resend")
    assert refused.status_code == 409


async def test_an_invoice_goes_out_with_its_document(desk):
    async with desk.database.transaction(desk.system) as work:
        rows = await InvoiceMessages().send_invoice(work, letter())
        again = await InvoiceMessages().send_invoice(work, letter())
    assert {row["channel"] for row in rows} == {"email", "whatsapp", "sms"}
    assert again == []
    await deliver_all(desk)
    (sent,) = await desk.outbox()
    assert sent["subject"] == "Invoice INV-0001 from Bright Home"
    assert "$270.63" in sent["content"][0]["value"]
    assert "Apr 4, 2026" in sent["content"][0]["value"]
    assert base64.b64decode(sent["attachments"][0]["content"]).startswith(b"%PDF-")


async def test_a_message_is_resent_on_request(desk):
    await react(desk, desk.news.on_order_created, order_created())
    await deliver_all(desk)
    (row,) = await messages(desk, channel="email")
    answer = await desk.admin.post(f"/api/admin/messages/{row['id']}/resend")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert (await desk.admin.post(f"/api/admin/messages/{row['id']}/resend")).status_code == 409
    await deliver_all(desk)
    assert len(await desk.outbox()) == 2


async def test_an_offer_reaches_inbox_and_mail_and_can_be_taken_from_there(desk):
    event = await offer(desk)
    await deliver_all(desk)
    inbox = (await desk.vendor.get("/api/vendor/notifications")).json()
    (entry,) = inbox["items"]
    assert inbox["statistics"] == {"total": 1, "unread": 1, "new_orders": 1, "urgent": 0}
    assert (entry["type"], entry["status"], entry["is_read"]) == ("new_order", "sent", False)
    assert [action["id"] for action in entry["actions"]] == ["accept_order", "decline_order", "view_order_details"]
    assert entry["seconds_left"] > 200
    assert "12 Oak Street" in (await desk.outbox())[0]["subject"]
    act = {"notification_id": entry["id"], "action": "accept_order"}
    done = await desk.vendor.post("/api/vendor/notifications/action", json=act)
    assert done.json() == {
        "action_taken": "accept_order",
        "next_action": "navigate_to_order_progress",
        "order_status": "accepted",
    }
    assert desk.offers.answers == [("accept", event.order_id, desk.vendor_id)]
    read = (await desk.vendor.get(f"/api/vendor/notifications/{entry['id']}")).json()
    assert (read["action_taken"], read["is_read"]) == ("accept_order", True)


async def test_an_expired_offer_answers_410_and_stays_unread(desk):
    event = await offer(desk)
    desk.offers.over.add(event.order_id)
    (entry,) = (await desk.vendor.get("/api/vendor/notifications")).json()["items"]
    act = {"notification_id": entry["id"], "action": "accept_order"}
    assert (await desk.vendor.post("/api/vendor/notifications", json=act)).status_code == 410
    assert (await desk.vendor.get("/api/vendor/notifications?unread=true")).json()["total"] == 1


async def test_what_expired_can_no_longer_be_acted_upon(desk, clock):
    event = await offer(desk)
    clock.advance(timedelta(minutes=10))
    (entry,) = (await desk.vendor.get("/api/vendor/notifications")).json()["items"]
    assert (entry["status"], entry["actions"], entry["seconds_left"]) == ("expired", [], 0)
    gone = OfferExpired(
        noun_id=event.noun_id, order_id=event.order_id, order_number="ORD-000123", vendor_id=desk.vendor_id
    )
    await react(desk, desk.news.on_offers_expired, [gone])
    kinds = [item["subtype"] for item in (await desk.vendor.get("/api/vendor/notifications")).json()["items"]]
    assert kinds == ["offer_expired", "new_order"]


async def test_the_inbox_is_ones_own(desk):
    await offer(desk)
    (entry,) = (await desk.vendor.get("/api/vendor/notifications")).json()["items"]
    assert (await desk.admin.get("/api/admin/notifications")).json()["total"] == 0
    marked = await desk.admin.post("/api/admin/notifications/read", json={"ids": [entry["id"]]})
    assert marked.json() == {"marked": 0}
    done = await desk.vendor.put("/api/vendor/notifications", json={"ids": [entry["id"]], "extra": 1})
    again = await desk.vendor.put("/api/vendor/notifications", json={"all": True})
    assert (done.json()["marked"], again.json()["marked"]) == (1, 0)


async def test_an_assigned_order_tells_both_sides_in_their_words(desk):
    event = OrderAssigned(
        noun_id=ORDER_ID,
        from_status="offering",
        assignment_source="offer",
        **{**FACTS, "status": "assigned", "vendor_id": desk.vendor_id, "language": "es"},
    )
    await react(desk, desk.news.on_order_assigned, event)
    await deliver_all(desk)
    (sent,) = await desk.outbox()
    assert sent["subject"] == "Su pedido ORD-000123 ya tiene especialista"
    assert "Alex se encargará" in sent["content"][0]["value"]
    (entry,) = (await desk.vendor.get("/api/vendor/notifications")).json()["items"]
    assert entry["type"] == "order_assigned"


async def test_a_tenants_own_text_wins_until_it_is_reset(desk):
    url = "/api/admin/templates/order_confirmation/email/en"
    listed = (await desk.admin.get("/api/admin/templates?key=order_confirmation&channel=email&language=en")).json()
    assert (listed["total"], listed["items"][0]["is_default"]) == (1, True)
    body = {"subject": "Got it, {customer_name}", "body": "We come: {scheduled_date}"}
    assert (await desk.admin.put(url, json=body)).status_code == 428
    saved = await desk.admin.put(url, json=body, headers={"If-Match": '"v0"'})
    assert saved.status_code == 200, saved.text
    assert (await desk.admin.put(url, json=body, headers={"If-Match": '"v0"'})).status_code == 412
    await react(desk, desk.news.on_order_created, order_created())
    await deliver_all(desk)
    assert (await desk.outbox())[0]["subject"] == "Got it, Anna Reyes"
    assert (await desk.admin.delete(url, headers={"If-Match": saved.headers["etag"]})).status_code == 204
    listed = (await desk.admin.get("/api/admin/templates?key=order_confirmation&channel=email&language=en")).json()
    assert listed["items"][0]["is_default"] is True


async def test_texts_that_cannot_be_filled_are_refused(desk):
    headers = {"If-Match": "*"}
    url = "/api/admin/templates/order_confirmation/email/en"
    for body in ("{invoice_number}", "{customer_name", "{customer_name.__class__}"):
        answer = await desk.admin.put(url, json={"body": body}, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "bad_template_variable"), body
    unknown = await desk.admin.put("/api/admin/templates/nothing/email/en", json={"body": "x"}, headers=headers)
    assert unknown.status_code == 404
    preview = await desk.admin.post(
        "/api/admin/templates/preview", json={"key": "order_confirmation", "channel": "sms"}
    )
    assert preview.json()["segments"] == 1
    assert "Bright Home: we have your request ORD-000123" in preview.json()["body"]
    sample = {"channel": "email", "to": "me@bright.example"}
    assert (await desk.admin.post("/api/admin/templates/order_confirmation/test-send", json=sample)).status_code == 202
    await deliver_all(desk)
    assert (await desk.outbox())[0]["personalizations"][0]["to"][0]["email"] == "me@bright.example"


async def offer(desk):
    async with desk.database.transaction(desk.system) as work:
        event = OfferSent(
            noun_id=uuid7(),
            order_id=uuid7(),
            order_number="ORD-000123",
            vendor_id=desk.vendor_id,
            wave=1,
            mode="waves",
            expires_at=work.now + timedelta(minutes=5),
            distance_km=4.0,
            priority="medium",
            service_type="cleaning",
            description="House cleaning",
            customer_name="Anna Reyes",
            customer_phone="+13055550100",
            customer_address="12 Oak Street, Springfield",
            scheduled_start=None,
            estimated_value="180.00",
            currency="USD",
        )
        await desk.news.on_offers_sent(work, [event])
        return event


async def work_on_webhooks(desk):
    for event in await desk.rows(select(InboundEvent).order_by(InboundEvent.received_at, InboundEvent.id)):
        await desk.inbound.run(desk.tenant_id, event.id)


def cancelled_like(event):
    shared = {name: getattr(event, name) for name in (*FACTS, "noun_id")}
    return OrderCancelled(from_status="new", reason="No time.", **shared)


async def test_a_viewer_reads_neither_texts_nor_addresses_of_the_delivery_log(desk):
    async with desk.database.transaction(desk.system) as work:
        await desk.news.on_order_created(work, order_created())
    viewer = {"Authorization": f"Bearer {desk.tenant_id}:viewer:{uuid7()}"}
    shown = (await desk.admin.get("/api/admin/messages?channel=email", headers=viewer)).json()["items"][0]
    assert (shown["body"], shown["recipient_ref"]) == (None, "a•••@example.com")
    full = (await desk.admin.get("/api/admin/messages?channel=email")).json()["items"][0]
    assert (full["recipient_ref"], "/t/o/" in full["body"]) == ("anna@example.com", True)
