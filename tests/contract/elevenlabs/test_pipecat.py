"""Pipecat's own services of ElevenLabs, pointed at the simulator."""

import asyncio

import pytest
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    StartFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.elevenlabs.stt import CommitStrategy, ElevenLabsRealtimeSTTService
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.workers.runner import WorkerRunner
from tests.contract.elevenlabs.conftest import KEY, RACHEL

from callout.sandbox.marked_speech import say, words_in

TEXT = "Good morning, this is Mia, an AI assistant calling for Bright Homes."
SECOND = "Do you have a minute?"


class Scribe(ElevenLabsRealtimeSTTService):
    """The service hard-codes an encrypted connection."""

    async def _websocket_connect(self, url, **further):
        return await super()._websocket_connect(url.replace("wss://", "ws://", 1), **further)


class Ear(FrameProcessor):
    """Keeps what comes by, and tells when something is there."""

    def __init__(self):
        super().__init__()
        self.frames = []
        self.started = asyncio.Event()
        self.changed = asyncio.Event()

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        self.frames.append(frame)
        if isinstance(frame, StartFrame):
            self.started.set()
        self.changed.set()
        await self.push_frame(frame, direction)

    def of(self, kind):
        return [frame for frame in self.frames if isinstance(frame, kind)]

    async def until(self, look):
        async with asyncio.timeout(10):
            while not look():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def listen():
    """Runs a service in a pipeline of 8 kHz; what it sends on is heard."""
    running = []

    async def started(service):
        ear = Ear()
        worker = PipelineWorker(
            Pipeline([service, ear]),
            params=PipelineParams(audio_in_sample_rate=8_000, audio_out_sample_rate=8_000),
            enable_rtvi=False,
            cancel_on_idle_timeout=False,
        )
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        running.append((worker, asyncio.create_task(runner.run())))
        await asyncio.wait_for(ear.started.wait(), 10)
        return worker, ear

    yield started
    for worker, task in running:
        await worker.queue_frame(EndFrame())
        await asyncio.wait_for(task, 10)


async def test_it_speaks(address, listen):
    settings = ElevenLabsTTSService.Settings(voice=RACHEL, model="eleven_flash_v2_5", stability=0.5)
    service = ElevenLabsTTSService(api_key=KEY, url=f"ws://{address}", sample_rate=8_000, settings=settings)
    worker, ear = await listen(service)
    await worker.queue_frame(TTSSpeakFrame(TEXT))
    await worker.queue_frame(TTSSpeakFrame(SECOND))
    await ear.until(lambda: len(ear.of(TTSStoppedFrame)) == 2)
    audio = b"".join(frame.audio for frame in ear.of(TTSAudioRawFrame))
    assert words_in(audio) == f"{TEXT} {SECOND}"
    assert " ".join(frame.text.strip() for frame in ear.of(TTSTextFrame)) == f"{TEXT} {SECOND}"
    assert not ear.of(ErrorFrame)


async def test_it_hears(address, listen):
    settings = Scribe.Settings(model="scribe_v2_realtime", language=None)
    service = Scribe(
        api_key=KEY, base_url=address, sample_rate=8_000, commit_strategy=CommitStrategy.MANUAL, settings=settings
    )
    worker, ear = await listen(service)
    for text in (TEXT, SECOND):
        await worker.queue_frame(VADUserStartedSpeakingFrame())
        pcm = say(text).pcm + b"\x00" * 3_200
        for start in range(0, len(pcm), 640):
            await worker.queue_frame(InputAudioRawFrame(pcm[start : start + 640], 8_000, 1))
        await worker.queue_frame(VADUserStoppedSpeakingFrame())
    await ear.until(lambda: len(ear.of(TranscriptionFrame)) == 2)
    assert [frame.text for frame in ear.of(TranscriptionFrame)] == [TEXT, SECOND]
    assert ear.of(InterimTranscriptionFrame)[0].text == "Good"
    assert not ear.of(ErrorFrame)
