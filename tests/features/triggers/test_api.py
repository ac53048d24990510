"""Rules, templates, tests, events and the log over HTTP."""

from typing import Any

import pytest

from callout.features.triggers.events import RuleUpdated
from tests.features.triggers.conftest import REQUEST, VISIT, House


async def test_a_rule_is_written_read_changed_copied_and_deleted(house: House) -> None:
    rule = await house.rule(services=["cleaning"])
    path = f"/trigger-rules/{rule['id']}"
    assert rule["confidence_threshold"] == 0.7
    assert rule["actions"]["create_order"] is True
    assert rule["stats"] == {"evaluations": 0, "fired": 0, "orders": 0, "completed": 0, "dismissed": 0}

    read = await house.call("GET", path)
    tag = read.headers["etag"]
    assert (await house.call("PATCH", path, json={"name": "New"})).status_code == 428
    changed = await house.call(
        "PATCH", path, json={"name": "New", "actions": {"priority_level": 4}}, headers={"If-Match": tag}
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["name"] == "New"
    assert changed.json()["actions"] == rule["actions"] | {"priority_level": 4}
    stale = await house.call("PATCH", path, json={"name": "Old"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)

    copy = await house.call("POST", f"{path}/duplicate", json={"name": "Copy"})
    assert (copy.status_code, copy.json()["is_active"], copy.json()["keywords"]) == (201, False, VISIT["keywords"])
    off = await house.call("POST", f"{path}/toggle", json={"is_active": False})
    assert off.json()["is_active"] is False

    listed = await house.call("GET", "/trigger-rules?is_active=false&sort=name")
    assert [item["name"] for item in listed.json()["items"]] == ["Copy", "New"]
    assert (await house.call("GET", "/trigger-rules?service=cleaning&q=new")).json()["total"] == 1
    assert (await house.call("GET", "/trigger-rules?type=custom")).json()["total"] == 0

    gone = await house.call("DELETE", path, headers={"If-Match": off.headers["etag"]})
    assert gone.status_code == 204
    assert (await house.call("GET", path)).status_code == 404
    assert [fact.change for fact in house.facts(RuleUpdated)] == [
        "created",
        "updated",
        "created",
        "deactivated",
        "deleted",
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"keywords": [], "alternative_phrases": []}, "validation_failed"),
        ({"services": ["rocketry"]}, "validation_failed"),
        ({"confidence_threshold": 0.1}, "validation_failed"),
        ({"tenant_id": "x"}, "unknown_field"),
        ({"type": "nonsense"}, "validation_failed"),
        ({"actions": {"priority_level": 9}}, "validation_failed"),
    ],
)
async def test_a_bad_rule_is_refused(house: House, changes: dict[str, Any], code: str) -> None:
    answer = await house.call("POST", "/trigger-rules", json=VISIT | changes)

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_types_take_their_alias_and_their_threshold(house: House) -> None:
    visit = await house.rule(type="appointment_booking")
    emergency = await house.rule(type="emergency_service")
    inquiry = await house.rule(type="service_inquiry")
    quote = await house.rule(type="quotation_sending")

    assert (visit["type"], visit["confidence_threshold"]) == ("location_visit", 0.7)
    assert emergency["confidence_threshold"] == 0.6
    assert inquiry["actions"]["create_order"] is False
    assert quote["actions"]["order_kind"] == "quotation"


async def test_viewers_read_and_agents_do_not_write(house: House) -> None:
    assert (await house.call("GET", "/trigger-rules", role="viewer")).status_code == 200
    assert (await house.call("POST", "/trigger-rules", role="viewer", json=VISIT)).status_code == 403
    assert (await house.call("POST", "/trigger-rules", role="agent", json=VISIT)).status_code == 403


async def test_another_tenant_sees_nothing(open_house: Any) -> None:
    one, other = await open_house(), await open_house()
    rule = await one.rule()
    conversation_id = await one.talk(REQUEST)
    await one.evaluate(conversation_id)
    [event] = await one.events(conversation_id)

    assert (await other.call("GET", f"/trigger-rules/{rule['id']}")).status_code == 404
    assert (await other.call("GET", f"/trigger-events/{event['id']}")).status_code == 404
    for path in ("/trigger-rules", "/trigger-events", "/evaluations"):
        assert (await other.call("GET", path)).json()["total"] == 0


async def test_a_draft_is_tried_on_a_text_without_effect(house: House) -> None:
    poor = await house.call("POST", "/trigger-rules/test", json={"rule": VISIT, "text": "Could you send someone over?"})
    rich = await house.call(
        "POST", "/trigger-rules/test", json={"rule": VISIT, "text": f"{REQUEST} Call 305 555 0100."}
    )

    assert poor.status_code == 200, poor.text
    [missing] = poor.json()
    assert (missing["triggered"], missing["confidence"], missing["threshold"]) == (False, 0.7172, 0.7)
    assert missing["components"]["phrases"] == {"value": 0.75, "hits": ["send someone over"]}
    assert missing["gate"]["missing"] == ["customer_name", "location", "contact_details"]
    assert missing["reason"] == "confidence reached, required details missing"
    assert missing["would_create"] is None
    [fires] = rich.json()
    assert (fires["triggered"], fires["confidence"]) == (True, 0.7075)
    assert fires["would_create"]["order"]["customer_name"] == "Anna Reyes"
    assert (await house.call("GET", "/evaluations")).json()["total"] == 0


async def test_rules_are_tried_on_a_stored_conversation(house: House) -> None:
    rule = await house.rule()
    conversation_id = await house.talk(REQUEST)

    answer = await house.call(
        "POST", "/trigger-rules/test", json={"rule_ids": [rule["id"]], "conversation_id": str(conversation_id)}
    )

    assert [one["triggered"] for one in answer.json()] == [True]
    assert await house.events(conversation_id) == []


