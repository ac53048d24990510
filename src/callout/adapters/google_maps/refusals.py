"""What Google's refusals mean and what a person does about them. Pure.

Source: google.rpc `Status` as JSON (`error.code`, `message`, `status`, `details`), `google/rpc/error_details.proto`
(`ErrorInfo`, `RetryInfo`), `google/api/error_reason.proto`.
"""

import re
from typing import Any

import msgspec

from callout.features.prospecting.ports import (
    KeyRefused,
    PlacesFailed,
    QueryRefused,
    QuotaSpent,
    RateLimited,
    Unavailable,
)

CONSOLE = "console.cloud.google.com"
MINUTE_QUOTA_PAUSE_S = 30.0
"""Quotas by the minute refill as time goes by; half of one lets enough of it come back."""
LONGEST_MESSAGE = 300
HIDDEN = "[key]"

REMEDIES = {
    "API_KEY_INVALID": f"Copy the key again from {CONSOLE}, Credentials, and save it under Settings, Providers.",
    "API_KEY_EXPIRED": f"Make a new key at {CONSOLE}, Credentials, and save it under Settings, Providers.",
    "SERVICE_DISABLED": f"Enable “Places API (New)” for the key's project at {CONSOLE}, APIs & Services.",
    "BILLING_DISABLED": f"Link a billing account to the key's project at {CONSOLE}, Billing.",
    "API_KEY_SERVICE_BLOCKED": "Add “Places API (New)” to the API restrictions of the key.",
    "API_KEY_HTTP_REFERRER_BLOCKED": "Set the application restriction of the key to none or to IP addresses.",
    "API_KEY_IP_ADDRESS_BLOCKED": "Add this server's IP address to the application restriction of the key.",
    "API_KEY_ANDROID_APP_BLOCKED": "Set the application restriction of the key to none or to IP addresses.",
    "API_KEY_IOS_APP_BLOCKED": "Set the application restriction of the key to none or to IP addresses.",
    "CONSUMER_SUSPENDED": f"The key's project is suspended; see the notice at {CONSOLE}.",
    "CONSUMER_INVALID": f"Make a key in an existing project at {CONSOLE}, Credentials.",
}
"""`ErrorInfo.reason` → what to do."""
ANY_KEY_REMEDY = (
    "Check at console.cloud.google.com that “Places API (New)” is enabled, that billing is on and that the "
    "restrictions of the key allow this server; then resume the job."
)
_DAILY = re.compile(r"per day|perday|1/d|daily|per month|billing|budget", re.IGNORECASE)
_KEY_SHAPE = re.compile(r"AIza[\w-]{8,}")


class _Error(msgspec.Struct, frozen=True):
    message: str = ""
    status: str = ""
    details: list[dict[str, Any]] = []


class _Refusal(msgspec.Struct, frozen=True):
    error: _Error


def failure_of(status: int, body: bytes, *, api_key: str, retry_after: str | None = None) -> PlacesFailed:
    """What an answer other than 200 means.

    Args:
        status: of HTTP.
        body: as it came; may be anything.
        api_key: is taken out of whatever Google says.
        retry_after: the header of that name.
    """
    error = _read(body)
    told = without_key(error.message, api_key) or "no reason given"
    message = f"Google answered {status}: {told}"[:LONGEST_MESSAGE]
    reason = _reason(error)
    if status >= 500 or status == 408:
        return Unavailable(message, retry_after_s=_pause_s(error, retry_after))
    if status == 429:
        quota = " ".join([error.message, *map(str, _metadata(error).values())])
        if reason == "RESOURCE_QUOTA_EXCEEDED" or _DAILY.search(quota):
            return QuotaSpent(message)
        return RateLimited(message, retry_after_s=_pause_s(error, retry_after) or MINUTE_QUOTA_PAUSE_S)
    if status in (401, 403) or reason in REMEDIES:
        refused = KeyRefused(message)
        refused.remedy = _remedy(reason)
        return refused
    return QueryRefused(message)


def can_be_key(text: str) -> bool:
    """False for a key that cannot even travel in a header."""
    return bool(text) and all("!" <= character <= "~" for character in text)


def without_key(text: str, api_key: str) -> str:
    """A text without the key in it, whole or in the shape of one."""
    return _KEY_SHAPE.sub(HIDDEN, text.replace(api_key, HIDDEN) if api_key else text)


def _remedy(reason: str | None) -> str:
    known = REMEDIES.get(reason or "")
    return f"{known} Then resume the job." if known else ANY_KEY_REMEDY


def _read(body: bytes) -> _Error:
    try:
        return msgspec.json.decode(body, type=_Refusal).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Error()


def _detail(error: _Error, kind: str) -> dict[str, Any]:
    return next((detail for detail in error.details if str(detail.get("@type", "")).endswith(f".{kind}")), {})


def _reason(error: _Error) -> str | None:
    reason = _detail(error, "ErrorInfo").get("reason")
    if reason == "API_KEY_INVALID" and "expired" in error.message:
        return "API_KEY_EXPIRED"
    if reason is None and "API key" in error.message:
        return "API_KEY_INVALID"
    return reason if isinstance(reason, str) else None


def _metadata(error: _Error) -> dict[str, Any]:
    metadata = _detail(error, "ErrorInfo").get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _pause_s(error: _Error, retry_after: str | None) -> float | None:
    delay = str(_detail(error, "RetryInfo").get("retryDelay", ""))
    for given in (delay.removesuffix("s"), retry_after or ""):
        if re.fullmatch(r"\d{1,6}(\.\d+)?", given):
            return float(given)
    return None
