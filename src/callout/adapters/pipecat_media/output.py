"""Speech to the phone, paced as it is played, with an exact count of what was sent of each text."""

from __future__ import annotations

from typing import Protocol

from pipecat.frames.frames import (
    BotSpeakingFrame,
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InterruptionFrame,
    OutputAudioRawFrame,
    TextFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketOutputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from starlette.websockets import WebSocket

from callout.adapters.pipecat_media.stream import CallStream

_UNHEARD = (TextFrame, BotSpeakingFrame, BotStartedSpeakingFrame, BotStoppedSpeakingFrame)
AHEAD_S = 0.04
"""Packets leave so much before they are played."""


class Listener(Protocol):
    """Told what goes to the phone."""

    def audio_began(self, say_id: str) -> None:
        """The first audio of a text is sent."""

    def audio_ended(self, say_id: str, seconds: float) -> None:
        """All audio of a text was sent."""

    def sent(self, audio: bytes) -> None:
        """A packet of 16-bit PCM was sent."""


class PhoneOutput(FastAPIWebsocketOutputTransport):
    """Counts. `playing` is the text that sounds now, `played_s` how much of it was sent; `is_muted` sends silence."""

    listener: Listener
    stream: CallStream
    playing: str | None = None
    played_s: float = 0.0
    is_muted: bool = False
    _has_begun = False
    _may_cut = True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Leaves out what only a recorder of texts would want."""
        if isinstance(frame, TextFrame):
            return
        if isinstance(frame, InterruptionFrame):
            self.stream.may_clear = self._may_cut
            if self._may_cut:
                self.playing = None
        await super().process_frame(frame, direction)

    async def push_frame(self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM) -> None:
        """Frames come out of here at the moment at which they sound."""
        if isinstance(frame, TTSStartedFrame):
            self.playing, self.played_s, self._has_begun = frame.context_id, 0.0, False
            self._may_cut = frame.interruptible
        elif isinstance(frame, TTSStoppedFrame) and frame.context_id:
            if self.playing == frame.context_id:
                self.playing, self._may_cut = None, True
            self.listener.audio_ended(frame.context_id, self.played_s)
        if not isinstance(frame, (OutputAudioRawFrame, *_UNHEARD)):
            await super().push_frame(frame, direction)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Sends a packet and waits as long as it sounds."""
        if self.playing is not None and not self._has_begun:
            self._has_begun = True
            self.listener.audio_began(self.playing)
        self.played_s += len(frame.audio) / 2 / self.stream.rate
        if self.is_muted:
            frame.audio = bytes(len(frame.audio))
        self.listener.sent(frame.audio)
        return await super().write_audio_frame(frame)


class PhoneTransport(FastAPIWebsocketTransport):
    """The socket of a call."""

    def __init__(self, websocket: WebSocket, stream: CallStream, listener: Listener) -> None:
        """Takes an accepted socket."""
        params = FastAPIWebsocketParams(
            audio_in_enabled=False,  # it goes to `Hearing`, not through the pipeline
            audio_out_enabled=True,
            audio_in_sample_rate=stream.rate,
            audio_out_sample_rate=stream.rate,
            audio_out_10ms_chunks=4,
            audio_out_end_silence_secs=0,
            serializer=stream,
            allowed_origins=[],
            ws_close_timeout=1.0,
        )
        super().__init__(websocket, params)
        self._output = PhoneOutput(self, self._client, self._params, name=self._output_name)
        self._output.listener, self._output.stream = listener, stream

    @property
    def phone(self) -> PhoneOutput:
        """The way out."""
        assert isinstance(self._output, PhoneOutput)
        return self._output
