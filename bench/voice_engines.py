"""Three ways to carry the same call, each in a process of its own: ours, a stock Pipecat pipeline, a loop by hand.

`python bench/voice_engines.py ENGINE PORT SPEECH_URL` serves media sockets until its standard input closes, then prints
its loop lag and processor time as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams, VADState
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.elevenlabs.stt import ElevenLabsRealtimeSTTService
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect

from callout.adapters.elevenlabs.listening import ScribeEar
from callout.adapters.pipecat_media import mu_law
from callout.adapters.pipecat_media.call import LiveCall
from callout.adapters.pipecat_media.logs import join_logs
from callout.adapters.pipecat_media.options import HearingOptions, MediaOptions, Provider
from callout.adapters.pipecat_media.silero import warm_up
from callout.features.calling.brain.actions import CallTool
from callout.features.calling.brain.inputs import ToolResult
from callout.features.calling.brain.step import opening
from callout.features.calling.hosting.host import CallHost
from callout.features.calling.hosting.latency import TurnTimes
from callout.features.calling.hosting.loop_lag import LoopLag
from callout.features.calling.hosting.ports import Line
from callout.features.calling.hosting.voice_choice import VoiceChoice
from callout.features.calling.hosting.warming import warm_brain
from callout.features.calling.rehearsal.agent_file import SAMPLE, read_agent
from callout.features.calling.rehearsal.desk import RehearsalDesk
from callout.run.http_server import HttpServer
from callout.run.lifecycle import loop_of
from callout.sandbox.marked_speech import say

VOICE, KEY, RATE = "21m00Tcm4TlvDq8ikWAM", "sk_bench", 8_000
GREETING = "Hello, this is Mia, an AI assistant calling for Bright Home. Do you have a minute?"
REPLY = "Thank you for asking, we do repairs and cleaning around the house, and all of it in your area."

Carry = Callable[[WebSocket, str, str], Awaitable[None]]
"""Carries a call: (socket, stream id, URL of the speech simulator)."""


# ours


class _Nowhere:
    """Records and carrier of a call that nobody keeps."""

    def __getattr__(self, name: str) -> Callable[..., Awaitable[None]]:
        async def nothing(*_: object, **__: object) -> None:
            return

        return nothing


class _Times(_Nowhere):
    """Keeps what the platform's own share of each reply was."""

    platform_ms: ClassVar[list[int]] = []

    async def latency(self, times: Sequence[TurnTimes]) -> None:
        self.platform_ms.extend(one.platform_ms for one in times)


class _Desk:
    def __init__(self, desk: RehearsalDesk) -> None:
        self.desk = desk

    async def carry_out(self, call: CallTool) -> ToolResult:
        return self.desk.carry_out(call)


async def ours(websocket: WebSocket, stream: str, speech: str) -> None:
    """The voice service's own call, with the brain and its script."""
    provider = Provider(base_url=speech, api_key=KEY)
    options = MediaOptions(
        voice_provider=provider,
        ears=(lambda rate: ScribeEar(speech, KEY, rate),),
        voice=VoiceChoice(voice=VOICE),
        hearing=HearingOptions(),
    )
    brief = read_agent(SAMPLE, datetime.now(UTC))

    def host(line: Line) -> CallHost:
        return CallHost(
            brief,
            line,
            carrier=_Nowhere(),  # type: ignore[arg-type]
            tools=_Desk(RehearsalDesk(brief)),
            records=_Times(),  # type: ignore[arg-type]
            thinker=None,
            now=lambda: datetime.now(UTC),
        )

    ahead = {one.text: say(one.text).pcm for one in opening(brief, datetime.now(UTC))}
    await LiveCall(websocket, stream, options, host, ahead=ahead).run()


# stock


