"""The main job, step by step, as the people in it would do it."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

from callout.run.demo.calls import BURST_PIPE, DEEP_CLEAN, NOT_INTERESTED, Call, real_calls
from callout.run.demo.client import Client, Refused
from callout.run.demo.photos import drawn_photo
from callout.run.demo.town import COUNTRY, WORKERS, Worker, fictional_number, generated_businesses, real_businesses
from callout.run.errors import RunError

WAIT_S = 90.0
POLL_S = 0.2
PRICE, CLEANING_PRICE = Decimal("320.00"), Decimal("180.00")
CUSTOMER_EMAIL = "anna.reyes@customers.example"
WEBHOOK_SECRET = "whsec_demonstration"  # noqa: S105 - of the demonstration tenant, which has nothing to protect
PROFILE = {
    "business_name": "Bright Home Services",
    "business_address": "1 Capitol Plaza, Springfield, IL 62701",
    "business_phone": "+12175550100",
    "business_email": "office@bright-home.example",
    "tax_name": "Sales tax",
    "tax_rate": "8.25",
    "accent_color": "#0F766E",
}


@dataclass(slots=True)
class Told:
    """What the story leaves behind for whoever compares or shows it."""

    order: dict[str, Any] = field(default_factory=dict)
    invoice: dict[str, Any] = field(default_factory=dict)
    pdf: bytes = b""
    conversations: list[dict[str, Any]] = field(default_factory=list)
    losers: list[str] = field(default_factory=list)
    revenue_before: Decimal = Decimal(0)
    revenue_after: Decimal = Decimal(0)
    collected_before: Decimal = Decimal(0)
    collected_after: Decimal = Decimal(0)


@dataclass(slots=True)
class Stage:
    """What every step works with.

    Attributes:
        gateway: Base URL of the public door.
        simulators: Base URL of the provider simulators.
        say: Shows a line of progress.
        data: Folder of real data, when there is one.
        seed: Makes the made-up town repeatable.
        run: Tells runs apart: part of names and provider ids.
        field_domain: Where the vendors have their mail.
    """

    gateway: str
    simulators: str
    owner_email: str
    owner_password: str
    say: Callable[[str], None]
    data: Path | None = None
    seed: int = 7
    run: str = field(default_factory=lambda: uuid4().hex[:8])
    field_domain: str = "field.example"
    admin: Client = field(init=False)
    vendors: list[Client] = field(default_factory=list)
    holder: Client | None = None
    told: Told = field(default_factory=Told)

    def __post_init__(self) -> None:
        self.admin = Client(self.gateway)

    async def close(self) -> None:
        """Closes every client."""
        for client in (self.admin, *self.vendors):
            await client.close()


Step = Callable[[Stage], Awaitable[None]]


async def wait_for(what: str, look: Callable[[], Awaitable[Any]], *, within_s: float = WAIT_S) -> Any:
    """Looks again and again until there is something.

    Raises:
        RunError: nothing came in time.
    """
    deadline = time.monotonic() + within_s
    while True:
        if found := await look():
            return found
        if time.monotonic() > deadline:
            raise RunError(f"waited {within_s:.0f} s for {what}")
        await asyncio.sleep(POLL_S)


async def sign_in(stage: Stage) -> None:
    """The owner signs in and fills in what invoices need."""
    answer = await stage.admin.sign_in(stage.owner_email, stage.owner_password)
    stage.say(f"signed in to {answer['tenant']['name']} as {answer['user']['full_name']}")
    await _ensure_billing_profile(stage)
    await _ensure_rules(stage)
    await _ensure_webhook_secrets(stage)
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
            await _register(stage, worker, email)
        await client.sign_in(email, vendor_password(stage, worker))
        await client.put("/api/vendor/profile/availability", {"is_online": True})
        names.append(worker.full_name)
    stage.say(f"{len(names)} vendors verified and online: {', '.join(names)}")


async def take_calls(stage: Stage) -> None:
    """Calls come in as providers deliver them: whole and signed, turn by turn, repeated, and from real data."""
    whole = await _by_elevenlabs(stage, BURST_PIPE, fictional_number(77), duplicates=2)
    pieces = await _by_cloned_voice(stage, DEEP_CLEAN, fictional_number(78))
    refusal = await _by_elevenlabs(stage, NOT_INTERESTED, fictional_number(79))
    stage.told.conversations = [whole, pieces, refusal]
    calls = real_calls(stage.data, 6) if stage.data is not None else []
    for index, call in enumerate(calls):
        stage.told.conversations.append(await _by_elevenlabs(stage, call, fictional_number(80 + index)))
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
    holders = [client for client in stage.vendors if await _is_offered(client, order_id)]
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
        return [client for client in stage.vendors if await _is_offered(client, order_id)]

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


async def _ensure_billing_profile(stage: Stage) -> None:
    found = await stage.admin.call("GET", "/api/admin/billing/profile")
    if found.json() is None:
        await stage.admin.call(
            "PUT", "/api/admin/billing/profile", json=PROFILE, headers={"If-Match": found.headers["ETag"]}
        )


async def _ensure_rules(stage: Stage) -> None:
    rules = (await stage.admin.get("/api/admin/vendor-selection/trigger-rules", limit=200))["items"]
    names = {rule["name"] for rule in rules}
    for rule in demo_rules():
        if rule["name"] not in names:
            await stage.admin.post("/api/admin/vendor-selection/trigger-rules", rule)


def demo_rules() -> list[dict[str, Any]]:
    """The trigger rules of the demonstration business."""
    return [
        {
            "name": "Home visit",
            "type": "location_visit",
            "instructions": "The customer wants somebody to come and do work at an address.",
            "keywords": ["cleaning", "visit", "deep clean", "repair", "appointment"],
            "alternative_phrases": ["send someone over", "come and clean", "send our cleaner", "make an appointment"],
            "negative_keywords": ["just looking", "already have someone"],
        },
        {
            "name": "Plumbing emergency",
            "type": "emergency_service",
            "instructions": "Water or another urgent problem is doing damage right now.",
            "services": ["plumbing"],
            "keywords": ["burst", "flooding", "leak", "emergency"],
            "alternative_phrases": ["send someone over", "as soon as possible"],
            "negative_keywords": ["false alarm"],
            "actions": {"priority_level": 5},
            "vendor_selection_criteria": {"location_radius_km": 25, "offer_mode": "broadcast"},
        },
    ]


async def _ensure_webhook_secrets(stage: Stage) -> None:
    for provider, key in (("elevenlabs", "sk_demonstration_key"), ("cloned_voice", "demonstration-key")):
        await stage.admin.post(
            "/api/admin/api-configs",
            {
                "provider": provider,
                "credentials": {"api_key": key, "webhook_secret": WEBHOOK_SECRET},
                "validate": False,
            },
        )


async def _register(stage: Stage, worker: Worker, email: str) -> None:
    invites = await stage.admin.post("/api/admin/vendors/invites", {"count": 1, "note": worker.full_name})
    form = {
        "code": invites[0]["code"],
        "full_name": worker.full_name,
        "email": email,
        "phone": worker.phone,
        "password": vendor_password(stage, worker),
        "services": list(worker.services),
        "service_area": {"latitude": worker.lat, "longitude": worker.lng, "radius": 25},
    }
    path = f"/api/admin/vendors/{await _sign_up(stage, form)}"
    await stage.admin.post(f"{path}/verify", {"note": "Documents seen."})
    tag = (await stage.admin.call("GET", path)).headers["ETag"]
    await stage.admin.call("PATCH", path, json={"daily_cap": 50, "max_open_jobs": 20}, headers={"If-Match": tag})


async def _sign_up(stage: Stage, form: dict[str, Any]) -> str:
    """The new vendor's id. When the answer is lost on the way, the repetition finds the code used: by this vendor."""
    applicant = Client(stage.gateway)
    try:
        return str((await applicant.post("/api/shared/auth/vendor-signup", form))["vendor"]["id"])
    except Refused as refused:
        registered = (await stage.admin.get("/api/admin/vendors", limit=200))["items"]
        for vendor in registered:
            if refused.status == HTTPStatus.CONFLICT and vendor["email"] == form["email"]:
                return str(vendor["id"])
        raise
    finally:
        await applicant.close()