async def test_templates_become_rules(house: House) -> None:
    templates = (await house.call("GET", "/trigger-rules/templates")).json()
    made = await house.call(
        "POST",
        "/trigger-rules/from-template",
        json={"template_code": "cleaning_emergency", "overrides": {"name": "Flood", "actions": {"priority_level": 4}}},
    )

    assert templates["total"] == 19
    assert len(templates["trigger_types"]) == 6
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["name"], body["origin"], body["template_code"]) == ("Flood", "template", "cleaning_emergency")
    assert body["confidence_threshold"] == 0.6
    assert body["actions"]["priority_level"] == 4
    assert body["actions"]["response_time_minutes"] == 5
    unknown = await house.call("POST", "/trigger-rules/from-template", json={"template_code": "nothing"})
    assert unknown.status_code == 404


async def test_a_draft_is_generated_and_not_saved(house: House) -> None:
    wish = {
        "business_context": {"business_type": "Pool cleaning", "service_description": "We clean pools and filters"},
        "trigger_type": "location_visit",
    }
    drafted = await house.call("POST", "/trigger-rules/generate", json=wish)
    demanded = await house.call("POST", "/trigger-rules/generate", json=wish | {"require_llm": True})

    assert drafted.status_code == 200, drafted.text
    body = drafted.json()
    assert body["origin"] == "template"
    assert 0 < body["quality_score"] <= 1
    assert "pools" in body["rule"]["keywords"]
    assert (demanded.status_code, demanded.json()["code"]) == (403, "API_KEYS_REQUIRED")
    assert (await house.call("GET", "/trigger-rules")).json()["total"] == 0
    saved = await house.call("POST", "/trigger-rules", json=body["rule"])
    assert saved.status_code == 201, saved.text


async def test_an_event_is_dismissed_once(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)
    await house.evaluate(conversation_id, act=False)
    [event] = await house.events(conversation_id)
    path = f"/trigger-events/{event['id']}"

    first = await house.call("POST", f"{path}/dismiss", json={"dismissed_reason": "a test call"})
    second = await house.call("POST", f"{path}/handle", json={"handled_note": "done"})

    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    assert (second.status_code, second.json()["code"], second.json()["from"]) == (
        409,
        "invalid_transition",
        "cancelled",
    )
    assert (await house.call("GET", "/trigger-events?status=cancelled&q=anna")).json()["total"] == 1


async def test_an_order_is_made_by_hand_once(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)
    await house.evaluate(conversation_id, act=False)
    [event] = await house.events(conversation_id)
    path = f"/trigger-events/{event['id']}"

    made = await house.call("POST", f"{path}/create-order", json={"customer_name": "Anna R."})
    again = await house.call("POST", f"{path}/create-order")

    assert (made.status_code, made.json()["customer_name"]) == (201, "Anna R.")
    assert made.headers["location"].endswith(made.json()["id"])
    assert again.status_code == 409, again.text
    assert (again.status_code, again.json()["existing_id"]) == (409, made.json()["id"])
    handled = await house.call("POST", f"{path}/handle", json={"handled_note": "called her"})
    assert (handled.json()["status"], handled.json()["handled_note"]) == ("completed", "called her")


async def test_history_keeps_the_rule_as_it_was(house: House) -> None:
    rule = await house.rule()
    conversation_id = await house.talk(REQUEST)
    await house.evaluate(conversation_id)
    path = f"/trigger-rules/{rule['id']}"
    tag = (await house.call("GET", path)).headers["etag"]
    await house.call("PATCH", path, json={"name": "Renamed", "confidence_threshold": 0.9}, headers={"If-Match": tag})

    [entry] = (await house.call("GET", f"/evaluations?rule_id={rule['id']}&triggered=true")).json()["items"]
    [event] = await house.events(conversation_id)

    assert (entry["rule"]["name"], entry["threshold"], entry["rule_version"]) == ("House visit", 0.7, 1)
    assert (event["rule"]["name"], event["rule"]["version"]) == ("Renamed", 1)
    stats = (await house.call("GET", path)).json()["stats"]
    assert stats == {"evaluations": 1, "fired": 1, "orders": 1, "completed": 0, "dismissed": 0}


async def test_the_log_is_read_on_by_cursor(house: House) -> None:
    for number in range(3):
        await house.rule(name=f"Rule {number}")
    conversation_id = await house.talk("hello there")
    await house.evaluate(conversation_id)

    first = (await house.call("GET", "/evaluations?limit=2")).json()
    rest = (await house.call("GET", f"/evaluations?limit=2&cursor={first['next_cursor']}")).json()

    seen = [item["id"] for item in (*first["items"], *rest["items"])]
    assert (first["total"], len(set(seen)), rest["next_cursor"]) == (3, 3, None)


async def test_a_conversation_is_processed_by_hand(house: House) -> None:
    await house.rule()
    conversation_id = await house.talk(REQUEST)
    body = {"conversation_id": str(conversation_id)}

    dry = await house.call("POST", "/process-conversation", json=body | {"dry_run": True})
    real = await house.call("POST", "/process-conversation", json=body)

    assert dry.json() == {
        "triggered": True,
        "trigger_name": "House visit",
        "vendors": [],
        "actions_taken": [],
        "order_id": None,
        "confidence": 0.7075,
        "reason": "fired",
    }
    assert real.json()["order_id"] == str(next(iter(house.orders.made)))
    assert [step["action"] for step in real.json()["actions_taken"]] == ["create_order"]
