"""What the transcript proves afterwards: disclosure first, opt-out honoured, recording announced."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from callout.features.calling.agents.disclosure import complaint
from callout.features.calling.brain import rules
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.state import State
from callout.features.conversations.model import Turn
from callout.features.conversations.text import Words

_AGENT_TURNS_AFTER_OPT_OUT = 2


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One rule held against the transcript. `seq` and `quote` say where; `ok` None means it did not apply."""

    rule: Literal["disclosure", "opt_out", "identity", "recording"]
    ok: bool | None
    seq: int | None = None
    quote: str = ""


def proofs(brief: Brief, state: State) -> tuple[Proof, ...]:
    """Every rule that can be proved by the transcript; stored with the call, append-only."""
    return (
        _disclosure(brief, state.turns),
        _opt_out(state),
        _identity(state.turns, state.language),
        _recording(brief, state),
    )


def discloses(brief: Brief, text: str) -> bool:
    """Whether words say who calls and that an AI speaks (product specification §10.2)."""
    return complaint(_templated(brief, text), brief.language) is None


def _templated(brief: Brief, text: str) -> str:
    return re.sub(re.escape(brief.business_name), "{business_name}", text, flags=re.IGNORECASE)


def _disclosure(brief: Brief, turns: tuple[Turn, ...]) -> Proof:
    first = next((turn for turn in turns if turn.speaker == "agent"), None)
    if first is None:
        return Proof(rule="disclosure", ok=None)
    begins = first.content[: len(brief.disclosure) + 80]
    return Proof(rule="disclosure", ok=discloses(brief, begins), seq=first.seq, quote=begins)


def _recording(brief: Brief, state: State) -> Proof:
    ok = None if brief.recording == "none" else state.recording is not None
    return Proof(rule="recording", ok=ok, quote=state.recording or "")


def _opt_out(state: State) -> Proof:
    asked = next(
        (turn for turn in state.turns if turn.speaker == "customer" and rules.opt_out(Words(turn.content))), None
    )
    if asked is None:
        return Proof(rule="opt_out", ok=True if state.opted_out else None)
    after = sum(turn.speaker == "agent" for turn in state.turns if turn.seq > asked.seq)
    ok = state.opted_out and state.is_ended and after <= _AGENT_TURNS_AFTER_OPT_OUT
    return Proof(rule="opt_out", ok=ok, seq=asked.seq, quote=asked.content[:200])


def _identity(turns: tuple[Turn, ...], language: str) -> Proof:
    """The agent's next turn after the question tells the truth."""
    for index, turn in enumerate(turns):
        if turn.speaker != "customer" or not rules.says("identity", Words(turn.content)):
            continue
        answer = next((one for one in turns[index + 1 :] if one.speaker == "agent"), None)
        if answer is None:
            continue
        if (
            complaint("{business_name} " + answer.content, language) is not None
            and rules.opt_out(Words(turn.content)) is None
        ):
            return Proof(rule="identity", ok=False, seq=turn.seq, quote=answer.content[:200])
        return Proof(rule="identity", ok=True, seq=turn.seq, quote=answer.content[:200])
    return Proof(rule="identity", ok=None)
