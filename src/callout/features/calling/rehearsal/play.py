"""Plays one call in text: the brain at one end, a caller at the other, a clock that is moved by hand."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from callout.features.calling.brain.actions import (
    Action,
    CallTool,
    End,
    Flag,
    Hush,
    Say,
    SetTimer,
    Suppress,
    Think,
    Transfer,
)
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.evidence import study
from callout.features.calling.brain.inputs import (
    AgentSaid,
    Amd,
    Answered,
    Dtmf,
    Final,
    Hangup,
    Input,
    Partial,
    Studied,
    Thought,
    Timer,
)
from callout.features.calling.brain.outcome import CallOutcome, outcome_of
from callout.features.calling.brain.state import State
from callout.features.calling.brain.step import begin, step
from callout.features.calling.rehearsal.caller import Caller, Utterance
from callout.features.calling.rehearsal.desk import RehearsalDesk, Used

Thinker = Callable[[Think], AsyncIterator[Thought]]
"""The agent's language model as a port: its reply in parts."""

_WORDS_PER_S = 2.5
_REPLY_S = 0.7
_MOST_SILENCES = 6


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A call that was played. `words` are what the agent was heard to say, `duration_s` on the moved clock."""

    state: State
    outcome: CallOutcome
    actions: tuple[Action, ...]
    used: tuple[Used, ...]
    orders: dict[str, dict[str, object]]
    words: tuple[str, ...]
    duration_s: float
    is_cut: bool


class TextCall:
    """The host of one call: does what the brain asks and tells it what happened."""

    def __init__(self, brief: Brief, caller: Caller, now: datetime, thinker: Thinker | None = None) -> None:
        """Connect a caller; nothing is said yet."""
        self._brief, self._caller, self._thinker = brief, caller, thinker
        self._now = self._started = now
        self.state = begin(brief)
        self.desk = RehearsalDesk(brief)
        self.actions: list[Action] = []
        self.words: list[str] = []
        self._queue: deque[Say] = deque()
        self._timers: dict[str, datetime] = {}
        self._think: Think | None = None

    async def play(
        self, turns: int, carrier: Literal["voicemail", "ivr", "screening", "fax"] | None = None, *, beep: bool = False
    ) -> Played:
        """Plays to the end, at most so many turns of the caller."""
        await self._tell(Answered())
        heard, silences, cut = "", 0, True
        for index in range(turns):
            heard += await self._speak()
            if carrier and index == 1:
                await self._tell(Amd(line=carrier))
            if self.state.is_ended:
                cut = False
                break
            utterance = await self._caller.reply(heard)
            heard = ""
            silences = 0 if utterance.text else silences + 1
            await self._take(utterance)
            if carrier and beep and index == 1:
                await self._tell(Amd(line=carrier, beep=True))
            if silences > _MOST_SILENCES:
                await self._tell(Hangup())
        await self._speak()
        if not self.state.is_ended:
            await self._tell(Hangup(by="agent"))
        return Played(
            state=self.state,
            outcome=outcome_of(self._brief, self.state),
            actions=tuple(self.actions),
            used=tuple(self.desk.used),
            orders=dict(self.desk.orders),
            words=tuple(self.words),
            duration_s=(self._now - self._started).total_seconds(),
            is_cut=cut and not self.state.is_ended,
        )

    async def _take(self, utterance: Utterance) -> None:
        if utterance.key:
            await self._tell(Dtmf(digit=utterance.key))
        if utterance.text:
            words = utterance.text.split()
            await self._pass(_REPLY_S)
            if len(words) > 3:
                await self._tell(Partial(text=" ".join(words[: len(words) // 2])))
            await self._pass(len(words) / _WORDS_PER_S)
            await self._tell(Final(text=utterance.text, duration_ms=round(len(words) / _WORDS_PER_S * 1000)))
            asked = self.state.hinted
            await self._tell(Studied(finding=study(self._brief, self.state.turns, asked)))
        elif not utterance.hangs_up and not utterance.key:
            await self._wait()
        if utterance.hangs_up:
            await self._tell(Hangup())

    async def _speak(self) -> str:
        """Speaks what waits; the caller may cut a sentence short, which drops those after it."""
        spoken = []
        while self._queue:
            say = self._queue.popleft()
            words = say.text.split()
            kept = self._caller.interrupts(say.text) if say.interruptible and not self.state.is_ended else None
            text = " ".join(words[:kept])
            await self._pass(len(text.split()) / _WORDS_PER_S)
            self.words.append(text)
            spoken.append(text)
            await self._tell(self._said(say, text, interrupted=kept is not None))
            if kept is not None:
                while self._queue:
                    await self._tell(self._said(self._queue.popleft(), "", interrupted=True))
        return " ".join(spoken)

    def _said(self, say: Say, text: str, *, interrupted: bool) -> AgentSaid:
        return AgentSaid(
            say_id=say.id,
            text=text,
            interrupted=interrupted,
            duration_ms=round(len(text.split()) / _WORDS_PER_S * 1000),
        )

    async def _tell(self, event: Input) -> None:
        events: deque[Input] = deque([event])
        while events:
            self.state, actions = step(self._brief, self.state, events.popleft(), self._now)
            self.actions.extend(actions)
            for action in actions:
                events.extend(self._do(action))
            if self._think is not None and self._thinker is not None:
                think, self._think = self._think, None
                async for part in self._thinker(think):
                    events.append(part)

    def _do(self, action: Action) -> list[Input]:
        match action:
            case Say():
                self._queue.append(action)
            case Hush():
                dropped = [self._said(say, "", interrupted=True) for say in self._queue]
                self._queue.clear()
                return list(dropped)
            case SetTimer(name=name, after_s=None):
                self._timers.pop(name, None)
            case SetTimer(name=name, after_s=after):
                self._timers[name] = self._now + timedelta(seconds=after or 0)
            case CallTool() | Transfer():
                return [self.desk.carry_out(action)]
            case Think():
                self._think = action
            case Suppress() | Flag() | End():
                pass
        return []

    async def _pass(self, seconds: float) -> None:
        """Lets time go by; timers that run out meanwhile fire in their order."""
        until = self._now + timedelta(seconds=seconds)
        while due := sorted((at, name) for name, at in self._timers.items() if at <= until):
            at, name = due[0]
            del self._timers[name]
            self._now = max(self._now, at)
            await self._tell(Timer(name=name))
        self._now = until

    async def _wait(self) -> None:
        """Nobody speaks until the next timer."""
        if self._timers:
            at = min(self._timers.values())
            await self._pass(max(0.0, (at - self._now).total_seconds()))
        else:
            await self._tell(Hangup())
