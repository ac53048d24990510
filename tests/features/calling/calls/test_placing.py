"""Calls are placed once, allowed twice, dialled once."""

import asyncio
from contextlib import suppress as ignoring
from datetime import timedelta
from uuid import uuid4

from callout.features.calling.calls.placing import Attempt, cancel_pending, place_call
from callout.features.calling.calls.ports import Verdict
from callout.features.calling.ports import RateLimited, RequestRefused, TooSlow
from callout.features.prospecting.suppression import suppress
from tests.features.calling.calls.conftest import PHONE, House, Office
from tests.features.calling.calls.exchange import Exchange, Rules


async def test_an_attempt_of_a_campaign_is_placed_once_also_against_a_rival(office: Office) -> None:
    contact, campaign = uuid4(), uuid4()

    async def place() -> object:
        async with office.work() as work:
            attempt = Attempt(agent_id=office.agent_id, to_number=PHONE, contact_id=contact, campaign_id=campaign)
            return (await place_call(work, attempt)).id

    assert len(set(await asyncio.gather(*(place() for _ in range(4))))) == 1


async def test_a_call_is_dialled_with_its_addresses_and_its_token(office: Office, exchange: Exchange) -> None:
    call = await office.call(await office.dial(max_duration_s=120))
    asked = exchange.asked[0]
    assert (call.status, call.from_number, call.external_id) == ("dialing", "+12175550100", *exchange.made)
    assert asked.to == PHONE
    assert asked.time_limit_s == 180
    assert asked.ring_timeout_s == 30
    assert (
        asked.status_url
        == f"http://callout.test/api/shared/webhooks/twilio/{office.tenant_id.hex}/status?call={call.id}"
    )
    assert asked.instruction.url == "ws://callout.test/media/twilio"  # type: ignore[union-attr]


async def test_the_gate_is_asked_again_at_the_moment_of_dialling(
    office: Office, rules: Rules, exchange: Exchange
) -> None:
    rules.verdicts["dial"] = Verdict(allowed=False, reason="suppressed")
    call = await office.call(await office.dial())
    assert (call.status, call.error_code, exchange.asked) == ("cancelled", "suppressed", [])
    assert [question.moment for question in rules.asked] == ["dial"]


async def test_a_call_dialled_before_is_never_dialled_again(office: Office, house: House, exchange: Exchange) -> None:
    call_id = await office.dial()
    await house.dialler.dial(office.tenant_id, call_id)
    assert exchange.requests.count("create_call") == 1


async def test_a_lost_answer_is_looked_up_before_anything_else(office: Office, exchange: Exchange) -> None:
    exchange.swallows = [TooSlow("no answer", may_have_happened=True)]
    exchange.hides = 1
    call = await office.call(await office.dial())
    assert call.external_id in exchange.made
    assert exchange.requests == ["create_call", "calls_to", "calls_to"]


async def test_a_crash_after_the_request_finds_the_call_again(office: Office, house: House, exchange: Exchange) -> None:
    exchange.swallows = [KeyboardInterrupt()]  # type: ignore[list-item]
    call_id = await office.place()
    with ignoring(KeyboardInterrupt):
        await house.dialler.dial(office.tenant_id, call_id)
    await house.dialler.dial(office.tenant_id, call_id)
    call = await office.call(call_id)
    assert (call.status, call.external_id) == ("dialing", *exchange.made)
    assert exchange.requests.count("create_call") == 1


async def test_a_refusal_fails_the_call_with_the_providers_code(office: Office, exchange: Exchange) -> None:
    exchange.fails["create_call"] = [RequestRefused("The number is not valid.", detail="21211")]
    call = await office.call(await office.dial())
    assert (call.status, call.error_code, call.error_detail) == ("failed", "21211", "The number is not valid.")


async def test_too_many_at_once_is_tried_again_and_holds_the_account(
    office: Office, exchange: Exchange, rules: Rules
) -> None:
    exchange.fails["create_call"] = [RateLimited("slow down", retry_after_s=0.01)]
    call = await office.call(await office.dial())
    assert (call.status, len(exchange.made), rules.held) == ("dialing", 1, [0.01])


async def test_the_plans_limit_of_calls_at_once_makes_a_call_wait(house: House) -> None:
    office = await house.office("trial")
    for number in ("+12175550172", "+12175550173"):
        await office.dial(number)
    waiting = await office.place()
    assert await house.dialler.dial(office.tenant_id, waiting) is not None
    assert (await office.call(waiting)).status == "pending"


async def test_a_call_at_the_wrong_hour_waits_for_the_next_one(office: Office, house: House, rules: Rules) -> None:
    call_id = await office.place()
    later = (await office.call(call_id)).created_at.replace(microsecond=0)
    rules.verdicts["dial"] = Verdict(allowed=False, reason="outside_window", retry_at=later + timedelta(hours=3))
    wait_s = await house.dialler.dial(office.tenant_id, call_id)
    call = await office.call(call_id)
    assert wait_s is not None
    assert 10_000 < wait_s < 10_900
    assert (call.status, call.scheduled_at) == ("pending", later + timedelta(hours=3))


async def test_suppression_cancels_what_waits(office: Office, house: House, exchange: Exchange) -> None:
    first, other = await office.place(), await office.place("+12175550199")
    async with office.work() as work:
        await suppress(work, phone=PHONE, reason="admin")
    assert ((await office.call(first)).status, (await office.call(other)).status) == ("cancelled", "pending")
    await house.dialler.dial(office.tenant_id, first)
    assert exchange.asked == []


async def test_nothing_is_cancelled_when_nothing_is_named(office: Office) -> None:
    call_id = await office.place()
    async with office.work() as work:
        assert await cancel_pending(work) == []
    assert (await office.call(call_id)).status == "pending"
