"""Writes down what happens in a call off the reply path: in order, again after a failure, all of it before the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from callout.features.calling.brain.actions import Suppress
from callout.features.calling.brain.outcome import CallOutcome
from callout.features.calling.hosting.latency import TurnTimes
from callout.features.calling.hosting.ports import Records, Usage
from callout.features.conversations.model import Turn

_log = logging.getLogger(__name__)
_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)

Entry = Callable[[], Awaitable[None]]


class Journal:
    """The records of one call, written by one task."""

    def __init__(self, records: Records) -> None:
        """Nothing is written yet."""
        self._records = records
        self._entries: asyncio.Queue[Entry | None] = asyncio.Queue()
        self._known: dict[int, Turn] = {}
        self._writer = asyncio.create_task(self._write())

    def answered(self, at: datetime) -> None:
        """See `Records.answered`."""
        self._later(lambda: self._records.answered(at))

    def turns(self, turns: Sequence[Turn]) -> list[Turn]:
        """Notes what is new or has changed since the last time, and returns it."""
        changed = [turn for turn in turns if self._known.get(turn.seq) != turn]
        if changed:
            self._known.update({turn.seq: turn for turn in changed})
            self._later(lambda: self._records.turns(changed))
        return changed

    def event(self, kind: str, data: dict[str, Any]) -> None:
        """See `Records.event`."""
        self._later(lambda: self._records.event(kind, data))

    def latency(self, times: TurnTimes) -> None:
        """See `Records.latency`."""
        self._later(lambda: self._records.latency([times]))

    def recording(self, consent: Literal["announced", "given", "refused"]) -> None:
        """See `Records.recording`."""
        self._later(lambda: self._records.recording(consent))

    def first_speech(self, at: datetime, *, disclosed: bool) -> None:
        """See `Records.first_speech`."""
        self._later(lambda: self._records.first_speech(at, disclosed=disclosed))

    async def suppress(self, action: Suppress) -> None:
        """Writes an opt-out now; where that fails it goes on trying while the call goes on."""
        try:
            await asyncio.wait_for(self._records.suppress(action), 1.0)
        except Exception as problem:  # noqa: BLE001 - whatever fails, the opt-out has to be written
            _log.warning("An opt-out is written later: %s", problem)
            self._later(lambda: self._records.suppress(action))

    async def conclude(self, outcome: CallOutcome, usage: Sequence[Usage], *, within_s: float = 20.0) -> None:
        """Writes what is left and the end."""
        self._later(lambda: self._records.conclude(outcome, usage))
        self._entries.put_nowait(None)
        _, late = await asyncio.wait([self._writer], timeout=within_s)
        if late:
            self._writer.cancel()
            _log.error("The records of a call were not complete within %s s.", within_s)

    def _later(self, entry: Entry) -> None:
        self._entries.put_nowait(entry)

    async def _write(self) -> None:
        while (entry := await self._entries.get()) is not None:
            for pause in (*_PAUSES_S, None):
                try:
                    await entry()
                    break
                except Exception:  # noqa: BLE001 - whatever fails may succeed later
                    if pause is None:
                        _log.exception("A record of a call could not be written.")
                        break
                    await asyncio.sleep(pause)
