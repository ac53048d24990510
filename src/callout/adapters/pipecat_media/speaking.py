"""Text to speech in a call: what was made ahead at once, else ElevenLabs by websocket, else a backup."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipecat.frames.frames import Frame, TTSAudioRawFrame, TTSSpeakFrame, TTSStartedFrame, TTSStoppedFrame
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.utils.context.word_timestamp_tracker import WordTimestamp
from websockets.protocol import State

from callout.adapters.pipecat_media.options import MediaOptions
from callout.adapters.pipecat_media.words import WordTimes

Backup = Callable[[str, str], AsyncIterator[bytes]]
"""Speaks a text in a language (ISO 639-1) as 16-bit PCM at the rate of the call, in parts."""


@dataclass
class SayFrame(TTSSpeakFrame):
    """A text of the brain."""

    say_id: str = ""
    language: str = "en"


class Speaking(ElevenLabsTTSService):
    """Speaks one text after the other; the id of a text is the id of its audio."""

    def __init__(
        self,
        options: MediaOptions,
        *,
        ahead: Mapping[str, bytes],
        backup: Backup | None,
        first_audio: Callable[[str, bool], None],
        failed: Callable[[], None],
    ) -> None:
        """Not connected yet.

        Args:
            options: the voice.
            ahead: text → its audio, made before the call.
            backup: speaks when the voice does not.
            first_audio: told the id of a text whose audio begins to come, and whether it was made ahead.
            failed: told when nothing can speak.
        """
        voice = options.voice
        super().__init__(
            api_key=options.voice_provider.api_key,
            url=options.voice_provider.socket_url,
            sample_rate=options.rate,
            settings=self.Settings(
                model=voice.model,
                voice=voice.voice,
                language=options.language[:2],
                stability=voice.stability,
                similarity_boost=voice.similarity_boost,
                style=voice.style,
                use_speaker_boost=voice.use_speaker_boost,
                speed=voice.speed,
            ),
            stop_frame_timeout_s=options.first_audio_s + 6,
            max_consecutive_zero_audio_contexts=0,
        )
        self._reconnect_backoff_min_wait, self._reconnect_backoff_max_wait = 0.3, 2.0
        self.words: dict[str, WordTimes] = {}
        self.characters = 0
        self._ahead, self._backup = ahead, backup
        self._tell_first, self._tell_failed = first_audio, failed
        self._first_audio_s, self._rate = options.first_audio_s, options.rate
        self._opening: asyncio.Task[None] | None = None
        self._saying: SayFrame | None = None
        self._ours: set[str] = set()
        self._sounding: dict[str, int] = {}
        self._stopped: set[str] = set()
        self._watches: dict[str, asyncio.Task[None]] = {}
        self._texts: dict[str, tuple[str, str]] = {}

    # connecting without making anybody wait

    async def _connect(self) -> None:
        if self._opening is None:
            self._opening = self.create_task(super()._connect(), "connect")
        else:
            if not self._opening.done():
                await asyncio.wait([self._opening])
            await super()._connect()

    async def _disconnect(self) -> None:
        if self._opening is not None and not self._opening.done():
            await self.cancel_task(self._opening)
        await super()._disconnect()

    # one text

    def create_context_id(self) -> str:
        """The id of the text that is to be spoken."""
        return self._saying.say_id if self._saying is not None else super().create_context_id()

    async def _handle_tts_speak(self, frame: TTSSpeakFrame) -> None:
        self._saying = frame if isinstance(frame, SayFrame) else None
        try:
            await super()._handle_tts_speak(frame)
        finally:
            self._saying = None

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Begins to speak a text."""
        language = self._saying.language if self._saying is not None else "en"
        self.words[context_id] = WordTimes(text)
        self._texts[context_id] = (text, language)
        if (audio := self._ahead.get(text)) is not None:
            await self._begin_ours(context_id)
            yield TTSStartedFrame(context_id=context_id)
            yield TTSAudioRawFrame(audio, self._rate, 1, context_id=context_id)
            yield TTSStoppedFrame(context_id=context_id)
            await self.remove_audio_context(context_id)
            return
        if not await self._is_connected():
            await self._begin_ours(context_id)
            yield TTSStartedFrame(context_id=context_id)
            self._watches[context_id] = self.create_task(self._speak_by_backup(context_id))
            return
        self.characters += len(text)
        self._watches[context_id] = self.create_task(self._watch(context_id))
        async for frame in super().run_tts(text, context_id):
            yield frame

    async def _synthesize_text(self, text: str, context_id: str) -> None:
        """Also where the provider gave up: the backup may speak."""
        await self.tts_process_generator(context_id, self.run_tts(text, context_id))

    async def _is_connected(self) -> bool:
        if not self.is_usable:
            return False
        if self._opening is not None and not self._opening.done():
            await asyncio.wait([self._opening], timeout=self._first_audio_s)
        if self._websocket is None or self._websocket.state is not State.OPEN:
            try:
                await asyncio.wait_for(self._connect(), self._first_audio_s)
            except TimeoutError:
                return False
        return self._websocket is not None and self._websocket.state is State.OPEN

    async def _begin_ours(self, context_id: str) -> None:
        self._ours.add(context_id)
        await self.create_audio_context(context_id)

    # when the voice does not speak

    async def _watch(self, context_id: str) -> None:
        """Gives up waiting for the first sound of a text."""
        await asyncio.sleep(self._first_audio_s)
        if context_id not in self._sounding and self.audio_context_available(context_id):
            await self._close_context(context_id)
            await self.remove_audio_context(context_id)

    async def _speak_by_backup(self, context_id: str) -> None:
        text, language = self._texts[context_id]
        try:
            if self._backup is None:
                raise RuntimeError("no backup voice")  # noqa: TRY301 - treated like one that fails
            async for audio in self._backup(text, language):
                await self.append_to_audio_context(
                    context_id, TTSAudioRawFrame(audio, self._rate, 1, context_id=context_id)
                )
        except Exception as problem:  # noqa: BLE001 - whatever fails, the host has to know
            await self.push_error(error_msg=f"The backup voice failed: {type(problem).__name__}")
        if context_id not in self._sounding:
            self._tell_failed()
        await self.append_to_audio_context(context_id, TTSStoppedFrame(context_id=context_id))
        await self.remove_audio_context(context_id)

    # following the audio

    def length_of(self, say_id: str) -> float | None:
        """Seconds of audio of a text, once all of it came."""
        return self._sounding.get(say_id, 0) / 2 / self._rate if say_id in self._stopped else None

    async def append_to_audio_context(self, context_id: str | None, frame: Frame | WordTimestamp | None) -> None:
        """Notes when the first audio of a text comes."""
        if isinstance(frame, TTSAudioRawFrame) and context_id:
            if context_id not in self._sounding:
                self._tell_first(context_id, context_id in self._ours)
            self._sounding[context_id] = self._sounding.get(context_id, 0) + len(frame.audio)
        await super().append_to_audio_context(context_id, frame)

    async def add_word_timestamps(
        self,
        word_times: list[tuple[str, float]],
        context_id: str | None = None,
        includes_inter_frame_spaces: bool | None = None,
        pre_merge_tokens: bool = False,
    ) -> None:
        """Keeps when words begin; who interrupts is told by these what was said."""
        if context_id in self.words:
            self.words[context_id].add(word_times)

    async def push_frame(self, frame: Frame, *options: Any, **named: Any) -> None:
        """Notes which texts ended; one the voice did not speak is not over yet."""
        if isinstance(frame, TTSStoppedFrame) and frame.context_id:
            if self._was_not_spoken(frame.context_id):
                return
            self._stopped.add(frame.context_id)
        await super().push_frame(frame, *options, **named)

    async def on_audio_context_completed(self, context_id: str) -> None:
        """What the voice did not speak the backup does; every text has an end, however its audio stopped to come."""
        self._end_watch(context_id)
        await super().on_audio_context_completed(context_id)
        if self._was_not_spoken(context_id):
            await self._begin_ours(context_id)
            self._watches[context_id] = self.create_task(self._speak_by_backup(context_id))
        elif context_id not in self._stopped:
            await self.push_frame(TTSStoppedFrame(context_id=context_id))

    def _was_not_spoken(self, context_id: str) -> bool:
        is_ours = context_id in self._ours or context_id not in self._texts
        return not is_ours and context_id not in self._sounding

    async def on_audio_context_interrupted(self, context_id: str) -> None:
        """The text is not wanted any more."""
        self._end_watch(context_id)
        await super().on_audio_context_interrupted(context_id)

    def _end_watch(self, context_id: str) -> None:
        watch = self._watches.pop(context_id, None)
        if watch is not None and watch is not asyncio.current_task():
            watch.cancel()

    # the provider knows nothing of texts we speak without it

    async def flush_audio(self, context_id: str | None = None) -> None:
        """Has the provider speak what it holds back."""
        if context_id not in self._ours:
            await super().flush_audio(context_id)

    async def _close_context(self, context_id: str) -> None:
        if context_id not in self._ours:
            await super()._close_context(context_id)

    async def cleanup(self) -> None:
        """Ends the watches."""
        for context_id in list(self._watches):
            self._end_watch(context_id)
        await super().cleanup()
