"""How late an event loop is: what a timer of a few milliseconds is behind."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from callout.features.calling.hosting.latency import percentile

_EVERY_S = 0.05


class LoopLag:
    """Watches the running loop over the last seconds."""

    def __init__(self, window_s: float = 5.0) -> None:
        """`window_s`: how far back it looks."""
        self._delays: deque[float] = deque(maxlen=round(window_s / _EVERY_S))
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to watch."""
        self._task = asyncio.create_task(self._watch())

    def stop(self) -> None:
        """Ends."""
        if self._task is not None:
            self._task.cancel()

    @property
    def ms(self) -> float:
        """Milliseconds, p99."""
        return self.at(0.99)

    def at(self, share: float) -> float:
        """Milliseconds, a percentile."""
        return round((percentile(self._delays, share) or 0.0) * 1000, 1)

    async def _watch(self) -> None:
        while True:
            due = time.monotonic() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            self._delays.append(max(0.0, time.monotonic() - due))
