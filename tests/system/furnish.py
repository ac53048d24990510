"""Fills a business with one of everything, by the doors its people would use; every text carries its mark."""

import asyncio
import hashlib
import hmac
import io
import json
import time
import wave
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from callout.features.api_configs.recording import LINGER_S
from callout.features.calling.voices.store import note_copy
from callout.features.calling.voices.tables import Voice, VoiceLicence
from callout.features.dispatch.market import count_large_services
from callout.features.prospecting.scraping.supply_gap import Place, note_unfilled
from callout.kit.http.wire import timestamp
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.sandbox.elevenlabs import live_events
from tests.system.bodies import AGENT
from tests.system.business import Business, picture, slug
from tests.system.furnish_calls import furnish_calls
from tests.system.furnish_campaigns import furnish_campaigns
from tests.system.house import Client, eventually


async def furnish(business: Business, price: str, *, policies: int = 2) -> None:
    """Everything there is; `price` is what the finished order cost, `policies` how many drafts there are."""
    await _team(business)
    await _settings(business)
    await _providers(business)
    await _prospects(business)
    await _duplicates(business)
    await _files(business)
    await _scrapes(business)
    await _websites(business)
    await _callers(business)
    await furnish_calls(business)
    await furnish_campaigns(business)
    await _rules(business)
    worker = await _workers(business)
    await _conversations(business)
    await _finished_order(business, worker, price)
    await _open_orders(business, worker)
    await _policies(business, policies)
    await business.house.settle()
    await asyncio.sleep(LINGER_S + 0.5)  # until the last uses of providers are stored


async def _team(business: Business) -> None:
    owner, mark = business.owner, business.mark
    await owner.made("/api/admin/invitations", {"email": business.mail("invited"), "role": "viewer"})
    await owner.done("/api/shared/auth/ticket", {"audience": "events"})
    await owner.expect(200, "PATCH", "/api/shared/auth/me", json={"phone": business.number(1)})
    reset = {"email": business.emails["manager"]}
    await (await business.house.client("admin")).expect(202, "POST", "/api/shared/auth/password/forgot", json=reset)
    await owner.expect(
        200, "PATCH", "/api/admin/tenant", json={"legal_name": f"{mark} LLC", "address": f"1 {mark} Way"}
    )


async def _settings(business: Business) -> None:
    owner, mark = business.owner, business.mark
    await owner.changed("/api/admin/settings/dispatch", {"dispatch.max_radius_km": 60})
    profile = {
        "business_name": f"{mark} Homes",
        "business_address": f"1 {mark} Way, Springfield",
        "business_phone": business.number(2),
        "business_email": business.mail("billing"),
        "footer_text": f"Thank you from {mark}",
        "tax_rate": "8.25",
        "bank_details": {"account_name": mark, "account_number": f"ACC-{mark}"},
    }
    await owner.expect(200, "PUT", "/api/admin/billing/profile", json=profile)
    template = {"subject": f"News of {mark}", "body": f"{mark} has a message for you."}
    path, tag = "/api/admin/templates/order_completed/email/en", {"If-Match": "*"}
    await owner.expect(200, "PUT", path, json=template, headers=tag)
    key = {"Idempotency-Key": f"service-of-{mark}"}
    await owner.made("/api/admin/vendor-selection/services", service_of(mark), headers=key)


def service_of(mark: str) -> dict[str, Any]:
    """A service only this business sells."""
    return {
        "code": f"{mark.lower()}_care",
        "canonical": "cleaning",
        "label": f"{mark} care",
        "synonyms": [f"{mark.lower()} polish"],
        "base_price": "77.00",
    }


async def _providers(business: Business) -> None:
    for provider in ("elevenlabs", "cloned_voice"):
        secret = webhook_secret(business)
        config = {"provider": provider, "credentials": {"api_key": f"sk_{business.mark}_key", "webhook_secret": secret}}
        await business.owner.made("/api/admin/api-configs", config)


