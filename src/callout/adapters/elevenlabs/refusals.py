"""What an answer of ElevenLabs other than a good one means, and what to do about it. Pure.

Source: ElevenLabs, "Error messages" and help article 19572237925521. Errors are `{"detail": {"status", "message"}}`;
newer ones say `code` instead of `status`, and 422 is a list of what is wrong with which member.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from callout.features.calling.ports import (
    KeyRefused,
    NotThere,
    ProviderFailed,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    Unavailable,
)

LONGEST_MESSAGE: Final = 300
HIDDEN: Final = "***"
BUSY_PAUSE_S: Final = 5.0
"""After "system_busy": the service as a whole has too much to do."""
CONCURRENT_PAUSE_S: Final = 1.0
"""After "too_many_concurrent_requests": one of our own requests has to end first."""
_LONGEST_PAUSE_S = 3600.0

_QUOTA = {
    "quota_exceeded": "Add credits at elevenlabs.io, or wait for the plan to renew.",
    "voice_limit_reached": "Delete a voice at elevenlabs.io, or take a plan with room for more.",
    "voice_add_edit_limit_reached": "Voices were changed too often this month; take a larger plan or wait.",
    "payment_required": "Pay the open invoice at elevenlabs.io, Subscription.",
}
_KEY = {
    "missing_permissions": "Give the key the permission it misses: elevenlabs.io, API keys, Edit.",
    "detected_unusual_activity": "ElevenLabs has stopped free use from this network; use a paid plan.",
}
_ANOTHER_KEY = "Create a new key at elevenlabs.io, API keys."
_PLAN = {
    "can_not_use_instant_voice_cloning": "Take a plan at elevenlabs.io that may clone voices.",
    "ivc_not_permitted": "Take a plan at elevenlabs.io that may clone voices.",
    "subscription_required": "Take a larger plan at elevenlabs.io.",
    "output_format_not_allowed": "Take a plan at elevenlabs.io with this audio format.",
}
_REQUEST = {
    "max_character_limit_exceeded": "Shorten the text, or choose a model that takes more.",
    "text_too_long": "Shorten the text, or choose a model that takes more.",
    "voice_access_denied": "Verify the voice at elevenlabs.io, My Voices.",
    "upload_file_size_exceeded": "Send shorter recordings.",
    "invalid_voice_sample": "Record the speaker again, as mp3 or wav, at least ten seconds long.",
    "audio_too_short": "Record at least ten seconds.",
}
_NOT_THERE = re.compile(r"(voice|document|agent|conversation|model|phone_number)s?_(not_found|does_not_exist)")
_VOICE_LIMIT = re.compile(r"voice.*limit|limit.*voice")


def failure_of(
    status: int, body: Any, *, api_key: str, headers: Mapping[str, str] | None = None, was_change: bool = False
) -> ProviderFailed:
    """The failure an answer other than 2xx stands for.

    Args:
        status: of HTTP.
        body: what came, decoded; anything.
        api_key: taken out of whatever the provider says.
        headers: of the answer, in lower case.
        was_change: whether the request was to change something, so an error of the server leaves open if it did.
    """
    word, told = word_of(body), message_of(body)
    text = f"ElevenLabs answered {status}: {without_key(told or word, api_key) or 'no reason given'}"[:LONGEST_MESSAGE]
    if word in _QUOTA or _VOICE_LIMIT.search(word) or status == 402:
        limit = "voice_limit_reached" if _VOICE_LIMIT.search(word) else "payment_required"
        return _advised(QuotaSpent(text, detail=word), _QUOTA.get(word) or _QUOTA[limit])
    if word in _PLAN:
        return _advised(RequestRefused(text, detail=word), _PLAN[word])
    if status in {401, 403} and word not in _REQUEST:
        return _advised(KeyRefused(text, detail=word or None), _KEY.get(word, _ANOTHER_KEY))
    if _NOT_THERE.fullmatch(word) or status == 404:
        return NotThere(text, detail=word or None)
    if status == 429:
        usual = CONCURRENT_PAUSE_S if "concurrent" in word else BUSY_PAUSE_S
        return RateLimited(text, detail=word or None, retry_after_s=_pause_s(headers or {}, usual))
    if status >= 500 or status == 408 or status < 400:
        pause = _pause_s(headers or {}, None)
        return Unavailable(text, detail=word or None, retry_after_s=pause, may_have_happened=was_change)
    return _advised(RequestRefused(text, detail=word or None), _REQUEST.get(word, ""))


def word_of(body: Any) -> str:
    """The provider's own code in an error body; "" without any."""
    detail = body.get("detail") if isinstance(body, dict) else None
    if isinstance(detail, list) and detail:
        return "invalid_request"
    told = detail if isinstance(detail, dict) else {}
    found = told.get("status") or told.get("code") or (body.get("error") if isinstance(body, dict) else None)
    return found if isinstance(found, str) else ""


def message_of(body: Any) -> str:
    """The words of an error body on one line; "" without any."""
    detail = body.get("detail") if isinstance(body, dict) else None
    match detail:
        case str():
            told = detail
        case {"message": str(words)}:
            told = words
        case [*rows]:
            told = "; ".join(_complaint(row) for row in rows if isinstance(row, dict))
        case _:
            told = str(body.get("message") or "") if isinstance(body, dict) else ""
    return " ".join(told.split())


def without_key(text: str, api_key: str) -> str:
    """A text of the provider without the key, in case it repeats it."""
    return text.replace(api_key, HIDDEN) if api_key else text


def _complaint(row: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in row.get("loc") or [] if part != "body")
    return f"{place}: {row.get('msg')}" if place else str(row.get("msg"))


def _pause_s(headers: Mapping[str, str], usual: float | None) -> float | None:
    try:
        return max(0.0, min(float(headers.get("retry-after", "")), _LONGEST_PAUSE_S))
    except ValueError:
        return usual


def _advised(failed: ProviderFailed, remedy: str) -> ProviderFailed:
    failed.remedy = remedy or failed.remedy
    return failed
