"""What the Google Maps simulator remembers of its project: calls, quota, faults."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from callout.sandbox.faults import Faults
from callout.sandbox.google_maps_search import TOKEN_LIFE_S

PER_MINUTE = 600
_MAX_CALLS = 50_000


class Call(msgspec.Struct, kw_only=True):
    """One request as it was answered.

    Attributes:
        page: which page of which search, the same for the same page; empty for anything else.
        fault: what went wrong on purpose.
        cost: US dollars by the list, 0 when nothing was served.
    """

    method: str
    page: str = ""
    sku: str = ""
    status: int = 0
    fault: str = ""
    cost: Decimal = Decimal(0)
    places: int = 0


class Project:
    """The memory of the simulated project."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.faults = Faults()
        self.reset()

    def reset(self) -> None:
        """As on the first day."""
        self.faults.clear()
        self.calls: list[Call] = []
        self.limit(per_minute=PER_MINUTE, token_life_s=TOKEN_LIFE_S)

    def limit(self, *, per_minute: int | None, token_life_s: float) -> None:
        """Sets the quota of each key (None = none) and how long a page token is good."""
        self.per_minute, self.token_life_s = per_minute, token_life_s
        self._left: dict[str, tuple[float, float]] = {}

    def record(self, method: str) -> Call:
        """A call begins."""
        call = Call(method=method)
        self.calls.append(call)
        del self.calls[:-_MAX_CALLS]
        return call

    def account(self) -> dict[str, Any]:
        """What was asked and what it cost."""
        arrived: set[str] = set()
        twice = []
        for call in self.calls:
            if call.cost and call.page in arrived:
                twice.append(call.page)
            if call.cost and call.page and call.fault in ("", "duplicate"):
                arrived.add(call.page)
        costs = [call.cost for call in self.calls if call.cost]
        total = {"total": len(self.calls), "billed": len(costs), "cost": sum(costs, Decimal(0))}
        return {"items": self.calls, **total, "paid_twice": twice}

    def admits(self, key: str, method: str) -> bool:
        """Whether the quota by the minute has room; it refills as time goes by."""
        if self.per_minute is None:
            return True
        now = self.clock().timestamp()
        left, at = self._left.get(f"{method}:{key}", (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - at) * self.per_minute / 60)
        self._left[f"{method}:{key}"] = (left - 1 if left >= 1 else left, now)
        return left >= 1
