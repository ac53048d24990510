"""Agents: made with a voice that can speak and a first sentence that says who calls."""

import asyncio
from typing import Any

import pytest

from callout.features.calling.ports import Unavailable
from tests.features.calling.conftest import BASE, LINE, Office, Street


async def test_an_agent_of_a_stock_voice_is_ready_at_once(office: Office) -> None:
    voice = await office.stock()
    made = await office.agent(voice_id=voice["id"])
    assert made["ready"]
    assert made["not_ready_reasons"] == []
    assert made["status"] == "active"
    assert made["voice"] == {"id": voice["id"], "name": "Rachel", "status": "ready"}
    assert (made["tts_model"], made["stability"], made["similarity_boost"]) == ("eleven_flash_v2_5", 0.5, 0.75)
    answer = await office.viewer.get(f"{BASE}/{made['id']}")
    assert answer.json() == made
    assert answer.headers["etag"] == '"v1"'
    listed = await office.get("/", q="mi", status="active")
    assert listed["total"] == 1
    assert listed["items"][0]["id"] == made["id"]
    assert (await office.get("/voices", kind="stock"))["total"] == 2, "a voice with a row is listed once"


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({"disclosure_line": "Hello from {business_name}."}, 422, "disclosure_required"),
        ({"disclosure_line": "Hello, I am an AI."}, 422, "disclosure_required"),
        ({"welcome_message": "Hello {friend}"}, 422, "validation_failed"),
        ({"voice_id": "0195f0c2-0000-7000-8000-000000000001"}, 422, "validation_failed"),
        ({"knowledge_base_ids": ["0195f0c2-0000-7000-8000-000000000001"]}, 422, "validation_failed"),
        ({"phone_number_id": "0195f0c2-0000-7000-8000-000000000001"}, 422, "validation_failed"),
        ({"voicemail_action": "leave_message"}, 422, "validation_failed"),
        ({"speed": 3}, 422, "validation_failed"),
        ({"stability": "NaN"}, 422, "validation_failed"),
        ({"max_call_duration_s": 10}, 422, "validation_failed"),
        ({"colour": "red"}, 422, "unknown_field"),
    ],
)
async def test_what_an_agent_cannot_be_is_refused(
    office: Office, members: dict[str, Any], status: int, code: str
) -> None:
    refused = await office.agent(status, **members)
    assert refused["code"] == code, refused


async def test_changes_need_the_version_and_keep_the_rest(office: Office) -> None:
    made = await office.agent(description="first")
    path = f"{BASE}/{made['id']}"
    assert (await office.manager.patch(path, json={"name": "Max"})).status_code == 428
    changed = await office.manager.patch(
        path, json={"name": "Max", "description": None, "llm_provider": "anthropic"}, headers={"If-Match": '"v1"'}
    )
    assert changed.status_code == 200, changed.text
    body = changed.json()
    assert (body["name"], body["description"], body["llm_provider"]) == ("Max", None, "claude")
    assert body["system_prompt"] == made["system_prompt"]
    assert changed.headers["etag"] == '"v2"'
    stale = await office.manager.patch(path, json={"name": "Moe"}, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    assert stale.json()["current_version"] == 2
    bad = await office.manager.patch(path, json={"disclosure_line": "Hi."}, headers={"If-Match": '"v2"'})
    assert bad.json()["code"] == "disclosure_required"
    german = await office.manager.patch(path, json={"language": "de"}, headers={"If-Match": '"v2"'})
    assert german.status_code == 200, "English words say it in every language"


async def test_a_viewer_reads_and_does_not_write(office: Office) -> None:
    made = await office.agent()
    assert (await office.viewer.get(f"{BASE}/")).status_code == 200
    for refused in (
        await office.viewer.post(f"{BASE}/", json={}),
        await office.viewer.patch(f"{BASE}/{made['id']}", json={}),
        await office.viewer.delete(f"{BASE}/{made['id']}"),
    ):
        assert refused.status_code == 403


async def test_an_agent_that_was_deleted_is_gone_from_lists_and_numbers(office: Office) -> None:
    made = await office.agent()
    number = await office.owner.post(f"{BASE}/numbers", json={"phone": "+12125550900", "inbound_agent_id": made["id"]})
    assert number.status_code == 201, number.text
    gone = await office.owner.delete(f"{BASE}/{made['id']}", headers={"If-Match": '"v1"'})
    assert gone.status_code == 204
    assert (await office.owner.get(f"{BASE}/{made['id']}")).status_code == 404
    assert (await office.get("/"))["total"] == 0
    assert (await office.get(f"/numbers/{number.json()['id']}"))["inbound_agent_id"] is None


async def test_the_plan_limits_agents_also_when_two_are_made_at_once(street: Street) -> None:
    office = await street.office("trial")
    voice = await office.stock()
    given = {
        "name": "Mia", "voice_id": voice["id"], "language": "en", "welcome_message": "Hi", "disclosure_line": LINE,
        "system_prompt": "Be brief.",
    }  # fmt: skip
    answers = await asyncio.gather(*(office.owner.post(f"{BASE}/", json=given) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 402, 402, 402]
    refused = next(answer.json() for answer in answers if answer.status_code == 402)
    assert (refused["code"], refused["metric"], refused["limit"]) == ("plan_limit_reached", "agents", 1)


async def test_another_business_sees_neither_agents_nor_voices(street: Street, office: Office) -> None:
    made = await office.agent()
    stranger = await street.office()
    assert (await stranger.owner.get(f"{BASE}/{made['id']}")).status_code == 404
    assert (await stranger.owner.get(f"{BASE}/voices/{made['voice_id']}")).status_code == 404
    refused = await stranger.agent(422, voice_id=made["voice_id"])
    assert refused["errors"][0]["field"] == "voice_id"


async def test_options_tell_what_the_key_may_use_and_survive_the_provider(street: Street, office: Office) -> None:
    told = await office.get("/options")
    assert [model["id"] for model in told["tts_models"]] == ["eleven_flash_v2_5"]
    assert told["llm_models"]
    assert told["defaults"]["disclosure_line"] == LINE
    street.provider.key_id = "key-2"
    street.provider.fails["stock_voices"] = [Unavailable("It is down.")]
    assert len((await office.get("/options"))["tts_models"]) > 1
