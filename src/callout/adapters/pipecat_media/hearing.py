"""Speech to text in a call: ElevenLabs' realtime recogniser, connected while the call already goes on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

from pipecat.frames.frames import Frame, TranscriptionFrame
from pipecat.services.elevenlabs.stt import CommitStrategy, ElevenLabsRealtimeSTTService
from pipecat.utils.time import time_now_iso8601
from websockets.protocol import State

from callout.adapters.pipecat_media.options import MediaOptions

_KEPT_PIECES = 100
_NOTHING_HEARD = ("insufficient_audio_activity", "commit_throttled")


class Hearing(ElevenLabsRealtimeSTTService):
    """Says every final, also an empty one, so that nobody waits for words that were none."""

    def __init__(self, options: MediaOptions) -> None:
        """Not connected yet; the pipeline's set-up begins to connect and does not wait for it."""
        provider = options.ear_provider
        several = len({language[:2] for language in options.languages}) > 1
        super().__init__(
            api_key=provider.api_key,
            base_url=provider.base_url.split("://", 1)[-1],
            commit_strategy=CommitStrategy.MANUAL,
            sample_rate=options.rate,
            include_language_detection=several,
            settings=self.Settings(model=options.ear_model, language=None if several else options.language[:2]),
            audio_passthrough=False,
        )
        self._reconnect_backoff_min_wait, self._reconnect_backoff_max_wait = 0.3, 2.0
        self._is_plain = provider.base_url.startswith("http://")
        self._early: deque[bytes] = deque(maxlen=_KEPT_PIECES)
        self._opening: asyncio.Task[None] | None = None

    async def _connect(self) -> None:
        if self._opening is None:
            self._opening = self.create_task(super()._connect(), "connect")
        else:
            await super()._connect()

    async def _disconnect(self) -> None:
        if self._opening is not None and not self._opening.done():
            await self.cancel_task(self._opening)
        await super()._disconnect()

    async def _websocket_connect(self, uri: str, **options: Any) -> Any:
        address = uri.replace("wss://", "ws://", 1) if self._is_plain else uri
        return await super()._websocket_connect(address, **options)

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Sends audio; what came before the connection stood is sent first."""
        if self._websocket is None or self._websocket.state is not State.OPEN:
            self._early.append(audio)
            return
        while self._early:
            async for frame in super().run_stt(self._early.popleft()):
                yield frame
        async for frame in super().run_stt(audio):
            yield frame

    async def _process_response(self, data: dict[str, Any]) -> None:
        kind = data.get("message_type")
        if kind in _NOTHING_HEARD or (kind == "committed_transcript" and not str(data.get("text", "")).strip()):
            await self.push_frame(TranscriptionFrame("", self._user_id, time_now_iso8601(), finalized=True))
            return
        await super()._process_response(data)
