"""From a completed order to a paid invoice, over HTTP on a real database."""

import asyncio
import io
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pypdf
import pytest
from PIL import Image
from tests.features.billing.house import PROFILE, Business, House

from callout.features.billing.delivery import send_on_issue
from callout.features.billing.issue import issue_or_wait
from callout.features.billing.overdue import mark_overdue, remind
from callout.kit.clock import OffsetClock
from callout.kit.errors import Conflict
from callout.kit.events.log import read_after

COMPLETED = datetime(2026, 3, 20, 16, tzinfo=UTC)


async def issue(owner: Any, order_id: UUID) -> dict[str, Any]:
    answer = await owner.post("/api/admin/invoices", json={"order_id": str(order_id)})
    assert answer.status_code == 201, answer.text
    issued: dict[str, Any] = answer.json()
    return issued


async def deliver(business: Business, invoice_id: str) -> None:
    """What the delivery workflow does."""
    client = await business.client()
    assert (await client.get(f"/api/admin/invoices/{invoice_id}/pdf?regenerate=true")).status_code == 200
    async with business.work() as work:
        await send_on_issue(work, business.house.billing, UUID(invoice_id))


def text_of(data: bytes) -> str:
    assert data.startswith(b"%PDF-")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def noise() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


async def test_250_with_tax_on_top_becomes_inv_0001_of_270_63(house: House, business: Business) -> None:
    for tenant in (business, await house.found()):
        owner = await tenant.with_profile()
        invoice = await issue(owner, await tenant.order(completed_at=COMPLETED))
        assert invoice["number"] == "INV-0001"
        assert (invoice["subtotal"], invoice["tax_amount"], invoice["total_amount"]) == ("250.00", "20.63", "270.63")
        assert (invoice["invoice_date"], invoice["due_date"]) == ("2026-03-20", "2026-04-04")
        assert invoice["status"] == "draft"
        assert invoice["lines"] == [
            {
                "description": "Cleaning: House cleaning", "quantity": "1", "unit_price": "250.00", "tax_rate": "8.25",
                "net": "250.00", "tax": "20.63", "gross": "270.63",
            }
        ]  # fmt: skip


async def test_the_order_knows_its_invoice_and_repeating_gives_the_same(business: Business) -> None:
    owner = await business.with_profile()
    order_id = await business.order()
    invoice = await issue(owner, order_id)
    again = await owner.post("/api/admin/invoices", json={"order_id": str(order_id)})
    assert (again.status_code, again.json()["id"]) == (200, invoice["id"])
    order = await business.read_order(order_id)
    assert (order.invoice_state, str(order.invoice_id), order.invoice_number) == ("issued", invoice["id"], "INV-0001")


async def test_tax_may_be_contained_in_the_price(house: House) -> None:
    business = await house.found(country="DE", currency="EUR", timezone="Europe/Berlin", locale="de")
    owner = await business.with_profile(tax_mode="inclusive", tax_rate="20", tax_name="USt.")
    invoice = await issue(owner, await business.order(price="120.00"))
    assert (invoice["subtotal"], invoice["tax_amount"], invoice["total_amount"]) == ("100.00", "20.00", "120.00")
    assert invoice["language"] == "de"


async def test_the_pdf_names_number_customer_and_total(business: Business) -> None:
    owner = await business.with_profile(invoice_template="classic")
    invoice = await issue(owner, await business.order())
    pending = await owner.get(f"/api/admin/invoices/{invoice['id']}/pdf")
    assert (pending.status_code, pending.json()["status"]) == (202, "pending")
    await deliver(business, invoice["id"])
    answer = await owner.get("/api/admin/invoices/INV-0001/pdf", params={"download": "true"})
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="INV-0001.pdf"'
    text = text_of(answer.content)
    assert all(part in text for part in ("INV-0001", "Anna Reyes", "$270.63"))
    viewer = await business.client("viewer")
    assert (await viewer.get("/api/admin/invoices/INV-0001/pdf")).status_code == 200
    assert (await viewer.get("/api/admin/invoices/INV-0001/pdf?regenerate=true")).status_code == 403


