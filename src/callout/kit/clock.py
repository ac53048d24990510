"""The one place that reads the time, so that tests can move it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the current time as an aware UTC datetime.

    Attributes:
        offset: how far it is meant to stand from the real time.
        speed: its seconds in one of the real time.
    """

    @property
    def offset(self) -> timedelta: ...

    @property
    def speed(self) -> float: ...

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    offset = timedelta()
    speed = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)


class OffsetClock:
    """The machine's clock moved by an offset: time travel for rehearsals and tests."""

    speed = 1.0

    def __init__(self) -> None:
        self.offset = timedelta()

    def advance(self, by: timedelta) -> None:
        """Moves this clock forward (or back) relative to where it is."""
        self.offset += by

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class RunningClock:
    """A clock that runs faster or slower than the machine's; all processes that are given the same go alike."""

    def __init__(self, *, real: datetime, told: datetime, speed: float) -> None:
        """At the real moment it tells another, and from then on goes `speed` times as fast."""
        self._real, self._told, self.speed = real, told, speed

    @property
    def offset(self) -> timedelta:
        """How far it stands from the real time now."""
        now = datetime.now(UTC)
        return self._told + (now - self._real) * self.speed - now

    def jump(self, to: datetime, *, speed: float | None = None) -> None:
        """Tells another time from now on, and goes at another speed if one is given."""
        self._real, self._told, self.speed = datetime.now(UTC), to, speed or self.speed

    def now(self) -> datetime:
        """The time it tells."""
        return self._told + (datetime.now(UTC) - self._real) * self.speed
