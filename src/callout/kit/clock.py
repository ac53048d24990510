"""The one place that reads the time, so that tests can move it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the current time as an aware UTC datetime.

    Attributes:
        offset: how far it is meant to stand from the real time.
    """

    offset: timedelta

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC)


class OffsetClock:
    """The machine's clock moved by an offset: time travel for rehearsals and tests."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def advance(self, by: timedelta) -> None:
        """Moves this clock forward (or back) relative to where it is."""
        self.offset += by

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset
