"""Callees with a stopwatch, for what an invented customer does not do on demand."""

import time
from typing import Any, Self

from callout.sandbox.marked_speech import MarkReader, say
from callout.sandbox.mu_law import SILENCE, ulaw_of
from callout.sandbox.twilio_behaviour import Behaviour
from callout.sandbox.twilio_callee import FRAME, QUIET, Callee, Tick


class Interrupter(Callee):
    """Speaks into the agent's words once it has heard so many of them, then listens and hangs up.

    Attributes:
        spoke_at: when its first frame of speech went out, on the monotonic clock.
        heard_words: what it heard of the agent, word by word.
    """

    def __init__(self, text: str, *, after_words: int, hangs_up_after_s: float = 6.0) -> None:
        super().__init__(Behaviour())
        self.spoke_at = 0.0
        self.heard_words: list[str] = []
        self._ear = MarkReader()
        self._text, self._after, self._stays = text, after_words, hangs_up_after_s
        self._audio = bytearray()

    async def begin(self) -> None:
        return

    async def tick(self, played: bytes, *, is_agent_speaking: bool) -> Tick:
        self.heard_words.extend(word.text.strip() for word in self._ear.feed_ulaw(played))
        if not self.spoke_at and len(self.heard_words) >= self._after:
            self.spoke_at = time.monotonic()
            self._audio += ulaw_of(say(self._text).pcm)
            self.said.append({"speaker": "callee", "text": self._text})
        frame = bytes(self._audio[:FRAME]).ljust(FRAME, bytes([SILENCE])) if self._audio else QUIET
        del self._audio[:FRAME]
        leaves = bool(self.spoke_at) and time.monotonic() - self.spoke_at > self._stays
        return Tick(frame, None, hangs_up=leaves)

    def finish(self) -> None:
        self.said.append({"speaker": "agent", "text": " ".join(self.heard_words)})


class Watched:
    """A media socket whose messages are timed: kind of message → moments."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self.moments: dict[str, list[float]] = {}

    async def __aenter__(self) -> Self:
        self._socket = await self._opened.__aenter__()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._opened.__aexit__(*problem)

    async def send(self, message: str) -> None:
        if '"start"' in message[:200]:
            self.moments.setdefault("start", []).append(time.monotonic())
        await self._socket.send(message)

    async def recv(self) -> str | bytes:
        message = await self._socket.recv()
        kind = "clear" if '"clear"' in str(message)[:40] else "media" if '"media"' in str(message)[:40] else "other"
        self.moments.setdefault(kind, []).append(time.monotonic())
        return message  # type: ignore[no-any-return]

    async def close(self) -> None:
        await self._socket.close()
