"""When a campaign may put its next call in line. Pure."""

from datetime import datetime

import msgspec


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """What the pace depends on.

    Attributes:
        open_calls: calls of the campaign that are in line, ring or talk.
        most: of them at once.
        interval_s: between the beginnings of two calls.
        last_at: when the last one was put in line.
    """

    open_calls: int
    most: int
    interval_s: int
    last_at: datetime | None = None


def is_full(pace: Pace) -> bool:
    """Whether a call must end before the next begins."""
    return pace.open_calls >= pace.most


def interval_left_s(pace: Pace, now: datetime) -> float:
    """Seconds until the interval since the last call is over."""
    if pace.last_at is None:
        return 0.0
    return max(0.0, pace.interval_s - (now - pace.last_at).total_seconds())
