"""Test calls in text with a stored agent."""

from uuid import UUID

import pytest

from callout.features.calling.calls.live import claim
from callout.run.errors import RunError
from callout.run.rehearsing import find_agent
from tests.features.calling.conftest import BASE, Office


async def test_an_agent_is_tried_on_a_persona(office: Office) -> None:
    agent = await office.agent()
    answer = await office.owner.post(f"{BASE}/{agent['id']}/test-call", json={"mode": "text", "persona": "opt_out"})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["turns"][0]["content"].startswith("Hello, this is Mia, an AI assistant calling for Bright Homes.")
    assert body["outcome"]["disposition"] == "do_not_call"
    assert body["analysis"]["outcome"]["opt_out"] is not None
    assert body["score"]["passed"] is True, body["score"]
    assert {"scam", "triggers", "tools"} <= body.keys()


async def test_the_same_seed_plays_the_same_call(office: Office) -> None:
    agent = await office.agent()
    path = f"{BASE}/{agent['id']}/test-call"
    one, other = [(await office.owner.post(path, json={"persona": "busy", "seed": 4})).json() for _ in range(2)]
    assert [turn["content"] for turn in one["turns"]] == [turn["content"] for turn in other["turns"]]


async def test_the_turns_are_limited(office: Office) -> None:
    agent = await office.agent()
    path = f"{BASE}/{agent['id']}/test-call"
    body = (await office.owner.post(path, json={"persona": "off_topic", "turns": 2})).json()
    assert sum(turn["speaker"] == "customer" for turn in body["turns"]) <= 2
    assert (await office.owner.post(path, json={"turns": 41})).status_code == 422


async def test_unknown_agents_and_personas_are_refused(office: Office) -> None:
    agent = await office.agent()
    unknown = await office.owner.post(f"{BASE}/{agent['id']}/test-call", json={"persona": "nobody"})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["code"] == "unknown_persona"
    missing = await office.owner.post(f"{BASE}/0195f0c2-0000-7000-8000-000000000001/test-call", json={})
    assert missing.status_code == 404
    assert (await office.viewer.post(f"{BASE}/{agent['id']}/test-call", json={})).status_code == 403


async def test_an_agent_of_another_business_cannot_be_tried(office: Office) -> None:
    agent = await office.agent()
    other = await office.street.office()
    assert (await other.owner.post(f"{BASE}/{agent['id']}/test-call", json={})).status_code == 404


async def test_the_personas_are_listed(office: Office) -> None:
    body = await office.get("/personas")
    assert body["total"] == 14
    assert body["items"][0]["code"] == "keen"


async def test_the_command_finds_an_agent_by_id_or_name(office: Office) -> None:
    name = f"Mia_{office.tenant_id.hex[-12:]}"
    agent = await office.agent(name=name)
    database = office.street.database
    wanted = (office.tenant_id, UUID(agent["id"]))
    assert await find_agent(database, agent["id"]) == wanted
    assert await find_agent(database, name.lower()) == wanted
    with pytest.raises(RunError, match="There is no agent"):
        await find_agent(database, name.replace("_", "x"))
    await office.agent(name=name)
    with pytest.raises(RunError, match="Several agents"):
        await find_agent(database, name)


async def test_a_test_call_by_voice_opens_to_the_browser_and_dials_nothing(office: Office) -> None:
    agent = await office.agent()
    answer = await office.owner.post(f"{BASE}/{agent['id']}/test-call", json={"mode": "browser"})
    assert answer.status_code == 201, answer.text
    opened = answer.json()
    assert opened["media_url"].startswith("ws://callout.test/media/web/")
    assert (opened["call"]["kind"], opened["call"]["status"], bool(opened["ticket"])) == ("browser", "pending", True)
    token = opened["media_url"].rpartition("/")[2]
    assert await claim(office.street.database, token, "voice-1") is None  # by a carrier
    other = UUID(int=1)
    assert await claim(office.street.database, token, "voice-1", kind="browser", call_id=other) is None
    claimed = await claim(office.street.database, token, "voice-1", kind="browser", call_id=UUID(opened["call"]["id"]))
    assert claimed is not None
    assert (claimed.kind, str(claimed.call_id)) == ("browser", opened["call"]["id"])
