"""Hosts the brain of one call: tells it what happens, in order, and does what it asks."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Literal

import msgspec

from callout.features.calling.brain.actions import (
    Action,
    CallTool,
    End,
    Flag,
    Hush,
    Record,
    Say,
    SendDigits,
    SetLanguage,
    SetTimer,
    StopThinking,
    Suppress,
    Think,
    Transfer,
)
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.evidence import study
from callout.features.calling.brain.inputs import (
    AgentSaid,
    Answered,
    Final,
    Hangup,
    Input,
    Operator,
    Studied,
    Thought,
    Timer,
    ToolResult,
    Trouble,
)
from callout.features.calling.brain.outcome import CallOutcome, outcome_of
from callout.features.calling.brain.phrases import phrase
from callout.features.calling.brain.step import begin, step
from callout.features.calling.hosting.journal import Journal
from callout.features.calling.hosting.latency import ReplyClock
from callout.features.calling.hosting.ports import Carrier, Line, Records, Thinker, Tools, Usage
from callout.features.calling.hosting.timers import Timers
from callout.features.calling.hosting.turn_taking import Ended

_log = logging.getLogger(__name__)
_SPEAK_OUT_S = 10.0
_SLOW_LETTERS_PER_S = 10.0
"""Slow speech; a long message is waited for as long as it takes to be said."""
_FORCED_END_S = 1.0
_DURATION = "duration"


class CallHost:
    """One call from its first to its last moment; lives on one event loop.

    Whoever carries the sound calls `opened`, `take` and `turn_ended`, in the order in which things happen, and reports
    every text it spoke by `AgentSaid`. `finished` is set when nothing more will be asked of the line.
    """

    def __init__(
        self,
        brief: Brief,
        line: Line,
        *,
        carrier: Carrier,
        tools: Tools,
        records: Records,
        thinker: Thinker | None,
        now: Callable[[], datetime],
        show: Callable[[dict[str, Any]], None] | None = None,
        watch: Callable[[Action], object] | None = None,
    ) -> None:
        """Nothing is said before `opened`.

        `show` tells the customer what is said where they have a screen; `watch` is told all the brain asks for.
        """
        self.brief, self.line = brief, line
        self.state = begin(brief)
        self.reply = ReplyClock()
        self.finished = asyncio.Event()
        self.latencies: list[int] = []
        self.severity = "minimal"
        self._carrier, self._tools, self._thinker, self._now = carrier, tools, thinker, now
        self._show = show
        self._watch = watch
        self._journal = Journal(records)
        self._timers = Timers(self._rang)
        self._inputs: deque[Input] = deque()
        self._waiting = asyncio.Event()
        self._spoken_out = asyncio.Event()
        self._spoken_out.set()
        self._pending: dict[str, Say] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._tool_tasks: set[asyncio.Task[None]] = set()
        self._thinking: asyncio.Task[None] | None = None
        self._studying = False
        self._to_study = False
        self._is_transferred = False
        self._giving_away: asyncio.Future[None] | None = None
        self._was_heard = False
        self._voice_failed = False
        self._closed = False
        self._worker = asyncio.create_task(self._work())

    # what happens

    def opened(self) -> None:
        """The line is open in both directions."""
        self._journal.answered(self._now())
        self._timers.set(_DURATION, float(self.brief.max_duration_s))
        self.take(Answered())

    def take(self, *inputs: Input) -> None:
        """Something happened."""
        for one in inputs:
            if isinstance(one, AgentSaid):
                self._note_said(one)
            self._voice_failed = self._voice_failed or (isinstance(one, Trouble) and one.kind == "speaking")
        self._inputs.extend(inputs)
        self._waiting.set()

    def turn_ended(self, turn: Ended) -> None:
        """The customer finished a turn."""
        if all(say.interruptible for say in self._pending.values()):  # else the reply waits for the end of those words
            self.reply.turn_ended(last_sound=turn.last_sound, waited=turn.recogniser_s, final_at=time.monotonic())
        self.take(Final(text=turn.text, language=turn.language, duration_ms=round(turn.duration_s * 1000)))

    def sounded(self, say_id: str) -> None:
        """The first audio of a text went to the customer."""
        if not self._was_heard:
            self._was_heard = True
            self._journal.first_speech(self._now(), disclosed=self.state.is_disclosed)
        seq = self.state.turns[-1].seq if self.state.turns else 0
        if (times := self.reply.sounded(say_id, time.monotonic(), seq, self._now())) is not None:
            self.latencies.append(times.voice_to_voice_ms)
            self._journal.latency(times)
            reply = {"text": self._pending[say_id].text, "latency_ms": times.voice_to_voice_ms}
            self._journal.event("reply", reply)
            self._shown({"type": "reply", **reply})

    def may_be_cut(self, say_id: str | None) -> bool:
        """Whether the customer's speech may cut a text."""
        say = self._pending.get(say_id) if say_id else None
        return say is not None and say.interruptible

    async def hand_over(self, to: str, how: Literal["transfer", "take_over"]) -> None:
        """Gives the customer to a person of the business.

        Args:
            to: the person's number, E.164.
            how: sent there, the agent falls silent first; or brought together with somebody who has answered, until
                when the agent goes on.

        Raises:
            ProviderFailed: nobody came, the agent has the customer still.
        """
        if how == "take_over":
            await self._give_away(self._carrier.take_over(to))
        else:
            self.take(Operator(kind="take_over"))
            try:
                await self._give_away(self._carrier.transfer(to))
            except Exception:
                self.take(Operator(kind="hand_back"))
                raise
        self.take(Operator(kind="handed_over"))

    async def close(self, usage: list[Usage], by: Hangup) -> CallOutcome:
        """The line is closed: tells the brain, writes everything down and returns what came of the call. Once."""
        if not self._closed:
            self._closed = True
            if self._giving_away is not None:  # the line may close before the carrier has said that it did
                await asyncio.wait([self._giving_away], timeout=_SPEAK_OUT_S)
            self.take(by)
            await self._drained()
            self._timers.clear()
            if self._tool_tasks:
                await asyncio.wait(self._tool_tasks, timeout=_SPEAK_OUT_S)
                await self._drained()
            for task in (*self._tasks, *([self._thinking] if self._thinking else [])):
                task.cancel()
            self._worker.cancel()
            self.finished.set()
        outcome = outcome_of(self.brief, self.state)
        await self._journal.conclude(outcome, usage)
        return outcome

    # the work

    async def _work(self) -> None:
        while True:
            await self._waiting.wait()
            while self._inputs:
                await self._step(self._inputs.popleft())
            self._waiting.clear()

    async def _drained(self) -> None:
        for _ in range(200):
            if not self._inputs and not self._waiting.is_set():
                return
            await asyncio.sleep(0.01)

    async def _step(self, one: Input) -> None:
        """Takes one input; a defect in here must not end the call in silence."""
        try:
            self.state, actions = step(self.brief, self.state, one, self._now())
            for action in actions:
                if self._watch is not None:
                    self._watch(action)
                await self._do(action)
        except Exception:  # noqa: BLE001 - see above
            _log.exception("A call stumbled over %s.", type(one).__name__)
            if not self.state.is_ended and not isinstance(one, Trouble):
                self.take(Trouble(kind="line"))
            elif not self.finished.is_set():
                await self._leave(after_speech=False)
        for turn in self._journal.turns(self.state.turns):
            words = {"seq": turn.seq, "speaker": turn.speaker, "text": turn.content}
            self._shown({"type": "transcript", **words, "is_final": True})
        if isinstance(one, Final):
            self._study()

    async def _do(self, action: Action) -> None:  # noqa: C901, PLR0912 - one line per kind of action
        match action:
            case Say():
                await self._speak(action)
            case Hush():
                self._inputs.extendleft(reversed(await self._hushed()))
            case Think():
                self._think(action)
            case StopThinking():
                self._stop_thinking()
            case CallTool():
                self._go(self._carry_out(action), self._tool_tasks)
            case Transfer():
                self._go(self._transfer(action))
            case Suppress():
                await self._journal.suppress(action)
            case SendDigits():
                await self.line.press(action.digits)
            case SetTimer():
                self._timers.set(action.name, action.after_s)
            case SetLanguage():
                await self.line.switch_language(action.language)
            case Record():
                self._journal.recording(action.consent)
            case Flag():
                self._journal.event("flag", msgspec.to_builtins(action))
            case End():
                self._go(self._leave(after_speech=action.after_speech))

    # speaking

    async def _speak(self, say: Say) -> None:
        self._pending[say.id] = say
        self._spoken_out.clear()
        self.reply.said(say.id, time.monotonic())
        await self.line.speak(say)

    async def _hushed(self) -> list[AgentSaid]:
        reports = await self.line.hush()
        for report in reports:
            self._note_said(report)
        return reports

    def _note_said(self, said: AgentSaid) -> None:
        if said.say_id is not None:
            self._pending.pop(said.say_id, None)
        if not self._pending:
            self._spoken_out.set()

    async def _leave(self, *, after_speech: bool) -> None:
        """Hangs up, once everything is spoken or should have been ten seconds ago."""
        if after_speech and not self._voice_failed:
            await self._all_spoken()
        if self._voice_failed and not self._is_transferred:
            words = phrase(self.brief, self.state.language, "trouble")
            await self._quietly(self._carrier.say_instead(words, self.state.language))
        elif not self._is_transferred:
            await self._quietly(self._carrier.hang_up())
        await self._quietly(self.line.close())
        self.finished.set()

    async def _all_spoken(self) -> None:
        try:
            letters = sum(len(say.text) for say in self._pending.values())
            await asyncio.wait_for(self._spoken_out.wait(), _SPEAK_OUT_S + letters / _SLOW_LETTERS_PER_S)
            await self.line.played_out()
        except TimeoutError:
            _log.warning("A call ended before everything was spoken.")

    # thinking and tools

    def _think(self, think: Think) -> None:
        self._stop_thinking()
        if self._thinker is None:
            self.take(Thought(think_id=think.id, error="no language model", done=True))
            return
        self.reply.asked(time.monotonic())
        self._thinking = asyncio.create_task(self._thoughts(self._thinker, think))

    async def _thoughts(self, thinker: Thinker, think: Think) -> None:
        is_done = False
        try:
            async for part in thinker.think(think):
                self.reply.first_token(time.monotonic())
                self.take(part)
                is_done = is_done or part.done
            if not is_done:
                self.take(Thought(think_id=think.id, done=True))
        except Exception as problem:  # noqa: BLE001 - the script takes over, whatever failed
            _log.warning("A reply failed: %s", problem)
            self.take(Thought(think_id=think.id, error=type(problem).__name__, done=True))

    def _stop_thinking(self) -> None:
        if self._thinking is not None:
            self._thinking.cancel()
            self._thinking = None

    async def _carry_out(self, call: CallTool) -> None:
        try:
            result = await self._tools.carry_out(call)
        except Exception as problem:  # noqa: BLE001 - the brain tells the customer, whatever failed
            _log.exception("The tool %s failed.", call.name)
            result = ToolResult(tool_id=call.id, ok=False, error=type(problem).__name__)
        self._journal.event("tool", {"name": call.name, "ok": result.ok, "key": call.key})
        self.take(result)

    async def _transfer(self, action: Transfer) -> None:
        await self._all_spoken()
        try:
            await self._give_away(self._carrier.transfer(action.to))
        except Exception as problem:  # noqa: BLE001 - the brain tells the customer, whatever failed
            _log.warning("A transfer failed: %s", problem)
            self.take(ToolResult(tool_id=action.id, ok=False, error=type(problem).__name__))
            return
        self.take(ToolResult(tool_id=action.id, ok=True))

    async def _give_away(self, carry: Coroutine[Any, Any, None]) -> None:
        over = self._giving_away = asyncio.get_running_loop().create_future()
        try:
            await carry
            self._is_transferred = True
        finally:
            over.set_result(None)

    def _study(self) -> None:
        """Looks for evidence in another thread; one study at a time, always of the newest talk."""
        self._to_study = True
        if not self._studying:
            self._studying = True
            self._go(self._studies())

    async def _studies(self) -> None:
        try:
            while self._to_study:
                self._to_study = False
                finding = await asyncio.to_thread(study, self.brief, self.state.turns, self.state.hinted)
                self.severity = finding.severity
                self.take(Studied(finding=finding))
                self._journal.event("study", {**msgspec.to_builtins(finding), "stage": self.state.stage})
        finally:
            self._studying = False

    # small things

    def _shown(self, message: dict[str, Any]) -> None:
        if self._show is not None:
            self._show(message)

    def _rang(self, name: str) -> None:
        if name == _DURATION:
            self._go(self._time_over())
        else:
            self.take(Timer(name=name))

    async def _time_over(self) -> None:
        """The longest duration is reached, whatever the brain is at."""
        self.take(Timer(name="closing"))
        await asyncio.sleep(_FORCED_END_S)
        await self._leave(after_speech=False)

    def _go(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]] | None = None) -> None:
        tasks = self._tasks if among is None else among
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await asyncio.wait_for(work, _SPEAK_OUT_S)
        except Exception as problem:  # noqa: BLE001 - the call ends all the same
            _log.warning("Ending a call: %s", problem)
