"""When a place is open, in the words of its listing, and when that makes a good time to call. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

UNKNOWN_HOURS = "10:00\u201316:00"
DAY_MIN = 24 * 60
SHORTEST_MIN = 120
"""Places open no longer than this keep the usual time: an hour after opening would be an hour before closing."""
_HOUR = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap]\.?m\b\.?)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:[\u2012-\u2015-]|\bto\b|\bbis\b)\s*", re.IGNORECASE)


def best_time_to_call(hours: dict[str, Any] | None) -> str:
    """One hour after opening to one hour before closing of the most usual day, callee time.

    Places whose hours are unknown, closed all week, or open round the clock get the usual time of day.
    """
    return _best_time(tuple(map(str, hours.values()))) if hours else UNKNOWN_HOURS


@lru_cache(maxsize=10_000)
def _best_time(days: tuple[str, ...]) -> str:
    spans = [opening_of(text) for text in days]
    known = [span for span in spans if span is not None]
    if not known:
        return UNKNOWN_HOURS
    opens, closes = max(known, key=known.count)
    if closes - opens <= SHORTEST_MIN or closes - opens >= DAY_MIN:
        return UNKNOWN_HOURS
    return f"{_clock(opens + 60)}\u2013{_clock(closes - 60)}"


def opening_of(text: str) -> tuple[int, int] | None:
    """Minutes of the day a place opens and finally closes, breaks included; None when closed or unreadable.

    A place that closes after midnight closes at 24:00 here.
    """
    spans = [span for part in text.split(",") if (span := _span(part)) is not None]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None


def plain_hours(days: Iterable[tuple[Any, Any]]) -> dict[str, str] | None:
    """Day → text, several spans of a day joined by commas; None without any."""
    plain = {}
    for day, text in list(days)[:7]:
        words = ", ".join(map(str, text)) if isinstance(text, list) else str(text)
        plain[_one_line(day)[:20]] = _one_line(words)[:100]
    return plain or None


def _one_line(text: Any) -> str:
    return " ".join(str(text).replace("\0", "").split())


def _span(text: str) -> tuple[int, int] | None:
    parts = _BETWEEN.split(text.strip(), maxsplit=1)
    if len(parts) != 2:
        return None
    opens, closes = (_HOUR.match(part) for part in parts)
    if opens is None or closes is None:
        return None
    closing_half = (closes.group(3) or "").lower()[:1]
    opening_half = (opens.group(3) or "").lower()[:1]
    start, end = _minutes(opens, opening_half or closing_half), _minutes(closes, closing_half)
    if not opening_half and start >= end > 0:
        start = _minutes(opens, "")
    if start >= DAY_MIN or end > DAY_MIN:
        return None
    return start, end if end > start else DAY_MIN


def _minutes(match: re.Match[str], half: str) -> int:
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    if half == "p" and hour < 12:
        hour += 12
    if half == "a" and hour == 12:
        hour = 0
    return hour * 60 + minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
