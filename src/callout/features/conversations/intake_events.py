"""Read provider webhooks: which event it is, and the call it tells about."""

from collections.abc import Mapping
from typing import Any

from callout.features.conversations.intake import read_call
from callout.features.conversations.intake_model import (
    CALLING_SYSTEMS,
    CallNews,
    NewsKind,
    Unreadable,
)
from callout.features.conversations.intake_values import first

_EVENTS: Mapping[str, Mapping[str, NewsKind]] = {
    "elevenlabs": {
        "call_started": "started",
        "conversation_updated": "updated",
        "call_ended": "ended",
        "call_failed": "failed",
        "post_call_transcription": "ended",
        "call_initiation_failure": "failed",
    },
    "cloned_voice": {
        "session_started": "started",
        "conversation_update": "updated",
        "session_ended": "ended",
        "session_failed": "failed",
    },
}
_ENVELOPE = ("event", "event_type", "type")


def event_name(provider: str, payload: Mapping[str, Any]) -> str:
    """The provider's name of the event; the generic webhook has one event, a finished conversation."""
    return "conversation" if provider == "generic" else str(first(payload, _ENVELOPE) or "")


def event_id(payload: Mapping[str, Any]) -> str | None:
    """The provider's id of this delivery, where it sends one."""
    found = first(payload, ("event_id", "webhook_id", "delivery_id"))
    return str(found)[:200] if found is not None else None


def is_known(provider: str, name: str) -> bool:
    """Whether an event of that name has an effect here."""
    return provider == "generic" or name in _EVENTS.get(provider, {})


def read_news(provider: str, payload: Mapping[str, Any]) -> CallNews:
    """Reads a webhook of a known event.

    Args:
        provider: elevenlabs, cloned_voice or generic.
        payload: the parsed body.

    Raises:
        Unreadable: the body does not hold a readable conversation.
    """
    if provider == "generic":
        return _generic(payload)
    name = event_name(provider, payload)
    kind = _EVENTS[provider][name]
    data = _inner(payload)
    if name in ("post_call_transcription", "call_initiation_failure"):
        data = flatten_post_call(data)
    return CallNews(kind=kind, call=read_call(provider, data, complete=kind == "ended"))


def flatten_post_call(data: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of ElevenLabs' post-call webhook in the flat names the key table knows.

    Source: ElevenLabs, "Post-call webhooks" (transcription and initiation failure).
    """
    metadata = _mapping(data.get("metadata"))
    phone_call = _mapping(metadata.get("phone_call")) or _mapping(metadata.get("body"))
    started = metadata.get("start_time_unix_secs")
    length = metadata.get("call_duration_secs")
    failed = data.get("status") == "failed" or "failure_reason" in data
    return {
        "conversation_id": data.get("conversation_id"),
        "turns": data.get("transcript") or [],
        "started_at": started,
        "ended_at": _sum(started, length),
        "duration_seconds": length,
        "phone_number": _number_called(phone_call, data),
        "call_type": phone_call.get("direction"),
        "call_result": data.get("failure_reason") if _is_result(data.get("failure_reason")) else _result(failed),
        "language": metadata.get("main_language"),
    }


def _number_called(phone_call: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
    variables = _mapping(_mapping(data.get("conversation_initiation_client_data")).get("dynamic_variables"))
    return first(phone_call, ("external_number", "To")) or first(variables, ("system__called_number", "phone_number"))


def _generic(payload: Mapping[str, Any]) -> CallNews:
    data = payload.get("conversation_data", payload)
    if not isinstance(data, Mapping):
        raise Unreadable("conversation_data", "must be an object")
    system = str(payload.get("calling_system", "upload"))
    if system not in CALLING_SYSTEMS:
        raise Unreadable("calling_system", f"must be one of {', '.join(CALLING_SYSTEMS)}")
    return CallNews(kind="ended", call=read_call(system, data, complete=True))


def _inner(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The conversation of an envelope: members beside the event name and those of its data objects, inner first."""
    merged = dict(payload)
    for key in ("data", "conversation", "conversation_data", "session"):
        inner = payload.get(key)
        if isinstance(inner, Mapping):
            merged.update(inner)
    return merged


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sum(started: Any, length: Any) -> float | None:
    if isinstance(started, (int, float)) and isinstance(length, (int, float)):
        return started + length
    return None


def _is_result(reason: Any) -> bool:
    return reason in ("busy", "no-answer")


def _result(failed: bool) -> str:
    return "failed" if failed else "completed"