class _Parrot(FrameProcessor):
    """In the place of a language model: the same words at once."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            for one in (LLMFullResponseStartFrame(), LLMTextFrame(REPLY), LLMFullResponseEndFrame()):
                await self.push_frame(one)
        else:
            await self.push_frame(frame, direction)


class _PlainEar(ElevenLabsRealtimeSTTService):
    async def _websocket_connect(self, uri: str, **options: Any) -> Any:
        return await super()._websocket_connect(uri.replace("wss://", "ws://", 1), **options)


async def stock(websocket: WebSocket, stream: str, speech: str) -> None:
    """Pipecat as its examples build a Twilio bot, with its defaults."""
    serializer = TwilioFrameSerializer(stream, params=TwilioFrameSerializer.InputParams(auto_hang_up=False))
    transport = FastAPIWebsocketTransport(
        websocket, FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=serializer)
    )
    ear = _PlainEar(api_key=KEY, base_url=urlsplit(speech).netloc)
    voice = ElevenLabsTTSService(
        api_key=KEY, url=speech.replace("http", "ws", 1), settings=ElevenLabsTTSService.Settings(voice=VOICE)
    )
    both = LLMContextAggregatorPair(LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer()))
    parts = [transport.input(), ear, both.user(), _Parrot(), voice, transport.output(), both.assistant()]
    rates = PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE)
    worker = PipelineWorker(Pipeline(parts), params=rates, enable_rtvi=False)
    runner = WorkerRunner(handle_sigint=False)

    @transport.event_handler("on_client_disconnected")
    async def gone(*_: object) -> None:
        await runner.cancel()

    await runner.add_workers(worker)
    await worker.queue_frame(TTSSpeakFrame(GREETING))
    await runner.run()


# by hand


class _Loop:
    """The least that carries a talk: no failover, no records, no rules, no exact transcript."""

    def __init__(self, websocket: WebSocket, stream: str, speech: str) -> None:
        self._phone, self._stream = websocket, stream
        self._speech = speech.replace("http", "ws", 1)
        self._vad = SileroVADAnalyzer(sample_rate=RATE, params=VADParams(start_secs=0.1, stop_secs=0.2, min_volume=0.3))
        self._vad.set_sample_rate(RATE)
        self._audio: asyncio.Queue[bytes] = asyncio.Queue()
        self._state = VADState.QUIET
        self._context = ""

    async def run(self) -> None:
        """Carries it."""
        query = f"model_id=scribe_v2_realtime&audio_format=pcm_{RATE}&commit_strategy=manual"
        ears = f"{self._speech}/v1/speech-to-text/realtime?{query}"
        query = f"model_id=eleven_flash_v2_5&output_format=pcm_{RATE}&auto_mode=true"
        voice = f"{self._speech}/v1/text-to-speech/{VOICE}/multi-stream-input?{query}"
        keys = {"xi-api-key": KEY}
        async with (
            connect(ears, additional_headers=keys, proxy=None) as self._ear,
            connect(voice, additional_headers=keys, proxy=None) as self._voice,
        ):
            tasks = [asyncio.create_task(one()) for one in (self._hear, self._listen, self._gather, self._play)]
            await self._say(GREETING)
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self) -> None:
        try:
            while True:
                message = json.loads(await self._phone.receive_text())
                if message["event"] == "stop":
                    return
                if message["event"] == "media":
                    await self._take(mu_law.to_pcm(base64.b64decode(message["media"]["payload"])))
        except WebSocketDisconnect:
            return

    async def _take(self, pcm: bytes) -> None:
        chunk = {"message_type": "input_audio_chunk", "commit": False, "sample_rate": RATE}
        await self._ear.send(json.dumps({**chunk, "audio_base_64": base64.b64encode(pcm).decode()}))
        state = self._vad._run_analyzer(pcm)  # noqa: SLF001 - without a thread
        if state is VADState.SPEAKING and self._state is not VADState.SPEAKING:
            self._state = state
            await self._cut()
        elif state is VADState.QUIET and self._state is VADState.SPEAKING:
            self._state = state
            await self._ear.send(json.dumps({**chunk, "commit": True, "audio_base_64": ""}))

    async def _cut(self) -> None:
        if self._audio.empty():
            return
        self._context = ""
        while not self._audio.empty():
            self._audio.get_nowait()
        await self._phone.send_text(json.dumps({"event": "clear", "streamSid": self._stream}))

    async def _listen(self) -> None:
        async for message in self._ear:
            said = json.loads(message)
            if said.get("message_type") == "committed_transcript" and said.get("text", "").strip():
                await self._say(REPLY)

    async def _say(self, text: str) -> None:
        self._context = uuid4().hex
        for part in ({"text": " "}, {"text": text, "flush": True}, {"close_context": True}):
            await self._voice.send(json.dumps({"context_id": self._context, **part}))

    async def _gather(self) -> None:
        async for message in self._voice:
            part = json.loads(message)
            if part.get("contextId") == self._context and part.get("audio"):
                pcm = base64.b64decode(part["audio"])
                for start in range(0, len(pcm), RATE // 25 * 2):
                    self._audio.put_nowait(pcm[start : start + RATE // 25 * 2])

    async def _play(self) -> None:
        due = 0.0
        while True:
            pcm = await self._audio.get()
            payload = base64.b64encode(mu_law.from_pcm(pcm)).decode()
            await self._phone.send_text(
                json.dumps({"event": "media", "streamSid": self._stream, "media": {"payload": payload}})
            )
            due = max(due, time.monotonic()) + 0.04
            await asyncio.sleep(max(0.0, due - time.monotonic() - 0.04))


async def by_hand(websocket: WebSocket, stream: str, speech: str) -> None:
    """A loop written by hand on the same libraries."""
    await _Loop(websocket, stream, speech).run()


ENGINES: dict[str, Carry] = {"ours": ours, "stock": stock, "hand": by_hand}


class _Application:
    def __init__(self, carry: Carry, speech: str) -> None:
        self._carry, self._speech = carry, speech

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        websocket = WebSocket(scope, receive, send)
        await websocket.accept()
        message: dict[str, Any] = {}
        while message.get("event") != "start":
            message = json.loads(await websocket.receive_text())
        await self._carry(websocket, message["streamSid"], self._speech)


async def _listening(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def serve(engine: str, port: int, speech: str) -> None:
    """Serves until standard input closes; prints what it cost."""
    join_logs()
    warm_up()
    warm_brain(datetime.now(UTC))
    server = HttpServer(_Application(ENGINES[engine], speech), "127.0.0.1", port)
    lag = LoopLag(window_s=600)
    await server.start()
    await _listening(port)
    lag.start()
    process = psutil.Process()
    before = process.cpu_times()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    report = {"lag_p99_ms": lag.ms, "cpu_s": round(used, 2), "platform_ms": _Times.platform_ms}
    print(json.dumps(report), flush=True)
    await server.stop(within_s=1)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_of(("voice",))) as runner:  # all three on the same loop
        runner.run(serve(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