def vendor_password(stage: Stage, worker: Worker) -> str:
    """Follows from the owner's, so that a later run can sign the same people in."""
    digest = hmac.new(stage.owner_password.encode(), worker.email_name.encode(), hashlib.sha256).hexdigest()
    return f"v-{digest[:16]}"


async def _by_elevenlabs(stage: Stage, call: Call, phone: str, *, duplicates: int = 0) -> dict[str, Any]:
    """The simulator calls our webhook, signed, as often as the provider might."""
    external_id = f"conv_{stage.run}_{hashlib.sha256(call.name.encode()).hexdigest()[:8]}"
    url = await _webhook_url(stage, "elevenlabs")
    roles = {"agent": "agent", "customer": "user"}
    body = {
        "webhook_url": url,
        "secret": WEBHOOK_SECRET,
        "duplicates": duplicates,
        "conversation": {
            "conversation_id": external_id,
            "phone_number": phone,
            "turns": [{"role": roles[speaker], "message": text} for speaker, text in call.turns],
        },
    }
    simulator = Client(stage.simulators)
    try:
        await simulator.post("/elevenlabs/_sandbox/deliver", body)
    finally:
        await simulator.close()
    return await _processed(stage, external_id)


async def _by_cloned_voice(stage: Stage, call: Call, phone: str) -> dict[str, Any]:
    """Started, one update a turn, ended: as the tenant's own voice server tells it."""
    external_id = f"session_{stage.run}"
    url = await _webhook_url(stage, "cloned_voice")
    senders = {"agent": "ai", "customer": "human"}
    log: list[dict[str, str]] = []
    await _post_signed(url, {"event": "session_started", "session_id": external_id, "caller_number": phone})
    for speaker, text in call.turns:
        log.append({"sender": senders[speaker], "message": text})
        update = {"event": "conversation_update", "session_id": external_id, "conversation_log": list(log)}
        await _post_signed(url, {**update, "caller_number": phone, "event_id": f"{external_id}-{len(log)}"})
    ended = {"event": "session_ended", "session_id": external_id, "caller_number": phone, "conversation_log": log}
    await _post_signed(url, {**ended, "call_direction": "outbound", "call_duration": 95})
    return await _processed(stage, external_id)


