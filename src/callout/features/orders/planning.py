"""When an order is due: default schedule, fill deadline, how far apart the dates lie. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

DEFAULT_START = {
    "urgent": timedelta(hours=2),
    "high": timedelta(days=1),
    "medium": timedelta(days=3),
    "low": timedelta(days=7),
}
DEADLINE_MIN = {"urgent": 15, "high": 60, "medium": 240, "low": 1440}

PRIORITY_ORDER = ("low", "medium", "high", "urgent")
_PRIORITY_OF_LEVEL = {1: "low", 2: "low", 3: "medium", 4: "high", 5: "urgent"}


def default_start(priority: str, now: datetime) -> datetime:
    """When work is assumed to start if nobody named a time."""
    return now + DEFAULT_START[priority]


def fill_deadline(
    priority: str, now: datetime, deadlines: Mapping[str, int] = DEADLINE_MIN, override_min: int | None = None
) -> datetime:
    """Until when a vendor must be found.

    Args:
        priority: low, medium, high or urgent.
        now: start of the search.
        deadlines: minutes per priority (setting `dispatch.deadline_min`).
        override_min: minutes named by a trigger rule or an admin; wins over the class.
    """
    minutes = override_min if override_min is not None else deadlines.get(priority, DEADLINE_MIN[priority])
    return now + timedelta(minutes=minutes)


def priority_of_level(level: int | None) -> str:
    """Priority level 1-2 low, 3 medium, 4 high, 5 urgent; none given means medium."""
    return _PRIORITY_OF_LEVEL.get(level or 3, "medium")


def raised(priority: str, at_least: str) -> str:
    """The higher of two priorities: a conversation can raise an order's priority, never lower it."""
    return max(priority, at_least, key=PRIORITY_ORDER.index)


def deadline_after_release(
    priority: str, now: datetime, current: datetime, deadlines: Mapping[str, int] = DEADLINE_MIN
) -> datetime:
    """A given-back order keeps its deadline while that lies ahead, else starts the time of its class anew."""
    return current if current > now else fill_deadline(priority, now, deadlines)
