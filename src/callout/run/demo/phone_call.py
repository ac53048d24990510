"""A phone call from dial to order: the agent speaks and listens, the customer is an invented one of the simulators."""

from typing import Any

from callout.run.demo.client import Client
from callout.run.demo.stage import Stage, is_offered, wait_for
from callout.run.errors import RunError

AGENTS = "/api/admin/calling-agents"
FROM = "+12175550100"
CUSTOMERS = ("+12175550112", "+17875550112", "+18085550112", "+16713005512")
"""Made-up numbers from Puerto Rico to Guam: on every day one of them may be called, but for an hour (11 to 12 UTC)."""
COUNTRIES = ["US", "PR", "GU"]
WINDOW = {day: {"from": "08:00", "to": "21:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
PERSONA = {"persona": "keen", "needs": "cleaning", "after_s": 2.0, "seed": 5, "voice": "flite:rms"}
CALL_WITHIN_S = 240.0
AGENT = {
    "name": "Mia",
    "language": "en",
    "welcome_message": "We clean homes and offices in your area. Do you have a minute?",
    "disclosure_line": "Hello, this is {agent_name}, an AI assistant calling for {business_name}.",
    "system_prompt": "Book home services: ask what is needed, where, for whom and when, and read it back.",
    "max_call_duration_s": 180,
}
OVER = frozenset({"completed", "failed", "cancelled", "no_answer", "busy"})


async def phone_a_customer(stage: Stage) -> None:
    """The agent phones somebody, books a visit, and a vendor is asked; the recording can be listened to."""
    await stage.admin.call("DELETE", "/api/admin/api-configs/elevenlabs")  # its key signed webhooks; it opens nothing
    needs = await stage.admin.get("/api/admin/api-configs/requirements", feature="ai-calling")
    if not all(need["ready"] and need["sandbox_in_use"] for need in needs):
        stage.say("left out: with real keys of telephony or speech this would call a real number")
        return
    agent_id = await _agent(stage)
    phone = await _callable_now(stage, agent_id)
    if phone is None:
        stage.say("left out: nobody may be called at this hour")
        return
    exchange = Client(stage.simulators)
    try:
        await exchange.post("/twilio/_sandbox/callees", {phone: PERSONA})
        await exchange.post("/elevenlabs/_sandbox/audible", {"on": True})
    finally:
        await exchange.close()
    call = await stage.admin.post(f"{AGENTS}/calls", {"agent_id": agent_id, "to_number": phone})
    stage.say(f"dialling {phone}")
    call = await _ended(stage, call["id"])
    if call["status"] != "completed":
        raise RunError(f"the call to {phone} {call['status']}: {call['error_code'] or call['end_reason']}")
    order = await wait_for("the order of the call", lambda: _order(stage, call["id"]))
    stage.told.call = await stage.admin.get(f"{AGENTS}/calls/{call['id']}")
    stage.told.recording = await _recording(stage, call["id"])
    asked = await wait_for("an offer of the booked visit", lambda: _asked(stage, order["id"]))
    booked = f"{order['order_number']}, {order['service_label']} for {order['customer_name']}"
    stage.say(f"{call['duration_s']} s on the phone, {call['outcome']}: {booked}; {len(asked)} vendor(s) asked")


async def _agent(stage: Stage) -> str:
    """The agent's id; it is made on the first run, with the number it calls from."""
    known = {agent["name"]: agent for agent in (await stage.admin.get(f"{AGENTS}/", limit=200))["items"]}
    if agent := known.get(AGENT["name"]):
        return str(agent["id"])
    settings = await stage.admin.call("GET", "/api/admin/settings/compliance")
    await stage.admin.call(
        "PATCH", "/api/admin/settings/compliance",
        json={"compliance.allowed_countries": COUNTRIES, "compliance.window": WINDOW},
        headers={"If-Match": settings.headers["ETag"]},
    )  # fmt: skip
    voice = (await stage.admin.get(f"{AGENTS}/voices"))["items"][0]
    await stage.admin.post(f"{AGENTS}/numbers", {"phone": FROM, "label": "Office"})
    return str((await stage.admin.post(f"{AGENTS}/", {**AGENT, "voice_id": voice["id"]}))["id"])


async def _callable_now(stage: Stage, agent_id: str) -> str | None:
    for phone in CUSTOMERS:
        verdict = await stage.admin.get(f"{AGENTS}/compliance/check", phone=phone, agent_id=agent_id)
        if verdict["allowed"]:
            return phone
    return None


async def _ended(stage: Stage, call_id: str) -> dict[str, Any]:
    async def over() -> Any:
        call = await stage.admin.get(f"{AGENTS}/calls/{call_id}")
        is_recorded = call["status"] != "completed" or call["recording_available"]
        return call if call["status"] in OVER and is_recorded else None

    ended: dict[str, Any] = await wait_for("the end of the call", over, within_s=CALL_WITHIN_S)
    return ended


async def _order(stage: Stage, call_id: str) -> Any:
    call = await stage.admin.get(f"{AGENTS}/calls/{call_id}")
    if call["conversation_id"] is None:
        return None
    conversation = await stage.admin.get(f"/api/admin/conversations/{call['conversation_id']}")
    order_id = conversation["order_id"]
    return await stage.admin.get(f"/api/admin/orders/{order_id}") if order_id else None


async def _asked(stage: Stage, order_id: str) -> list[Client]:
    return [vendor for vendor in stage.vendors if await is_offered(vendor, order_id)]


async def _recording(stage: Stage, call_id: str) -> bytes:
    found = await stage.admin.call("GET", f"{AGENTS}/calls/{call_id}/recording", follow_redirects=True)
    return found.content
