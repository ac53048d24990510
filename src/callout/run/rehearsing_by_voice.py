"""Rehearses an agent by voice: media sockets and simulated speech on loopback ports, and invented customers."""

from __future__ import annotations

import asyncio
import secrets
import socket
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec

from callout.adapters.elevenlabs.listening import ScribeEar
from callout.adapters.pipecat_media.call import LiveCall
from callout.adapters.pipecat_media.logs import join_logs
from callout.adapters.pipecat_media.options import HearingOptions, MediaOptions, Provider
from callout.features.calling.brain.actions import Action, CallTool, Suppress, Think
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.inputs import Amd, Thought, ToolResult
from callout.features.calling.brain.outcome import CallOutcome
from callout.features.calling.hosting.floor import Floor
from callout.features.calling.hosting.host import CallHost
from callout.features.calling.hosting.latency import TurnTimes
from callout.features.calling.hosting.ports import Line, Usage
from callout.features.calling.hosting.voice_choice import VoiceChoice
from callout.features.calling.rehearsal.caller import ScriptedCaller
from callout.features.calling.rehearsal.desk import RehearsalDesk
from callout.features.calling.rehearsal.facts import Facts, invent
from callout.features.calling.rehearsal.personas import Persona
from callout.features.calling.rehearsal.play import Played, Thinker
from callout.features.calling.rehearsal.rehearse import Rehearsal
from callout.features.calling.rehearsal.scoring import score
from callout.features.conversations.model import Turn
from callout.run.errors import RunError
from callout.run.http_server import HttpServer
from callout.sandbox import elevenlabs, twilio_exchange
from callout.sandbox.twilio_behaviour import Answers, Behaviour, detection_of
from callout.sandbox.twilio_callee import Callee
from callout.sandbox.twilio_stream import MediaStream
from callout.sandbox.twilio_webhooks import Pace
from callout.services.voice_media import CallSocket, MediaSockets, StreamStart

AT_ONCE = 3
"""Calls at once on two cores."""
MOST_S = 240.0
_VOICE = "21m00Tcm4TlvDq8ikWAM"
_ANSWERS: dict[str | None, Answers] = {"voicemail": "machine", "screening": "screening", "ivr": "ivr", "fax": "fax"}
_FULL_LAG_MS = 1e9
"""A rehearsal refuses no call, however busy the machine is."""


async def rehearse_by_voice(
    brief: Brief,
    personas: Sequence[Persona],
    seeds: Sequence[int],
    *,
    at_once: int = AT_ONCE,
    speed: float = 1.0,
    thinker: Thinker | None = None,
) -> list[Rehearsal]:
    """Plays every persona with every seed in real time, several at once; the order is that of the arguments.

    Args:
        brief: of the agent; with `use_llm` a `thinker` makes its replies.
        personas: who answers.
        seeds: one call each.
        at_once: how many calls.
        speed: of speech at both ends, up to the provider's 1.2; pauses stay as they are.
        thinker: the agent's language model.

    Raises:
        ExceptionGroup: of RunError, when calls were lost.
    """
    room = asyncio.Semaphore(at_once)
    async with _stage(at_once, speed) as stage:

        async def play(persona: Persona, seed: int) -> Rehearsal:
            async with room:
                return await stage.play(_Scene(brief, persona, seed, thinker))

        async with asyncio.TaskGroup() as group:
            playing = [group.create_task(play(persona, seed)) for persona in personas for seed in seeds]
    return [task.result() for task in playing]


