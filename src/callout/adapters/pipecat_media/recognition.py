"""What the customer says, by the first recogniser that can be reached; where one fails the next takes over."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from callout.adapters.pipecat_media.unheard import END, Unheard
from callout.features.calling.hosting.ears import Ear, EarLostError, MakeEar, Words

_log = logging.getLogger(__name__)
_OPEN_WITHIN_S: Final = 3.0
_CLOSE_WITHIN_S: Final = 0.5
_FAILURES_EACH: Final = 4
"""Failures in a row, without a word in between, after which nobody listens any more; for each recogniser."""
_PAUSES_S: Final = (0.3, 0.6, 1.2, 2.0)
"""Between rounds through all recognisers."""
_ALIVE_EVERY_S: Final = 4.0
_SPEECH_S: Final = 0.08
_SILENCE_S: Final = 0.24
_PASSING: Final = (408, 429)


class _DroppedError(EarLostError):
    """The connection ended and nothing was said about why."""


class Recognition:
    """One call's way from sound to words.

    Every end of an utterance is answered by final words once, in order, whatever fails in between: who takes over is
    told all that was not understood yet.

    Attributes:
        seconds: of sound told to each provider.
        models: that listened, by provider.
    """

    def __init__(
        self, makers: Sequence[MakeEar], rate: int, *, heard: Callable[[Words], None], lost: Callable[[], None]
    ) -> None:
        """Nothing is connected yet.

        Args:
            makers: of ears, the preferred one first.
            rate: samples per second, 16 bits each.
            heard: told the words.
            lost: told when nobody listens any more.
        """
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.models: dict[str, str] = {}
        self._makers = list(makers)
        self._rate = rate
        self._heard, self._lost = heard, lost
        self._language, self._may_be_others = "en", False
        self._unheard = Unheard(rate)
        self._gathered = bytearray()
        self._more = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._ear: Ear | None = None
        self._sent_at = 0.0
        self._due: float | None = None
        self._patience: asyncio.Timeout | None = None
        self._listening: asyncio.Task[None] | None = None
        self._moves = self._was_useful = self._is_lost = False

    def start(self, language: str, *, may_be_others: bool) -> None:
        """Begins to connect; nobody waits for it, what is said meanwhile is kept. `language`: ISO 639-1."""
        self._language, self._may_be_others = language, may_be_others
        self._listening = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Closes the connection."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def switch_language(self, language: str) -> None:
        """Listens for another language from now on."""
        self._language, self._moves = language, True
        if self._socket is not None:
            await self._socket.close()

    # from the customer; nobody waits for a socket here

    def sound(self, pcm: bytes) -> None:
        """Takes sound, 16-bit PCM; it goes on in pieces, longer ones while nobody speaks."""
        self._gathered += pcm
        if len(self._gathered) >= (_SPEECH_S if self._unheard.is_speech else _SILENCE_S) * 2 * self._rate:
            self._hand_over()

    def began(self) -> None:
        """The customer speaks."""
        self._unheard.is_speech = True
        self._hand_over()

    def ended(self) -> None:
        """The customer is silent: asks for final words."""
        self._hand_over()
        self._unheard.ended()
        if self._is_lost:
            self._answer_nothing()
        elif self._ear is not None and self._due is None:
            self._wait_for(self._ear)

    def _hand_over(self) -> None:
        piece, self._gathered = bytes(self._gathered), bytearray()
        self._unheard.sound(piece)
        self._more.set()

    # to the customer's words

    async def _listen(self) -> None:
        failures = 0
        while self._makers and failures < _FAILURES_EACH * len(self._makers):
            self._was_useful = False
            ear = self._makers[0](self._rate)
            problem = await self._hold(ear)
            if self._moves:
                continue
            _log.warning("The recogniser %s is lost: %s", ear.provider, problem)
            failures = 1 if self._was_useful else failures + 1
            first = self._makers.pop(0)
            if self._was_useful and isinstance(problem, _DroppedError):
                self._makers.insert(0, first)  # a connection that ends is no reason to leave who understood well
                continue
            self._makers += [] if problem.is_for_good else [first]
            if failures >= len(self._makers) > 0:
                await asyncio.sleep(_PAUSES_S[min(failures - len(self._makers), len(_PAUSES_S) - 1)])
        self._is_lost = True
        self._answer_nothing()
        self._lost()

    def _answer_nothing(self) -> None:
        while self._unheard.ends:
            self._answer(Words("", is_final=True), None)

    async def _hold(self, ear: Ear) -> EarLostError:
        """Listens with one ear as long as it can; returns why it cannot any more."""
        self._moves = False
        url, headers = ear.address(self._language, may_be_others=self._may_be_others)
        try:
            async with connect(
                url,
                additional_headers=headers,
                compression=None,
                open_timeout=_OPEN_WITHIN_S,
                close_timeout=_CLOSE_WITHIN_S,
            ) as socket:
                if self._moves:
                    return _DroppedError("another language")
                self._socket, self._ear = socket, ear
                self._wait_for(ear if self._unheard.ends else None)
                tasks = [asyncio.create_task(one) for one in (self._tell(socket, ear), self._keep_alive(socket, ear))]
                try:
                    await self._read(socket, ear)
                finally:
                    self._socket = self._ear = self._due = None
                    for task in tasks:
                        task.cancel()
        except EarLostError as lost:
            return lost
        except InvalidStatus as refused:
            status = refused.response.status_code
            is_for_good = 400 <= status < 500 and status not in _PASSING
            return EarLostError(f"status {status}", is_for_good=is_for_good)
        except ConnectionClosed as closed:
            return _DroppedError(str(closed))
        except (OSError, TimeoutError, WebSocketException) as problem:
            return EarLostError(f"{type(problem).__name__} {problem}")
        return _DroppedError("closed")

    async def _tell(self, socket: ClientConnection, ear: Ear) -> None:
        """Tells what was not understood yet, and from then on all that comes.

        That the connection is lost, or takes nothing more, is noticed by whoever reads from it.
        """
        number = -1
        with suppress(ConnectionClosed):
            while True:
                while (following := self._unheard.after(number)) is not None:
                    number, piece = following
                    if piece is END:
                        await socket.send(ear.commit())
                        continue
                    self._sent_at = time.monotonic()
                    self.seconds[ear.provider] += len(piece) / 2 / self._rate
                    self.models[ear.provider] = ear.model
                    await socket.send(ear.audio(piece))
                self._more.clear()
                await self._more.wait()

    async def _read(self, socket: ClientConnection, ear: Ear) -> None:
        while True:
            try:
                async with asyncio.timeout_at(self._due) as self._patience:
                    message = await socket.recv()
            except TimeoutError:
                if not ear.is_silence_an_answer:
                    raise EarLostError("no answer") from None
                self._answer(ear.unanswered(), ear)
                continue
            finally:
                self._patience = None
            if (words := ear.read(message)) is not None:
                self._was_useful = self._was_useful or bool(words.text)
                if words.is_final:
                    self._answer(words, ear)
                else:
                    self._heard(words)

    def _answer(self, words: Words, ear: Ear | None) -> None:
        self._unheard.answered()
        self._wait_for(ear if self._unheard.ends else None)
        self._heard(words)

    def _wait_for(self, ear: Ear | None) -> None:
        """Waits for its next answer; longer where nobody else could give it."""
        self._due = None
        if ear is not None:
            patience_s = ear.answer_s if len(self._makers) > 1 else 2 * ear.answer_s
            self._due = asyncio.get_running_loop().time() + patience_s
        if self._patience is not None:
            self._patience.reschedule(self._due)

    async def _keep_alive(self, socket: ClientConnection, ear: Ear) -> None:
        """Where no sound comes for a while, such as on hold."""
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(_ALIVE_EVERY_S)
                if time.monotonic() - self._sent_at >= _ALIVE_EVERY_S:
                    await socket.send(ear.alive())
