"""Rules fire once, one of them acts, and what was done is kept."""

import asyncio
from typing import Any

from callout.features.triggers import firing
from callout.features.triggers.events import TriggerCompleted, TriggerDismissed, TriggerFired, TriggerProgress
from tests.features.triggers.conftest import REQUEST, House

BURST = (
    "We have an emergency, a pipe burst, water is flooding the kitchen. I am Anna Reyes, 12 Oak Street, Springfield."
)
EMERGENCY = {
    "name": "Burst pipe",
    "type": "emergency_service",
    "keywords": ["burst", "flooding", "leak"],
    "alternative_phrases": [],
    "negative_keywords": [],
    "actions": {"priority_level": 5},
}


async def test_a_fired_rule_makes_one_order_and_says_why(house: House) -> None:
    rule = await house.rule()
    conversation_id = await house.talk("A: Hello, this is Mia.", REQUEST)

    done = await house.evaluate(conversation_id)

    assert [str(one.confidence) for one in done.evaluations] == ["0.7075"]
    [event] = await house.events(conversation_id)
    assert event["rule"]["id"] == rule["id"]
    assert event["trigger_name"] == "Cleaning service request"
    assert event["customer_name"] == "Anna Reyes"
    assert event["customer_phone"] == "+13055550100"
    assert event["location"]["geo"] == {"lat": 39.799, "lng": -89.644}
    assert event["priority"] == "medium"
    assert event["order"]["order_number"] == "ORD-000001"
    assert event["actions_taken"][0]["action"] == "create_order"
    [fact] = house.facts(TriggerFired)
    assert (fact.act, fact.live, fact.service_type, fact.criteria["min_rating"]) == (True, False, "cleaning", 4.0)


async def test_evaluating_again_makes_no_second_order(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)

    await house.evaluate(conversation_id)
    await house.evaluate(conversation_id)

    assert len(await house.events(conversation_id)) == 1
    assert len(house.orders.made) == 1


async def test_evaluations_at_the_same_time_make_one_event(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)

    await asyncio.gather(*(house.evaluate(conversation_id) for _ in range(4)), return_exceptions=True)

    assert len(await house.events(conversation_id)) == 1


async def test_the_surest_of_several_rules_acts_and_the_others_are_merged(house: House) -> None:
    weaker = await house.rule(name="Weaker", alternative_phrases=["never said"])
    surer = await house.rule(name="Surer", alternative_phrases=["need cleaning"])
    conversation_id = await house.talk(REQUEST)

    await house.evaluate(conversation_id)

    events = {event["rule"]["id"]: event for event in await house.events(conversation_id)}
    assert events[surer["id"]]["merged_into_id"] is None
    assert events[weaker["id"]]["merged_into_id"] == events[surer["id"]]["id"]
    assert events[weaker["id"]]["order_id"] == events[surer["id"]]["order_id"]
    assert len(house.orders.made) == 1
    assert len(house.facts(TriggerFired)) == 1


async def test_an_emergency_fires_live_and_the_final_evaluation_leaves_it(house: House) -> None:
    await house.rule(**EMERGENCY)
    conversation_id = await house.talk(BURST)

    live = await house.evaluate(conversation_id, "live", at_seq=1)
    final = await house.evaluate(conversation_id)

    assert live.acting is not None
    assert (live.acting.live, live.acting.priority, live.acting.at_seq) == (True, "urgent", 1)
    assert final.fired == []
    assert len(house.orders.made) == 1


async def test_other_rules_wait_for_the_end_of_the_call(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)

    live = await house.evaluate(conversation_id, "live", at_seq=1)

    assert live.fired == []
    [progress] = house.facts(TriggerProgress)
    assert progress.rules[0]["triggered"] is True
    final = await house.evaluate(conversation_id)
    assert final.acting is not None


async def test_a_live_evaluation_asks_for_what_is_missing(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk("Could you send someone over?", placed=False)

    live = await house.evaluate(conversation_id, "live", at_seq=1)
    again = await house.evaluate(conversation_id, "live", at_seq=1, asked=["location", "customer_name"])

    assert live.hints == ["location", "customer_name"]
    assert again.hints == []


async def test_a_change_of_mind_takes_a_live_firing_back(house: House) -> None:
    await house.rule(**EMERGENCY)
    conversation_id = await house.talk(BURST)
    live = await house.evaluate(conversation_id, "live", at_seq=1)
    await house.hear_more(conversation_id, "Forget it, we don't need anybody for the burst any more")

    await house.evaluate(conversation_id)

    [event] = await house.events(conversation_id)
    assert event["status"] == "cancelled"
    [taken_back] = house.facts(TriggerDismissed)
    assert (taken_back.by, taken_back.reason) == ("evaluation", "customer_changed_mind")
    assert live.acting is not None
    assert taken_back.order_id == live.acting.order_id


async def test_a_service_inquiry_is_recorded_without_an_order(house: House) -> None:
    await house.rule(
        name="Inquiry",
        type="service_inquiry",
        keywords=["information", "offer"],
        alternative_phrases=["do you offer"],
        conditions={"location_required": False},
    )
    conversation_id = await house.talk("My name is Anna Reyes. Do you offer cleaning? Please send me information.")

    await house.evaluate(conversation_id)

    [event] = await house.events(conversation_id)
    assert event["order_id"] is None
    [fact] = house.facts(TriggerFired)
    assert fact.actions["create_order"] is False
    assert fact.actions["send_customer_email"] is True


async def test_skipping_vendor_selection_records_the_event_only(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)

    await house.evaluate(conversation_id, act=False)

    [event] = await house.events(conversation_id)
    assert event["order_id"] is None
    assert house.orders.made == {}


async def test_an_event_follows_its_order_to_the_end(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)
    done = await house.evaluate(conversation_id)
    assert done.acting is not None
    order_id: Any = done.acting.order_id
    vendor_id = house.tenant_id

    async with house.work() as work:
        await firing.record_offers(work, order_id, [vendor_id])
        await firing.record_acceptance(work, order_id, vendor_id, work.now)
        await firing.complete_with_order(work, order_id, work.now)
        await firing.record_satisfaction(work, order_id, 5)

    [event] = await house.events(conversation_id)
    assert event["status"] == "completed"
    assert event["selected_vendor_ids"] == [str(vendor_id)]
    assert (event["vendor_count"], event["primary_vendor_id"]) == (1, str(vendor_id))
    assert event["customer_satisfaction"] == 5
    assert len(house.facts(TriggerCompleted)) == 1


async def test_reporting_the_same_step_twice_keeps_it_once(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)
    done = await house.evaluate(conversation_id)
    assert done.acting is not None

    for _ in range(2):
        async with house.work() as work:
            await firing.record_actions(
                work, done.acting.id, [{"action": "send_customer_email", "ok": False, "error": "no_email"}]
            )

    [event] = await house.events(conversation_id)
    assert [step["action"] for step in event["actions_taken"]] == ["create_order", "send_customer_email"]


async def test_old_events_without_order_expire(house: House, clock: Any) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)
    await house.evaluate(conversation_id, act=False)
    async with house.work() as work:
        assert await firing.expire(work) == 0
        [row] = await firing.store.events_of_conversation(work, conversation_id)
        row.triggered_at = row.triggered_at.replace(year=row.triggered_at.year - 1)

    async with house.work() as work:
        assert await firing.expire(work) == 1

    [event] = await house.events(conversation_id)
    assert event["status"] == "expired"