async def test_editing_the_profile_afterwards_changes_no_document(business: Business) -> None:
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order())
    await deliver(business, invoice["id"])
    first = await owner.get(f"/api/admin/invoices/{invoice['id']}/pdf")
    tag = (await owner.get("/api/admin/billing/profile")).headers["etag"]
    changed = {**PROFILE, "business_name": "Another Name", "tax_rate": "50", "invoice_template": "vibrant"}
    assert (await owner.put("/api/admin/billing/profile", json=changed, headers={"If-Match": tag})).status_code == 200
    same = await owner.get(f"/api/admin/invoices/{invoice['id']}/pdf")
    assert same.content == first.content
    rendered = await owner.get(f"/api/admin/invoices/{invoice['id']}/pdf?regenerate=true")
    assert text_of(rendered.content) == text_of(first.content)
    assert "Another Name" not in text_of(rendered.content)


async def test_photos_and_logo_are_printed_and_can_no_longer_be_deleted(business: Business) -> None:
    owner = await business.client()
    form = {"files": {"file": ("logo.jpg", noise(), "image/jpeg")}, "data": {"purpose": "logo"}}
    logo = (await owner.post("/api/shared/files", **form)).json()["id"]
    await business.with_profile(logo_file_id=logo)
    order_id = await business.order()
    photo = await business.photo(order_id, "before", noise())
    invoice = await issue(owner, order_id)
    pdf = await owner.get(f"/api/admin/invoices/{invoice['id']}/pdf?regenerate=true")
    images = [image for page in pypdf.PdfReader(io.BytesIO(pdf.content)).pages for image in page.images]
    assert len(images) == 2
    for file_id in (logo, photo):
        assert (await owner.delete(f"/api/shared/files/{file_id}")).json()["code"] == "in_use"


async def test_partial_full_and_over_payment(house: House, business: Business) -> None:
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order())
    await deliver(business, invoice["id"])
    path = f"/api/admin/invoices/{invoice['id']}"

    async def pay(amount: str, **more: Any) -> Any:
        return await owner.post(f"{path}/payments", json={"amount": amount, "method": "Cash", **more})

    first, second, third = [await pay(amount) for amount in ("100", "170.63", "1")]
    assert (first.status_code, first.json()["status"], first.json()["balance"]) == (201, "sent", "170.63")
    assert (second.json()["status"], second.json()["balance"]) == ("paid", "0.00")
    assert (third.status_code, third.json()["code"]) == (422, "overpayment")
    assert [letter.number for letter, _ in house.mail.receipts] == ["INV-0001"]
    over = await pay("1", allow_overpayment=True)
    assert (over.status_code, over.json()["refund_due"]) == (201, "1.00")
    for amount in ("0", "0.001", "-5"):
        assert (await pay(amount)).status_code == 422


async def test_a_reversed_payment_opens_the_invoice_again_once(business: Business, clock: OffsetClock) -> None:
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order())
    await deliver(business, invoice["id"])
    path = f"/api/admin/invoices/{invoice['id']}/payments"
    paid = (await owner.post(path, json={"amount": "270.63", "method": "Card"})).json()
    clock.advance(timedelta(days=16))
    reverse = f"{path}/{paid['payments'][0]['id']}/reverse"
    reversed_once = await owner.post(reverse, json={"reason": "Charge was disputed"})
    assert reversed_once.status_code == 201
    assert (reversed_once.json()["status"], reversed_once.json()["balance"]) == ("overdue", "270.63")
    assert [row["amount"] for row in reversed_once.json()["payments"]] == ["270.63", "-270.63"]
    assert (await owner.post(reverse, json={"reason": "Once more"})).status_code == 409
    negative = reversed_once.json()["payments"][1]["id"]
    assert (await owner.post(f"{path}/{negative}/reverse", json={"reason": "Undo it"})).status_code == 409
    assert (await owner.post(f"{path}/{uuid4()}/reverse", json={"reason": "Unknown"})).status_code == 404


