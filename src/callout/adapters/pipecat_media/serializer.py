"""Twilio's media stream as pipecat frames and back.

https://www.twilio.com/docs/voice/media-streams/websocket-messages
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    AudioRawFrame,
    Frame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputTransportMessageUrgentFrame,
)

from callout.adapters.pipecat_media import mu_law
from callout.adapters.pipecat_media.options import PHONE_RATE
from callout.adapters.pipecat_media.stream import CallStream


class MediaStream(CallStream):
    """One stream of a phone."""

    def __init__(
        self,
        stream_sid: str,
        *,
        marked: Callable[[str], None],
        stopped: Callable[[], None],
        heard: Callable[[bytes], Awaitable[None]],
    ) -> None:
        """See `CallStream`; `stream_sid` is Twilio's id of the stream."""
        super().__init__(PHONE_RATE, marked=marked, stopped=stopped, heard=heard)
        self._stream_sid = stream_sid
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
        """See `CallStream.mark`."""
        return {"event": "mark", "streamSid": self._stream_sid, "mark": {"name": name}}

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """A message as a frame; None for what is no frame, or was audio."""
        pcm = b""
        try:
            message = json.loads(data)
            event = message.get("event")
            if event == "media":
                pcm = mu_law.to_pcm(base64.b64decode(message["media"]["payload"]))
            elif event == "dtmf":
                return InputDTMFFrame(button=KeypadEntry(message["dtmf"]["digit"]))
            elif event == "mark":
                self._marked(message["mark"]["name"])
            elif event == "stop":
                self._stopped()
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        if pcm:
            await self._audio(pcm)
        return None