async def _post_signed(url: str, body: dict[str, Any]) -> None:
    raw = json.dumps(body).encode()
    stamp = str(int(time.time()))
    signature = hmac.new(WEBHOOK_SECRET.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    provider = Client("")
    try:
        await provider.call(
            "POST",
            url,
            content=raw,
            headers={
                "Content-Type": "application/json",
                "X-Cloned-Voice-Signature": signature,
                "X-Timestamp": stamp,
            },
        )
    finally:
        await provider.close()


async def _webhook_url(stage: Stage, provider: str) -> str:
    rows = await stage.admin.get("/api/admin/api-configs/inbound")
    path = next(row["url"] for row in rows if row["provider"] == provider).split("/api/", 1)[1]
    return f"{stage.gateway}/api/{path}"


async def _processed(stage: Stage, external_id: str) -> dict[str, Any]:
    async def look() -> Any:
        items = (await stage.admin.get("/api/admin/conversations", limit=200))["items"]
        found = [item for item in items if item["external_id"] == external_id]
        if found and found[0]["status"] == "failed":
            raise RunError(f"{external_id} could not be analysed")
        return found[0] if found and found[0]["status"] == "completed" else None

    result: dict[str, Any] = await wait_for(f"{external_id} to be analysed", look)
    return result


async def _is_offered(client: Client, order_id: str) -> bool:
    offers = (await client.get("/api/vendor/orders/offers"))["items"]
    return any(offer["order"]["id"] == order_id for offer in offers)


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
