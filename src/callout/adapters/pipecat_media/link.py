"""The brain's place in the pipeline: what is heard goes to the host, what it says goes to the voice."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputDTMFUrgentFrame,
    OutputTransportMessageUrgentFrame,
    StartFrame,
    TTSUpdateSettingsFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from callout.adapters.pipecat_media.hearing import Hearing
from callout.adapters.pipecat_media.output import AHEAD_S, PhoneOutput
from callout.adapters.pipecat_media.screen import Screen
from callout.adapters.pipecat_media.speaking import SayFrame, Speaking
from callout.adapters.pipecat_media.stream import CallStream
from callout.features.calling.brain.actions import Say
from callout.features.calling.brain.inputs import AgentSaid, Dtmf
from callout.features.calling.hosting.audience import Side
from callout.features.calling.hosting.host import CallHost

_log = logging.getLogger(__name__)
_PLAYED_OUT_S = 1.5
_OPERATOR = "operator-"


class Link(FrameProcessor):
    """Implements `hosting.ports.Line` towards the host, `output.Listener` towards the phone, `audience.Tapped`."""

    host: CallHost
    phone: PhoneOutput
    ear: Hearing
    voice: Speaking
    stream: CallStream
    screen: Screen | None = None

    def __init__(self, closed: Callable[[], None], rate: int) -> None:
        """Members are set by whoever builds the pipeline; `closed` ends it, `rate` is samples per second."""
        super().__init__(enable_direct_mode=True)
        self.rate = rate
        self._closed = closed
        self._says: OrderedDict[str, Say] = OrderedDict()
        self._is_open = self._stumbled = False
        self._marks: dict[str, asyncio.Event] = {}
        self._counter = 0
        self.tap: Callable[[Side, bytes], None] | None = None

    # from the phone

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Takes what comes over the line beside sound."""
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                await self.push_frame(frame, direction)
                self._is_open = True
                self.host.opened()
            case InputDTMFFrame():
                self.host.take(Dtmf(digit=frame.button.value))
            case ErrorFrame():
                pass
            case _:
                await self.push_frame(frame, direction)

    async def interrupted(self) -> None:
        """The customer begins to speak."""
        current = self.phone.playing or next(iter(self._says), None)
        say = self._says.get(current) if current else None
        if say is not None and say.interruptible:
            self.host.take(*await self.hush())

    # to the phone: the host's line

    async def speak(self, say: Say) -> None:
        """See `Line.speak`."""
        self._says[say.id] = say
        frame = SayFrame(say.text, append_to_context=False, say_id=say.id, language=say.language)
        frame.interruptible = say.interruptible
        await self.push_frame(frame)

    async def speak_for_operator(self, text: str, language: str) -> None:
        """Speaks a person's words with the agent's voice."""
        self._counter += 1
        await self.speak(Say(id=f"{_OPERATOR}{self._counter}", text=text, language=language))

    async def hush(self) -> list[AgentSaid]:
        """See `Line.hush`."""
        playing, played_s = self.phone.playing, max(0.0, self.phone.played_s - AHEAD_S)
        reports = []
        for say in [say for say in self._says.values() if say.interruptible]:
            del self._says[say.id]
            text = self._spoken(say, played_s) if say.id == playing else ""
            duration_ms = round(played_s * 1000) if say.id == playing else 0
            reports.append(_report(say, text, interrupted=True, duration_ms=duration_ms))
        if reports:
            await self.push_frame(InterruptionFrame())
        return reports

    async def press(self, digits: str) -> None:
        """See `Line.press`."""
        await self.push_frame(OutputDTMFUrgentFrame(buttons=OutputDTMFUrgentFrame.from_string(digits).buttons))

    async def switch_language(self, language: str) -> None:
        """See `Line.switch_language`."""
        await self.ear.recognition.switch_language(language)
        await self.push_frame(TTSUpdateSettingsFrame(delta=Speaking.Settings(language=language)))

    async def played_out(self) -> None:
        """See `Line.played_out`."""
        self._counter += 1
        name, played = f"end-{self._counter}", asyncio.Event()
        self._marks[name] = played
        await self.push_frame(OutputTransportMessageUrgentFrame(message=self.stream.mark(name)))
        try:
            await asyncio.wait_for(played.wait(), _PLAYED_OUT_S)
        except TimeoutError:
            return

    async def close(self) -> None:
        """See `Line.close`."""
        self._closed()

    def marked(self, name: str) -> None:
        """The carrier has played everything before a mark."""
        if (played := self._marks.pop(name, None)) is not None:
            played.set()

    def show(self, message: Mapping[str, Any]) -> None:
        """Tells the customer something beside the sound, where they have a screen."""
        if self.screen is not None:
            self.screen.tell(message)

    # what the phone was given

    def audio_began(self, say_id: str) -> None:
        """See `Listener.audio_began`."""
        if say_id in self._says:
            self.host.sounded(say_id)

    def audio_ended(self, say_id: str, seconds: float) -> None:
        """See `Listener.audio_ended`."""
        if (say := self._says.pop(say_id, None)) is not None:
            text = say.text if seconds else ""
            self.host.take(_report(say, text, interrupted=not seconds, duration_ms=round(seconds * 1000)))

    def sent(self, audio: bytes) -> None:
        """See `Listener.sent`."""
        if self.tap is not None:
            self.tap("agent", audio)

    async def heard(self, audio: bytes) -> None:
        """Audio of the customer came in; a defect in listening must not end the call."""
        if not self._is_open:
            return
        if self.tap is not None:
            self.tap("customer", audio)
        try:
            await self.ear.sound(audio)
        except Exception:  # noqa: BLE001 - see above
            if not self._stumbled:
                _log.exception("A call stumbled over what it heard.")
            self._stumbled = True

    def _spoken(self, say: Say, played_s: float) -> str:
        words = self.voice.words.get(say.id)
        return words.spoken(played_s, self.voice.length_of(say.id)) if words else ""


def _report(say: Say, text: str, *, interrupted: bool, duration_ms: int) -> AgentSaid:
    say_id = None if say.id.startswith(_OPERATOR) else say.id
    return AgentSaid(say_id=say_id, text=text, interrupted=interrupted, duration_ms=duration_ms)