@dataclass
class _Scene:
    """One call. Implements `Records`, `Tools`, `Carrier` and `hosting.ports.Thinker` of its host."""

    brief: Brief
    persona: Persona
    seed: int
    thinker: Thinker | None
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    actions: list[Action] = field(default_factory=list)
    call: LiveCall | None = None
    outcome: CallOutcome | None = None

    def __post_init__(self) -> None:
        """Invents the customer, as a rehearsal in text with this seed would."""
        self.dice = Random(zlib.crc32(f"{self.persona.code}:{self.seed}".encode()))
        self.facts: Facts = invent(self.persona, self.brief, self.dice, self.began)
        self.desk = RehearsalDesk(self.brief)
        self.concluded = asyncio.Event()
        self.line = twilio_exchange.Line(
            sid=twilio_exchange.new_sid("CA"),
            account_sid=twilio_exchange.new_sid("AC"),
            to=self.brief.context.called_number or "",
            from_number="",
            created=self.began,
            behaviour=Behaviour(
                answers=_ANSWERS.get(self.persona.carrier, "human"), persona=self.persona.code, seed=self.seed
            ),
            asked=twilio_exchange.Form(),
        )

    def callee(self, speed: float) -> Callee:
        """Whoever answers, and how fast they speak."""
        caller = ScriptedCaller(self.persona, self.facts, self.brief, self.dice)
        return Callee(self.line.behaviour, caller=caller, speed=speed)

    def host(self, line: Line) -> CallHost:
        """The agent's side."""
        return CallHost(
            self.brief,
            line,
            carrier=self,
            tools=self,
            records=self,
            thinker=self if self.thinker is not None else None,
            now=lambda: datetime.now(UTC),
            watch=self.actions.append,
        )

    async def detect(self) -> None:
        """What the carrier's machine detection says of a machine."""
        if self.persona.carrier is None or self.line.behaviour.answers == "screening":
            return
        waits = self.brief.voicemail_action == "leave_message"
        word, after_s = detection_of(self.line.behaviour, waits_for_end=waits)
        await asyncio.sleep(after_s)
        if self.call is not None and word.startswith("machine"):
            self.call.host.take(Amd(line="voicemail", beep=word == "machine_end_beep"))

    def played(self) -> Played:
        """What was played.

        Raises:
            RunError: the call did not come about, or did not end.
        """
        if self.call is None or self.outcome is None:
            raise RunError(f"The call with {self.persona.code} was lost: {self.line.notes}")
        state = self.call.host.state
        return Played(
            state=state,
            outcome=self.outcome,
            actions=tuple(self.actions),
            used=tuple(self.desk.used),
            orders=dict(self.desk.orders),
            words=tuple(one["text"] for one in self.line.said if one["speaker"] == "agent"),
            duration_s=(datetime.now(UTC) - self.began).total_seconds(),
            is_cut=not state.is_ended,
        )

    # the language model, tools and carrier

    def think(self, think: Think) -> AsyncIterator[Thought]:
        assert self.thinker is not None
        return self.thinker(think)

    async def carry_out(self, call: CallTool) -> ToolResult:
        return self.desk.carry_out(call)

    async def transfer(self, to: str) -> None:
        self.line.changed.set()

    async def take_over(self, to: str) -> None:
        self.line.changed.set()

    async def say_instead(self, text: str, language: str) -> None:
        self.line.changed.set()

    async def hang_up(self) -> None:
        self.line.changed.set()

    # records: only what came of it is kept

    async def answered(self, at: datetime) -> None: ...

    async def turns(self, turns: Sequence[Turn]) -> None: ...

    async def event(self, kind: str, data: dict[str, Any]) -> None: ...

    async def latency(self, times: Sequence[TurnTimes]) -> None: ...

    async def suppress(self, action: Suppress) -> None: ...

    async def recording(self, consent: str) -> None: ...

    async def first_speech(self, at: datetime, *, disclosed: bool) -> None: ...

    async def conclude(self, outcome: CallOutcome, usage: Sequence[Usage]) -> None:
        self.outcome = outcome
        self.concluded.set()


class _Carried:
    """Implements `services.voice_media.Carried`."""

    def __init__(self, call: LiveCall) -> None:
        self.key: tuple[UUID, UUID] = (uuid4(), uuid4())
        self.host, self.audience, self._call = call.host, call.audience, call

    @property
    def is_silent(self) -> bool:
        return self._call.is_silent

    async def run(self) -> None:
        await self._call.run()


class _Stage:
    """Media sockets whose calls are those of scenes. Implements `CallSource`."""

    def __init__(self, speech_url: str, media_url: str, speed: float) -> None:
        key = f"sk_{secrets.token_hex(8)}"
        self._options = MediaOptions(
            voice_provider=Provider(base_url=speech_url, api_key=key),
            ears=(lambda rate: ScribeEar(speech_url, key, rate),),
            voice=VoiceChoice(voice=_VOICE, speed=speed),
            hearing=HearingOptions(),
        )
        self._media_url, self._speed = media_url, speed
        self._scenes: dict[str, _Scene] = {}

    async def play(self, scene: _Scene) -> Rehearsal:
        """One call from its first to its last word."""
        token, callee = secrets.token_urlsafe(16), scene.callee(self._speed)
        self._scenes[token] = scene
        scene.line.said = callee.said
        stream = MediaStream(scene.line, callee, Pace())
        detecting = asyncio.create_task(scene.detect())
        try:
            async with asyncio.timeout(MOST_S):
                await stream.run(f"{self._media_url}/media/sandbox", {"token": token}, lambda: None)
                callee.finish()
                if scene.call is not None:
                    await scene.concluded.wait()
        finally:
            detecting.cancel()
            await asyncio.gather(detecting, return_exceptions=True)
        played = scene.played()
        judged = score(scene.brief, scene.persona, scene.facts, scene.seed, played)
        return Rehearsal(persona=scene.persona, played=played, score=judged)

    async def take(self, token: str, start: StreamStart, websocket: CallSocket) -> _Carried | None:
        """See `CallSource.take`."""
        scene = self._scenes.pop(token, None)
        if scene is None:
            return None
        options = msgspec.structs.replace(self._options, language=scene.brief.language, languages=scene.brief.languages)
        scene.call = LiveCall(websocket, start.stream_id, options, scene.host)
        return _Carried(scene.call)


@asynccontextmanager
async def _stage(at_once: int, speed: float) -> AsyncIterator[_Stage]:
    join_logs()
    ports = [_free_port(), _free_port()]
    speech_url, media_url = f"http://127.0.0.1:{ports[0]}", f"ws://127.0.0.1:{ports[1]}"
    made = _Stage(speech_url, media_url, speed)
    floor = Floor(capacity=2 * at_once, lag_budget_ms=_FULL_LAG_MS)  # a call that is over keeps its place for a moment
    sockets = MediaSockets(floor, made)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=10))
        for app, port in ((elevenlabs.create_app(client), ports[0]), (_media_app(sockets), ports[1])):
            serving = HttpServer(app, "127.0.0.1", port)
            await serving.start()
            stack.push_async_callback(serving.stop, within_s=1)
        floor.lag.start()
        stack.callback(floor.lag.stop)
        yield made


def _media_app(sockets: MediaSockets) -> Any:
    """The media sockets without the rest of the voice service."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": f"{message['type']}.complete"})
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "websocket":
            await sockets.serve(CallSocket(scope, receive, send), scope["path"].removeprefix("/media"))

    return app


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
