"""Read a conversation out of a provider's payload: one table of keys per provider, the canonical names everywhere."""

from collections.abc import Mapping
from typing import Any, Literal

from callout.features.conversations.intake_model import (
    CallResult,
    CallType,
    IncomingCall,
    IncomingTurn,
    Unreadable,
)
from callout.features.conversations.intake_transcript import split_transcript
from callout.features.conversations.intake_values import (
    MAX_TURN_CHARS,
    duration_s,
    first,
    flag,
    moment,
    ratio,
    text,
    whole,
)

Keys = Mapping[str, tuple[str, ...]]

CANONICAL: Keys = {
    "external_id": ("external_id", "conversation_id", "call_id"),
    "phone": ("phone_number", "phone"),
    "call_type": ("call_type", "direction"),
    "call_result": ("call_result",),
    "started_at": ("started_at",),
    "ended_at": ("ended_at",),
    "duration_s": ("duration_s", "duration_seconds"),
    "recording": ("recording_url",),
    "language": ("language",),
    "turns": ("turns", "conversation_turns"),
    "transcript": ("transcript",),
    "turn_id": ("external_turn_id", "turn_id", "id", "message_id"),
    "turn_text": ("content", "message", "text"),
    "turn_at": ("at", "timestamp", "time"),
}
"""Canonical field → the names it may have. Every provider's table falls back on this one."""

PROVIDER_KEYS: Mapping[str, Keys] = {
    "elevenlabs": {
        "external_id": ("conversation_id",),
        "turns": ("conversation_turns", "turns", "transcript"),
        "turn_text": ("content", "message", "text"),
    },
    "cloned_voice": {
        "external_id": ("session_id", "conversation_id"),
        "phone": ("caller_number",),
        "call_type": ("call_direction",),
        "started_at": ("call_start_time",),
        "ended_at": ("call_end_time",),
        "duration_s": ("call_duration",),
        "recording": ("recording_path",),
        "turns": ("conversation_log", "messages", "turns"),
        "transcript": ("full_transcript",),
        "turn_text": ("message", "content", "transcript"),
    },
}

MAX_TURNS = 5000
_AGENT_WORDS = {"agent", "assistant", "ai", "bot", "ai_response"}
_SYSTEM_WORDS = {"system", "tool"}
_RESULTS: Mapping[str, CallResult] = {
    "completed": "completed",
    "done": "completed",
    "failed": "failed",
    "error": "failed",
    "abandoned": "abandoned",
    "busy": "busy",
    "no_answer": "no_answer",
    "no-answer": "no_answer",
}


def read_call(system: str, data: Mapping[str, Any], *, complete: bool) -> IncomingCall:
    """Reads one conversation.

    Args:
        system: the calling system, one of `CALLING_SYSTEMS`.
        data: the provider's own shape or the canonical one, flat.
        complete: whether the turns are the whole transcript.

    Raises:
        Unreadable: no id, or a value that cannot be what its field says.
    """
    keys = _keys_of(system)
    lenient = system in PROVIDER_KEYS
    external_id = text(first(data, keys["external_id"]), 120)
    if external_id is None:
        raise Unreadable(keys["external_id"][0], "required")
    turns = _turns(data, keys, naive_is_utc=lenient)
    started = moment(first(data, keys["started_at"]), keys["started_at"][0], naive_is_utc=lenient)
    ended = moment(first(data, keys["ended_at"]), keys["ended_at"][0], naive_is_utc=lenient)
    return IncomingCall(
        calling_system=system,
        external_id=external_id,
        phone=text(first(data, keys["phone"]), 60),
        call_type=call_type(first(data, keys["call_type"])),
        call_result=call_result(first(data, keys["call_result"])),
        started_at=started,
        ended_at=ended,
        duration_s=duration_s(first(data, keys["duration_s"])),
        language=text(first(data, keys["language"]), 35),
        recording_url=text(first(data, keys["recording"]), 2000),
        turns=turns,
        complete=complete and bool(turns),
    )


def read_turn(item: Mapping[str, Any], keys: Keys = CANONICAL, *, naive_is_utc: bool = False) -> IncomingTurn | None:
    """Reads one turn; None when nothing was said (a tool call, silence).

    Raises:
        Unreadable: its time is not one.
    """
    words = text(first(item, keys["turn_text"]), MAX_TURN_CHARS)
    if words is None:
        return None
    in_call_s = item.get("time_in_call_secs")
    offset = whole(item.get("offset_ms")) if in_call_s is None else whole(_times_1000(in_call_s))
    return IncomingTurn(
        speaker=speaker_of(item),
        content=words,
        seq=whole(item.get("seq"), low=1),
        external_turn_id=text(first(item, keys["turn_id"]), 80),
        at=moment(first(item, keys["turn_at"]), "turns.at", naive_is_utc=naive_is_utc),
        offset_ms=offset,
        duration_ms=whole(item.get("duration_ms")),
        confidence=ratio(item.get("confidence")),
        is_final=flag(item.get("is_final"), True),
        interrupted=flag(item.get("interrupted"), False),
    )


def speaker_of(item: Mapping[str, Any]) -> Literal["agent", "customer", "system"]:
    """Who spoke: `speaker`, `role`, `sender` or `type`, whichever is there; the customer unless it says otherwise."""
    words = {str(item.get(key, "")).strip().lower() for key in ("speaker", "role", "sender", "type")}
    if words & _AGENT_WORDS:
        return "agent"
    return "system" if words & _SYSTEM_WORDS else "customer"


def call_type(value: Any) -> CallType | None:
    """The direction of a call, seen from us."""
    word = str(value or "").strip().lower()
    if word.startswith("in"):
        return "inbound"
    return "outbound" if word.startswith("out") else None


def call_result(value: Any) -> CallResult | None:
    """How the call ended, in our words; None when the provider's word is unknown."""
    return _RESULTS.get(str(value or "").strip().lower())


def _keys_of(system: str) -> Keys:
    own = PROVIDER_KEYS.get(system, {})
    return {
        field: (
            *own.get(field, ()),
            *(name for name in names if name not in own.get(field, ())),
        )
        for field, names in CANONICAL.items()
    }


def _turns(data: Mapping[str, Any], keys: Keys, *, naive_is_utc: bool) -> tuple[IncomingTurn, ...]:
    for key in keys["turns"]:
        listed = data.get(key)
        if isinstance(listed, list) and listed:
            return _read_list(listed, key, keys, naive_is_utc=naive_is_utc)
    whole_text = first(data, keys["transcript"])
    return split_transcript(whole_text) if isinstance(whole_text, str) else ()


def _read_list(listed: list[Any], key: str, keys: Keys, *, naive_is_utc: bool) -> tuple[IncomingTurn, ...]:
    if len(listed) > MAX_TURNS:
        raise Unreadable(key, f"at most {MAX_TURNS} turns")
    turns = []
    for position, item in enumerate(listed):
        if not isinstance(item, Mapping):
            raise Unreadable(f"{key}.{position}", "a turn must be an object")
        if turn := read_turn(item, keys, naive_is_utc=naive_is_utc):
            turns.append(turn)
    return tuple(turns)


def _times_1000(value: Any) -> float | None:
    try:
        return float(value) * 1000
    except (TypeError, ValueError):
        return None
