"""Gets the brain ready before the first call: what it reads from files is read, what it compiles is compiled."""

from __future__ import annotations

from datetime import datetime

from callout.features.calling.brain.actions import Say
from callout.features.calling.brain.evidence import study
from callout.features.calling.brain.inputs import AgentSaid, Answered, Final
from callout.features.calling.brain.step import begin, step
from callout.features.calling.rehearsal.agent_file import SAMPLE, read_agent


def warm_brain(now: datetime) -> None:
    """Holds a short talk with itself; takes a moment, so best in another thread. `now`: aware UTC."""
    brief = read_agent(SAMPLE, now)
    state, actions = step(brief, begin(brief), Answered(), now)
    for words in ("Who is this?", "I need a plumber tomorrow at nine, at 12 Oak Street, Springfield."):
        for said in [AgentSaid(say_id=one.id, text=one.text) for one in actions if isinstance(one, Say)]:
            state = step(brief, state, said, now).state
        state, actions = step(brief, state, Final(text=words), now)
        study(brief, state.turns, state.hinted)
