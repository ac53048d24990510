"""What SerpApi's refusals mean and what a person does about them. Pure.

Source: https://serpapi.com/api-status-and-error-codes. Errors are `{"error": "…"}`; 429 says both that the hour's
throughput is spent and that the account has no searches left, told apart by the words.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from callout.features.prospecting.ports import (
    KeyRefused,
    PlacesFailed,
    QueryRefused,
    QuotaSpent,
    RateLimited,
    Unavailable,
)

LONGEST_MESSAGE = 300
HIDDEN = "[key]"
HOURLY_PAUSE_S = 60.0
"""The throughput limit counts by the hour; where no answer says how long to wait, some of it is back by then."""
KEY_REMEDY = (
    "Copy the private key again from serpapi.com/manage-api-key, save it under Settings, Providers, "
    "then resume the job."
)
CLOSED_REMEDY = "SerpApi has closed or blocked the key's account; see serpapi.com/dashboard, then resume the job."
QUOTA_REMEDY = "Wait for the plan to renew or take a larger one at serpapi.com/change-plan, then resume the job."
_HOURLY = re.compile(r"\bhour|throughput", re.IGNORECASE)
_SPENT = re.compile(r"run out of searches|searches left|plan limit|credits", re.IGNORECASE)
_KEY_PARAMETER = re.compile(r"(api_key=)[^&\s\"']+", re.IGNORECASE)


def failure_of(
    status: int, told: str, *, api_key: str, headers: Mapping[str, str], now: datetime | None = None
) -> PlacesFailed:
    """What an answer other than 200 means.

    Args:
        status: of HTTP.
        told: the `error` of the body, or whatever else is known.
        api_key: is taken out of whatever SerpApi says.
        headers: of the answer.
        now: the time a `Retry-After` date is counted from.
    """
    message = f"SerpApi answered {status}: {without_key(told, api_key) or 'no reason given'}"[:LONGEST_MESSAGE]
    pause = pause_s(headers.get("Retry-After", ""), now or datetime.now(UTC))
    if status == 401:
        return _advised(KeyRefused(message), KEY_REMEDY)
    if status == 403:
        return _advised(KeyRefused(message), CLOSED_REMEDY)
    if status == 429 and _SPENT.search(told) and not _HOURLY.search(told):
        return _advised(QuotaSpent(message), QUOTA_REMEDY)
    if status == 429:
        return RateLimited(message, retry_after_s=HOURLY_PAUSE_S if pause is None else pause)
    if status >= 500 or status == 408 or status < 400:
        return Unavailable(message, retry_after_s=pause)
    return QueryRefused(message)


def without_key(text: str, api_key: str) -> str:
    """A text of the provider on one line, without the key, in case it repeats it."""
    plain = text.replace(api_key, HIDDEN) if api_key else text
    return " ".join(_KEY_PARAMETER.sub(rf"\1{HIDDEN}", plain).split())


def pause_s(retry_after: str, now: datetime) -> float | None:
    """Seconds a `Retry-After` asks for, as a number or as a date (RFC 9110 §10.2.3); None when it says nothing."""
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            at = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return max(0.0, min(seconds, 86_400.0)) if math.isfinite(seconds) else None


def error_of(body: Any) -> str:
    """The words of an error body; "" without any."""
    found = body.get("error") if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""


def _advised(failed: PlacesFailed, remedy: str) -> PlacesFailed:
    failed.remedy = remedy
    return failed
