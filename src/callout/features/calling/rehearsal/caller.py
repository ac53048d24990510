"""A persona at the phone: hears what the agent said, says its next line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Protocol

import msgspec

from callout.features.calling.brain.actions import Message
from callout.features.calling.brain.brief import Brief
from callout.features.calling.rehearsal.facts import Facts
from callout.features.calling.rehearsal.noise import heard_as
from callout.features.calling.rehearsal.personas import Persona

Reply = Callable[[Sequence[Message]], Awaitable[str]]
"""A language model as a port: messages in, its words out."""

_NO_IDEA = ("Sorry, what?", "Okay.", "I don't know.")


class Utterance(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller does: says `text` (empty: silence) and then maybe hangs up or presses a key."""

    text: str = ""
    hangs_up: bool = False
    key: str | None = None


class Caller(Protocol):
    """Whoever is at the other end of a rehearsal."""

    async def reply(self, heard: str) -> Utterance:
        """What follows on what was heard since the last reply; empty when nothing was."""
        ...

    def interrupts(self, sentence: str) -> int | None:
        """After how many words it cuts a sentence of the agent short; None when it listens."""
        ...


class ScriptedCaller:
    """Plays a persona by its lines; the same seed plays it the same way."""

    def __init__(self, persona: Persona, facts: Facts, brief: Brief, random: Random) -> None:
        """Start a call; `random` decides among lines, pauses, interruptions and noise."""
        self._persona = persona
        self._places = facts.places(brief)
        self._random = random
        self._used: dict[int, int] = {}
        self._noise = random.choice((0, 0, 1, 2)) if persona.noise else 0
        self._paused = False
        self._interrupted = 0

    async def reply(self, heard: str) -> Utterance:
        """The first line that fits what was heard and is not used up."""
        if not self._paused and self._random.random() < self._persona.pauses:
            self._paused = True
            return Utterance()
        self._paused = False
        for index, line in enumerate(self._persona.lines):
            if (line.times and self._used.get(index, 0) >= line.times) or not line.fits(heard):
                continue
            self._used[index] = self._used.get(index, 0) + 1
            if line.does == "silence":
                return Utterance()
            text = self._random.choice(line.says).format_map(self._places) if line.says else ""
            return Utterance(
                text=heard_as(text, self._random, self._noise),
                hangs_up=line.does == "hang_up",
                key=line.does.removeprefix("key:") if line.does.startswith("key:") else None,
            )
        return Utterance(text=self._random.choice(_NO_IDEA))

    def interrupts(self, sentence: str) -> int | None:
        """Cuts some sentences short, never two in a row."""
        words = len(sentence.split())
        if self._interrupted or words < 6 or self._random.random() >= self._persona.interrupts:
            self._interrupted = 0
            return None
        self._interrupted = 1
        return self._random.randint(2, words - 2)


class ThinkingCaller:
    """Plays a persona by a language model."""

    def __init__(self, persona: Persona, facts: Facts, brief: Brief, reply: Reply) -> None:
        """Start a call."""
        self._reply = reply
        self._messages = [Message(role="system", content=_part(persona, facts, brief))]

    async def reply(self, heard: str) -> Utterance:
        """The model's next words; `HANGUP` in them ends the call."""
        self._messages.append(Message(role="user", content=heard or "(silence)"))
        text = (await self._reply(self._messages)).strip()
        self._messages.append(Message(role="assistant", content=text))
        said = text.replace("HANGUP", "").strip()
        return Utterance(text=said[:1000], hangs_up="HANGUP" in text)

    def interrupts(self, sentence: str) -> int | None:
        """It listens."""
        return None


def _part(persona: Persona, facts: Facts, brief: Brief) -> str:
    return (
        "You play a person who is phoned by an AI assistant of a business. Stay in your part, answer in one or two "
        "short spoken sentences, and write HANGUP when you hang up.\n"
        f"Your part: {persona.title}. {persona.goal}\n"
        f"Your name is {facts.name}, your address {facts.address}, {facts.city}. If you need something it is "
        f"{facts.need}, best {facts.day} at {facts.hour}. The business is {brief.business_name}."
    )