async def test_twenty_payments_at_once_never_pay_more_than_the_balance(business: Business) -> None:
    owner = await business.with_profile(tax_rate="0")
    invoice = await issue(owner, await business.order(price="100.00"))
    body = {"amount": "10.00", "method": "Cash"}
    path = f"/api/admin/invoices/{invoice['id']}/payments"
    answers = await asyncio.gather(*(owner.post(path, json=body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [422] * 10
    after = (await owner.get(f"/api/admin/invoices/{invoice['id']}")).json()
    assert (after["status"], after["amount_paid"]) == ("paid", "100.00")


async def test_an_order_without_profile_waits_and_is_billed_when_it_is_saved(house: House, business: Business) -> None:
    owner = await business.client()
    orders = [await business.order(completed_at=COMPLETED + timedelta(hours=hour)) for hour in (2, 1)]
    refused = await owner.post("/api/admin/invoices", json={"order_id": str(orders[0])})
    assert refused.status_code == 422
    for order_id in orders:
        async with business.work() as work:
            assert await issue_or_wait(work, house.billing, order_id) is None
        assert (await business.read_order(order_id)).invoice_state == "awaiting_billing_profile"
    assert house.mail.waiting == [1, 2]
    await business.with_profile()
    for order_id in reversed(orders):
        async with business.work() as work:
            assert await issue_or_wait(work, house.billing, order_id)
    numbers = [(await business.read_order(order_id)).invoice_number for order_id in orders]
    assert numbers == ["INV-0002", "INV-0001"]


async def test_orders_completed_at_once_get_consecutive_numbers(house: House, business: Business) -> None:
    count = int(os.environ.get("CALLOUT_TEST_INVOICES", "20"))
    await business.with_profile()
    orders = [await business.order() for _ in range(count)]
    gate = asyncio.Semaphore(40)

    async def complete(order_id: UUID) -> None:
        for _ in range(2):
            async with gate, business.work() as work:
                await issue_or_wait(work, house.billing, order_id)

    await asyncio.gather(*(complete(order_id) for order_id in orders))
    numbers = {(await business.read_order(order_id)).invoice_number for order_id in orders}
    assert numbers == {f"INV-{number:04d}" for number in range(1, count + 1)}


async def test_a_failed_transaction_gives_its_number_back(house: House, business: Business) -> None:
    owner = await business.with_profile()
    order_id = await business.order()

    async def fail_after_issuing() -> None:
        async with business.work() as work:
            await issue_or_wait(work, house.billing, order_id)
            raise Conflict

    with pytest.raises(Conflict):
        await fail_after_issuing()
    assert (await issue(owner, order_id))["number"] == "INV-0001"


async def test_what_is_not_done_or_has_no_price_is_not_billed(house: House, business: Business) -> None:
    owner = await business.with_profile()
    for columns, status, code in (
        ({"status": "processing", "completed_at": None}, 409, "conflict"),
        ({"kind": "quotation"}, 409, "conflict"),
        ({"price": None}, 422, "price_required"),
    ):
        order_id = await business.order(**columns)
        answer = await owner.post("/api/admin/invoices", json={"order_id": str(order_id)})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    async with business.work() as work:
        await issue_or_wait(work, house.billing, order_id)
    assert (await business.read_order(order_id)).invoice_state == "failed"
    assert house.mail.failed == [order_id]


async def test_a_job_for_nothing_is_paid_at_once(business: Business) -> None:
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order(price="0"))
    assert (invoice["status"], invoice["total_amount"]) == ("paid", "0.00")


async def test_unpaid_after_the_due_date_is_overdue_and_reminded_three_times(
    house: House, business: Business, clock: OffsetClock
) -> None:
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order(completed_at=COMPLETED))
    await deliver(business, invoice["id"])
    sent: list[int] = []
    for day in range(3, 32):
        now = datetime(2026, 4, day, 12, tzinfo=UTC) if day < 31 else datetime(2026, 5, 1, 12, tzinfo=UTC)
        for _ in range(2):
            async with business.work(now) as work:
                await mark_overdue(work)
                await remind(work, house.billing)
        sent.append(len(house.mail.reminders))
    by_day = dict(zip(range(3, 32), sent, strict=True))
    assert [by_day[day] for day in (4, 5, 10, 11, 17, 18, 31)] == [0, 1, 1, 2, 2, 3, 3]
    assert [letter.days_overdue for letter in house.mail.reminders] == [1, 7, 14]
    after = (await owner.get(f"/api/admin/invoices/{invoice['id']}")).json()
    assert (after["status"], after["reminders_sent"]) == ("overdue", 3)


async def test_the_due_date_follows_the_tenants_day(house: House) -> None:
    business = await house.found(timezone="Pacific/Auckland")
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order(completed_at=datetime(2026, 3, 20, 23, 30, tzinfo=UTC)))
    assert invoice["invoice_date"] == "2026-03-21"


