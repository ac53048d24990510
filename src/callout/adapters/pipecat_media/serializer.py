"""Twilio's media stream as pipecat frames and back.

https://www.twilio.com/docs/voice/media-streams/websocket-messages
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    AudioRawFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.serializers.base_serializer import FrameSerializer

from callout.adapters.pipecat_media import mu_law
from callout.adapters.pipecat_media.options import RATE


class MediaStream(FrameSerializer):
    """One stream. Audio from the phone comes in pieces of at least `frame_ms`.

    Attributes:
        may_clear: whether an interruption empties what the carrier has not played yet.
        seconds: how much audio has come in.
    """

    def __init__(
        self,
        stream_sid: str,
        *,
        frame_ms: int,
        marked: Callable[[str], None],
        stopped: Callable[[], None],
        heard: Callable[[bytes], None],
    ) -> None:
        """What is told to whom.

        Args:
            stream_sid: of the stream.
            frame_ms: the least length of a piece of audio.
            marked: told the name of a mark that was played.
            stopped: told that the carrier ended the stream.
            heard: told the customer's audio, 16-bit PCM.
        """
        super().__init__()
        self.may_clear = True
        self.seconds = 0.0
        self._stream_sid = stream_sid
        self._piece = RATE * frame_ms // 1000
        self._waiting = bytearray()
        self._marked, self._stopped, self._heard = marked, stopped, heard
        self._head = f'{{"event":"media","streamSid":{json.dumps(stream_sid)},"media":{{"payload":"'

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """A frame as a message; None for frames that are no part of the stream."""
        if isinstance(frame, AudioRawFrame):
            return f'{self._head}{base64.b64encode(mu_law.from_pcm(frame.audio)).decode()}"}}}}'
        if isinstance(frame, InterruptionFrame) and self.may_clear:
            return json.dumps({"event": "clear", "streamSid": self._stream_sid})
        if isinstance(frame, OutputTransportMessageUrgentFrame):
            return json.dumps(frame.message)
        return None

    def mark(self, name: str) -> dict[str, Any]:
        """The message that asks to be told when everything sent so far was played."""
        return {"event": "mark", "streamSid": self._stream_sid, "mark": {"name": name}}

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """A message as a frame; None for what is no frame, such as the first half of a piece."""
        try:
            message = json.loads(data)
            event = message.get("event")
            if event == "media":
                return self._audio(base64.b64decode(message["media"]["payload"]))
            if event == "dtmf":
                return InputDTMFFrame(button=KeypadEntry(message["dtmf"]["digit"]))
            if event == "mark":
                self._marked(message["mark"]["name"])
            elif event == "stop":
                self._stopped()
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return None

    def _audio(self, codes: bytes) -> Frame | None:
        self.seconds += len(codes) / RATE
        self._waiting += codes
        if len(self._waiting) < self._piece:
            return None
        piece, self._waiting = bytes(self._waiting), bytearray()
        audio = mu_law.to_pcm(piece)
        self._heard(audio)
        return InputAudioRawFrame(audio=audio, sample_rate=RATE, num_channels=1)
