"""Timers by name, each at most once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timers:
    """Calls back when a timer runs out. Used from one event loop."""

    def __init__(self, ring: Callable[[str], None]) -> None:
        """`ring` is told the name of a timer that ran out."""
        self._ring = ring
        self._running: dict[str, asyncio.TimerHandle] = {}

    def set(self, name: str, after_s: float | None) -> None:
        """Starts a timer, in place of one of that name; None takes it away."""
        if (running := self._running.pop(name, None)) is not None:
            running.cancel()
        if after_s is not None:
            self._running[name] = asyncio.get_running_loop().call_later(max(0.0, after_s), self._expired, name)

    def clear(self) -> None:
        """Takes all away."""
        for running in self._running.values():
            running.cancel()
        self._running.clear()

    def _expired(self, name: str) -> None:
        self._running.pop(name, None)
        self._ring(name)