async def _prospects(business: Business) -> None:
    owner, mark = business.owner, business.mark
    rows = [
        f"{mark} Bakery {index},Bakery,{index} {mark} Road,{business.number(70 + index)},4.{index},place-{mark}-{index}"
        for index in range(3)
    ]
    nameless = f",Bakery,4 {mark} Road,,,"
    town = "\n".join(["title,category,address,phone,review_rating,place_id", *rows, nameless]).encode()
    job = await owner.expect(
        202,
        "POST",
        "/api/admin/data-scraper/businesses/upload",
        files={"file": (f"{mark}.csv", town, "text/csv")},
        data={"country": "US"},
    )

    async def imported() -> bool:
        found = await owner.read(f"/api/admin/data-scraper/jobs/{job['id']}")
        return bool(found["status"] == "completed")

    await eventually("the import", imported)
    listing = {"new_list_name": f"List of {mark}", "filters": {"job_id": job["id"]}}
    await owner.done("/api/admin/data-scraper/businesses/import-to-list", listing)
    contact = {
        "name": f"Carl {mark}",
        "phone": business.number(50),
        "email": business.mail("carl"),
        "notes": f"knows {mark}",
        "consent": {"basis": "express_written", "source": f"form of {mark}"},
    }
    made = await owner.made("/api/admin/calling-agents/contacts", contact)
    stop = {"phone": business.number(51), "reason": "admin"}
    await owner.made("/api/admin/calling-agents/suppression", stop)
    empty = await owner.made("/api/admin/calling-agents/call-lists", {"name": f"Empty of {mark}"})
    path = f"/api/admin/calling-agents/call-lists/{empty['id']}/contacts"
    await owner.done(path, {"contact_ids": [made["id"]]})


async def _files(business: Business) -> None:
    owner, mark, calling = business.owner, business.mark, "/api/admin/calling-agents"
    people = f"name,phone\nImported {mark},{business.number(60)}\n".encode()
    files = {"file": (f"{mark} people.csv", people, "text/csv")}
    await owner.expect(200, "POST", f"{calling}/contacts/import", files=files)
    wanted = {"format": "csv", "all": True, "filename": f"Everything of {mark}"}
    export = await owner.expect(202, "POST", "/api/admin/data-scraper/exports", json=wanted)

    async def made() -> bool:
        found = await owner.read(f"/api/admin/data-scraper/exports/{export['id']}")
        return bool(found["status"] == "ready")

    await eventually("the export", made)


async def _duplicates(business: Business) -> None:
    owner, mark, scraper = business.owner, business.mark, "/api/admin/data-scraper"
    names = [f"{mark} Mill", f"{mark} Mill LLC", f"{mark} Forge", f"{mark} Forge Inc"]
    rows = [f"{name},1 {mark} Lane,30.25,-97.75,twin-{mark}-{index}" for index, name in enumerate(names)]
    town = "\n".join(["title,address,latitude,longitude,place_id", *rows]).encode()
    files = {"file": (f"{mark} twins.csv", town, "text/csv")}
    await owner.expect(202, "POST", f"{scraper}/businesses/upload", files=files, data={"country": "US"})

    async def suggested() -> bool:
        return bool((await owner.read(f"{scraper}/duplicates"))["total"] == 2)

    await eventually("the search for duplicates", suggested)
    first, second = (await owner.read(f"{scraper}/duplicates"))["items"][0]["business_ids"]
    await owner.done(f"{scraper}/duplicates/merge", {"keep_id": first, "merge_ids": [second]})


async def _scrapes(business: Business) -> None:
    owner, mark = business.owner, business.mark
    wanted = {"provider": "serpapi", "country": "US", "state": "TX", "city": "Kerrville", "business_types": ["hotel"]}
    job = await owner.made("/api/admin/data-scraper/jobs", {**wanted, "name": f"Hotels for {mark}"})

    async def scraped() -> bool:
        found = await owner.read(f"/api/admin/data-scraper/jobs/{job['id']}")
        return bool(found["status"] == "completed")

    await eventually("the scrape job", scraped)
    async with business.house.database.transaction(Principal.system(business.tenant_id)) as work:
        await note_unfilled(work, uuid7(), "plumbing", Place(country="US", state="TX", city=f"{mark}ville"))


async def _websites(business: Business) -> None:
    owner = business.owner
    found = await owner.read("/api/admin/data-scraper/businesses", has_website=True, limit=1)
    wanted = {"ids": [each["id"] for each in found["items"]], "name": f"Websites for {business.mark}"}
    job = await owner.expect(202, "POST", "/api/admin/data-scraper/businesses/enrich", json=wanted)

    async def visited() -> bool:
        return bool((await owner.read(f"/api/admin/data-scraper/jobs/{job['id']}"))["status"] == "completed")

    await eventually("the visit to a website", visited)


