"""Live transcription of the ElevenLabs simulator: audio comes in over a socket, transcripts go out.

Words are heard by the marks of simulated speech; other audio is handed to the recogniser when a segment is committed,
or says nothing. Source: ElevenLabs API reference, "Realtime speech to text".
"""

import asyncio
import base64
import binascii
from typing import Any, Final

from litestar import WebSocket, websocket
from litestar.datastructures import State
from litestar.exceptions import SerializationException, WebSocketDisconnect

from callout.kit.ids import uuid7
from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.elevenlabs_words import told_words
from callout.sandbox.elevenlabs_world import Account, World, paused
from callout.sandbox.keyed import standing_of
from callout.sandbox.loudness import is_loud
from callout.sandbox.marked_speech import Heard, MarkReader, pcm_of

Socket = WebSocket[Any, Any, State]
MODELS: Final = ("scribe_v2_realtime", "scribe_v1_realtime")
RATES: Final = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
SHORTEST_COMMIT_S: Final = 0.3
LONGEST_CHUNK: Final = 1_000_000
"""Letters of base64."""
_WORDS = {"invalid_api_key": "auth_error", "needs_authorization": "auth_error", "quota_exceeded": "quota_exceeded"}


class _Failed(Exception):  # noqa: N818 - told to whoever listens
    def __init__(self, kind: str, words: str, *, is_end: bool = False) -> None:
        super().__init__(words)
        self.kind, self.words, self.is_end = kind, words, is_end


class _Settings:
    """What was asked for when the socket was opened."""

    def __init__(self, asked: Any) -> None:
        self.model = asked.get("model_id") or ""
        self.audio_format = asked.get("audio_format") or "pcm_16000"
        kind, _, rate = self.audio_format.partition("_")
        self.is_ulaw = kind == "ulaw"
        self.rate = int(rate) if rate.isdigit() else 0
        self.language = asked.get("language_code") or None
        self.is_vad = asked.get("commit_strategy") == "vad"
        self.silence_s = float(asked.get("vad_silence_threshold_secs") or 1.5)
        self.with_times = asked.get("include_timestamps") == "true"
        self.with_language = asked.get("include_language_detection") == "true"
        if self.model not in MODELS:
            raise _Failed("input_error", f"Model {self.model or None} is not supported.", is_end=True)
        if kind not in {"pcm", "ulaw"} or self.rate not in RATES or (self.is_ulaw and self.rate != 8_000):
            raise _Failed("input_error", f"Audio format {self.audio_format} is not supported.", is_end=True)

    def told(self) -> dict[str, Any]:
        """As the first message says it."""
        return {
            "sample_rate": self.rate,
            "audio_format": self.audio_format,
            "language_code": self.language,
            "model_id": self.model,
            "vad_commit_strategy": self.is_vad,
            "vad_silence_threshold_secs": self.silence_s,
            "vad_threshold": 0.4,
            "include_timestamps": self.with_times,
        }


