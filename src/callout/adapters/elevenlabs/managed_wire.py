"""Agents, calls and conversations in the shapes of ElevenLabs' agents API, and out of them. Pure."""

from datetime import UTC, datetime
from typing import Any, Final, Literal

from callout.features.calling.managed.ports import ManagedAgent, ManagedCall, ManagedConversation, ManagedTurn
from callout.features.calling.ports import ProviderNumber

_LLMS: Final = ("gpt-", "gemini-", "claude-")
_STATUSES: Final[dict[str, Literal["dialing", "in_progress", "processing", "completed", "failed"]]] = {
    "initiated": "dialing",
    "in-progress": "in_progress",
    "processing": "processing",
    "done": "completed",
    "failed": "failed",
}
_SPEED = (0.7, 1.2)
_LATEST = 253_402_300_799


def agent_body(agent: ManagedAgent) -> dict[str, Any]:
    """What an agent is made or changed with."""
    prompt: dict[str, Any] = {
        "prompt": agent.prompt,
        "temperature": agent.temperature,
        "max_tokens": agent.max_tokens,
        "built_in_tools": {
            "end_call": _system_tool("end_call"),
            "voicemail_detection": _system_tool("voicemail_detection", voicemail_message=agent.voicemail_message or ""),
        },
    }
    if agent.llm.startswith(_LLMS):
        prompt["llm"] = agent.llm
    return {
        "name": agent.name,
        "conversation_config": {
            "agent": {
                "first_message": agent.first_message,
                "disable_first_message_interruptions": True,
                "language": agent.language.replace("_", "-").partition("-")[0].lower(),
                "dynamic_variables": {"dynamic_variable_placeholders": dict.fromkeys(agent.variables, "")},
                "prompt": prompt,
            },
            "tts": {
                "voice_id": agent.voice,
                "model_id": conversational_model(agent.voice_model, agent.language),
                "stability": agent.stability,
                "similarity_boost": agent.similarity_boost,
                "speed": max(_SPEED[0], min(_SPEED[1], agent.speed)),
            },
            "turn": {"silence_end_call_timeout": agent.silence_timeout_s or -1},
            "conversation": {"max_duration_seconds": agent.max_duration_s},
        },
        "platform_settings": {"privacy": {"record_voice": agent.records}},
    }


def conversational_model(model: str, language: str) -> str:
    """The model an agent speaks with: English ones take the second generation, all others its multilingual sibling."""
    kind = "turbo" if "turbo" in model else "flash"
    return f"eleven_{kind}_v2" if language.lower().startswith("en") else f"eleven_{kind}_v2_5"


def call_body(call: ManagedCall) -> dict[str, Any]:
    """What a call is placed with."""
    return {
        "agent_id": call.agent_id,
        "agent_phone_number_id": call.number_id,
        "to_number": call.to,
        "conversation_initiation_client_data": {"dynamic_variables": dict(call.variables)},
        "telephony_call_config": {"ringing_timeout_secs": call.ring_timeout_s},
    }


def conversation_of(told: Any) -> ManagedConversation | None:
    """A conversation; None when what came is none."""
    if not isinstance(told, dict) or not isinstance(told.get("conversation_id"), str):
        return None
    metadata = _members(told, "metadata")
    phone = _members(metadata, "phone_call") or _members(metadata, "body")
    data = _members(told, "conversation_initiation_client_data")
    failure = _members(metadata, "error").get("reason") or told.get("failure_reason")
    return ManagedConversation(
        external_id=told["conversation_id"],
        status=_STATUSES.get(str(told.get("status")), "processing"),
        agent_id=_text(told.get("agent_id")),
        call_id=_text(phone.get("call_sid")) or _text(phone.get("CallSid")),
        to=_text(phone.get("external_number")) or _text(phone.get("To")),
        started_at=_moment(metadata.get("start_time_unix_secs")),
        duration_s=_seconds(metadata.get("call_duration_secs")),
        turns=tuple(turn for row in told.get("transcript") or [] if (turn := _turn(row)) is not None),
        variables={str(name): str(value) for name, value in _members(data, "dynamic_variables").items()},
        has_audio=told.get("has_audio") is True,
        failure=_text(failure) or _text(metadata.get("termination_reason")),
    )


def number_of(told: Any) -> ProviderNumber | None:
    """A number; None when what came is none that calls."""
    if not isinstance(told, dict) or told.get("supports_outbound") is False:
        return None
    external_id, phone = _text(told.get("phone_number_id")), _text(told.get("phone_number"))
    if external_id is None or phone is None:
        return None
    return ProviderNumber(external_id=external_id, phone=phone, label=_text(told.get("label")))


def _turn(row: Any) -> ManagedTurn | None:
    if not isinstance(row, dict) or not (text := _text(row.get("message"))):
        return None
    return ManagedTurn(
        speaker="agent" if row.get("role") == "agent" else "customer",
        text=text,
        offset_s=_seconds(row.get("time_in_call_secs")) or 0,
        is_interrupted=row.get("interrupted") is True,
    )


def _system_tool(name: str, **params: Any) -> dict[str, Any]:
    return {"type": "system", "name": name, "params": {"system_tool_type": name, **params}}


def _moment(seconds: Any) -> datetime | None:
    if not isinstance(seconds, int | float) or not 0 < seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(value: Any) -> int | None:
    return round(value) if isinstance(value, int | float) and 0 <= value < _LATEST else None


def _members(told: dict[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