async def _callers(business: Business) -> None:
    """An agent with a cloned voice, something it knows, and a number."""
    owner, mark = business.owner, business.mark
    knowledge = {"name": f"Prices of {mark}", "content": f"A visit of {mark} costs nothing.", "tags": [slug(mark)]}
    base = await owner.made("/api/admin/calling-agents/knowledge-bases", knowledge)
    statement = await upload(owner, "consent_audio", f"{mark}.wav", silence())
    sample = await upload(owner, "voice_sample", f"{mark}.wav", silence())
    async with business.house.database.transaction(Principal.system(business.tenant_id)) as work:
        voice = Voice(
            name=f"Voice of {mark}", kind="cloned", status="ready", mode="sandbox", external_id=f"voice-{slug(mark)}",
            sample_file_ids=[sample["id"]],
        )  # fmt: skip
        work.session.add(voice)
        await work.session.flush()
        licence = VoiceLicence(
            voice_id=voice.id, speaker_name=f"Speaker of {mark}", relation="self", statement=f"I agree, {mark}.",
            audio_file_id=UUID(statement["id"]), audio_sha256="0" * 64, attested_by=uuid4(), attested_at=work.now,
        )  # fmt: skip
        work.session.add(licence)
        await note_copy(work, voice, f"old-voice-{slug(mark)}")
    agent = {**AGENT, "name": f"Agent of {mark}", "voice_id": str(voice.id), "knowledge_base_ids": [base["id"]]}
    made = await owner.made("/api/admin/calling-agents", agent)
    number = {"phone": business.number(60), "label": f"Desk of {mark}", "inbound_agent_id": made["id"]}
    await owner.made("/api/admin/calling-agents/numbers", number)


async def _rules(business: Business) -> None:
    rule = {
        "name": f"Visit for {business.mark}",
        "type": "location_visit",
        "instructions": f"Somebody wants {business.mark} to come.",
        "keywords": ["cleaning", "visit", "appointment"],
        "alternative_phrases": ["send someone over", "come and clean"],
        "conditions": {"contact_details_required": True},
    }
    await business.owner.made("/api/admin/vendor-selection/trigger-rules", rule)


async def _workers(business: Business) -> Any:
    owner, mark = business.owner, business.mark
    worker = await business.worker("Vera")
    await business.worker("Paul", standing="pending")
    await business.worker("Blake", standing="blocked")
    await owner.made("/api/admin/vendors/invites", {"note": f"spare of {mark}"})
    licence = await upload(worker.app, "vendor_document", f"{mark}.jpg")
    document = {"kind": "license", "file_id": licence["id"], "number": f"LIC-{mark}"}
    await worker.app.made("/api/vendor/profile/documents", document)
    tomorrow = business.house.clock.now() + timedelta(days=20)
    away = {"from_at": timestamp(tomorrow), "to_at": timestamp(tomorrow + timedelta(days=2)), "note": f"off {mark}"}
    await worker.app.made("/api/vendor/profile/time-off", away)
    await worker.app.done("/api/vendor/profile/device-token", {"token": f"device-of-{mark}"})
    contact = (await owner.read("/api/admin/calling-agents/contacts"))["items"][0]
    pair = {"vendor_id": worker.id, "contact_id": contact["id"], "relation": "preferred", "reason": f"likes {mark}"}
    await owner.expect(200, "PUT", "/api/admin/vendor-selection/pairs", json=pair)
    async with business.house.database.transaction(Principal.system(business.tenant_id)) as work:
        await count_large_services(work, many=1)
    return worker


async def _conversations(business: Business) -> None:
    owner, mark = business.owner, business.mark
    wanted = [
        ("agent", f"Hello, this is Mia, an AI assistant calling for {mark}."),
        ("user", "Yes I need cleaning, please send someone over to 12 Oak Street, Springfield."),
        ("user", f"My name is Anna {mark} and I would like an appointment for cleaning tomorrow."),
        ("agent", "We will send somebody to 12 Oak Street, Springfield, tomorrow. Is that right?"),
        ("user", "Yes please."),
    ]
    call = {
        "conversation_id": f"conv_{mark}",
        "phone_number": business.number(52),
        "turns": [{"role": role, "message": words} for role, words in wanted],
    }
    made = await owner.made("/api/admin/conversations", {"calling_system": "elevenlabs", "conversation_data": call})
    assert made["vendor_selection"]["order_id"], made
    scam = f"This is the tax office of {mark}. Buy gift cards now and read me your card number, or you go to jail."
    threat = {
        "conversation_id": f"live_{mark}",
        "phone_number": business.number(53),
        "turns": [{"role": "agent", "message": f"Hello from {mark}."}, {"role": "user", "message": scam}],
    }
    for event in live_events(threat)[:-1]:
        answer = await deliver_webhook(business, event)
        assert answer.status_code == 200, answer.text


