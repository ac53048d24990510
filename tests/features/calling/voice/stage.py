"""A voice process between simulators: ElevenLabs for speech both ways, Twilio's media streams, an invented customer."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec

from callout.adapters.elevenlabs.listening import ScribeEar
from callout.adapters.pipecat_media.call import LiveCall
from callout.adapters.pipecat_media.link import Link
from callout.adapters.pipecat_media.logs import join_logs
from callout.adapters.pipecat_media.options import HearingOptions, MediaOptions, Provider
from callout.features.accounts.tickets import Ticket
from callout.features.calling.brain.actions import CallTool, Suppress
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.inputs import ToolResult
from callout.features.calling.brain.outcome import CallOutcome
from callout.features.calling.brain.step import opening
from callout.features.calling.hosting.floor import Floor
from callout.features.calling.hosting.host import CallHost
from callout.features.calling.hosting.latency import TurnTimes
from callout.features.calling.hosting.ports import Thinker, Usage
from callout.features.calling.hosting.voice_choice import VoiceChoice
from callout.features.calling.rehearsal.agent_file import SAMPLE, read_agent
from callout.features.calling.rehearsal.desk import RehearsalDesk
from callout.features.conversations.model import Turn
from callout.kit.db.work import Work
from callout.kit.errors import Unauthenticated
from callout.kit.principal import Principal
from callout.run.http_server import HttpServer
from callout.sandbox import deepgram, elevenlabs, twilio_exchange
from callout.sandbox.marked_speech import say
from callout.sandbox.twilio_behaviour import Behaviour
from callout.sandbox.twilio_callee import Callee
from callout.sandbox.twilio_stream import End, MediaStream, connect
from callout.sandbox.twilio_webhooks import Pace
from callout.services.voice_media import SILENT, CallSocket, MediaSockets, StreamStart

VOICE = "21m00Tcm4TlvDq8ikWAM"
TOKEN = "good"


class Book:
    """Records kept in memory; `asked` is what was written, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.talk: dict[int, Turn] = {}
        self.times: list[TurnTimes] = []
        self.suppressed: list[Suppress] = []
        self.outcome: CallOutcome | None = None
        self.usage: Sequence[Usage] = ()
        self.concluded = asyncio.Event()

    async def answered(self, at: datetime) -> None:
        self.asked.append(("answered", at))

    async def turns(self, turns: Sequence[Turn]) -> None:
        self.talk.update({turn.seq: turn for turn in turns})

    async def event(self, kind: str, data: dict[str, Any]) -> None:
        self.asked.append((kind, data))

    async def latency(self, times: Sequence[TurnTimes]) -> None:
        self.times.extend(times)

    async def suppress(self, action: Suppress) -> None:
        self.suppressed.append(action)

    async def recording(self, consent: str) -> None:
        self.asked.append(("recording", consent))

    async def first_speech(self, at: datetime, *, disclosed: bool) -> None:
        self.asked.append(("first_speech", disclosed))

    async def conclude(self, outcome: CallOutcome, usage: Sequence[Usage]) -> None:
        self.outcome, self.usage = outcome, usage
        self.concluded.set()


class Exchange:
    """The phone call around the line."""

    def __init__(self, line: twilio_exchange.Line) -> None:
        self.line = line
        self.done: list[tuple[str, str]] = []

    async def transfer(self, to: str) -> None:
        self.done.append(("transfer", to))
        self.line.changed.set()

    async def take_over(self, to: str) -> None:
        self.done.append(("take_over", to))
        self.line.changed.set()

    async def say_instead(self, text: str, language: str) -> None:
        self.done.append(("say_instead", text))
        self.line.changed.set()

    async def hang_up(self) -> None:
        self.done.append(("hang_up", ""))
        self.line.changed.set()


class Desk:
    """The rehearsal's tools."""

    def __init__(self, brief: Brief) -> None:
        self.tools = RehearsalDesk(brief)

    async def carry_out(self, call: CallTool) -> ToolResult:
        return self.tools.carry_out(call)


class Scene(msgspec.Struct):
    """One call: what it is made of, and what came of it."""

    brief: Brief
    line: twilio_exchange.Line
    book: Book
    exchange: Exchange
    desk: Desk
    token: str = TOKEN
    key: tuple[UUID, UUID] = msgspec.field(default_factory=lambda: (uuid4(), uuid4()))
    is_ahead: bool = True
    thinker: Thinker | None = None
    call: LiveCall | None = None
    end: End | None = None

    @property
    def agent_heard(self) -> str:
        """All the callee heard."""
        return " ".join(one["text"] for one in self.line.said if one["speaker"] == "agent")


