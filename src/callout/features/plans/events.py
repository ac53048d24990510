"""Facts plans publish."""

from typing import ClassVar

from callout.kit.events import Event


class UsageThreshold(Event, frozen=True, kw_only=True):
    """A tenant used 80 or 100 percent of a limit; the noun is the tenant."""

    type: ClassVar[str] = "usage.threshold"
    metric: str
    percent: int
    used: int
    limit: int
