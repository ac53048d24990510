"""One step of a call in the making: the state, what was heard, and the actions so far, with the laws that hold always.

The disclosure is the first thing said; nothing is said after the end; every sentence is known until it is reported.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from callout.features.calling.brain import languages, rules
from callout.features.calling.brain.actions import (
    Action,
    CallTool,
    Disposition,
    End,
    EndReason,
    Flag,
    FlagKind,
    Hush,
    Say,
    SetTimer,
    StopThinking,
    Suppress,
)
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.listening import EAR
from callout.features.calling.brain.phrases import DEFAULT, listed, phrase
from callout.features.calling.brain.state import Fact, Pending, State
from callout.features.conversations.hearing import Heard, zone_of
from callout.features.conversations.model import Turn
from callout.features.conversations.text import Words

DISCLOSURE, ANNOUNCED, PRESENT = "disclosure", "announced", "present"
_WEAK = frozenset({"no_decision", "information", "callback", "not_interested", "interested"})


class Talk:
    """The working copy of a state for one input. `actions` is what the host is asked to do."""

    def __init__(self, brief: Brief, state: State, now: datetime) -> None:
        """Start from a copy; the state given stays as it is."""
        self.brief = brief
        self.state = msgspec.structs.replace(
            state,
            pending=dict(state.pending),
            asked=dict(state.asked),
            counts=dict(state.counts),
            tools=dict(state.tools),
            done=dict(state.done),
        )
        self.now = now
        self.zone = zone_of(brief.context)
        self.actions: list[Action] = []
        self.group = ""
        self._parts: list[str] = []
        self._meaning = ""
        self._is_protected = False
        self._end: End | None = None
        self._heard: tuple[tuple[Turn, ...], list[Heard]] | None = None

    # what is known

    @property
    def language(self) -> str:
        """The language spoken now, as far as the script can speak it."""
        return self.state.language if languages.has_phrases(self.state.language) else DEFAULT

    @property
    def thinks(self) -> bool:
        """Whether a language model makes the replies."""
        return self.brief.use_llm and self.state.thinking_failures < 3 and not self.state.is_emergency

    def phrase(self, key: str, turn: int = 0, **values: Any) -> str:
        """A sentence of the script in the language spoken."""
        return phrase(self.brief, self.language, key, turn, **values)

    def services(self, most: int = 4) -> str:
        """The services offered, in one breath."""
        labels = [one.label.lower() for one in self.brief.context.services if one.code != "other"]
        return listed(self.language, labels[:most], "and")

    def counted(self, name: str) -> int:
        """Counts one more of something and tells how many there were before."""
        before = self.state.counts.get(name, 0)
        self.state.counts[name] = before + 1
        return before

    def heard(self) -> list[Heard]:
        """The talk as the analysis hears it, without what was set aside."""
        turns = tuple(turn for turn in self.state.turns if turn.seq not in self.state.set_aside)
        if self._heard is None or self._heard[0] != turns:
            self._heard = (turns, EAR.hear(self.brief.call_id, turns, self.brief.context))
        return self._heard[1]

    # the transcript

    def record(self, speaker: Any, text: str, *, group: str = "", **members: Any) -> Turn:
        """Adds a turn, or lets the agent's last one grow by a sentence of the same reply."""
        turns = self.state.turns
        text = rules.masked(" ".join(text.split()))
        last = turns[-1] if turns else None
        if last is not None and group and group == self.state.last_group and last.speaker == speaker == "agent":
            duration = (last.duration_ms or 0) + (members.get("duration_ms") or 0)
            grown = msgspec.structs.replace(last, content=f"{last.content} {text}", duration_ms=duration or None)
            self.state.turns = (*turns[:-1], grown)
            return grown
        started = self.state.answered_at or self.now
        at = max(started, self.now - timedelta(milliseconds=members.get("duration_ms") or 0))
        turn = Turn(
            seq=(last.seq if last else 0) + 1,
            speaker=speaker,
            content=text,
            at=at,
            offset_ms=round((at - started).total_seconds() * 1000),
            **members,
        )
        self.state.turns = (*turns, turn)
        self.state.last_group = group
        return turn

    def set_aside(self, turn: Turn) -> None:
        """The turn gives no detail from now on and no language model reads it."""
        self.state.set_aside = (*self.state.set_aside, turn.seq)

    # actions

    def say(self, text: str, meaning: str = "", *, protected: bool = False) -> None:
        """Adds a sentence to this step's reply; `meaning` is what the whole reply ends up asking."""
        if text and not self.state.is_silent:
            self._parts.append(text)
            self._meaning = meaning or self._meaning
            self._is_protected = self._is_protected or protected

    def say_line(self, key: str, meaning: str = "", *, turn: int = 0, protected: bool = False, **values: Any) -> None:
        """Adds a sentence of the script."""
        self.say(self.phrase(key, turn, **values), meaning, protected=protected)

    @property
    def has_said(self) -> bool:
        """Whether this step already says something."""
        return bool(self._parts)

    @property
    def meaning(self) -> str:
        """What this step's reply asks so far."""
        return self._meaning

    def disclose(self) -> None:
        """Says the first sentence of the call, once."""
        if not self.state.is_disclosed:
            self.state.is_disclosed = True
            self._emit(self.disclosure(), DISCLOSURE, group="opening", protected=True)

    def utter(self, text: str, meaning: str = "", *, group: str = "", protected: bool = False) -> None:
        """Hands one sentence to the host at once, the disclosure before the first."""
        if self.state.is_ended or self._end_is_silent or not text:
            return
        self.disclose()
        self._emit(text, meaning, group=group, protected=protected)

    def disclosure(self) -> str:
        """The first sentence of the call: who calls and that an AI speaks."""
        if self.brief.direction == "inbound":
            return self.phrase("inbound_disclosure")
        return self.brief.disclosure

    def hush(self) -> None:
        """Stops what is being said, unless it may not be interrupted."""
        if any(not one.is_protected for one in self.state.pending.values()):
            self.do(Hush())

    def do(self, action: Action) -> None:
        """Adds an action that is no speech."""
        if not self.state.is_ended:
            self.actions.append(action)

    def flag(
        self, kind: FlagKind, *, seq: int | None = None, quote: str = "", provisional: bool = False, **detail: Any
    ) -> None:
        """Raises a fact; those that are final are kept."""
        self.actions.append(Flag(kind=kind, seq=seq, quote=quote, detail=detail, provisional=provisional))
        if not provisional:
            self.state.facts = (*self.state.facts, Fact(kind=kind, seq=seq, quote=quote, detail=detail))

    def suppress(self, reason: Any, quote: str, seq: int | None) -> None:
        """Has the number suppressed, once in a call."""
        if not self.state.opted_out:
            self.state.opted_out = True
            self.actions.append(Suppress(reason=reason, quote=quote, seq=seq))
            self.flag("opt_out", seq=seq, quote=quote)

    def timer(self, name: str, after_s: float | None) -> None:
        """Sets a timer or takes it away."""
        self.do(SetTimer(name=name, after_s=after_s))

    def call_tool(self, name: str, arguments: dict[str, Any], *, once: bool = True) -> str | None:
        """Has a tool carried out; those with an effect once in a call."""
        if name not in self.brief.tools or (once and name in self.state.done):
            return None
        tool_id = self.new_id("tool")
        if once:
            self.state.done[name] = {}
        self.state.tools[tool_id] = name
        key = f"{self.brief.call_id}:{name}" if once else f"{self.brief.call_id}:{name}:{tool_id}"
        self.do(CallTool(id=tool_id, name=name, arguments=arguments, key=key))
        return tool_id

    def stop_thinking(self) -> None:
        """Gives up a reply of the language model that is still to come."""
        if self.state.thinking is not None:
            self.do(StopThinking(id=self.state.thinking.id))
            self.timer("thinking", None)
            self.state.thinking = None

    def new_id(self, kind: str) -> str:
        """An id that is new in this call."""
        self.state.counter += 1
        return f"{kind}-{self.state.counter}"

    def end(self, reason: EndReason, disposition: Disposition, *, after_speech: bool = True) -> None:
        """Ends the call with this step; what was said in it before is still spoken."""
        if self._end is None and not self.state.is_ended:
            if self.state.is_scam and disposition in _WEAK:
                disposition = "scam"
            self._end = End(reason=reason, disposition=disposition, after_speech=after_speech)
            if not after_speech:
                self._parts.clear()

    @property
    def is_ending(self) -> bool:
        """Whether this step ends the call."""
        return self._end is not None or self.state.is_ended

    def finish(self) -> None:
        """Turns what was gathered into actions, in order: the reply, then the end."""
        if self._parts:
            text, self._parts = " ".join(self._parts), []
            protected = self._is_protected or self._end is not None
            self.utter(text, self._meaning, group=self.group or self.new_id("reply"), protected=protected)
        if self._end is not None and not self.state.is_ended:
            self.stop_thinking()
            if self.state.is_armed:
                self.timer("silence", None)
                self.state.is_armed = False
            self.actions.append(self._end)
            self.state.is_ended = True
            self.state.ended_at = self.now
            self.state.end_reason = self._end.reason
            self.state.disposition = self._end.disposition

    @property
    def _end_is_silent(self) -> bool:
        return self._end is not None and not self._end.after_speech

    def _emit(self, text: str, meaning: str, *, group: str, protected: bool) -> None:
        say_id = self.new_id("say")
        protected = protected or not self.brief.allow_interruptions
        self.state.pending[say_id] = Pending(text=text, meaning=meaning, group=group, is_protected=protected)
        self.actions.append(Say(id=say_id, text=text, interruptible=not protected, language=self.language))


Rule = Callable[[Talk, Turn, Words], bool]
"""Reacts to a turn of the customer; True when nothing else has to."""
