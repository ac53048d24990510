"""Transcription by the Deepgram simulator: live over a socket, and of recordings. Hears marked speech.

Source: Deepgram API reference, "Live audio" and "Pre-recorded audio".
"""

import asyncio
import json
from typing import Any, Final

from litestar import Request, Response, WebSocket, post, websocket
from litestar.datastructures import State
from litestar.exceptions import NotAuthorizedException, WebSocketDisconnect

from callout.kit.ids import uuid7
from callout.sandbox.deepgram_shapes import metadata, recorded, results
from callout.sandbox.elevenlabs_audio import channels_of
from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.keyed import answer, bearer, standing_of
from callout.sandbox.loudness import is_loud
from callout.sandbox.marked_speech import Heard, MarkReader, pcm_of

Socket = WebSocket[Any, Any, State]
IDLE_S: Final = 10.0
"""A socket without audio or a sign of life is closed after this, with NET-0001."""
ENDPOINT_MS: Final = 10
_REFUSED = {"refused": (401, "INVALID_AUTH", "Invalid credentials."),
            "stopped": (403, "INSUFFICIENT_PERMISSIONS", "User does not have sufficient permissions."),
            "limited": (429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later"),
            "spent": (402, "ASR_PAYMENT_REQUIRED", "Project does not have enough credits.")}  # fmt: skip


class _Live:
    """One socket."""

    def __init__(self, socket: Socket) -> None:
        asked = socket.query_params
        self._socket = socket
        self._model = asked.get("model") or "base"
        self._is_ulaw = asked.get("encoding") == "mulaw"
        rate = asked.get("sample_rate") or "8000"
        self._rate = int(rate) if rate.isdigit() and int(rate) >= 8_000 else 8_000
        self._tells_interim = asked.get("interim_results") == "true"
        self._tells_speech = asked.get("vad_events") == "true"
        wanted = asked.get("endpointing") or ""
        self._endpoint_s = None if wanted == "false" else (int(wanted) if wanted.isdigit() else ENDPOINT_MS) / 1000
        self._request_id = str(uuid7())
        self._reader = MarkReader()
        self._segment: list[Heard] = []
        self._heard_s = self._began_s = self._silence_s = 0.0
        self._is_speech = False

    async def serve(self) -> None:
        """Takes audio until either side ends."""
        if (why := _REFUSED.get(standing_of(_key(self._socket)))) is not None:
            raise NotAuthorizedException(why[2])
        await self._socket.accept(headers={"dg-request-id": self._request_id})
        try:
            while await self._take_one():
                pass
            await self._final(speech_final=False)
            await self._tell({"type": "Metadata", **metadata(self._request_id, self._heard_s)})
            await self._socket.close(1000)
        except TimeoutError:
            words = "Deepgram did not receive audio data or a text message within the timeout window. NET-0001"
            await self._socket.close(1011, words)
        except WebSocketDisconnect:
            return

    async def _take_one(self) -> bool:
        async with asyncio.timeout(IDLE_S):
            message: Any = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(detail="gone")
        if message.get("bytes") is not None:
            await self._hear(message["bytes"])
            return True
        match _kind(message.get("text")):
            case "CloseStream":
                return False
            case "Finalize":
                await self._final(speech_final=True, from_finalize=True)
            case "KeepAlive":
                pass
            case _:
                words = "Could not deserialize last text message"
                await self._tell({"type": "Error", "description": words, "message": words, "variant": "DATA-0000"})
        return True

    async def _hear(self, audio: bytes) -> None:
        pcm = pcm_of(audio) if self._is_ulaw else audio
        heard = self._reader.feed_pcm(pcm)
        seconds, loud = len(pcm) / 2 / self._rate, is_loud(pcm)
        self._heard_s += seconds
        self._silence_s = 0.0 if loud or heard else self._silence_s + seconds
        if loud and not self._is_speech:
            self._is_speech = True
            if self._tells_speech:
                started = {"channel": [0, 1], "timestamp": round(self._heard_s - seconds, 3)}
                await self._tell({"type": "SpeechStarted", **started})
        self._segment += heard
        if heard and self._tells_interim:
            await self._tell(self._results(is_final=False, speech_final=False))
        if self._endpoint_s is not None and self._segment and self._silence_s >= self._endpoint_s:
            await self._final(speech_final=True)

    async def _final(self, *, speech_final: bool, from_finalize: bool = False) -> None:
        """Tells what stands; nothing new after Finalize is told as an empty transcript."""
        if self._segment or from_finalize:
            facts = {"from_finalize": True} if from_finalize else {}
            await self._tell(self._results(is_final=True, speech_final=speech_final, **facts))
        self._segment, self._began_s, self._is_speech = [], self._heard_s, False

    def _results(self, **facts: bool) -> dict[str, Any]:
        return results(
            self._segment, rate=self._rate, start_s=self._began_s, end_s=self._heard_s,
            request_id=self._request_id, model=self._model, **facts,
        )  # fmt: skip

    async def _tell(self, message: dict[str, Any]) -> None:
        await self._socket.send_json(message)


@websocket("/v1/listen")
async def listen_live(socket: Socket) -> None:
    """Transcribes while somebody speaks."""
    await _Live(socket).serve()


@post("/v1/listen", status_code=200)
async def listen_recorded(request: Request[Any, Any, State]) -> Response[Any]:
    """Transcribes a recording."""
    if (why := _REFUSED.get(standing_of(_key(request)))) is not None:
        return _refusal(*why)
    content = await request.body()
    try:
        channels, rate = await asyncio.to_thread(channels_of, content)
    except Refused:
        return _refusal(400, "Bad Request", "failed to process audio: corrupt or unsupported data")
    heard = [MarkReader().feed_pcm(channel) for channel in channels]
    is_multi = request.query_params.get("multichannel") == "true"
    seconds = len(channels[0]) / 2 / rate
    return answer(200, recorded(heard if is_multi else heard[:1], rate=rate, seconds=seconds, audio=content))


ROUTES = [listen_live, listen_recorded]


def _key(asking: Any) -> str | None:
    return bearer(asking.headers.get("Authorization"), "Token")


def _kind(text: str | None) -> str | None:
    try:
        message = json.loads(text or "")
    except ValueError:
        return None
    return str(message.get("type")) if isinstance(message, dict) else None


def _refusal(status: int, code: str, message: str) -> Response[Any]:
    return answer(status, {"err_code": code, "err_msg": message, "request_id": str(uuid7())})