async def test_more_time_is_given_once(house: House, business: Business) -> None:
    owner = await business.with_profile()
    today = datetime.now(UTC)
    invoice = await issue(owner, await business.order(completed_at=today - timedelta(days=40)))
    await deliver(business, invoice["id"])
    async with business.work() as work:
        assert await mark_overdue(work) == 1
    due = date.fromisoformat(invoice["due_date"])
    path = f"/api/admin/invoices/{invoice['id']}/extend"
    too_far = await owner.post(path, json={"due_date": str(due + timedelta(days=91))})
    assert too_far.status_code == 422
    extended = await owner.post(path, json={"due_date": str(due + timedelta(days=60))})
    assert (extended.status_code, extended.json()["status"]) == (200, "sent")
    assert (await owner.post(path, json={"due_date": str(due + timedelta(days=70))})).status_code == 409


async def test_credit_in_two_parts_adds_up_to_the_cent(business: Business) -> None:
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order())
    path = f"/api/admin/invoices/{invoice['id']}"
    await owner.post(f"{path}/payments", json={"amount": "270.63", "method": "Cash"})
    part = await owner.post(f"{path}/credit-notes", json={"amount": "100.00", "reason": "Broken vase"})
    assert part.status_code == 201, part.text
    assert (part.json()["number"], part.json()["total_amount"], part.json()["tax_amount"]) == (
        "CN-0001",
        "-100.00",
        "-7.62",
    )
    too_much = await owner.post(f"{path}/credit-notes", json={"amount": "170.64", "reason": "More than left"})
    assert (too_much.status_code, too_much.json()["remaining"]) == (409, "170.63")
    rest = (await owner.post(f"{path}/credit-notes", json={"reason": "All of it"})).json()
    assert (rest["number"], rest["total_amount"], rest["tax_amount"]) == ("CN-0002", "-170.63", "-13.01")
    after = (await owner.get(path)).json()
    assert (after["status"], after["refund_due"], after["amount_credited"]) == ("credited", "270.63", "270.63")
    assert [note["number"] for note in after["credit_notes"]] == ["CN-0001", "CN-0002"]
    assert (await owner.post(f"{path}/credit-notes", json={"reason": "Once more"})).status_code == 409
    assert (await owner.post(f"{path}/payments", json={"amount": "1", "method": "Cash"})).status_code == 409
    note_pdf = await owner.get("/api/admin/invoices/CN-0001/pdf?regenerate=true")
    assert all(part in text_of(note_pdf.content) for part in ("CN-0001", "INV-0001", "Broken vase", "-$100.00"))


async def test_sending_marks_as_sent_once_a_channel_took_it(house: House, business: Business) -> None:
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order())
    path = f"/api/admin/invoices/{invoice['id']}"
    house.mail.is_down = True
    assert (await owner.post(f"{path}/send", json={"channels": ["sms"]})).status_code == 202
    assert (await owner.get(path)).json()["status"] == "draft"
    house.mail.is_down = False
    body = {"channels": ["email", "whatsapp"], "message": "As agreed", "to": "bob@example.com"}
    answer = await owner.post(f"{path}/send", json=body)
    assert [message["channel"] for message in answer.json()["messages"]] == ["email", "whatsapp"]
    after = (await owner.get(path)).json()
    assert (after["status"], after["delivered_channels"]) == ("sent", ["email", "whatsapp"])
    letter = house.mail.letters[-1]
    assert (letter.to, letter.note, letter.balance) == ("bob@example.com", "As agreed", Decimal("270.630"))
    assert (await owner.post(f"{path}/send", json={"channels": ["pigeon"]})).status_code == 422
    by_hand = await issue(owner, await business.order())
    marked = await owner.post(f"/api/admin/invoices/{by_hand['id']}/mark-sent")
    assert (marked.status_code, marked.json()["status"]) == (200, "sent")


