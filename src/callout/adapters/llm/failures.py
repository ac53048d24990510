"""What the failures of language models mean, by the words of calling. Pure."""

from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelRequestTimeout,
    ModelTimeoutError,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)

from callout.features.calling.ports import (
    KeyRefused,
    ProviderFailed,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    TooSlow,
    Unavailable,
)
from callout.features.calling.thought.ports import Declined

_BAD_KEY = ("api key not valid", "incorrect api key", "invalid x-api-key", "api_key_invalid")
_NO_CREDIT = ("credit balance", "used all available credits", "spending limit", "insufficient_quota")


def failure_of(error: AgentRunError, label: str) -> ProviderFailed:
    """The failure behind an exception; its message holds nothing of the provider's words, which may echo a key.

    Args:
        error: of pydantic-ai.
        label: the provider's name for people.
    """
    detail = _detail(error)
    match error:
        case ContentFilterError():
            return Declined(f"{label} declined to answer.", detail=detail)
        case UsageLimitExceeded():
            return RequestRefused("The answer would take more tokens than allowed.", detail="token_budget")
        case ModelRequestTimeout() | ModelTimeoutError():
            return TooSlow(f"{label} took too long.", detail=detail)
        case ModelConnectionError():
            return Unavailable(f"{label} cannot be reached.", detail=detail)
        case ModelAPIError():
            return _refusal(error, label, detail)
        case UnexpectedModelBehavior():
            return Unavailable(f"{label} answered something unusable.", detail=detail)
    return Unavailable(f"{label} failed.", detail=detail)


def _refusal(error: ModelAPIError, label: str, detail: str | None) -> ProviderFailed:
    said, wait = f"{error.message} {error.body}".lower(), error.retry_after
    if isinstance(error, ModelQuotaExceededError) or any(words in said for words in _NO_CREDIT):
        return QuotaSpent(f"The account at {label} has no credit left.", detail=detail)
    if isinstance(error, ModelAuthenticationError) or any(words in said for words in _BAD_KEY):
        return KeyRefused(f"{label} does not take the key.", detail=detail)
    if isinstance(error, ModelRateLimitError):
        return RateLimited(f"{label} is asked too often.", detail=detail, retry_after_s=wait)
    if isinstance(error, ModelRequestRejectedError) or (isinstance(error, ModelHTTPError) and error.status_code < 500):
        return RequestRefused(f"{label} does not take the request.", detail=detail)
    return Unavailable(f"{label} is not available.", detail=detail, retry_after_s=wait)


def _detail(error: AgentRunError) -> str | None:
    """The provider's own code, else its HTTP status."""
    if not isinstance(error, ModelAPIError):
        return None
    status = str(error.status_code) if isinstance(error, ModelHTTPError) else None
    return error.provider_error_code or error.provider_error_type or status
