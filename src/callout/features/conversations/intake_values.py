"""Reading single values of provider payloads: times, lengths, numbers and words, however they are written."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from callout.features.conversations.intake_model import Unreadable

MAX_DURATION_S = 24 * 3600
MAX_TURN_CHARS = 8000
_MILLISECONDS_FROM = 1e11  # an epoch value this large is in milliseconds: as seconds it would lie in the year 5138
_LATEST_EPOCH_S = 4102444800  # 2100-01-01: anything later is not a call
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def first(data: Mapping[str, Any], keys: Iterable[str]) -> Any:
    """The first of `keys` that has a value; empty strings and null count as absent."""
    for key in keys:
        value = data.get(key)
        if value is not None and value != "":
            return value
    return None


def text(value: Any, limit: int) -> str | None:
    """Any scalar as clean text of at most `limit` characters: NFC, trimmed, without control characters."""
    if value is None or isinstance(value, (dict, list)):
        return None
    clean = _CONTROL.sub("", unicodedata.normalize("NFC", str(value))).strip()
    return clean[:limit] or None


def moment(value: Any, field: str, *, naive_is_utc: bool) -> datetime | None:
    """A time given as RFC 3339 text or as a Unix time in seconds or milliseconds.

    Raises:
        Unreadable: it is none of these, or it has no zone where one is demanded.
    """
    if value is None:
        return None
    seconds = number(value)
    if seconds is not None:
        if abs(seconds) >= _MILLISECONDS_FROM:
            seconds /= 1000
        if not 0 <= seconds <= _LATEST_EPOCH_S:
            raise Unreadable(field, "not a time of our days")
        return datetime.fromtimestamp(seconds, UTC)
    try:
        at = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise Unreadable(field, "not a time in RFC 3339 form") from None
    if at.tzinfo is None:
        if not naive_is_utc:
            raise Unreadable(field, "a time needs its zone, for example 2026-03-02T15:00:00Z")
        return at.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Unreadable(field, "not a time of our days") from None


def number(value: Any) -> float | None:
    """A finite number written as such or as text; None for everything else."""
    if isinstance(value, bool) or value is None:
        return None
    if not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: Any, *, low: int = 0, high: int = 2**31 - 1) -> int | None:
    """A number rounded to a whole one; None outside the bounds."""
    found = number(value)
    if found is None or not low <= found <= high:
        return None
    return round(found)


def ratio(value: Any) -> float | None:
    """A number from 0 to 1; None outside."""
    found = number(value)
    return found if found is not None and 0 <= found <= 1 else None


def flag(value: Any, default: bool) -> bool:
    """A yes or no, however it is written."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.strip().lower() in {"true", "1", "yes"}
    return default if value is None else bool(value)


def duration_s(value: Any) -> int | None:
    """A length of a call in seconds; None when absent, negative or beyond a day."""
    return whole(value, high=MAX_DURATION_S)
