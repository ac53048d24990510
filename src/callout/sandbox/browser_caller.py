"""Somebody who talks to an agent from a browser: sends and plays 16 kHz sound on the media socket of a test call.

Hears by the marks in the sound (`marked_speech`), and speaks when the agent has been quiet for a moment.
"""

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from callout.sandbox.marked_speech import MarkReader, say

RATE = 16_000
FRAME = RATE // 50 * 2
FRAME_S = 0.02


class BrowserCaller:
    """One person at one browser.

    Attributes:
        heard: the agent's words as they were played.
        told: the text messages that came.
        close_code: why the socket was closed.
    """

    def __init__(self, lines: Sequence[str], *, patience_s: float = 0.6, hangs_up: bool = True) -> None:
        """Says its lines one after the other, then hangs up, or waits until the agent does.

        Args:
            lines: what it says.
            patience_s: how long the agent has to be quiet before it speaks.
            hangs_up: after its last line and the answer to it.
        """
        self.heard = ""
        self.told: list[dict[str, Any]] = []
        self.close_code: int | None = None
        self._lines, self._patience_s, self._hangs_up = deque(lines), patience_s, hangs_up
        self._ear = MarkReader()
        self._to_play = bytearray()
        self._to_say = bytearray()
        self._quiet_s = 0.0
        self._is_answered = False

    async def talk(self, url: str) -> None:
        """Calls, and returns when the call is over. `url`: of the media socket, with its ticket."""
        async with connect(url, compression=None, proxy=None, max_size=2**20) as socket:
            reading = asyncio.create_task(self._read(socket))
            try:
                await socket.send(json.dumps({"type": "start"}))
                await self._carry(socket, reading)
            except ConnectionClosed:
                pass
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
        self.close_code = socket.close_code

    async def _carry(self, socket: ClientConnection, reading: asyncio.Task[None]) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not reading.done():
            due = max(due + FRAME_S, loop.time() - 1)
            await asyncio.sleep(max(0.0, due - loop.time()))
            self._play()
            if not self._to_say and self._may_speak():
                if not self._lines:
                    await socket.send(json.dumps({"type": "hangup"}))
                    await reading
                    return
                self._to_say += say(self._lines.popleft(), rate=RATE).pcm
                self._is_answered = False
            frame = bytes(self._to_say[:FRAME])
            del self._to_say[:FRAME]
            await socket.send(frame.ljust(FRAME, b"\0"))

    def _may_speak(self) -> bool:
        is_my_turn = self._is_answered and self._quiet_s >= self._patience_s
        return is_my_turn and (bool(self._lines) or self._hangs_up)

    def _play(self) -> None:
        frame = bytes(self._to_play[:FRAME])
        del self._to_play[:FRAME]
        for word in self._ear.feed_pcm(frame):
            self.heard += word.text
            self._is_answered = True
        self._quiet_s = 0.0 if frame or self._to_say else self._quiet_s + FRAME_S

    async def _read(self, socket: ClientConnection) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                self._to_play += message
                continue
            told = json.loads(message)
            self.told.append(told)
            if told["type"] == "clear":
                self._to_play.clear()
            elif told["type"] == "mark":
                await self._echo(socket, told)

    async def _echo(self, socket: ClientConnection, mark: dict[str, Any]) -> None:
        while self._to_play:  # noqa: ASYNC110 - played out by the clock
            await asyncio.sleep(FRAME_S)
        await socket.send(json.dumps(mark))