def webhook_secret(business: Business) -> str:
    """What its providers sign with."""
    return f"whsec-of-{slug(business.mark)}"


async def deliver_webhook(business: Business, event: dict[str, Any]) -> Any:
    """A signed delivery of the cloned voice's server."""
    rows = await business.owner.read("/api/admin/api-configs/inbound")
    url = next(row["url"] for row in rows if row["provider"] == "elevenlabs")
    raw, at = json.dumps(event).encode(), int(time.time())
    key = webhook_secret(business).encode()
    digest = hmac.new(key, f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"ElevenLabs-Signature": f"t={at},v0={digest}", "Content-Type": "application/json"}
    public = await business.house.client("admin")
    return await public.post("/api/" + url.split("/api/", 1)[1], content=raw, headers=headers)


async def _finished_order(business: Business, worker: Any, price: str) -> None:
    owner, mark = business.owner, business.mark
    details = {"customer_email": business.mail("anna"), "admin_notes": f"note of {mark}"}
    order = await business.order(**details, vendor_ids=[worker.id])
    path = f"/api/vendor/orders/{order['id']}"
    await worker.app.done(f"{path}/accept")
    await worker.app.done(f"{path}/status", {"status": "on_way"})
    await photo(worker.app, order["id"], "before")
    await worker.app.expect(200, "PUT", path, json={"dealing_price": float(price), "notes": f"done for {mark}"})
    await worker.app.done(f"{path}/status", {"status": "processing"})
    await photo(worker.app, order["id"], "after")
    await worker.app.done(f"{path}/status", {"status": "completed"})

    async def printed() -> Any:
        found = (await owner.read("/api/admin/invoices"))["items"]
        return found if found and found[0]["pdf_status"] == "ready" else None

    (invoice,) = await eventually("the invoice", printed)
    payment = {"amount": "10.00", "method": "Cash", "reference": f"ref {mark}"}
    await owner.made(f"/api/admin/invoices/{invoice['id']}/payments", payment)
    link = await owner.made(f"/api/admin/orders/{order['id']}/links", {"kind": "rating"})
    token = link["url"].rsplit("/", 1)[1]
    public = await business.house.client("vendor")
    rating = {"stars": 4, "comment": f"Nice work by {mark}"}
    await public.made(f"/api/shared/public/ratings/{token}", rating)


async def _open_orders(business: Business, worker: Any) -> None:
    by_name = {"vendor_ids": [worker.id]}  # orders left to choose would wait for the one vendor together
    assigned = await business.order(description=f"second job {business.mark}", **by_name)
    await worker.app.done(f"/api/vendor/orders/{assigned['id']}/accept")
    await photo(worker.app, assigned["id"], "other")
    await business.order(description=f"open job {business.mark}", **by_name)


async def _policies(business: Business, count: int) -> None:
    active = await business.owner.read("/api/admin/vendor-selection/policies/active")
    draft = {"name": f"Policy of {business.mark}", "weights": active["weights"]}
    for _ in range(count):
        await business.owner.made("/api/admin/vendor-selection/policies", draft)
    tried = {"version": count, "limit": 10}
    await business.owner.expect(202, "POST", "/api/admin/vendor-selection/policies/simulate", json=tried)


def silence() -> bytes:
    """A second of nothing, as WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    return out.getvalue()


async def upload(client: Client, purpose: str, filename: str, content: bytes | None = None) -> Any:
    """A stored file, a picture unless said otherwise."""
    return await client.expect(
        201,
        "POST",
        "/api/shared/files",
        files={"file": (filename, content or picture(), "application/octet-stream")},
        data={"purpose": purpose},
    )


async def photo(app: Client, order_id: str, stage: str) -> Any:
    """A vendor's proof photo."""
    return await app.expect(
        201,
        "POST",
        f"/api/vendor/orders/{order_id}/photos",
        files={"file": (f"{stage}.jpg", picture(), "image/jpeg")},
        data={"stage": stage},
    )
