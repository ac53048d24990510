"""One step of a call: state and input in, state and actions out. Pure and deterministic."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from callout.features.calling.brain import interventions, line, results, speech, thinking, timers
from callout.features.calling.brain.actions import Action, Say
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.inputs import (
    AgentSaid,
    Amd,
    Answered,
    Dtmf,
    Final,
    Hangup,
    Input,
    Operator,
    Partial,
    Studied,
    Thought,
    Timer,
    ToolResult,
    Trouble,
)
from callout.features.calling.brain.state import State
from callout.features.calling.brain.talk import Talk


class Step(NamedTuple):
    """What became of an input."""

    state: State
    actions: list[Action]


def begin(brief: Brief) -> State:
    """The state of a call that is about to be placed or answered."""
    return State(language=brief.language[:2])


def opening(brief: Brief, now: datetime) -> tuple[Say, ...]:
    """The first sentences of the call, the same that `Answered` leads to: to be synthesised ahead."""
    return tuple(one for one in step(brief, begin(brief), Answered(), now).actions if isinstance(one, Say))


def step(brief: Brief, state: State, event: Input, now: datetime) -> Step:
    """Takes one input.

    Args:
        brief: of this call; the same in every step.
        state: as the step before left it; it is not changed.
        event: what happened.
        now: aware UTC, when it happened.
    """
    talk = Talk(brief, state, now)
    _take(talk, event)
    talk.finish()
    return Step(talk.state, talk.actions)


def _take(talk: Talk, event: Input) -> None:  # noqa: C901, PLR0912 - one line per kind of input
    match event:
        case Answered():
            speech.answered(talk)
        case Partial():
            speech.partial(talk, event)
        case Final():
            speech.final(talk, event)
        case AgentSaid():
            speech.agent_said(talk, event)
        case Thought():
            if not talk.state.is_ended:
                thinking.take(talk, event)
        case ToolResult():
            results.take(talk, event)
        case Timer():
            _timer(talk, event.name)
        case Amd():
            if not talk.state.is_ended:
                line.detected(talk, event.line, beep=event.beep)
        case Dtmf():
            interventions.pressed(talk, event)
        case Hangup():
            interventions.hung_up(talk, event)
        case Studied():
            interventions.studied(talk, event.finding)
        case Operator():
            interventions.stepped_in(talk, event)
        case Trouble():
            interventions.troubled(talk, event)


def _timer(talk: Talk, name: str) -> None:
    state = talk.state
    if state.is_ended:
        return
    match name:
        case "silence":
            timers.silent(talk)
        case "closing":
            timers.time_over(talk)
        case "beep" if state.line == "voicemail":
            line.leave_message(talk)
        case "thinking" if state.thinking is not None:
            thinking.failed(talk)
        case "tool" if state.tools and not timers.tool_slow(talk):
            results.give_up(talk)
        case "overheard" if state.overheard:
            state.pending = {key: one for key, one in state.pending.items() if not one.is_protected}
            speech.catch_up(talk)


def stored(state: State) -> bytes:
    """The state as JSON, to be kept; `restored` takes it up again."""
    return msgspec.json.encode(state)


def restored(document: bytes) -> State:
    """A state that was stored."""
    return msgspec.json.decode(document, type=State)
