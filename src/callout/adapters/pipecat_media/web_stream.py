"""A browser's socket as pipecat frames and back: 16-bit PCM of 16 kHz in binary messages, everything else in text.

From the browser: audio, {type: mute, muted}, {type: hangup}, {type: key, digit}, {type: mark, name}. To it: audio,
{type: clear}, {type: mark, name}; what else is told goes by `Screen`.
"""

from __future__ import annotations

import json
import time
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

from callout.adapters.pipecat_media.options import BROWSER_RATE
from callout.adapters.pipecat_media.stream import CallStream

_MOST_AHEAD_S = 2.0
"""Audio that comes faster than it can have been spoken is left out beyond this."""


class WebStream(CallStream):
    """One browser. Whoever muted themselves is heard as silence, so that time goes on."""

    def __init__(
        self,
        *,
        marked: Callable[[str], None],
        stopped: Callable[[], None],
        heard: Callable[[bytes], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """See `CallStream`; `clock` in seconds."""
        super().__init__(BROWSER_RATE, marked=marked, stopped=stopped, heard=heard)
        self._clock = clock
        self._began = clock()
        self._is_muted = False

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """A frame as a message; None for frames that are no part of the stream."""
        if isinstance(frame, AudioRawFrame):
            return bytes(frame.audio)
        if isinstance(frame, InterruptionFrame) and self.may_clear:
            return json.dumps({"type": "clear"})
        if isinstance(frame, OutputTransportMessageUrgentFrame):
            return json.dumps(frame.message)
        return None

    def mark(self, name: str) -> dict[str, Any]:
        """See `CallStream.mark`; a browser need not answer."""
        return {"type": "mark", "name": name}

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """A message as a frame; None for what is no frame or makes no sense."""
        if isinstance(data, bytes):
            await self._sound(data[: len(data) & ~1])
            return None
        try:
            message = json.loads(data)
            match message.get("type"):
                case "mute":
                    self._is_muted = bool(message.get("muted", True))
                case "hangup":
                    self._stopped()
                case "mark":
                    self._marked(str(message["name"]))
                case "key":
                    return InputDTMFFrame(button=KeypadEntry(str(message["digit"])))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return None

    async def _sound(self, pcm: bytes) -> None:
        if self.seconds + len(pcm) / 2 / self.rate <= self._clock() - self._began + _MOST_AHEAD_S:
            await self._audio(bytes(len(pcm)) if self._is_muted else pcm)
