"""A call the provider places and speaks itself: what was said comes back by its webhook and is understood as any call."""

from typing import Any

from callout.features.calling.managed.ports import ManagedAgent, ManagedCall
from callout.kit.principal import Principal
from tests.system.business import Business
from tests.system.furnish import webhook_secret
from tests.system.house import eventually

PHONE = "+13055550142"
KEY = {"xi-api-key": "sk_sandbox_callout"}
TURNS = [
    {"role": "user", "message": "Yes I need cleaning, please send someone over to 12 Oak Street, Springfield."},
    {"role": "user", "message": "My name is Carla Brown and I would like an appointment tomorrow."},
    {"role": "agent", "message": "We will send somebody to 12 Oak Street, Springfield, tomorrow. Is that right?"},
    {"role": "user", "message": "Yes please."},
]


async def arranged(business: Business) -> str:
    """Has the simulator call from a number and tell this business; returns the number's id."""
    secret = webhook_secret(business)
    config = {"provider": "elevenlabs", "credentials": {"api_key": "sk_something_long", "webhook_secret": secret}}
    await business.owner.made("/api/admin/api-configs", config)
    rows = await business.owner.read("/api/admin/api-configs/inbound")
    path = "/api/" + next(row["url"] for row in rows if row["provider"] == "elevenlabs").split("/api/", 1)[1]
    simulators = await business.house.client("sandbox")
    hook = {"url": f"{business.house.urls['admin']}{path}", "secret": secret}
    await simulators.done("/elevenlabs/_sandbox/webhook", hook)
    await simulators.done("/elevenlabs/_sandbox/callees", {PHONE: {"result": "answered", "turns": TURNS}})
    number = {"provider": "twilio", "phone_number": "+15005550006", "label": "Office", "sid": "AC1", "token": "t"}
    given = await simulators.expect(200, "POST", "/elevenlabs/v1/convai/phone-numbers", json=number, headers=KEY)
    return str(given["phone_number_id"])


async def test_what_a_managed_call_heard_is_understood(business: Business) -> None:
    number_id = await arranged(business)
    house = business.house
    async with house.database.transaction(Principal.system(business.tenant_id)) as work:
        chosen = await house.assembly.calling.voices.managed_of(work)  # type: ignore[attr-defined]
    voices: Any = (await business.owner.read("/api/admin/calling-agents/voices", kind="stock"))["items"]
    agent = ManagedAgent(
        name="Mia",
        first_message="Hello {{contact_name}}, this is Mia, an AI assistant calling for Bright Home.",
        prompt="Offer a visit.",
        variables=("contact_name",),
        language="en",
        voice=next(voice["external_id"] for voice in voices if voice["name"] == "Rachel"),
        voice_model="eleven_flash_v2_5",
        stability=0.5,
        similarity_boost=0.75,
        speed=1.0,
        llm="gpt-4o-mini",
        temperature=0.7,
        max_tokens=300,
        max_duration_s=300,
    )
    agent_id = await chosen.adapter.put_agent(agent)
    call = ManagedCall(to=PHONE, agent_id=agent_id, number_id=number_id, variables={"contact_name": "Carla"})
    placed = await chosen.adapter.place(call)

    async def heard() -> Any:
        rows = (await business.owner.read("/api/admin/conversations", limit=100))["items"]
        return next((row for row in rows if row["external_id"] == placed.external_id), None)

    row = await eventually("the conversation", heard)
    assert (row["phone_number"], row["calling_system"], row["call_type"]) == (PHONE, "elevenlabs", "outbound")

    async def understood() -> Any:
        whole = await business.owner.read(f"/api/admin/conversations/{row['id']}")
        return whole if whole["status"] not in {"received", "processing"} else None

    whole = await eventually("the conversation to be understood", understood)
    assert (whole["turn_count"], whole["customer_name"]) == (5, "Carla Brown")
    assert whole["analysis"]["outcome"]["booking"] == {"seq": 5, "kind": "appointment", "committed": True}
