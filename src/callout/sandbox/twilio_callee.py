"""The other side of a simulated call, by ear: hears 8 kHz mu-law frames of 20 ms, answers with such frames.

What it says and what it hears rides in the audio itself (`marked_speech`), so speech simulators understand it and it
understands the agent, word by word, with nothing beside the audio.
"""

import asyncio
import zlib
from datetime import UTC, datetime
from functools import cache, partial
from random import Random
from typing import Any

import msgspec
import numpy as np

from callout.features.calling.brain.brief import Brief
from callout.features.calling.rehearsal.agent_file import SAMPLE, read_agent
from callout.features.calling.rehearsal.caller import Caller, ScriptedCaller, Utterance
from callout.features.calling.rehearsal.facts import invent
from callout.features.calling.rehearsal.personas import chosen
from callout.sandbox.flite import PREFIX
from callout.sandbox.marked_speech import MarkReader, say
from callout.sandbox.mu_law import SILENCE, ulaw_of
from callout.sandbox.twilio_behaviour import MENU, Behaviour

FRAME = 160
FRAME_S = 0.02
QUIET = bytes([SILENCE]) * FRAME
_GIVES_UP_S = 15.0
_MACHINE_LISTENS_S = 60.0


class Tick(msgspec.Struct, frozen=True):
    """20 ms of the callee: its audio, a key it presses, whether it hangs up with it."""

    frame: bytes
    key: str | None = None
    hangs_up: bool = False


