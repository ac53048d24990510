"""Text to speech of the ElevenLabs simulator over a socket: text comes in, audio with the time of its letters goes out.

`stream-input` is one text; `multi-stream-input` keeps several apart by `context_id`, so that one can be closed when
its listener interrupts. Messages carry both spellings of their last member: the service says `isFinal` and
`charDurationsMs`, its documentation also `is_final` and `charsDurationsMs`.

Source: ElevenLabs API reference, "WebSocket" and "Multi-Context WebSocket".
"""

import asyncio
import base64
from typing import Any, Final

from litestar import WebSocket, websocket
from litestar.datastructures import State
from litestar.exceptions import SerializationException, WebSocketDisconnect

from callout.sandbox.elevenlabs_audio import Rendered
from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.elevenlabs_speech import cut, letter_times, order_of
from callout.sandbox.elevenlabs_voices import voice_in
from callout.sandbox.elevenlabs_world import Account, World, paused
from callout.sandbox.marked_speech import Word

Socket = WebSocket[Any, Any, State]
INACTIVITY_S, LONGEST_INACTIVITY_S = 20.0, 180.0
SCHEDULE: Final = (120, 160, 250, 290)
"""How many letters are waited for before the first, second … part is spoken."""
_END: Final = "\x00"
_POLICY, _NORMAL = 1008, 1000


