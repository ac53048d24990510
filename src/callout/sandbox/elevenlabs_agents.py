"""Agents and phone numbers of the ElevenLabs simulator's managed calls. Source: API reference, "Agents"."""

import copy
from typing import Any

from litestar import Request, Response, delete, get, patch, post
from litestar.datastructures import State

from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.elevenlabs_voices import voice_in
from callout.sandbox.elevenlabs_world import Account, entered, new_id, object_of, unix_now
from callout.sandbox.keyed import answer

Asked = Request[Any, Any, State]
_NUMBER = ("phone_number", "label", "sid", "token")


@post("/v1/convai/agents/create", status_code=200)
async def create_agent(request: Asked, state: State) -> Response[Any]:
    """A new agent."""
    _, account = entered(request, state)
    given = object_of(await request.json())
    config = _config(account, given)
    if config is None:
        raise Refused.missing(("body", "conversation_config"))
    agent_id = new_id("agent")
    account.agents[agent_id] = {
        "agent_id": agent_id,
        "name": str(given.get("name") or "New agent"),
        "conversation_config": config,
        "metadata": {"created_at_unix_secs": unix_now(), "updated_at_unix_secs": unix_now()},
        "platform_settings": object_of(given.get("platform_settings") or {}),
        "phone_numbers": [],
        "tags": given.get("tags") or [],
    }
    return answer(200, {"agent_id": agent_id})


@get("/v1/convai/agents")
async def list_agents(request: Asked, state: State) -> Response[Any]:
    """All agents, newest first."""
    _, account = entered(request, state)
    rows = [
        {
            "agent_id": agent["agent_id"],
            "name": agent["name"],
            "voice_id": (agent["conversation_config"].get("tts") or {}).get("voice_id") or "",
            "tags": agent["tags"],
            "created_at_unix_secs": agent["metadata"]["created_at_unix_secs"],
            "updated_at_unix_secs": agent["metadata"]["updated_at_unix_secs"],
            "access_info": {"is_creator": True, "creator_name": "Sandbox", "creator_email": "", "role": "admin"},
        }
        for agent in reversed(account.agents.values())
    ]
    search = (request.query_params.get("search") or "").lower()
    found = [row for row in rows if search in row["name"].lower()]
    return answer(200, {"agents": found, "next_cursor": None, "has_more": False})


@get("/v1/convai/agents/{agent_id:str}")
async def get_agent(request: Asked, state: State, agent_id: str) -> Response[Any]:
    """One agent."""
    _, account = entered(request, state)
    return answer(200, agent_in(account, agent_id))


@patch("/v1/convai/agents/{agent_id:str}")
async def update_agent(request: Asked, state: State, agent_id: str) -> Response[Any]:
    """Changes what is sent of an agent, member by member."""
    _, account = entered(request, state)
    agent, given = agent_in(account, agent_id), object_of(await request.json())
    config = _config(account, given)
    agent["name"] = str(given.get("name") or agent["name"])
    agent["conversation_config"] = _merged(agent["conversation_config"], config or {})
    agent["platform_settings"] = _merged(agent["platform_settings"], given.get("platform_settings") or {})
    agent["metadata"]["updated_at_unix_secs"] = unix_now()
    return answer(200, agent)


@delete("/v1/convai/agents/{agent_id:str}", status_code=200)
async def delete_agent(request: Asked, state: State, agent_id: str) -> Response[Any]:
    """Deletes an agent."""
    _, account = entered(request, state)
    del account.agents[agent_in(account, agent_id)["agent_id"]]
    return answer(200, {})


@post("/v1/convai/phone-numbers", status_code=200)
async def add_number(request: Asked, state: State) -> Response[Any]:
    """Takes over a number of a Twilio account."""
    _, account = entered(request, state)
    given = object_of(await request.json())
    if missing := [("body", name) for name in _NUMBER if not given.get(name)]:
        raise Refused.missing(*missing)
    number_id = new_id("phnum")
    account.numbers[number_id] = {
        "phone_number_id": number_id,
        "phone_number": given["phone_number"],
        "label": given["label"],
        "provider": "twilio",
        "supports_inbound": True,
        "supports_outbound": True,
        "assigned_agent": None,
    }
    return answer(200, {"phone_number_id": number_id})


@get("/v1/convai/phone-numbers")
async def list_numbers(request: Asked, state: State) -> Response[Any]:
    """The numbers of the account."""
    _, account = entered(request, state)
    return answer(200, list(account.numbers.values()))


@delete("/v1/convai/phone-numbers/{number_id:str}", status_code=200)
async def delete_number(request: Asked, state: State, number_id: str) -> Response[Any]:
    """Gives a number back."""
    _, account = entered(request, state)
    if account.numbers.pop(number_id, None) is None:
        raise Refused(404, "phone_number_not_found", f"Phone number {number_id} not found.")
    return answer(200, {})


ROUTES = [
    create_agent, list_agents, get_agent, update_agent, delete_agent, add_number, list_numbers, delete_number,
]  # fmt: skip


def agent_in(account: Account, agent_id: str) -> dict[str, Any]:
    """An agent of the account.

    Raises:
        Refused: there is none.
    """
    agent = account.agents.get(agent_id)
    if agent is None:
        raise Refused(404, "document_not_found", f"Document with id {agent_id} not found.")
    return agent


def _config(account: Account, given: dict[str, Any]) -> dict[str, Any] | None:
    config = given.get("conversation_config")
    if config is None:
        return None
    spoken = object_of(config).get("tts") or {}
    if spoken.get("voice_id"):
        voice_in(account, spoken["voice_id"])
    language, model = (config.get("agent") or {}).get("language") or "en", spoken.get("model_id")
    if model and (language == "en") == model.endswith("v2_5"):
        words = (
            "English Agents must use turbo or flash v2."
            if language == "en"
            else ("Non-english Agents must use turbo or flash v2_5.")
        )
        raise Refused(400, "input_invalid", words)
    return copy.deepcopy(object_of(config))


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        merged[name] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged
