"""What calling refuses, and how a provider's failure is told over HTTP; the rooms may have more of their own."""

from collections.abc import Sequence
from typing import Any

from callout.features.calling.ports import ProviderFailed, RateLimited, RequestRefused, TooSlow
from callout.kit.errors import Conflict, Problem, TooMany, Unprocessable, UpstreamFailed, UpstreamTimeout


class AlreadyExists(Conflict):
    code = "already_exists"
    title = "Exists already"
    default_detail = "That exists already."


class InUse(Conflict):
    code = "in_use"
    title = "In use"
    default_detail = "Something still uses this."


class InvalidTransition(Conflict):
    """Carries `from`, `to` and `allowed`."""

    code = "invalid_transition"
    title = "Not possible in this state"

    def __init__(self, detail: str, *, at: str, to: str, allowed: Sequence[str] = ()) -> None:
        members: dict[str, Any] = {"from": at, "to": to, "allowed": list(allowed)}
        super().__init__(detail, **members)


class VoiceNotReady(Conflict):
    code = "voice_not_ready"
    title = "Voice not ready"
    default_detail = "The voice is not ready yet."


class DisclosureRequired(Unprocessable):
    code = "disclosure_required"
    title = "Disclosure required"


class ConsentRequired(Unprocessable):
    code = "consent_required"
    title = "Consent required"
    default_detail = "A cloned voice needs the speaker's consent: the statement, spoken, attested by an owner."


class SampleTooShort(Unprocessable):
    code = "sample_too_short"
    title = "Sample too short"


class SampleTooLong(Unprocessable):
    code = "sample_too_long"
    title = "Sample too long"


class SampleTooNoisy(Unprocessable):
    code = "sample_too_noisy"
    title = "Sample too noisy"


def problem_of(failed: ProviderFailed, provider: str) -> Problem:
    """A provider's failure as the answer to the request that asked for it."""
    words = f"{failed.message} {failed.remedy}".strip()
    if isinstance(failed, RequestRefused):
        return Unprocessable(words, provider=provider)
    if isinstance(failed, TooSlow):
        return UpstreamTimeout(words, provider=provider)
    if isinstance(failed, RateLimited):
        return TooMany(words, provider=provider, retry_after_s=round(failed.retry_after_s or 5))
    return UpstreamFailed(words, provider=provider, provider_code=failed.code)
