"""Media Streams of the simulated Twilio: connects to a WebSocket as `<Connect><Stream>` does.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages. Messages out: connected, start, media (20 ms
of mu-law, paced), mark, dtmf, stop. In: media (played in order, at the pace of speech), mark (told back when everything
before it is played), clear (forgets what is not played and tells the marks back).
"""

import asyncio
import base64
import binascii
import json
import random
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

from websockets.asyncio.client import connect as websocket_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from callout.sandbox.twilio_callee import FRAME, FRAME_S, QUIET, Callee
from callout.sandbox.twilio_exchange import Line, new_sid
from callout.sandbox.twilio_webhooks import Pace

End = Literal["closed", "hung_up", "refused"]
Connect = Callable[[str], AbstractAsyncContextManager[Any]]
MOST_BUFFERED = 8000 * 600
"""Bytes of audio kept for playing: ten minutes."""
_SHORTEST_NAP_S = 0.005


class Socket(Protocol):
    """A WebSocket."""

    async def send(self, message: str) -> None: ...
    async def recv(self) -> str | bytes: ...
    async def close(self) -> None: ...


def connect(url: str) -> AbstractAsyncContextManager[Any]:
    """A WebSocket to an address, without compression, as Twilio's."""
    return websocket_connect(url, compression=None, proxy=None, open_timeout=5, max_size=2**20)


class MediaStream:
    """The audio of one call, until either end is over.

    Args:
        line: the call; its recordings take the sound.
        callee: who speaks and hears at the other end.
        pace: how fast audio goes by.
        open_socket: connects.
    """

    def __init__(self, line: Line, callee: Callee, pace: Pace, open_socket: Connect = connect) -> None:
        self.sid = new_sid("MZ")
        self._line, self._callee, self._pace, self._open = line, callee, pace, open_socket
        self._sequence = 0
        self._buffer = bytearray()
        self._marks: deque[tuple[int, str]] = deque()
        self._taken, self._played = 0, 0
        self._echoes: list[str] = []
        self._dice = random.Random(line.sid)
        self._chunk = 0

    async def run(self, url: str, parameters: dict[str, str], started: Callable[[], None]) -> End:
        """Connects and carries audio; says how it ended.

        Args:
            url: of the WebSocket.
            parameters: told with the first message.
            started: called when the connection stands.
        """
        try:
            async with self._open(url) as socket:
                await self._begin(socket, parameters)
                started()
                reading = asyncio.create_task(self._read(socket))
                try:
                    end = await self._carry(socket, reading)
                finally:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)
                if end == "hung_up":
                    await self._send(socket, "stop", self._whose())
                return end
        except ConnectionClosed:
            return "closed"
        except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as error:
            self._line.notes.append(f"stream 31920: {type(error).__name__}: {error}"[:300])
            return "refused"

    async def _begin(self, socket: Socket, parameters: dict[str, str]) -> None:
        await socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        start = {
            **self._whose(),
            "streamSid": self.sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        }
        await self._send(socket, "start", start)
        await self._callee.begin()

    async def _carry(self, socket: Socket, reading: asyncio.Task[None]) -> End:
        """Frames in step with the clock until the call, or the connection, is over."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not reading.done():
            if self._line.changed.is_set():
                return "hung_up"
            due += FRAME_S / self._pace.media_speed
            wait = due - loop.time()
            if wait > _SHORTEST_NAP_S or (wait > 0 and self._pace.media_speed <= 1):
                await asyncio.sleep(wait)
            elif wait < -1.0:
                due = loop.time()  # the machine was too slow; audio is not made up for
            else:
                await asyncio.sleep(0)
            if await self._frame(socket):
                return "hung_up"
        return "closed"

    async def _frame(self, socket: Socket) -> bool:
        """One frame each way; whether the callee hung up."""
        played = bytes(self._buffer[:FRAME])
        del self._buffer[:FRAME]
        self._played += len(played)
        while self._marks and self._marks[0][0] <= self._played:
            self._echoes.append(self._marks.popleft()[1])
        for name in self._echoes:
            await self._send(socket, "mark", {"name": name})
        self._echoes.clear()
        heard = played.ljust(FRAME, QUIET[:1])
        tick = await self._callee.tick(heard, is_agent_speaking=bool(self._buffer))
        for tape in self._line.tapes:
            tape.callee += tick.frame
            tape.agent += heard
        if tick.key:
            await self._send(socket, "dtmf", {"track": "inbound_track", "digit": tick.key})
        self._chunk += 1
        if self._dice.random() >= self._line.behaviour.drop:
            if self._line.behaviour.jitter_ms:
                late_s = self._dice.uniform(0, self._line.behaviour.jitter_ms) / 1000
                await asyncio.sleep(late_s / self._pace.media_speed)
            media = {
                "track": "inbound",
                "chunk": str(self._chunk),
                "timestamp": str(round(self._chunk * FRAME_S * 1000)),
                "payload": base64.b64encode(tick.frame).decode(),
            }
            await self._send(socket, "media", media)
        return tick.hangs_up

    async def _read(self, socket: Socket) -> None:
        while True:
            try:
                message = await socket.recv()
            except ConnectionClosed:
                return
            self._take(message)

    def _take(self, message: str | bytes) -> None:
        """What our side of the stream says; what makes no sense is noted, as Twilio's debugger does (31951)."""
        try:
            told = json.loads(message)
            is_ours = told["streamSid"] == self.sid and self._obey(told["event"], told)
        except (ValueError, KeyError, TypeError, binascii.Error):
            is_ours = False
        if not is_ours:
            self._line.notes.append(f"stream 31951: {message[:200]!r}")

    def _obey(self, event: str, told: dict[str, Any]) -> bool:
        """Whether it is an event Twilio knows."""
        if event == "media":
            audio = base64.b64decode(told["media"]["payload"], validate=True)
            if len(self._buffer) + len(audio) <= MOST_BUFFERED:
                self._buffer += audio
                self._taken += len(audio)
        elif event == "mark":
            self._marks.append((self._taken, str(told["mark"]["name"])))
        elif event == "clear":
            self._taken -= len(self._buffer)
            self._buffer.clear()
            self._echoes += [name for _, name in self._marks]
            self._marks.clear()
        return event in {"media", "mark", "clear"}

    async def _send(self, socket: Socket, event: str, told: dict[str, Any]) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), event: told, "streamSid": self.sid}
        await socket.send(json.dumps(message))

    def _whose(self) -> dict[str, Any]:
        return {"accountSid": self._line.account_sid, "callSid": self._line.sid}
