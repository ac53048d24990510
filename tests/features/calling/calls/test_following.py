"""Calls are followed by reports in any order, and their books are closed once."""

import asyncio
import itertools
import random
from datetime import timedelta
from decimal import Decimal

import pytest

from callout.features.calling.calls import store
from callout.features.calling.calls.ending import look_after
from callout.features.calling.calls.events import CallEnded
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.reporting import report_fact
from callout.features.calling.calls.winding_up import wind_up
from callout.kit.errors import NotFound
from callout.kit.events import Bus
from tests.features.calling.calls.conftest import House, Office
from tests.features.calling.calls.exchange import Exchange

REPORTS = [("dialing", 0, 0), ("ringing", 1, 1), ("answered", 2, 6), ("completed", 3, 66)]


@pytest.fixture
def ended(bus: Bus) -> list[CallEnded]:
    heard: list[CallEnded] = []

    async def hear(_work: object, event: CallEnded) -> None:
        heard.append(event)

    bus.on(CallEnded, hear)
    return heard


@pytest.mark.parametrize("order", random.Random(81).sample(list(itertools.permutations(REPORTS)), 4))
async def test_replayed_webhooks_end_alike_in_any_order(office: Office, order: list[tuple[str, int, int]]) -> None:
    call_id = await office.dial()
    for kind, sequence, after_s in (*order, *order[:2]):
        length = {"duration_s": 60} if kind == "completed" else {}
        await office.tell(call_id, kind, sequence, after_s, **length)
    call = await office.call(call_id)
    assert (call.status, call.duration_s, call.end_reason) == ("completed", 60, "customer_hangup")
    assert call.answered_at == call.created_at + timedelta(seconds=6)
    async with office.work() as work:
        assert len(await store.all_facts(work, call_id)) == 6  # two of the platform: asked, made


async def test_the_books_are_closed_once(office: Office, ended: list[CallEnded]) -> None:
    call_id = await office.dial()
    await office.tell(call_id, "busy", 1, 2)
    for _ in range(2):
        async with office.work() as work:
            await wind_up(work, call_id)
    assert [(one.status, one.phone, one.outcome) for one in ended] == [("busy", "+12175550171", None)]


async def test_a_late_report_is_kept_but_not_applied(office: Office) -> None:
    call_id = await office.dial()
    await office.tell(call_id, "no_answer", 1, 31)
    async with office.work() as work:
        await wind_up(work, call_id)
    await office.tell(call_id, "completed", 2, 40, duration_s=5)
    shown = await office.shown(call_id)
    assert shown["status"] == "no_answer"
    assert [event["applied"] for event in shown["events"] if event["kind"] == "completed"] == [False]


async def test_a_machine_that_answered_is_no_answer_with_voicemail(office: Office, ended: list[CallEnded]) -> None:
    call_id = await office.dial()
    await office.tell(call_id, "answered", 2, 6)
    await office.tell(call_id, "completed", 3, 16, duration_s=10)
    await office.tell(call_id, "line", 4, 12, line="machine")
    async with office.work() as work:
        await wind_up(work, call_id)
    assert (ended[0].status, ended[0].outcome, ended[0].answered_by) == ("no_answer", "voicemail", "machine")


async def test_a_call_whose_holder_died_was_not_ended_by_the_customer(office: Office, ended: list[CallEnded]) -> None:
    call_id = await office.dial()
    await office.tell(call_id, "answered", 2, 6)
    async with office.work() as work:
        (await store.lock(work, call_id)).media_joined_at = work.now
    await office.tell(call_id, "completed", 3, 16, duration_s=10)
    async with office.work() as work:
        await wind_up(work, call_id)
    assert (ended[0].status, ended[0].outcome, ended[0].end_reason) == ("completed", "no_decision", "provider_error")


async def test_the_worker_dials_winds_up_and_repeats(
    office: Office, exchange: Exchange, worker: None, ended: list[CallEnded]
) -> None:
    call_id = await office.place("+12175550188", retry_attempts=1)
    while not any(asked.to == "+12175550188" for asked in exchange.asked):  # noqa: ASYNC110 - the worker asks
        await asyncio.sleep(0.05)
    await office.tell(call_id, "busy", 1, 2)
    call = await office.until_settled(call_id)
    async with office.work() as work:
        again = await store.retry_of(work, call.id)
    assert again is not None
    assert (again.attempt, again.retry_attempts, again.status) == (2, 0, "pending")
    assert call.settled_at is not None
    assert again.scheduled_at == call.settled_at + timedelta(minutes=15)
    assert [one.status for one in ended if one.noun_id == call_id] == ["busy"]


async def test_a_call_nobody_reports_the_end_of_is_asked_about(
    office: Office, house: House, exchange: Exchange
) -> None:
    call_id = await office.dial()
    async with office.work() as work:
        (await store.lock(work, call_id)).dial_started_at = work.now - timedelta(minutes=6)
    async with office.work() as work:
        assert await look_after(work) == 1
    call = await office.call(call_id)
    exchange.turn(str(call.external_id), status="no_answer", raw_status="no-answer")
    await house.endings.resolve(office.tenant_id, call_id)
    assert (await office.call(call_id)).status == "no_answer"


async def test_a_call_the_provider_does_not_know_has_failed(office: Office, house: House, exchange: Exchange) -> None:
    call_id = await office.dial()
    exchange.made.clear()
    await house.endings.resolve(office.tenant_id, call_id)
    call = await office.call(call_id)
    assert (call.status, call.error_code) == ("failed", "provider_error")


async def test_the_provider_tells_the_price_afterwards(office: Office, house: House, exchange: Exchange) -> None:
    call_id = await office.dial()
    await office.tell(call_id, "answered", 2, 6)
    call = await office.tell(call_id, "completed", 3, 66, duration_s=60)
    async with office.work() as work:
        await wind_up(work, call_id)
    assert not await house.endings.price(office.tenant_id, call_id)
    exchange.turn(str(call.external_id), cost=Decimal("-0.0085"), currency="USD", duration_s=60)
    assert await house.endings.price(office.tenant_id, call_id)
    shown = await office.shown(call_id)
    assert (shown["cost"], shown["currency"]) == ("0.0085", "USD")
    assert shown["costs"][0] | {"units": 60.0} == {
        "provider": "twilio", "service": "telephony", "units": 60.0, "unit": "seconds", "cost": "0.0085",
        "currency": "USD", "is_estimate": False,
    }  # fmt: skip


async def test_a_report_of_another_tenants_call_is_not_found(house: House, office: Office) -> None:
    call_id = await office.dial()
    other = await house.office()
    with pytest.raises(NotFound):
        async with other.work() as work:
            await report_fact(work, call_id, Fact(kind="busy", at=work.now))