async def test_the_customer_opens_the_invoice_by_its_link(house: House, business: Business) -> None:
    owner = await business.with_profile(bank_details={"account_number": "123456789", "bank_name": "Testbank"})
    invoice = await issue(owner, await business.order())
    token = invoice["public_url"].rsplit("/", 1)[1]
    customer = await house.open()
    page = await customer.get(f"/api/shared/public/invoices/{token}")
    assert page.status_code == 200, page.text
    assert (page.json()["number"], page.json()["balance"]) == ("INV-0001", "270.63")
    assert "id" not in page.json()
    pdf = await customer.get(f"/api/shared/public/invoices/{token}.pdf")
    assert "123456789" in text_of(pdf.content), "whoever pays by transfer needs the account on paper"
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert (await customer.get(f"/api/shared/public/invoices/{altered}")).status_code == 404
    assert "123456789" not in (await owner.get(f"/api/admin/invoices/{invoice['id']}")).text


async def test_the_vendor_sees_the_invoice_of_its_own_job(business: Business) -> None:
    vendor_id = await business.vendor()
    vendor = await business.client("vendor", vendor=vendor_id)
    stranger = await business.client("vendor", vendor=uuid4())
    order_id = await business.order(vendor_id=vendor_id)
    assert (await vendor.get(f"/api/vendor/orders/{order_id}/invoice")).status_code == 404
    owner = await business.with_profile()
    await issue(owner, order_id)
    summary = await vendor.get("/api/vendor/orders/ORD-000001/invoice")
    assert (summary.status_code, summary.json()["total_amount"]) == (200, 270.63)
    pdf = await vendor.get(f"/api/vendor/orders/{order_id}/invoice.pdf")
    assert "Maria Lopez" in text_of(pdf.content)
    assert (await stranger.get(f"/api/vendor/orders/{order_id}/invoice")).status_code == 404


async def test_the_list_filters_sorts_and_sums(business: Business) -> None:
    owner = await business.with_profile(tax_rate="0")
    for price in ("100.00", "200.00", "300.00"):
        await issue(owner, await business.order(price=price, customer_name=f"Customer {price}"))
    everything = (await owner.get("/api/admin/invoices", params={"sort": "-total_amount"})).json()
    assert [row["total_amount"] for row in everything["items"]] == ["300.00", "200.00", "100.00"]
    assert everything["totals"] == [
        {"currency": "USD", "count": 3, "total_amount": "600.00", "amount_paid": "0.00", "balance": "600.00"}
    ]
    some = (await owner.get("/api/admin/invoices", params={"total_min": "150", "total_max": "250"})).json()
    assert (some["total"], some["items"][0]["number"]) == (1, "INV-0002")
    found = (await owner.get("/api/admin/invoices", params={"q": "customer 300"})).json()
    assert found["total"] == 1
    assert (await owner.get("/api/admin/invoices", params={"status": "paid,credited"})).json()["total"] == 0
    assert (await owner.get("/api/admin/invoices", params={"colour": "red"})).status_code == 400


async def test_viewers_see_masked_customers_and_change_nothing(house: House, business: Business) -> None:
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order())
    viewer = await business.client("viewer")
    shown = (await viewer.get(f"/api/admin/invoices/{invoice['id']}")).json()["snapshot"]["customer"]
    assert shown["email"] == "a•••@example.com"
    assert "5550100" not in shown["phone"]
    path = f"/api/admin/invoices/{invoice['id']}"
    refused = [
        await viewer.post(f"{path}/{verb}", json={}) for verb in ("payments", "credit-notes", "send", "mark-sent")
    ]
    assert {answer.status_code for answer in refused} == {403}
    stranger = await (await house.found()).client()
    assert (await stranger.get(path)).status_code == 404


async def test_every_step_is_an_event_in_order(business: Business) -> None:
    owner = await business.with_profile()
    invoice = await issue(owner, await business.order())
    await deliver(business, invoice["id"])
    await owner.post(f"/api/admin/invoices/{invoice['id']}/payments", json={"amount": "270.63", "method": "Cash"})
    await owner.post(f"/api/admin/invoices/{invoice['id']}/credit-notes", json={"reason": "Goodwill"})
    async with business.work() as work:
        events = await read_after(work.session, business.tenant_id, 0)
    names = [event.type for event in events if event.noun_id == UUID(invoice["id"])]
    assert names == ["invoice.issued", "invoice.sent", "invoice.paid", "invoice.credited"]
