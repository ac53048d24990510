"""People who listen in to a call: both sides mixed in step with the clock, for each listener at their own pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

import numpy as np

Side = Literal["agent", "customer"]
TICK_S = 0.1
MOST_LISTENERS = 5
_BEHIND_S = 2.0
"""What a listener may be behind; then the oldest is left out."""
_STALLED_S = 1.0
"""A loop that was late longer than this does not make up for it."""
_CUSHION_S = 0.08
"""So much of a side is collected before it is given out, so that late pieces make no gaps."""
_MOST_KEPT_S = 1.0


class Tapped(Protocol):
    """Whatever carries a call's sound.

    Attributes:
        rate: samples per second.
        tap: told what either side is heard to say, as 16-bit PCM.
    """

    rate: int
    tap: Callable[[Side, bytes], None] | None


class NobodyMoreError(Exception):
    """As many listen as may, or the call is over."""


class LiveMix:
    """Two sides made one: pieces of any length come in, pieces of the length asked for go out. Pure."""

    def __init__(self, rate: int) -> None:
        """`rate`: samples per second of 16-bit mono PCM."""
        self._sides: dict[Side, _Side] = {"agent": _Side(rate), "customer": _Side(rate)}

    def put(self, side: Side, pcm: bytes) -> None:
        """Takes what a side said."""
        self._sides[side].put(pcm)

    def take(self, samples: int) -> bytes:
        """The next samples of both together; silence where nobody says anything."""
        parts = [np.frombuffer(side.take(samples), "<i2").astype(np.int32) for side in self._sides.values()]
        return np.clip(sum(parts), -32_768, 32_767).astype("<i2").tobytes()


class _Side:
    """One side: waits for a small cushion, then flows until it runs dry."""

    def __init__(self, rate: int) -> None:
        self._cushion, self._most = round(rate * _CUSHION_S) * 2, round(rate * _MOST_KEPT_S) * 2
        self._waiting = bytearray()
        self._flows = False
        self._is_fresh = False

    def put(self, pcm: bytes) -> None:
        self._waiting += pcm[: len(pcm) & ~1]
        self._is_fresh = True
        if len(self._waiting) > self._most:
            del self._waiting[: len(self._waiting) - self._most]

    def take(self, samples: int) -> bytes:
        size = samples * 2
        self._flows = self._flows or len(self._waiting) >= self._cushion or not self._is_fresh
        self._is_fresh = False
        given = bytes(self._waiting[:size]) if self._flows else b""
        del self._waiting[: len(given)]
        self._flows = len(given) == size
        return given.ljust(size, b"\0")


class Listener:
    """Hears a call in pieces of 16-bit PCM; `missed` counts those that were left out because they came too fast."""

    def __init__(self) -> None:
        """Has heard nothing."""
        self.missed = 0
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(round(_BEHIND_S / TICK_S))

    def hear(self, piece: bytes | None) -> None:
        """Hands on a piece, None at the end; never waits."""
        while self._pieces.full():
            self._pieces.get_nowait()
            self.missed += 1
        self._pieces.put_nowait(piece)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces, until the call is over."""
        while (piece := await self._pieces.get()) is not None:
            yield piece


class Audience:
    """The listeners of one call; after its end `is_over`. Its sound is tapped while there are any, and never waits."""

    def __init__(self, source: Tapped) -> None:
        """Nobody listens."""
        self.rate = source.rate
        self._source = source
        self._listeners: set[Listener] = set()
        self._playing: asyncio.Task[None] | None = None
        self.is_over = False

    def __len__(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def is_open(self) -> bool:
        """Whether one more may listen."""
        return not self.is_over and len(self._listeners) < MOST_LISTENERS

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Somebody listens while open.

        Raises:
            NobodyMoreError: nobody more may.
        """
        if not self.is_open:
            raise NobodyMoreError
        listener = Listener()
        self._listeners.add(listener)
        if self._playing is None:
            self._playing = asyncio.create_task(self._play())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._stop()

    def close(self) -> None:
        """The call is over: everybody hears what was said so far, then the end."""
        self.is_over = True
        self._stop()
        for listener in self._listeners:
            listener.hear(None)

    def _stop(self) -> None:
        self._source.tap = None
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None

    async def _play(self) -> None:
        mix = LiveMix(self.rate)
        self._source.tap = mix.put
        given_until = time.monotonic()
        while True:
            await asyncio.sleep(TICK_S)
            given_until = max(given_until, time.monotonic() - _STALLED_S)
            samples = round((time.monotonic() - given_until) * self.rate)
            given_until += samples / self.rate
            piece = mix.take(samples)
            for listener in self._listeners:
                listener.hear(piece)
