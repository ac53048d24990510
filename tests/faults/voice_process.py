"""A voice process on a clock that runs fast, to be killed. Calls in text are held by the same host as those by voice."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from starlette.websockets import WebSocketDisconnect

from callout.adapters import llm  # noqa: F401 - forked with it
from callout.features.calling.brain.actions import Say
from callout.features.calling.brain.inputs import AgentSaid, Dtmf, Final, Hangup
from callout.features.calling.calls import live
from callout.features.calling.calls.live import Claimed
from callout.features.calling.calls.records import CallRecords
from callout.features.calling.hosting.audience import Audience, Side
from callout.features.calling.hosting.carrier import TelephonyCarrier
from callout.features.calling.hosting.host import CallHost
from callout.kit.principal import Principal
from callout.run import voice, wiring
from callout.run.assembly import Assembly
from callout.run.http_server import HttpServer
from callout.run.voice_calls import LiveCalls
from callout.sandbox.twilio_text import TEXT, WORDS_PER_S
from callout.services.voice_media import CallSocket, StreamStart
from tests.faults.campaign_worker import VOICE_READY, clock_of, follow_for_ever, installation_of

SETTLES_S = 0.03
"""After this without a further sentence the agent has said what it wanted to say."""


class TextRecords(CallRecords):
    """The records of a call in text: the agent speaks at once, whatever the fast clock makes of a busy machine."""

    async def first_speech(self, at: object, *, disclosed: bool) -> None:
        async with self._locked() as (_, call):
            call.first_speech_at = call.first_speech_at or call.answered_at
            if disclosed:
                call.disclosure_played_at = call.disclosure_played_at or call.answered_at


class TextCall:
    """A call in text. Implements `services.voice_media.Carried` and `hosting.ports.Line`."""

    is_silent = False
    rate = 8_000
    tap: Callable[[Side, bytes], None] | None = None

    def __init__(self, made: Assembly, claimed: Claimed, start: StreamStart, socket: CallSocket, carrier: Any) -> None:
        self.key: tuple[UUID, UUID] = (claimed.tenant_id, claimed.call_id)
        self._made, self._start, self._socket = made, start, socket
        self._clock = made.database.clock
        self._says: asyncio.Queue[Say] = asyncio.Queue()
        self._over = asyncio.Event()
        self.audience = Audience(self)
        self.host = CallHost(
            claimed.brief,
            self,
            carrier=carrier,
            tools=made.calls.tools.of(*self.key),
            records=TextRecords(made.database, *self.key),
            thinker=None,
            now=self._clock.now,
        )

    async def run(self) -> None:
        """Until either side hangs up."""
        tasks = [asyncio.create_task(one) for one in (self._listen(), self._talk(), self._over.wait())]
        self.host.opened()
        done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self.host.close([], Hangup(by="customer" if tasks[0] in done else "agent"))
        await live.release(self._made.database, *self.key)

    async def _listen(self) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                told = json.loads(await self._socket.receive_text())
                match told["event"]:
                    case "text" if words := told["text"]["body"]:
                        self.host.take(Final(text=words, duration_ms=round(len(words.split()) / WORDS_PER_S * 1000)))
                    case "dtmf":
                        self.host.take(Dtmf(digit=told["dtmf"]["digit"]))
                    case "stop":
                        return

    async def _talk(self) -> None:
        while True:
            said = await self._spoken(await self._says.get())
            with suppress(TimeoutError):
                while True:
                    said += " " + await self._spoken(await asyncio.wait_for(self._says.get(), SETTLES_S))
            message = {"event": "text", "streamSid": self._start.stream_id, "text": {"body": said}}
            await self._socket.send_text(json.dumps(message))

    async def _spoken(self, say: Say) -> str:
        self.host.sounded(say.id)
        seconds = len(say.text.split()) / WORDS_PER_S
        await asyncio.sleep(seconds / self._clock.speed)
        self.host.take(AgentSaid(say_id=say.id, text=say.text, duration_ms=round(seconds * 1000)))
        return say.text

    # the host's line

    async def speak(self, say: Say) -> None:
        """See `Line.speak`."""
        self._says.put_nowait(say)

    async def hush(self) -> list[AgentSaid]:
        """Nobody interrupts in text; what waits is dropped."""
        dropped = []
        while not self._says.empty():
            dropped.append(AgentSaid(say_id=self._says.get_nowait().id, text="", interrupted=True))
        return dropped

    async def press(self, digits: str) -> None:
        """Nobody hears keys in text."""

    async def switch_language(self, language: str) -> None:
        """Words are understood in any language."""

    async def played_out(self) -> None:
        """Words arrive at once."""
        await asyncio.sleep(SETTLES_S * 2)

    async def close(self) -> None:
        """See `Line.close`."""
        self._over.set()


class TownCalls(LiveCalls):
    """Takes calls in text, too."""

    def __init__(self, made: Assembly, process: str) -> None:
        super().__init__(made, process)
        self._town = (made, process)

    async def take(self, token: str, start: StreamStart, websocket: CallSocket) -> Any:
        """See `CallSource.take`."""
        if not start.stream_id.startswith(TEXT):
            return await super().take(token, start, websocket)
        made, process = self._town
        claimed = await live.claim(made.database, token, process)
        if claimed is None:
            return None
        async with made.database.transaction(Principal.system(claimed.tenant_id)) as work:
            telephony = await made.calling.telephony.telephony_of(work)
        assert telephony is not None
        carrier = TelephonyCarrier(telephony.adapter, start.call_id, status_url="")
        return TextCall(made, claimed, start, websocket, carrier)


async def run(given: dict[str, Any]) -> None:
    """Carries calls until it is killed; says so once it does, and follows the clock."""
    made = wiring.build(installation_of(given), clock := clock_of(given))
    app = voice.application(made, wiring.parts_of(made), TownCalls)
    serving = HttpServer(app, "127.0.0.1", given["ports"]["voice"])
    await serving.start()
    (Path(given["folder"]) / VOICE_READY).touch()
    await follow_for_ever(clock, Path(given["folder"]))
