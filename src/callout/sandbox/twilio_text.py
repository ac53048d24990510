"""Media streams of the simulated Twilio in text: what is said at either end goes as words, at the pace of speech.

For rehearsals of hours in minutes, which audio could not keep pace with. The messages are those of Media Streams
(`twilio_stream`), with `text` in place of `media`: out, what the callee says; in, what the agent said until it fell
silent. An empty text from us means that the agent waits.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from callout.features.calling.rehearsal.caller import Utterance
from callout.sandbox.twilio_behaviour import MENU
from callout.sandbox.twilio_callee import caller_of
from callout.sandbox.twilio_exchange import Line, new_sid
from callout.sandbox.twilio_stream import Connect, End, Socket
from callout.sandbox.twilio_webhooks import Pace

TEXT = "MX"
"""How ids of streams in text begin."""
WORDS_PER_S = 2.5
_REPLY_S = 0.7
_MACHINE_LISTENS_S = 60.0


class TextStream:
    """The words of one call, until either end is over. Used as `twilio_stream.MediaStream`."""

    def __init__(self, line: Line, pace: Pace, open_socket: Connect) -> None:
        self.sid = new_sid(TEXT)
        self._line, self._pace, self._open = line, pace, open_socket
        self._caller = caller_of(line.behaviour)
        self._began = asyncio.get_running_loop().time()
        self._sequence = 0

    async def run(self, url: str, parameters: dict[str, str], started: Callable[[], None]) -> End:
        """See `MediaStream.run`."""
        try:
            async with self._open(url) as socket:
                await self._send(socket, "connected", {"protocol": "Call", "version": "1.0.0"})
                start = {
                    "streamSid": self.sid,
                    "callSid": self._line.sid,
                    "accountSid": self._line.account_sid,
                    "mediaFormat": {"encoding": "text"},
                    "customParameters": parameters,
                }
                await self._send(socket, "start", start)
                started()
                talking = asyncio.create_task(self._talk(socket))
                changed = asyncio.create_task(self._line.changed.wait())
                try:
                    await asyncio.wait({talking, changed}, return_when=asyncio.FIRST_COMPLETED)
                    end: End = "hung_up" if not talking.done() or talking.result() else "closed"
                finally:
                    talking.cancel()
                    changed.cancel()
                    await asyncio.gather(talking, changed, return_exceptions=True)
                if end == "hung_up":
                    await self._send(socket, "stop", {"callSid": self._line.sid})
                return end
        except ConnectionClosed:
            return "closed"
        except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as error:
            self._line.notes.append(f"stream 31920: {type(error).__name__}: {error}"[:300])
            return "refused"

    async def _talk(self, socket: Socket) -> bool:
        """Speaks and listens; whether the callee hung up, rather than our side."""
        behaviour = self._line.behaviour
        limit_s = behaviour.hangs_up_after_s or (None if behaviour.answers == "human" else _MACHINE_LISTENS_S)
        try:
            async with asyncio.timeout(limit_s / self._pace.speed if limit_s else None):
                if behaviour.answers == "ivr":
                    await self._say(socket, Utterance(text=MENU))
                elif behaviour.answers in {"machine", "screening"}:
                    await self._say(socket, await self._caller.reply(""))
                while True:
                    heard = await self._hear(socket)
                    if behaviour.answers not in {"human", "screening", "never_reports"}:
                        continue
                    utterance = await self._caller.reply(heard)
                    await self._say(socket, utterance)
                    if utterance.hangs_up:
                        return True
        except TimeoutError:
            return True
        except ConnectionClosed:
            return False

    async def _hear(self, socket: Socket) -> str:
        while True:
            told = json.loads(await socket.recv())
            if told.get("event") == "text":
                text = str(told["text"]["body"])
                if text:
                    self._note("agent", text)
                return text

    async def _say(self, socket: Socket, utterance: Utterance) -> None:
        await self._pace.sleep(_REPLY_S + len(utterance.text.split()) / WORDS_PER_S)
        if utterance.key:
            await self._send(socket, "dtmf", {"track": "inbound_track", "digit": utterance.key})
        if utterance.text or not utterance.hangs_up:
            self._note("callee", utterance.text)
            await self._send(socket, "text", {"track": "inbound", "body": utterance.text})

    def _note(self, speaker: str, text: str) -> None:
        at_s = (asyncio.get_running_loop().time() - self._began) * self._pace.speed
        self._line.said.append({"speaker": speaker, "text": text, "at_s": round(at_s, 2)})

    async def _send(self, socket: Socket, event: str, told: dict[str, Any]) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), event: told, "streamSid": self.sid}
        await socket.send(json.dumps(message))