class Stage:
    """Simulators and one voice process."""

    def __init__(self, speech_url: str, media_url: str, floor: Floor) -> None:
        self.speech_url, self.media_url, self.floor = speech_url, media_url, floor
        self.deepgram_url = ""
        self.scenes: dict[str, Scene] = {}
        self.options = MediaOptions(
            voice_provider=Provider(base_url=speech_url, api_key="sk_stage"),
            ears=(lambda rate: ScribeEar(speech_url, "sk_stage", rate),),
            voice=VoiceChoice(voice=VOICE),
            hearing=HearingOptions(),
        )
        self.backup: Any = None
        self.tickets = Tickets()
        self.media_path = "/media/twilio"

    def scene(self, behaviour: Behaviour, **changes: Any) -> Scene:
        """Prepares a call."""
        brief = msgspec.structs.replace(read_agent(SAMPLE, datetime.now(UTC)), **changes)
        sid = twilio_exchange.new_sid("CA")
        line = twilio_exchange.Line(
            sid=sid,
            account_sid="AC" + "0" * 32,
            to="+13055550100",
            from_number="+13055550000",
            created=datetime.now(UTC),
            behaviour=behaviour,
            asked=None,  # type: ignore[arg-type]  # the request that made it plays no part here
        )
        scene = Scene(brief, line, Book(), Exchange(line), Desk(brief))
        self.scenes[sid] = scene
        return scene

    def web_scene(self, ticket: str = "ticket", *, role: str = "owner", **changes: Any) -> tuple[Scene, str]:
        """Prepares a call of a browser: the call, and the address of its socket."""
        scene, call_id = self.scene(Behaviour(), **changes), uuid4()
        self.scenes[str(call_id)] = scene
        self.tickets.good[ticket] = (role, call_id)
        return scene, f"{self.media_url}/media/web/{scene.token}?ticket={ticket}"

    async def play(
        self, scene: Scene, *, token: str = TOKEN, callee: Callee | None = None, open_socket: Any = connect
    ) -> Scene:
        """Runs a call to its end."""
        callee = callee or Callee(scene.line.behaviour)
        stream = MediaStream(scene.line, callee, Pace(), open_socket)
        scene.line.said = callee.said
        scene.end = await stream.run(f"{self.media_url}{self.media_path}", {"token": token}, lambda: None)
        callee.finish()
        if scene.call is not None:
            await asyncio.wait_for(scene.book.concluded.wait(), 30)
        return scene

    # the source of calls

    async def take(self, token: str, start: StreamStart, websocket: CallSocket) -> "Carried | None":
        scene = self.scenes.get(start.call_id)
        if scene is None or token != scene.token:
            return None
        options = msgspec.structs.replace(self.options, line=start.way)

        def host(line: Link) -> CallHost:
            return CallHost(
                scene.brief,
                line,
                carrier=scene.exchange,
                tools=scene.desk,
                records=scene.book,
                thinker=scene.thinker,
                now=lambda: datetime.now(UTC),
                show=line.show,
            )

        async def silent() -> None:
            websocket.closing_code = SILENT

        scene.call = LiveCall(
            websocket,
            start.stream_id,
            options,
            host,
            ahead=self._ahead(scene, options.rate),
            backup=self.backup,
            on_silence=silent,
        )
        return Carried(scene.key, scene.call)

    def _ahead(self, scene: Scene, rate: int) -> Mapping[str, bytes]:
        if not scene.is_ahead:
            return {}
        return {one.text: say(one.text, rate=rate).pcm for one in opening(scene.brief, datetime.now(UTC))}


class Tickets:
    """The tickets of browsers: ticket → (role, call)."""

    def __init__(self) -> None:
        self.good: dict[str, tuple[str, UUID | None]] = {}

    async def redeem(self, ticket: str, *, audience: str) -> tuple[Principal, Ticket]:
        if audience != "media" or ticket not in self.good:
            raise Unauthenticated
        role, call_id = self.good.pop(ticket)
        tenant_id, session_id = uuid4(), uuid4()
        principal = Principal(role=role, tenant_id=tenant_id, actor_id=uuid4(), session_id=session_id)
        return principal, Ticket(tenant_id, session_id, audience, call_id)

    async def still_stands(self, work: Work) -> bool:
        return True


class Carried:
    """A call of the stage."""

    def __init__(self, key: tuple[UUID, UUID], call: LiveCall) -> None:
        self.key, self.host, self._call = key, call.host, call
        self.audience = call.audience

    @property
    def is_silent(self) -> bool:
        return self._call.is_silent

    async def run(self) -> None:
        await self._call.run()


class MediaApp:
    """The media sockets without the rest of the service."""

    def __init__(self, sockets: MediaSockets) -> None:
        self.sockets = sockets

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        await self.sockets.serve(CallSocket(scope, receive, send), scope["path"].removeprefix("/media"))


@asynccontextmanager
async def stage(*, capacity: int = 10, lag_budget_ms: float = 1e9) -> AsyncIterator[Stage]:
    """Opens a stage."""
    join_logs()
    ports = [free_port(), free_port(), free_port()]
    floor = Floor(capacity=capacity, lag_budget_ms=lag_budget_ms)
    floor.lag.start()
    async with httpx.AsyncClient(timeout=10) as client:
        made = Stage(f"http://127.0.0.1:{ports[0]}", f"ws://127.0.0.1:{ports[1]}", floor)
        speech = HttpServer(elevenlabs.create_app(client), "127.0.0.1", ports[0])
        media = HttpServer(MediaApp(MediaSockets(floor, made, made.tickets)), "127.0.0.1", ports[1])
        other_ear = HttpServer(deepgram.create_app(), "127.0.0.1", ports[2])
        made.deepgram_url = f"http://127.0.0.1:{ports[2]}"
        for one in (speech, media, other_ear):
            await one.start()
        try:
            yield made
        finally:
            floor.lag.stop()
            await media.stop(within_s=1)
            await speech.stop(within_s=1)
            await other_ear.stop(within_s=1)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
