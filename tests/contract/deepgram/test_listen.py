"""Deepgram's own SDK and Pipecat's service, pointed at the simulator."""

import asyncio
import contextlib
import socket

import httpx
import pytest
from deepgram import AsyncDeepgramClient, DeepgramClientEnvironment
from deepgram.core.api_error import ApiError
from granian.constants import Interfaces
from granian.server.embed import Server
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    StartFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.workers.runner import WorkerRunner
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from callout.sandbox import deepgram, server
from callout.sandbox.elevenlabs_audio import wav_of
from callout.sandbox.marked_speech import say, ulaw_of

KEY = "sandbox-callout"
TEXT = "Good morning, this is Mia, calling for Bright Homes."
SECOND = "Do you have a minute?"

pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning", "ignore::DeprecationWarning:deepgram")


@pytest.fixture
async def address():
    """The simulator behind a port: `127.0.0.1:<port>/deepgram`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = server.create_app({"deepgram": deepgram.create_app()})
    embedded = Server(app, port=port, interface=Interfaces.ASGI, log_enabled=False)
    running = asyncio.create_task(embedded.serve())
    async with httpx.AsyncClient() as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/deepgram/v1/projects")).status_code == 401:
                    break
            await asyncio.sleep(0.02)
    yield f"127.0.0.1:{port}/deepgram"
    embedded.stop()
    await running


@pytest.fixture
async def client(address):
    places = dict.fromkeys(("base", "agent_rest"), f"http://{address}") | dict.fromkeys(
        ("production", "agent"), f"ws://{address}"
    )
    async with httpx.AsyncClient() as opened:
        yield AsyncDeepgramClient(api_key=KEY, environment=DeepgramClientEnvironment(**places), httpx_client=opened)


async def test_a_recording_becomes_text(client):
    audio = wav_of(say(TEXT, rate=16_000).pcm, 16_000)
    told = await client.listen.v1.media.transcribe_file(request=audio, model="nova-3")
    best = told.results.channels[0].alternatives[0]
    assert best.transcript == TEXT
    assert [word.punctuated_word for word in best.words] == TEXT.split()
    assert told.metadata.duration == pytest.approx(len(TEXT) * 0.065, abs=0.05)


async def test_live_speech_becomes_text(client):
    said = []
    async with client.listen.v1.connect(
        model="nova-3",
        encoding="mulaw",
        sample_rate="8000",
        interim_results="true",
        endpointing="300",
        vad_events="true",
    ) as line:
        ulaw = ulaw_of(say(TEXT).pcm) + b"\xff" * 4_000
        for start in range(0, len(ulaw), 160):
            await line.send_media(ulaw[start : start + 160])
        await line.send_close_stream()
        said = [message async for message in line]
    kinds = [message.type for message in said]
    assert kinds[0] == "SpeechStarted"
    assert kinds[-1] == "Metadata"
    spoken = [message for message in said if message.type == "Results"]
    assert spoken[0].channel.alternatives[0].transcript == "Good"
    (final,) = [message for message in spoken if message.is_final]
    assert (final.channel.alternatives[0].transcript, final.speech_final) == (TEXT, True)


async def test_keys_that_are_not_let_in(client, address):
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://{address}/v1/listen", additional_headers={"Authorization": "Token refused"})
    assert refused.value.response.status_code in {401, 403}
    async with httpx.AsyncClient() as plain:
        headers = {"Authorization": "Token spent"}
        answer = await plain.post(f"http://{address}/v1/listen", content=b"x", headers=headers)
    assert (answer.status_code, answer.json()["err_code"]) == (402, "ASR_PAYMENT_REQUIRED")
    with pytest.raises(ApiError):
        await client.listen.v1.media.transcribe_file(request=b"no audio", model="nova-3")


class Ear(FrameProcessor):
    """Keeps what comes by, and tells when something is there."""

    def __init__(self):
        super().__init__()
        self.frames = []
        self.changed = asyncio.Event()

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        self.frames.append(frame)
        self.changed.set()
        await self.push_frame(frame, direction)

    def of(self, kind):
        return [frame for frame in self.frames if isinstance(frame, kind)]

    async def until(self, look):
        async with asyncio.timeout(10):
            while not look():
                self.changed.clear()
                await self.changed.wait()


async def test_pipecat_hears(address):
    settings = DeepgramSTTService.Settings(model="nova-3-general", interim_results=True, endpointing=False)
    service = DeepgramSTTService(api_key=KEY, base_url=f"ws://{address}", sample_rate=8_000, settings=settings)
    ear = Ear()
    worker = PipelineWorker(
        Pipeline([service, ear]),
        params=PipelineParams(audio_in_sample_rate=8_000, audio_out_sample_rate=8_000),
        enable_rtvi=False,
        cancel_on_idle_timeout=False,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await ear.until(lambda: ear.of(StartFrame))
    for number, text in enumerate((TEXT, SECOND), 1):
        await worker.queue_frame(VADUserStartedSpeakingFrame())
        pcm = say(text).pcm + b"\x00" * 3_200
        for start in range(0, len(pcm), 640):
            await worker.queue_frame(InputAudioRawFrame(pcm[start : start + 640], 8_000, 1))
        await worker.queue_frame(VADUserStoppedSpeakingFrame())
        await ear.until(lambda number=number: len(ear.of(TranscriptionFrame)) == number)
    await worker.queue_frame(EndFrame())
    await asyncio.wait_for(running, 10)
    assert [frame.text for frame in ear.of(TranscriptionFrame)] == [TEXT, SECOND]
    assert ear.of(InterimTranscriptionFrame)[0].text == "Good"
    assert not ear.of(ErrorFrame)
