"""The calls of one process: how many it takes, which there are, and how it empties itself before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import UUID

from callout.features.calling.hosting.audience import Audience
from callout.features.calling.hosting.host import CallHost
from callout.features.calling.hosting.latency import percentile
from callout.features.calling.hosting.loop_lag import LoopLag

_KEPT_LATENCIES = 500


class ActiveCall(Protocol):
    """A call that is carried, and who listens in to it."""

    host: CallHost
    audience: Audience


class FullError(Exception):
    """No further call is taken now."""


class Floor:
    """Takes calls up to a number, and none while the event loop is late or the process ends.

    Attributes:
        capacity: calls at once.
        lag_budget_ms: loop lag (p95 of some seconds) above which no call is taken.
        calls: (tenant, call) → the call.
    """

    def __init__(self, *, capacity: int, lag_budget_ms: float) -> None:
        """Nobody calls yet."""
        self.capacity = capacity
        self.lag_budget_ms = lag_budget_ms
        self.calls: dict[tuple[UUID, UUID], ActiveCall] = {}
        self.lag = LoopLag()
        self.is_draining = False
        self._places = 0
        self._empty = asyncio.Event()
        self._empty.set()
        self._latencies: list[int] = []

    @property
    def active(self) -> int:
        """Calls now, those included that are being set up."""
        return self._places

    @property
    def is_open(self) -> bool:
        """Whether a further call is taken."""
        return not self.is_draining and self._places < self.capacity and self.lag.at(0.95) <= self.lag_budget_ms

    @contextmanager
    def place(self) -> Iterator[None]:
        """Room for one call while open.

        Raises:
            FullError: there is none.
        """
        if not self.is_open:
            raise FullError
        self._places += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._places -= 1
            if not self._places:
                self._empty.set()

    @contextmanager
    def carrying(self, key: tuple[UUID, UUID], call: ActiveCall) -> Iterator[None]:
        """The call is known under its ids while open."""
        self.calls[key] = call
        try:
            yield
        finally:
            self.calls.pop(key, None)
            self._latencies = [*self._latencies, *call.host.latencies][-_KEPT_LATENCIES:]

    def latency_ms(self, share: float) -> int | None:
        """A percentile of the voice-to-voice times of the last calls."""
        values = [*self._latencies, *(one for call in self.calls.values() for one in call.host.latencies)]
        found = percentile(values, share)
        return None if found is None else round(found)

    async def drain(self, within_s: float) -> bool:
        """Takes no further call and waits for those there are; False when some were still going on."""
        self.is_draining = True
        try:
            await asyncio.wait_for(self._empty.wait(), within_s)
        except TimeoutError:
            return False
        return True
