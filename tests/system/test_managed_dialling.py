"""Calls of a managed agent: the dialler has them placed once, the provider speaks, their ends come by webhook or asked for."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest_asyncio

from callout.features.calling.calls import store
from callout.kit.principal import Principal
from tests.system.business import Business
from tests.system.furnish import webhook_secret
from tests.system.house import Client, eventually

KEY = {"xi-api-key": "sk_sandbox_callout"}
ZONES = ("Pacific/Auckland", "Asia/Tokyo", "Asia/Dubai", "Europe/London", "America/New_York", "Pacific/Honolulu")
WEEK = {day: {"from": "08:00", "to": "21:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TURNS = [
    {"role": "user", "message": "Yes I need cleaning, please send someone over to 12 Oak Street, Springfield."},
    {"role": "user", "message": "My name is Carla Brown and I would like an appointment tomorrow."},
    {"role": "agent", "message": "We will send somebody to 12 Oak Street, Springfield, tomorrow. Is that right?"},
    {"role": "user", "message": "Yes please."},
]
BASE = "/api/admin/calling-agents"


def awake() -> str:
    """A zone in which it is about noon."""
    now = datetime.now(UTC)
    return min(ZONES, key=lambda zone: abs(now.astimezone(ZoneInfo(zone)).hour - 13))


class Switchboard:
    """A business with a managed agent, and the simulator that speaks for it."""

    def __init__(self, business: Business, simulators: Client, agent: dict[str, Any]) -> None:
        self.business, self.simulators, self.agent = business, simulators, agent

    async def answers(self, phone: str, **callee: Any) -> None:
        await self.simulators.done("/elevenlabs/_sandbox/callees", {phone: callee})

    async def call(self, phone: str, **members: Any) -> str:
        owner = self.business.owner
        contact = {"name": "Carla Brown", "phone": phone, "timezone": awake()}
        made = await owner.made(f"{BASE}/contacts", contact)
        body = {"agent_id": self.agent["id"], "contact_id": made["id"], **members}
        return str((await owner.made(f"{BASE}/calls", body))["id"])

    async def over(self, call_id: str) -> Any:
        async def look() -> Any:
            call = await self.business.owner.read(f"{BASE}/calls/{call_id}")
            return call if call["status"] not in {"pending", "dialing", "ringing", "in_progress"} else None

        return await eventually("the call to be over", look)

    async def placed(self, phone: str) -> list[Any]:
        """What the simulator dialled to a number."""
        rows = await self.simulators.expect(200, "GET", "/elevenlabs/v1/convai/conversations", headers=KEY)
        ids = [row["conversation_id"] for row in rows["conversations"]]
        path = "/elevenlabs/v1/convai/conversations"
        told = [await self.simulators.expect(200, "GET", f"{path}/{one}", headers=KEY) for one in ids]
        return [one for one in told if one["metadata"]["phone_call"]["external_number"] == phone]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switchboard(business: Business) -> Switchboard:
    owner, simulators = business.owner, await business.house.client("sandbox")
    await owner.changed("/api/admin/settings/compliance", {"compliance.window": WEEK})
    number = {"provider": "twilio", "phone_number": "+15005550006", "label": "Office", "sid": "AC1", "token": "t"}
    await simulators.expect(200, "POST", "/elevenlabs/v1/convai/phone-numbers", json=number, headers=KEY)
    voices: Any = (await owner.read(f"{BASE}/voices", kind="stock"))["items"]
    agent = await owner.made(
        f"{BASE}/",
        {
            "name": "Mia",
            "engine": "managed",
            "voice_id": next(voice["id"] for voice in voices if voice["name"] == "Rachel"),
            "language": "en",
            "welcome_message": "Do you have a minute, {contact_name}?",
            "disclosure_line": "Hello, this is {agent_name}, an AI assistant calling for {business_name}.",
            "system_prompt": "Offer a visit.",
        },
    )
    assert agent["engine"] == "managed"
    return Switchboard(business, simulators, agent)


async def test_the_provider_speaks_and_the_call_ends_as_any_other(switchboard: Switchboard) -> None:
    phone = "+13055550171"
    await switchboard.answers(phone, result="answered", turns=TURNS)
    call_id = await switchboard.call(phone, script="Offer the spring clean.")
    call = await switchboard.over(call_id)
    assert (call["engine"], call["provider"], call["status"]) == ("managed", "elevenlabs", "completed")
    assert (call["answered_by"], call["from_number"], call["outcome"]) == ("human", "+15005550006", "interested")
    proofs = {one["rule"]: one["ok"] for one in call["compliance"]}
    assert proofs["disclosure"] is True
    assert call["disclosure_played_at"]
    talk = await switchboard.business.owner.read(f"/api/admin/conversations/{call['conversation_id']}", include="turns")
    assert (talk["call_id"], talk["agent_id"], talk["calling_system"]) == (
        call_id,
        switchboard.agent["id"],
        "elevenlabs",
    )
    assert talk["turns"][0]["content"].startswith("Hello, this is Mia, an AI assistant calling for Bright Home.")
    assert "Carla Brown?" in talk["turns"][0]["content"]
    assert len(await switchboard.placed(phone)) == 1


async def test_nobody_answers(switchboard: Switchboard) -> None:
    for phone, result in (("+13055550172", "busy"), ("+13055550173", "no_answer")):
        await switchboard.answers(phone, result=result)
        call = await switchboard.over(await switchboard.call(phone))
        assert (call["status"], call["conversation_id"]) == (result, None)


async def test_who_wants_no_calls_gets_none_any_more(switchboard: Switchboard) -> None:
    phone = "+13055550174"
    await switchboard.answers(phone, result="answered", turns=[{"role": "user", "message": "Never call me again."}])
    call = await switchboard.over(await switchboard.call(phone))
    assert (call["outcome"], call["end_reason"], call["opted_out"]) == ("do_not_call", "opt_out", True)
    check = await switchboard.business.owner.read(f"{BASE}/compliance/check", phone=phone)
    assert (check["allowed"], check["reason"]) == (False, "suppressed")


async def test_an_answer_that_is_lost_leads_to_no_second_call(switchboard: Switchboard) -> None:
    phone = "+13055550175"
    await switchboard.answers(phone, result="answered", turns=TURNS)
    await switchboard.simulators.done("/elevenlabs/_sandbox/faults", {"next": ["ok", "after:500"]})
    call = await switchboard.over(await switchboard.call(phone))
    assert (call["status"], call["outcome"]) == ("completed", "interested")
    assert len(await switchboard.placed(phone)) == 1


async def test_a_dialler_that_died_after_placing_finds_the_call_again(switchboard: Switchboard) -> None:
    phone, house = "+13055550176", switchboard.business.house
    await switchboard.answers(phone, result="answered", turns=TURNS)
    call_id = UUID((await switchboard.over(await switchboard.call(phone)))["id"])
    principal = Principal.system(switchboard.business.tenant_id)
    async with house.database.transaction(principal) as work:  # as if its answer had never been written down
        call = await store.lock(work, call_id)
        external_id, call.external_id, call.settled_at = call.external_id, None, None
    await house.assembly.calls.dialler.dial(switchboard.business.tenant_id, call_id)
    async with house.database.transaction(principal) as work:
        assert (await store.find(work, call_id)).external_id == external_id
    assert len(await switchboard.placed(phone)) == 1


async def test_webhook_and_question_tell_of_one_call(switchboard: Switchboard) -> None:
    phone, business = "+13055550177", switchboard.business
    secret = webhook_secret(business)
    config = {"provider": "elevenlabs", "credentials": {"api_key": "sk_something_long", "webhook_secret": secret}}
    await business.owner.made("/api/admin/api-configs", config)
    rows = await business.owner.read("/api/admin/api-configs/inbound")
    path = "/api/" + next(row["url"] for row in rows if row["provider"] == "elevenlabs").split("/api/", 1)[1]
    hook = {"url": f"{business.house.urls['admin']}{path}", "secret": secret}
    await switchboard.simulators.done("/elevenlabs/_sandbox/webhook", hook)
    await switchboard.answers(phone, result="answered", turns=TURNS)
    call = await switchboard.over(await switchboard.call(phone))
    await business.house.settle()
    call = await business.owner.read(f"{BASE}/calls/{call['id']}")
    assert (call["status"], call["outcome"]) == ("completed", "interested")
    talks = (await business.owner.read("/api/admin/conversations", limit=100))["items"]
    assert len([talk for talk in talks if talk["phone_number"] == phone]) == 1
    assert len([fact for fact in call["events"] if fact["kind"] == "completed"]) == 1


async def test_a_managed_call_cannot_be_steered_from_here(switchboard: Switchboard) -> None:
    phone = "+13055550178"
    await switchboard.simulators.done("/elevenlabs/_sandbox/latency", {"call_ms": 6000})
    await switchboard.answers(phone, result="answered", turns=TURNS)
    call_id = await switchboard.call(phone)
    owner = switchboard.business.owner

    async def rings() -> bool:
        return bool((await owner.read(f"{BASE}/calls/{call_id}"))["status"] != "pending")

    await eventually("the call to ring", rings)
    problem = await owner.expect(409, "POST", f"{BASE}/calls/{call_id}/end", json={})
    assert "by itself" in problem["detail"]
    await switchboard.simulators.done("/elevenlabs/_sandbox/latency", {"call_ms": 100})
    await switchboard.over(call_id)
