"""Rules act while a call lasts: a worker evaluates each thing the customer says, and one talk makes one order."""

import asyncio
from typing import Any
from uuid import UUID

import pytest_asyncio

from callout.features.calling.brain.actions import CallTool
from callout.features.calling.calls.placing import Attempt, place_call
from callout.features.calling.calls.records import CallRecords
from callout.features.conversations.model import Turn
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from tests.system.business import Business
from tests.system.house import eventually

RULE = {
    "name": "Burst pipe",
    "type": "emergency_service",
    "instructions": "Water is coming out and somebody has to come now.",
    "keywords": ["burst", "flooding", "leak"],
    "confidence_threshold": 0.6,
}
CRY = (
    "We have an emergency, a pipe burst, water is flooding the kitchen at 12 Oak Street, Springfield. "
    "My name is Anna Reyes."
)
AGREED = {
    "customer_name": "Anna Reyes",
    "customer_phone": "+13055550181",
    "customer_address": "12 Oak Street, Springfield",
    "service_type": "plumbing",
    "description": "Burst pipe",
    "is_emergency": True,
    "is_live": True,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def rule(business: Business) -> Any:
    return await business.owner.made("/api/admin/vendor-selection/trigger-rules", RULE)


class Talk:
    """A call of an agent to a browser: nothing is dialled, everything else is as in any call."""

    def __init__(self, business: Business, call_id: UUID) -> None:
        self.business, self.call_id = business, call_id
        assembly: Any = business.house.assembly
        self.records = CallRecords(business.house.database, business.tenant_id, call_id)
        self.tools = assembly.calls.tools.of(business.tenant_id, call_id)

    @classmethod
    async def begun(cls, business: Business) -> "Talk":
        async with business.house.database.transaction(Principal.system(business.tenant_id)) as work:
            call = await place_call(work, Attempt(agent_id=uuid7(), to_number="+13055550181", kind="browser"))
        talk = cls(business, call.id)
        await talk.records.answered(call.created_at)
        await talk.say(1, "agent", "Hello, this is Mia, an AI assistant calling for Bright Home.")
        return talk

    async def say(self, seq: int, speaker: Any, text: str) -> None:
        await self.records.turns([Turn(seq=seq, speaker=speaker, content=text)])

    async def agree(self) -> Any:
        return await self.tools.carry_out(
            CallTool(id="t1", name="create_order", arguments=AGREED, key=f"{self.call_id}/o")
        )

    async def row(self) -> Any:
        rows = (await self.business.owner.read("/api/admin/conversations", limit=100))["items"]
        return next(row for row in rows if row["call_id"] == str(self.call_id))

    async def fired(self) -> Any:
        async def look() -> Any:
            return await self.business.owner.read(f"/api/admin/conversations/{(await self.row())['id']}/triggers")

        return await eventually("a rule to fire", look)

    async def orders(self) -> list[Any]:
        rows = (await self.business.owner.read("/api/admin/orders", limit=100))["items"]
        return [row for row in rows if row["customer_name"] == "Anna Reyes"]


async def test_an_emergency_makes_its_order_while_the_call_lasts(business: Business) -> None:
    talk = await Talk.begun(business)
    before = len(await talk.orders())
    await talk.say(2, "customer", CRY)
    (event,) = await talk.fired()
    assert (event["live"], event["status"]) == (True, "active")
    row = await talk.row()
    assert row["status"] == "active"
    assert len(await talk.orders()) == before + 1
    result = await talk.agree()
    assert (result.ok, result.value["created"]) == (True, True)
    assert len(await talk.orders()) == before + 1
    await business.owner.expect(202, "POST", f"/api/admin/conversations/{row['id']}/end", json={})
    await business.house.settle()
    assert (await talk.row())["status"] == "completed"
    assert len(await talk.orders()) == before + 1


async def test_rule_and_tool_at_once_make_one_order(business: Business) -> None:
    for _ in range(3):
        talk = await Talk.begun(business)
        before = len(await talk.orders())
        results = await asyncio.gather(talk.say(2, "customer", CRY), talk.agree(), talk.agree())
        assert all(result.ok for result in results[1:])
        assert len({result.value["order_number"] for result in results[1:]}) == 1
        await talk.fired()
        assert len(await talk.orders()) == before + 1


async def test_calm_words_only_show_how_near_a_rule_is(business: Business) -> None:
    talk = await Talk.begun(business)
    before = len(await talk.orders())
    await talk.say(2, "customer", "There is a small leak under the sink, what would that cost?")
    await business.house.settle()
    key = (await talk.row())["id"]
    (seen,) = await business.owner.read(f"/api/admin/conversations/{key}/evaluations")
    assert (seen["phase"], seen["triggered"], seen["at_seq"]) == ("live", False, 2)
    assert await business.owner.read(f"/api/admin/conversations/{key}/triggers") == []
    assert len(await talk.orders()) == before