class Callee:
    """Whoever took the call."""

    def __init__(
        self, behaviour: Behaviour, *, voice: str = "", caller: Caller | None = None, speed: float = 1.0
    ) -> None:
        self._behaviour = behaviour
        self._speed = speed
        self._voice = behaviour.voice or voice
        self._caller = caller or caller_of(behaviour)
        self._dice = Random(behaviour.seed)
        self._interrupts = _interrupts(behaviour)
        self._reader = MarkReader()
        self._at = 0.0
        self._heard = ""
        self._words, self._cut_at = 0, 0
        self._may_cut = False
        self._sound_at = 0.0
        self._waits_since = 0.0
        self._queue = bytearray()
        self._keys = list(behaviour.keys)
        self._leaves = False
        self._nudges = 0
        self.said: list[dict[str, Any]] = []

    async def begin(self) -> None:
        """Takes the call: machines speak at once, and people who greet."""
        behaviour = self._behaviour
        match behaviour.answers:
            case "machine":
                await self._turn()
                self._queue += _tone(1000, 0.4)
            case "ivr":
                await self._speak(MENU)
            case "screening":
                await self._turn()
            case "fax":
                self._queue += _tone(2100, 3.0)
            case _ if behaviour.greets:
                await self._speak(behaviour.greets)

    async def tick(self, played: bytes, *, is_agent_speaking: bool) -> Tick:
        """The next 20 ms.

        Args:
            played: what it hears meanwhile.
            is_agent_speaking: more of the agent's audio is waiting to be played.
        """
        self._at += FRAME_S
        for word in self._reader.feed_ulaw(played):
            if not self._heard:
                self._words, self._cut_at = 0, self._cut()
            self._heard += word.text
            self._words += 1
        if is_agent_speaking or any(code != SILENCE for code in (played[0], played[-1])):
            self._sound_at = self._at
        key = None
        if not self._queue and not self._leaves:
            key = await self._react(is_agent_speaking=is_agent_speaking)
        return self._out(key)

    def finish(self) -> None:
        """Writes down what was heard last."""
        self._note_heard()

    async def _react(self, *, is_agent_speaking: bool) -> str | None:
        behaviour, silence_s = self._behaviour, self._at - self._sound_at
        if behaviour.answers == "ivr":
            if silence_s > 10 and self._at - self._waits_since > 10:
                await self._speak(MENU)
            self._leaves = self._at > _MACHINE_LISTENS_S
            return None
        if behaviour.answers in {"machine", "fax"}:
            self._leaves = self._at > _MACHINE_LISTENS_S
            return None
        is_cutting = bool(self._cut_at) and is_agent_speaking and self._words >= self._cut_at
        if self._heard and (is_cutting or (not is_agent_speaking and silence_s >= behaviour.patience_s)):
            self._cut_at = 0
            return await self._turn()
        if not self._heard and silence_s > _GIVES_UP_S and self._at - self._waits_since > _GIVES_UP_S:
            self._nudges += 1
            await self._speak("Hello?")
            self._leaves = self._nudges > 2
        return None

    def _cut(self) -> int:
        """After how many words it cuts in; 0 when it listens: to the first words, and after it has cut in."""
        may, self._may_cut = self._may_cut, True
        if not may or self._dice.random() >= self._interrupts:
            return 0
        self._may_cut = False
        return self._dice.randint(3, 6)

    async def _turn(self) -> str | None:
        heard = self._heard
        self._note_heard()
        utterance = await self._caller.reply(heard)
        if utterance.text:
            await self._speak(utterance.text)
        self._waits_since = self._at
        self._leaves = self._leaves or utterance.hangs_up
        return utterance.key or (self._keys.pop(0) if self._keys else None)

    def _note_heard(self) -> None:
        if self._heard:
            self.said.append({"speaker": "agent", "text": self._heard.strip(), "at_s": round(self._at, 2)})
        self._heard = ""

    async def _speak(self, text: str) -> None:
        self.said.append({"speaker": "callee", "text": text, "at_s": round(self._at, 2)})
        is_slow = self._voice.startswith(PREFIX)
        spoken = partial(say, text, voice=self._voice, speed=self._speed)
        said = await asyncio.to_thread(spoken) if is_slow else spoken()
        self._queue += ulaw_of(said.pcm)
        self._waits_since = self._at + len(self._queue) / 8000
        if self._behaviour.hangs_up_mid_word:
            del self._queue[max(FRAME, len(self._queue) // 2 - 7) :]
            self._leaves = True

    def _out(self, key: str | None) -> Tick:
        limit = self._behaviour.hangs_up_after_s
        if self._queue:
            frame = bytes(self._queue[:FRAME])
            del self._queue[:FRAME]
            self._sound_at = max(self._sound_at, self._at)
            return Tick(frame.ljust(FRAME, QUIET[:1]), key, hangs_up=limit is not None and self._at >= limit)
        return Tick(QUIET, key, hangs_up=self._leaves or (limit is not None and self._at >= limit))


class _Reciter:
    """Says its lines in turn, then hangs up."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self._lines = list(lines)

    async def reply(self, heard: str) -> Utterance:
        if not self._lines:
            return Utterance(hangs_up=True)
        return Utterance(text=self._lines.pop(0))

    def interrupts(self, sentence: str) -> int | None:
        return None


def caller_of(behaviour: Behaviour) -> Caller:
    """Whoever plays the other side, line by line."""
    if behaviour.lines:
        return _Reciter(behaviour.lines)
    default = {"machine": "voicemail", "screening": "screening_bot"}.get(behaviour.answers, "keen")
    persona = chosen([behaviour.persona or default])[0]
    random = Random(zlib.crc32(f"{persona.code}:{behaviour.seed}".encode()))
    facts = invent(persona, _brief(), random, datetime.now(UTC))
    if behaviour.needs:
        facts = msgspec.structs.replace(facts, need=behaviour.needs)
    return ScriptedCaller(persona, facts, _brief(), random)


def _interrupts(behaviour: Behaviour) -> float:
    """The share of the agent's utterances it cuts short."""
    if behaviour.lines or behaviour.answers not in {"human", "never_reports"}:
        return 0.0
    return chosen([behaviour.persona or "keen"])[0].interrupts


@cache
def _brief() -> Brief:
    """Whom a persona believes to talk to, as long as nobody told it."""
    return read_agent(SAMPLE, datetime.now(UTC))


def _tone(hertz: float, seconds: float) -> bytes:
    at = np.arange(round(8000 * seconds)) / 8000
    return ulaw_of(np.round(8000 * np.sin(2 * np.pi * hertz * at)).astype("<i2").tobytes())
