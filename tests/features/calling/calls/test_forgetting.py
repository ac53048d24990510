"""What a call keeps of old words goes with them; its figures and its proofs stay."""

import msgspec

from callout.features.calling.brain.compliance import Proof
from callout.features.calling.brain.state import Fact
from callout.features.calling.calls.forgetting import forget_words
from tests.features.calling.calls.conftest import House, Office
from tests.features.calling.calls.test_talking import AGREED, outcome, tool, turn


async def test_words_go_and_proofs_stay(office: Office, house: House) -> None:
    call_id, records = await office.talk()
    await records.turns([turn(1, "agent", "Hello"), turn(2, "customer", "Yes, come to 12 Oak Street")])
    tools = house.tools.of(office.tenant_id, call_id)
    assert (await tools.carry_out(tool("create_order", **AGREED))).ok
    proof = Proof(rule="disclosure", ok=True, seq=1, quote="Hello")
    await records.conclude(outcome(facts=(Fact(kind="complaint", quote="too loud"),), compliance=(proof,)), [])
    before = await office.call(call_id)
    assert before.agreed is not None
    assert before.conversation_id is not None
    async with office.work() as work:
        await forget_words(work, [before.conversation_id])
    call = await office.call(call_id)
    assert (call.agreed, call.outcome) == (None, "interested")
    assert call.result is not None
    assert "facts" not in call.result
    assert call.result["compliance"] == [msgspec.to_builtins(proof)]
    again = await tools.carry_out(tool("create_order", **AGREED))
    assert (again.ok, again.value) == (True, {})
