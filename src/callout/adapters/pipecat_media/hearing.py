"""The customer's side of a call: sound comes in, finished turns go to the host."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from callout.adapters.pipecat_media.options import MediaOptions
from callout.adapters.pipecat_media.recognition import Recognition
from callout.adapters.pipecat_media.speech_detector import SpeechDetector
from callout.features.calling.brain.inputs import Partial
from callout.features.calling.hosting.ears import Words
from callout.features.calling.hosting.host import CallHost
from callout.features.calling.hosting.turn_taking import TurnTaking

_GONE_S = 1.0


class Hearing:
    """Listens to one customer."""

    host: CallHost

    def __init__(
        self, options: MediaOptions, *, interrupted: Callable[[], Awaitable[None]], lost: Callable[[], None]
    ) -> None:
        """`host` is set by whoever builds the call.

        Args:
            options: how to listen.
            interrupted: awaited when the customer begins to speak.
            lost: told when no recogniser listens any more.
        """
        self._options = options
        self._interrupted = interrupted
        self._detector = SpeechDetector(options.hearing, options.rate)
        self._turns = TurnTaking(options.hearing.patience)
        self.recognition = Recognition(options.ears, options.rate, heard=self._understood, lost=lost)
        self._check: asyncio.TimerHandle | None = None
        self._gone: asyncio.TimerHandle | None = None
        self._stopping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to listen."""
        first = self._options.language
        others = {language[:2] for language in self._options.languages} - {first[:2]}
        self.recognition.start(first, may_be_others=bool(others))

    async def stop(self) -> None:
        """Ends what waits."""
        for timer in (self._check, self._gone):
            if timer is not None:
                timer.cancel()
        if self._stopping is not None:
            self._stopping.cancel()
        await self.recognition.stop()

    async def sound(self, audio: bytes) -> None:
        """Takes sound, 16-bit PCM."""
        changed = self._detector.hear(audio)
        self.recognition.sound(audio)
        if changed:
            await (self._began() if self._detector.is_speaking else self._paused(self._options.hearing.stop_s))
        if self._detector.is_speaking or changed:
            self._watch()

    async def _began(self) -> None:
        self._turns.began(time.monotonic() - self._options.hearing.start_s)
        await self._interrupted()
        self.recognition.began()
        self._look_at_turn()

    async def _paused(self, silence_s: float) -> None:
        now = time.monotonic()
        self._turns.paused(now - silence_s, now)
        self.recognition.ended()
        self._look_at_turn()

    def _understood(self, words: Words) -> None:
        if not words.is_final:
            self.host.take(Partial(text=self._turns.partial(words.text)))
        else:
            text = self._turns.final(words.text, words.language, time.monotonic())
            if words.text:
                self.host.take(Partial(text=text))
        self._look_at_turn()

    def _look_at_turn(self) -> None:
        """Hands over a finished turn, or looks again when it can be finished."""
        if self._check is not None:
            self._check.cancel()
            self._check = None
        now = time.monotonic()
        if (turn := self._turns.ended(now)) is not None:
            self.host.turn_ended(turn)
        if (due := self._turns.due_at()) is not None:
            self._check = asyncio.get_running_loop().call_later(max(0.0, due - now), self._look_at_turn)

    def _watch(self) -> None:
        """Where sound stops to come in, whoever spoke has stopped as well."""
        if self._gone is not None:
            self._gone.cancel()
            self._gone = None
        if self._detector.is_speaking:
            self._gone = asyncio.get_running_loop().call_later(_GONE_S, self._gone_quiet)

    def _gone_quiet(self) -> None:
        if self._detector.is_speaking:
            self._detector.stop()
            self._stopping = asyncio.create_task(self._paused(_GONE_S))
