"""Voices and models as ElevenLabs tells them, in our words. Pure; missing and strange members do no harm.

Source: ElevenLabs API reference, "Get voice", "List voices", "List models".
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from callout.features.calling.ports import ProviderVoice, SpeechModel

_QUALITY: Final = {"studio": 1.0, "good": 0.8, "ok": 0.6, "poor": 0.3, "bad": 0.1}
_AT_WORK = frozenset({"queued", "fine_tuning", "delayed"})
_UNVERIFIED = "ElevenLabs wants this voice verified by its speaker: elevenlabs.io, My Voices."


def voice_of(told: Any) -> ProviderVoice | None:
    """One voice; None when what came is none."""
    if not isinstance(told, dict) or not _text(told.get("voice_id")):
        return None
    tuning = _members(told, "fine_tuning")
    status, failure = _standing(told, tuning)
    category = _text(told.get("category")) or "premade"
    labels = {str(name): str(value) for name, value in _members(told, "labels").items() if value}
    return ProviderVoice(
        external_id=str(told["voice_id"]),
        name=_text(told.get("name")) or str(told["voice_id"]),
        category=category,
        description=without_marker(_text(told.get("description"))),
        is_own_clone=category == "cloned" or (category == "professional" and told.get("is_owner") is True),
        labels=labels,
        language=labels.get("language") or _text(tuning.get("language")),
        verified_languages=_languages(told),
        preview_url=_text(told.get("preview_url")),
        status=status,
        progress_pct=_progress(tuning) if status == "training" else None,
        quality=_QUALITY.get(str(told.get("recording_quality"))),
        failure=failure,
        model=next((model for model, state in _states(tuning).items() if state == "fine_tuned"), None),
    )


def model_of(told: Any) -> SpeechModel | None:
    """One model that speaks; None when it does not."""
    if not isinstance(told, dict) or told.get("can_do_text_to_speech") is not True or not told.get("model_id"):
        return None
    languages = [row.get("language_id") for row in told.get("languages") or [] if isinstance(row, dict)]
    limit = told.get("maximum_text_length_per_request")
    return SpeechModel(
        id=str(told["model_id"]),
        name=_text(told.get("name")) or str(told["model_id"]),
        languages=tuple(str(one) for one in languages if one),
        char_limit=limit if isinstance(limit, int) and limit > 0 else None,
        description=_text(told.get("description")),
    )


def marked(description: str | None, marker: str) -> str:
    """A description that keeps a marker: the words, then the marker in brackets."""
    return f"{(description or '').strip()[:400]} [{marker}]".strip()


def has_marker(told: Any, marker: str) -> bool:
    """Whether a voice was made with this marker."""
    return isinstance(told, dict) and str(told.get("description") or "").endswith(f"[{marker}]")


def without_marker(description: str | None) -> str | None:
    """A description as a person wrote it."""
    words, bracket, rest = (description or "").rpartition("[callout-")
    if bracket and rest.endswith("]"):
        return words.strip() or None
    return description


def _standing(
    told: Mapping[str, Any], tuning: Mapping[str, Any]
) -> tuple[Literal["ready", "training", "failed"], str | None]:
    check = _members(told, "voice_verification")
    if told.get("category") == "cloned" and check.get("requires_verification") is True:
        return ("ready", None) if check.get("is_verified") is True else ("failed", _UNVERIFIED)
    states = _states(tuning)
    if not states or "fine_tuned" in states.values() or told.get("category") == "cloned":
        return "ready", None
    if "failed" in states.values():
        said = next((str(words) for words in _members(tuning, "message").values() if words), None)
        return "failed", said or "ElevenLabs could not make the voice."
    return ("training", None) if _AT_WORK & set(states.values()) else ("ready", None)


def _states(tuning: Mapping[str, Any]) -> dict[str, str]:
    return {str(model): str(state) for model, state in _members(tuning, "state").items()}


def _progress(tuning: Mapping[str, Any]) -> int | None:
    shares = [share for share in _members(tuning, "progress").values() if isinstance(share, int | float)]
    return round(100 * max(0.0, min(1.0, max(shares)))) if shares else None


def _languages(told: Mapping[str, Any]) -> tuple[str, ...]:
    rows = told.get("verified_languages")
    found = [row.get("language") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return tuple(dict.fromkeys(str(one) for one in found if one))


def _members(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
