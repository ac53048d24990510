"""The main job, step by step, as the people in it would do it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from callout.run.demo.calls import BURST_PIPE, DEEP_CLEAN, NOT_INTERESTED, real_calls
from callout.run.demo.client import Client, Refused
from callout.run.demo.deliveries import by_cloned_voice, by_elevenlabs
from callout.run.demo.photos import drawn_photo
from callout.run.demo.preparations import (
    ensure_billing_profile,
    ensure_rules,
    ensure_webhook_secrets,
    register,
    vendor_password,
)
from callout.run.demo.stage import Stage, Step, Told, is_offered, wait_for
from callout.run.demo.town import COUNTRY, WORKERS, fictional_number, generated_businesses, real_businesses
from callout.run.errors import RunError

PRICE, CLEANING_PRICE = Decimal("320.00"), Decimal("180.00")
CUSTOMER_EMAIL = "anna.reyes@customers.example"


async def sign_in(stage: Stage) -> None:
    """The owner signs in and fills in what invoices need."""
    answer = await stage.admin.sign_in(stage.owner_email, stage.owner_password)
    stage.say(f"signed in to {answer['tenant']['name']} as {answer['user']['full_name']}")
    await ensure_billing_profile(stage)
    await ensure_rules(stage)
    await ensure_webhook_secrets(stage)
    before = await _dashboard(stage)
    stage.told.revenue_before, stage.told.collected_before = before


async def find_prospects(stage: Stage) -> None:
    """A file of businesses becomes prospects and a call list."""
    if stage.data is not None:
        filename, content = real_businesses(stage.data)
    else:
        filename, content = "town.csv", generated_businesses(240, stage.seed)
    job = await stage.admin.upload("/api/admin/data-scraper/businesses/upload", filename, content, country=COUNTRY)

    async def finished() -> Any:
        found = await stage.admin.get(f"/api/admin/data-scraper/jobs/{job['id']}")
        return found if found["status"] in {"completed", "failed"} else None

    done = await wait_for("the import", finished)
    if done["status"] != "completed":
        raise RunError(f"the import failed: {done['errors']}")
    listed = await stage.admin.post(
        "/api/admin/data-scraper/businesses/import-to-list",
        {"new_list_name": f"Demonstration {stage.run}", "filters": {"job_id": job["id"]}},
    )
    stage.say(
        f"{filename}: {done['found']} businesses, {done['stored']} new, {done['duplicates']} known, "
        f"{done['callable']} with a phone; {listed['added']} on the call list"
    )


async def hire_vendors(stage: Stage) -> None:
    """Field workers register with an invite code, are verified and go online."""
    known = {item["email"]: item for item in (await stage.admin.get("/api/admin/vendors", limit=200))["items"]}
    names = []
    for worker in WORKERS:
        client = Client(stage.gateway)
        stage.vendors.append(client)
        email = f"{worker.email_name}@{stage.field_domain}"
        if email not in known:
            await register(stage, worker, email)
        await client.sign_in(email, vendor_password(stage, worker))
        await client.put("/api/vendor/profile/availability", {"is_online": True})
        names.append(worker.full_name)
    stage.say(f"{len(names)} vendors verified and online: {', '.join(names)}")


async def take_calls(stage: Stage) -> None:
    """Calls come in as providers deliver them: whole and signed, turn by turn, repeated, and from real data."""
    whole = await by_elevenlabs(stage, BURST_PIPE, fictional_number(77), duplicates=2)
    pieces = await by_cloned_voice(stage, DEEP_CLEAN, fictional_number(78))
    refusal = await by_elevenlabs(stage, NOT_INTERESTED, fictional_number(79))
    stage.told.conversations = [whole, pieces, refusal]
    calls = real_calls(stage.data, 6) if stage.data is not None else []
    for index, call in enumerate(calls):
        stage.told.conversations.append(await by_elevenlabs(stage, call, fictional_number(80 + index)))
    for conversation in stage.told.conversations:
        shown = await stage.admin.get(f"/api/admin/conversations/{conversation['id']}")
        conversation.update(shown)
        stage.say(
            f"heard {conversation['external_id']}: {conversation['intent']}, {conversation['sentiment']}, "
            f"lead {conversation['lead_score']}, {conversation['triggers_detected']} trigger(s)"
            + (", order made" if conversation["order_id"] else "")
        )
    if not whole["order_id"] or not pieces["order_id"]:
        raise RunError("a conversation that asked for work made no order")
    if refusal["order_id"]:
        raise RunError("a refusal made an order")


async def offer_the_job(stage: Stage) -> None:
    """The best vendors are offered the urgent job; one takes it, the next is told who was first."""
    order_id = stage.told.conversations[0]["order_id"]

    async def offered() -> Any:
        order = await stage.admin.get(f"/api/admin/orders/{order_id}")
        if order["status"] == "needs_attention":
            raise RunError(f"nobody to ask for {order['order_number']}: {order['attention_reason']}")
        return order if order["status"] != "new" else None

    order = await wait_for("offers", offered)
    holders = [client for client in stage.vendors if await is_offered(client, order_id)]
    decisions = await stage.admin.get("/api/admin/vendor-selection/decisions", order_id=order_id)
    explained = await stage.admin.get(f"/api/admin/vendor-selection/decisions/{decisions['items'][-1]['id']}/explain")
    stage.say(f"{order['order_number']} ({order['priority']}): {len(holders)} offers. {explained['text']}")
    stage.holder, *late = holders
    await stage.holder.post(f"/api/vendor/orders/{order_id}/accept")
    for client in late:
        try:
            await client.post(f"/api/vendor/orders/{order_id}/accept")
        except Refused as refused:
            stage.told.losers.append(refused.code)
    if set(stage.told.losers) != {"offer_taken"}:
        raise RunError(f"the later acceptors should have met offer_taken, not {stage.told.losers}")
    stage.told.order = await stage.admin.get(f"/api/admin/orders/{order_id}")
    vendor = stage.told.order["vendor"]["full_name"]
    stage.say(f"{vendor} took it; {len(late)} later acceptor(s) got 409 offer_taken")


async def do_the_work(stage: Stage) -> None:
    """On the way, photo and price, work, photo, done."""
    await _give_email(stage, stage.told.order["id"])
    stage.told.order = await _work_through(stage, _holder(stage), stage.told.order["id"], PRICE)
    stage.say(f"{stage.told.order['order_number']} {stage.told.order['status']} for {PRICE} USD, with photos")


async def do_the_other_job(stage: Stage) -> None:
    """The second job is offered in waves; whoever is asked first takes it and does it."""
    order_id = stage.told.conversations[1]["order_id"]

    async def asked() -> Any:
        return [client for client in stage.vendors if await is_offered(client, order_id)]

    vendor = (await wait_for("an offer of the second job", asked))[0]
    await vendor.post(f"/api/vendor/orders/{order_id}/accept")
    order = await _work_through(stage, vendor, order_id, CLEANING_PRICE)
    stage.say(f"{order['order_number']} {order['status']} by {order['vendor']['full_name']} for {CLEANING_PRICE} USD")


async def send_the_invoice(stage: Stage) -> None:
    """The invoice is numbered, set, mailed and paid."""
    order_id = stage.told.order["id"]

    async def issued() -> Any:
        found = (await stage.admin.get("/api/admin/invoices", q=stage.told.order["order_number"]))["items"]
        mine = [item for item in found if item["order_id"] == order_id and item["pdf_status"] == "ready"]
        return mine[0] if mine and mine[0]["status"] != "draft" else None

    invoice = await wait_for("the invoice to be sent", issued)
    response = await stage.admin.call("GET", f"/api/admin/invoices/{invoice['id']}/pdf")
    stage.told.pdf = response.content
    total = invoice["total_amount"]
    stage.say(f"invoice {invoice['number']} over {total} {invoice['currency']} mailed to {CUSTOMER_EMAIL}")
    paid = await stage.admin.post(
        f"/api/admin/invoices/{invoice['id']}/payments", {"amount": total, "method": "Card", "reference": stage.run}
    )
    stage.told.invoice = paid
    stage.say(f"{paid['number']} is {paid['status']}")


async def check_the_books(stage: Stage) -> None:
    """The dashboard rose by exactly what was earned and collected."""
    stage.told.revenue_after, stage.told.collected_after = await _dashboard(stage)
    earned = stage.told.revenue_after - stage.told.revenue_before
    collected = stage.told.collected_after - stage.told.collected_before
    if earned != PRICE + CLEANING_PRICE or collected != Decimal(stage.told.invoice["total_amount"]):
        raise RunError(f"the dashboard rose by {earned} and {collected}, which is not what was earned")
    stage.say(f"dashboard: revenue +{earned}, collected +{collected}")


STEPS: tuple[Step, ...] = (
    sign_in,
    find_prospects,
    hire_vendors,
    take_calls,
    offer_the_job,
    do_the_work,
    do_the_other_job,
    send_the_invoice,
    check_the_books,
)


async def play(stage: Stage, steps: Sequence[Step] = STEPS) -> Told:
    """Plays the steps in order."""
    try:
        for number, step in enumerate(steps, start=1):
            title = (step.__doc__ or step.__name__).split("\n", 1)[0].rstrip(".")
            stage.say(f"[{number}/{len(steps)}] {title}")
            await step(stage)
    finally:
        await stage.close()
    return stage.told


async def _work_through(stage: Stage, vendor: Client, order_id: str, price: Decimal) -> dict[str, Any]:
    await vendor.post(f"/api/vendor/orders/{order_id}/status", {"status": "on_way"})
    await _photo(vendor, order_id, "before", (120, 80, 60))
    await vendor.put(f"/api/vendor/orders/{order_id}", {"dealing_price": float(price)})
    await vendor.post(f"/api/vendor/orders/{order_id}/status", {"status": "processing"})
    await _photo(vendor, order_id, "after", (60, 120, 90))
    await vendor.post(f"/api/vendor/orders/{order_id}/status", {"status": "completed", "notes": "Done, all clean."})
    order: dict[str, Any] = await stage.admin.get(f"/api/admin/orders/{order_id}")
    return order


async def _photo(vendor: Client, order_id: str, stage_name: str, colour: tuple[int, int, int]) -> None:
    picture = drawn_photo(stage_name.capitalize(), colour)
    await vendor.upload(f"/api/vendor/orders/{order_id}/photos", f"{stage_name}.jpg", picture, stage=stage_name)


async def _give_email(stage: Stage, order_id: str) -> None:
    response = await stage.admin.call("GET", f"/api/admin/orders/{order_id}")
    headers = {"If-Match": response.headers["ETag"]}
    await stage.admin.call(
        "PATCH", f"/api/admin/orders/{order_id}", json={"customer_email": CUSTOMER_EMAIL}, headers=headers
    )


async def _dashboard(stage: Stage) -> tuple[Decimal, Decimal]:
    report = await stage.admin.get("/api/admin/analytics/dashboard", preset="30d")
    return Decimal(report["revenue"]), Decimal(report["collected"])


def _holder(stage: Stage) -> Client:
    if stage.holder is None:
        raise RunError("nobody holds the order")
    return stage.holder
