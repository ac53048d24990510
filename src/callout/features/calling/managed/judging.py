"""What a talk that somebody else held for us came to: the brain's own judgement of its turns (pure)."""

from collections.abc import Sequence
from typing import cast

import msgspec

from callout.features.calling.brain import rules
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.inputs import Line
from callout.features.calling.brain.outcome import CallOutcome, outcome_of
from callout.features.calling.brain.step import begin
from callout.features.conversations.model import Turn
from callout.features.conversations.text import Words


def judged(brief: Brief, turns: Sequence[Turn]) -> CallOutcome:
    """Disposition, who answered, opt-out and what the transcript proves, as of a call of our own.

    Args:
        brief: of the call.
        turns: the whole talk.
    """
    customer = [turn for turn in turns if turn.speaker == "customer"]
    opted_out = any(rules.opt_out(Words(turn.content)) for turn in customer)
    state = begin(brief)
    state.turns = tuple(turns)
    state.line = _line(customer)
    state.opted_out = opted_out
    state.is_ended = True
    state.end_reason = "opt_out" if opted_out else None
    outcome = outcome_of(brief, state)
    return msgspec.structs.replace(outcome, reached_person=state.line == "human")


def _line(customer: Sequence[Turn]) -> Line:
    """Who answered, by the first words."""
    if not customer:
        return "unknown"
    return cast("Line", rules.line_of(Words(customer[0].content)) or "human")
