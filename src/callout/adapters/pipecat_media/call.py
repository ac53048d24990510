"""One live call: builds its pipeline, runs it, and tells how it ended."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.workers.runner import WorkerRunner
from starlette.websockets import WebSocket

from callout.adapters.pipecat_media.hearing import Hearing
from callout.adapters.pipecat_media.link import Link
from callout.adapters.pipecat_media.options import MediaOptions
from callout.adapters.pipecat_media.output import PhoneTransport
from callout.adapters.pipecat_media.screen import Screen
from callout.adapters.pipecat_media.serializer import MediaStream
from callout.adapters.pipecat_media.speaking import Backup, Speaking
from callout.adapters.pipecat_media.stream import CallStream
from callout.adapters.pipecat_media.web_stream import WebStream
from callout.features.calling.brain.inputs import Hangup, Trouble
from callout.features.calling.hosting.audience import Audience
from callout.features.calling.hosting.host import CallHost
from callout.features.calling.hosting.ports import Usage

_log = logging.getLogger(__name__)
SILENT_LINE_S = 10.0

MakeHost = Callable[[Link], CallHost]


class LiveCall:
    """A call on an accepted media socket, whose `start` message was read. Run once.

    `audience` are the people who listen in.
    """

    def __init__(
        self,
        websocket: WebSocket,
        stream_sid: str,
        options: MediaOptions,
        make_host: MakeHost,
        *,
        ahead: Mapping[str, bytes] | None = None,
        backup: Backup | None = None,
        further_usage: Callable[[], list[Usage]] = list,
        on_silence: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Builds the pipeline.

        Args:
            websocket: to the carrier, or the browser.
            stream_sid: of the stream; a browser has none.
            options: voices and ears.
            make_host: makes the host of the call, given the line to speak on.
            ahead: text → its audio (16-bit PCM at the rate of the call), made before the call.
            backup: speaks when the voice does not.
            further_usage: what else the call has used, asked at its end.
            on_silence: told before the line is closed because no audio came.
        """
        self._further_usage, self._on_silence = further_usage, on_silence
        self._voice_model = options.voice.model
        self.ended_by: Hangup | None = None
        self.is_silent = False
        self.link = Link(self._end, options.rate)
        self.audience = Audience(self.link)
        self._screen = Screen(websocket) if options.line == "browser" else None
        self._stream = self._stream_of(stream_sid, options)
        self._transport = PhoneTransport(websocket, self._stream, self.link)
        self._ear = Hearing(options, interrupted=self.link.interrupted, lost=self._ear_failed)
        self._voice = Speaking(
            options, ahead=ahead or {}, backup=backup, first_audio=self._first_audio, failed=self._voice_failed
        )
        self.link.phone, self.link.voice, self.link.stream = self._transport.phone, self._voice, self._stream
        self.link.ear = self._ear
        self.link.screen = self._screen
        self.host = self.link.host = self._ear.host = make_host(self.link)
        self._transport.add_event_handler("on_client_disconnected", self._disconnected)
        self._worker = PipelineWorker(
            Pipeline(
                [
                    self._transport.input(),
                    self.link,
                    self._voice,
                    self._transport.output(),
                ]
            ),
            params=PipelineParams(audio_in_sample_rate=options.rate, audio_out_sample_rate=options.rate),
            enable_rtvi=False,
            enable_turn_tracking=False,
            idle_timeout_secs=None,
            check_dangling_tasks=False,
        )
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Runs until either side hangs up; the call's records are complete afterwards."""
        self._ear.start()
        runner = WorkerRunner(handle_sigint=False, check_dangling_tasks=False)
        await runner.add_workers(self._worker)
        running = asyncio.create_task(runner.run())
        over = asyncio.create_task(self._over.wait())
        silence = asyncio.get_running_loop().call_later(SILENT_LINE_S, self._look_for_audio)
        try:
            await asyncio.wait([running, over], return_when=asyncio.FIRST_COMPLETED)
        finally:
            silence.cancel()
            over.cancel()
            self.audience.close()
            await self._say_goodbye()
            concluding = asyncio.create_task(self.host.close(self._usage(), self.ended_by or Hangup(by="provider")))
            await self._ear.stop()
            await runner.cancel()
            await asyncio.wait([running], timeout=5)
            await concluding

    async def _say_goodbye(self) -> None:
        """What the other side is told before the line is closed."""
        if self.is_silent and self._on_silence is not None:
            try:
                await self._on_silence()
            except Exception:  # noqa: BLE001 - the call ends all the same
                _log.exception("A silent call could not be reported.")
        if self._screen is not None:
            by = self.ended_by.by if self.ended_by is not None else "provider"
            await self._screen.close({"type": "end", "by": by})

    def _stream_of(self, stream_sid: str, options: MediaOptions) -> CallStream:
        link = self.link
        if options.line == "browser":
            return WebStream(marked=link.marked, stopped=self._hung_up, heard=link.heard)
        return MediaStream(stream_sid, marked=link.marked, stopped=self._hung_up, heard=link.heard)

    def _usage(self) -> list[Usage]:
        recognition, said = self._ear.recognition, self._voice.characters
        return [
            Usage(provider="elevenlabs", service="tts", units=said, unit="characters", model=self._voice_model),
            *(
                Usage(
                    provider=provider,
                    service="stt",
                    units=round(seconds, 2),
                    unit="seconds",
                    model=recognition.models[provider],
                )
                for provider, seconds in recognition.seconds.items()
            ),
            *self._further_usage(),
        ]

    # how it ends

    def _end(self) -> None:
        """Our side closes the line."""
        self.ended_by = self.ended_by or Hangup(by="agent")
        self._over.set()

    def _hung_up(self) -> None:
        self.ended_by = self.ended_by or Hangup(by="customer")
        self._over.set()

    async def _disconnected(self, *_: object) -> None:
        self._hung_up()

    def _look_for_audio(self) -> None:
        if not self._stream.seconds:
            self.is_silent = True
            self.ended_by = self.ended_by or Hangup(by="provider")
            self._over.set()

    # what fails

    def _first_audio(self, say_id: str, is_ahead: bool) -> None:
        self.host.reply.audio_came(say_id, time.monotonic(), is_ahead=is_ahead)

    def _voice_failed(self) -> None:
        self.host.take(Trouble(kind="speaking"))

    def _ear_failed(self) -> None:
        self.host.take(Trouble(kind="hearing"))