class _Session:
    """One socket."""

    def __init__(self, socket: Socket) -> None:
        self.world: World = socket.app.state.world
        self._socket = socket
        self._reader = MarkReader()
        self._segment: list[Heard] = []
        self._sound = bytearray()
        self._fresh_s = 0.0
        self._silence_s = 0.0
        self._outgoing: asyncio.Queue[tuple[float, dict[str, Any]] | None] = asyncio.Queue()

    async def serve(self) -> None:
        """Takes audio until either side ends."""
        await self._socket.accept()
        sender = asyncio.create_task(self._send())
        code = 1000
        try:
            account = self._entered()
            self._settings = _Settings(self._socket.query_params)
            self._say("session_started", session_id=str(uuid7()), config=self._settings.told())
            async with asyncio.timeout(account.limits.session_s):
                while True:
                    await self._take_one()
        except WebSocketDisconnect:
            code = 0
        except TimeoutError:
            code = 1008
            self._say("session_time_limit_exceeded", error="The session has reached its time limit.")
        except _Failed as failed:
            code = 1008
            self._say(failed.kind, error=failed.words)
        if not code:
            sender.cancel()
            return
        self._outgoing.put_nowait(None)
        await asyncio.gather(sender, return_exceptions=True)
        await self._socket.close(code)

    def _entered(self) -> Account:
        try:
            account = self.world.account_of(self._socket.headers.get("xi-api-key"))
        except Refused as refused:
            raise _Failed(_WORDS.get(refused.word, "rate_limited"), refused.message, is_end=True) from None
        if standing_of(account.key) == "spent":
            raise _Failed("quota_exceeded", "You have no credits left.", is_end=True)
        return account

    async def _take_one(self) -> None:
        try:
            await self._take(await self._socket.receive_json())
        except (SerializationException, ValueError):
            self._say("input_error", error="Received a message that is not valid JSON.")
        except _Failed as failed:
            if failed.is_end:
                raise
            self._say(failed.kind, error=failed.words)

    async def _take(self, message: Any) -> None:
        if not isinstance(message, dict) or message.get("message_type") != "input_audio_chunk":
            raise _Failed("input_error", "Expected a message of the type input_audio_chunk.")
        sent = message.get("audio_base_64") or ""
        if len(sent) > LONGEST_CHUNK:
            raise _Failed("chunk_size_exceeded", "The audio chunk is too long.")
        try:
            audio = base64.b64decode(sent, validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise _Failed("input_error", "audio_base_64 is not base64.") from None
        if audio:
            self._hear(audio)
            self._trouble()
        if message.get("commit") is True:
            if self._fresh_s < SHORTEST_COMMIT_S:
                words = f"Commit ignored: {self._fresh_s:.2f}s of uncommitted audio, at least 0.3s are needed."
                raise _Failed("commit_throttled", words)
            await self._commit()
        elif self._settings.is_vad and self._segment and self._silence_s >= self._settings.silence_s:
            await self._commit()

    def _hear(self, audio: bytes) -> None:
        heard = self._reader.feed_ulaw(audio) if self._settings.is_ulaw else self._reader.feed_pcm(audio)
        pcm = pcm_of(audio) if self._settings.is_ulaw else audio
        seconds = len(pcm) / 2 / self._settings.rate
        self._fresh_s += seconds
        self._silence_s = 0.0 if is_loud(pcm) or heard else self._silence_s + seconds
        if self.world.recognizer is not None:
            self._sound += pcm
        if heard:
            self._segment += heard
            self._say("partial_transcript", self.world.delays.stt_partial_ms, text=self._text())

    async def _commit(self) -> None:
        words, text = list(self._segment), self._text()
        if not text and self.world.recognizer is not None:
            text = await asyncio.to_thread(self.world.recognizer, bytes(self._sound), self._settings.rate)
        self._segment.clear()
        self._sound.clear()
        self._fresh_s = 0.0
        wait_ms = self.world.delays.stt_commit_ms
        self._say("committed_transcript", wait_ms, text=text)
        if self._settings.with_times or self._settings.with_language:
            times = told_words(words, self._settings.rate) if self._settings.with_times else None
            language = self._settings.language or "en"
            self._say("committed_transcript_with_timestamps", text=text, language_code=language, words=times)

    def _trouble(self) -> None:
        """Meets what was arranged to go wrong."""
        if not self.world.trouble:
            return
        match self.world.trouble.popleft().partition(":"):
            case ("ok", _, _):
                return
            case ("stall", _, seconds):
                self._outgoing.put_nowait((1000 * float(seconds), {}))
            case ("drop", _, _):
                raise _Failed("transcriber_error", "Internal server error", is_end=True)
            case (kind, _, _):
                raise _Failed(kind, f"Something went wrong: {kind}.")

    def _text(self) -> str:
        return " ".join(word.text.strip() for word in self._segment)

    def _say(self, kind: str, wait_ms: float = 0, **members: Any) -> None:
        self._outgoing.put_nowait((wait_ms, {"message_type": kind, **members}))

    async def _send(self) -> None:
        while (due := await self._outgoing.get()) is not None:
            wait_ms, message = due
            await paused(wait_ms)
            if message:
                await self._socket.send_json(message)


@websocket("/v1/speech-to-text/realtime")
async def realtime(socket: Socket) -> None:
    """Transcribes while somebody speaks."""
    await _Session(socket).serve()


ROUTES = [realtime]