class _Ended(Exception):  # noqa: N818 - the socket is to be closed
    def __init__(self, code: int = _NORMAL, reason: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class _Context:
    """One text on its way: what came is gathered, what is due is spoken in order."""

    def __init__(self, line: "_Line", context_id: str | None, settings: dict[str, Any] | None) -> None:
        self.context_id = context_id
        self.settings = settings
        self._line = line
        self._gathered = ""
        self._parts = 0
        self._due: asyncio.Queue[str] = asyncio.Queue()
        self.task = asyncio.create_task(self._work())

    def take(self, text: str, *, flush: bool, trigger: bool) -> None:
        """Gathers text, and has it spoken when there is enough or it is asked for."""
        self._gathered += text
        enough = SCHEDULE[min(self._parts, len(SCHEDULE) - 1)]
        if flush or (trigger and (self._line.is_automatic or len(self._gathered) >= enough)):
            self._speak()

    def close(self) -> None:
        """Has the rest spoken, then says that it was all."""
        self._speak()
        self._due.put_nowait(_END)

    def _speak(self) -> None:
        if self._gathered.strip():
            self._due.put_nowait(f"{self._gathered.strip()} ")
            self._parts += 1
        self._gathered = ""

    async def _work(self) -> None:
        try:
            while (text := await self._due.get()) != _END:
                await self._line.say(text, self)
            await self._line.tell(None, None, self.context_id)
        except Refused as refused:
            await self._line.refuse(refused, self.context_id)


class _Line:
    """One socket."""

    def __init__(self, socket: Socket, voice_id: str, *, is_multi: bool) -> None:
        self.world: World = socket.app.state.world
        self.account: Account | None = None
        self.is_multi = is_multi
        self.contexts: dict[str, _Context] = {}
        self.closing: list[asyncio.Task[None]] = []
        self._socket, self._voice_id = socket, voice_id
        asked = socket.query_params
        self.is_automatic = asked.get("auto_mode") == "true"
        self._model = asked.get("model_id") or "eleven_multilingual_v2"
        self._format = asked.get("output_format") or "mp3_44100_128"
        self._language = asked.get("language_code")
        self._sending = asyncio.Lock()
        self._is_over = False
        self._is_broken = False
        self._patience = asyncio.timeout(None)
        wanted = asked.get("inactivity_timeout") or ""
        self.patience_s = min(float(wanted) if wanted.isdigit() else INACTIVITY_S, LONGEST_INACTIVITY_S)

    async def serve(self) -> None:
        """Takes messages until either side ends."""
        await self._socket.accept()
        code, reason = _NORMAL, ""
        try:
            self._enter(self._socket.headers.get("xi-api-key"))
            while True:
                await self._take(await self._receive())
        except WebSocketDisconnect:
            self._is_over = True
            code = _POLICY
        except Refused as refused:
            code, reason = _POLICY, refused.message
            await self.refuse(refused, None)
        except _Ended as ended:
            code, reason = ended.code, ended.reason
        await self._finish(code, reason)

    async def say(self, text: str, context: _Context) -> None:
        """Speaks a text.

        Raises:
            Refused: the account may not, or not so much at once.
        """
        account = self._known()
        body = {"voice_settings": context.settings, "language_code": self._language}
        order = order_of(
            account, text, voice_id=self._voice_id, output_format=self._format, model_id=self._model, body=body
        )
        with account.working():
            made = await order.spoken(self.world, account)
            await self._trouble()
            await paused(self.world.delays.tts_first_ms)
            await self._send_parts(made, context.context_id)

    async def tell(self, words: list[Word] | None, audio: bytes | None, context_id: str | None) -> None:
        """Sends a part of the audio; without any, that it was the last."""
        times = _times(words) if words else None
        is_final = words is None
        said: dict[str, Any] = {
            "audio": base64.b64encode(audio).decode() if audio else None,
            "isFinal": True if is_final else None,
            "normalizedAlignment": times,
            "alignment": times,
        }
        if self.is_multi:
            said |= {"is_final": is_final, "contextId": context_id}
        await self._send(said)

    async def refuse(self, refused: Refused, context_id: str | None) -> None:
        """Says why there is no (more) audio."""
        said: dict[str, Any] = {"message": refused.message, "error": refused.word, "code": _POLICY}
        await self._send({**said, "contextId": context_id} if self.is_multi else said)

    def _enter(self, key: str | None) -> None:
        if key is not None or not self.is_multi:
            self.account = self.world.account_of(key) if key is not None else None
        else:
            self.account = self.world.account_of(None)
        if self.account is not None:
            voice_in(self.account, self._voice_id)

    def _known(self) -> Account:
        if self.account is None:
            raise Refused(401, "needs_authorization", "Neither authorization header nor xi-api-key received.")
        return self.account

    async def _receive(self) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self.patience_s) as self._patience:
                message = await self._socket.receive_json()
        except TimeoutError:
            if self._is_broken:
                raise _Ended(1011, "Internal server error") from None
            words = (
                f"Have not received a new text input within the timeout of {self.patience_s} seconds. "
                'Streaming input terminated. Please make sure to send "" as input when the stream should end'
            )
            raise Refused(400, "input_timeout_exceeded", words) from None
        except (SerializationException, ValueError):
            raise Refused(400, "invalid_message", "Received a message that is not valid JSON.") from None
        if not isinstance(message, dict):
            raise Refused(400, "invalid_message", "Received a message that is not an object.")
        return message

    async def _take(self, message: dict[str, Any]) -> None:
        if self.account is None:
            self._enter(message.get("xi_api_key"))
            self._known()
        if message.get("close_socket") is True:
            raise _Ended
        text = message.get("text")
        if text is not None and not isinstance(text, str):
            raise Refused(400, "invalid_message", "text is not a string.")
        if not self.is_multi:
            self._take_single(message, text)
        else:
            self._take_multi(message, text)

    def _take_single(self, message: dict[str, Any], text: str | None) -> None:
        context = self.contexts.get("")
        if context is None:
            context = self.contexts[""] = _Context(self, None, message.get("voice_settings"))
        if not text:
            raise _Ended
        trigger = self.is_automatic or message.get("try_trigger_generation") is True
        context.take(text, flush=message.get("flush") is True, trigger=trigger)

    def _take_multi(self, message: dict[str, Any], text: str | None) -> None:
        context_id = str(message.get("context_id") or "default")
        context = self.contexts.get(context_id)
        if message.get("close_context") is True:
            if context is not None:
                context.close()
                self.closing.append(self.contexts.pop(context_id).task)
            return
        if context is None:
            if not text:
                return
            context = self._opened(context_id, message.get("voice_settings"))
        elif message.get("voice_settings") and message["voice_settings"] != context.settings:
            words = "voice_settings may only be given with the first message of a context."
            raise Refused(400, "invalid_message", words)
        context.take(text or "", flush=message.get("flush") is True, trigger=True)

    def _opened(self, context_id: str, settings: dict[str, Any] | None) -> _Context:
        if len(self.contexts) >= self._known().limits.contexts:
            words = (
                "Maximum simultaneous contexts per WebSocket connection exceeded "
                f"({self._known().limits.contexts}). Please close an existing context before opening a new one."
            )
            raise Refused(400, "max_active_conversations", words)
        context = self.contexts[context_id] = _Context(self, context_id, settings)
        return context

    async def _send_parts(self, made: Rendered, context_id: str | None) -> None:
        for words, audio in cut(made):
            await paused(self.world.delays.tts_ms_per_s * (words[-1].end_s - words[0].start_s))
            await self.tell(words, audio, context_id)

    async def _trouble(self) -> None:
        """Meets what was arranged to go wrong."""
        if not self.world.trouble:
            return
        match self.world.trouble.popleft().partition(":"):
            case ("stall", _, seconds):
                await asyncio.sleep(float(seconds))
            case ("drop", _, _):
                self._is_broken = True
                self._patience.reschedule(asyncio.get_running_loop().time())
            case ("ok", _, _):
                return
            case (word, _, _):
                raise Refused(400, word, f"Something went wrong: {word}.")

    async def _finish(self, code: int, reason: str) -> None:
        for context in self.contexts.values():
            if code == _NORMAL:
                context.close()
            else:
                context.task.cancel()
        for task in self.closing:
            if code != _NORMAL:
                task.cancel()
        await asyncio.gather(*self.closing, *(one.task for one in self.contexts.values()), return_exceptions=True)
        await self._close(code, reason)

    async def _send(self, said: dict[str, Any]) -> None:
        async with self._sending:
            if not (self._is_over or self._is_broken):
                await self._socket.send_json(said)

    async def _close(self, code: int, reason: str) -> None:
        async with self._sending:
            if not self._is_over:
                self._is_over = True
                await self._socket.close(code, reason[:120])


@websocket("/v1/text-to-speech/{voice_id:str}/stream-input")
async def stream_input(socket: Socket, voice_id: str) -> None:
    """One text after the other, as one."""
    await _Line(socket, voice_id, is_multi=False).serve()


@websocket("/v1/text-to-speech/{voice_id:str}/multi-stream-input")
async def multi_stream_input(socket: Socket, voice_id: str) -> None:
    """Several texts side by side."""
    await _Line(socket, voice_id, is_multi=True).serve()


ROUTES = [stream_input, multi_stream_input]


def _times(words: list[Word]) -> dict[str, Any]:
    letters, starts, ends = letter_times(words, words[0].start_s)
    began = [round(1000 * at) for at in starts]
    lasted = [round(1000 * end) - at for end, at in zip(ends, began, strict=True)]
    return {"chars": letters, "charStartTimesMs": began, "charDurationsMs": lasted, "charsDurationsMs": lasted}
