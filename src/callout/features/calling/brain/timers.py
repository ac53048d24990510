"""What happens when nobody speaks, when time is over, and when a tool does not answer."""

from __future__ import annotations

from callout.features.calling.brain import callback, hard_rules
from callout.features.calling.brain.outcome import disposition_of
from callout.features.calling.brain.talk import PRESENT, Talk

CLOSING_BEFORE_S = 15
_MOST_NUDGES = 2
TOOL_SLOW_S, TOOL_LATE_S = 2.0, 8.0


def arm(talk: Talk) -> None:
    """Waits for the customer to speak."""
    talk.timer("silence", float(talk.brief.silence_timeout_s))
    talk.state.is_armed = True


def disarm(talk: Talk) -> None:
    """Somebody spoke."""
    if talk.state.is_armed:
        talk.timer("silence", None)
        talk.state.is_armed = False


def silent(talk: Talk) -> None:
    """Asks twice whether anybody is there, then leaves."""
    state = talk.state
    state.is_armed = False
    if state.pending or state.is_silent or (state.nudges >= _MOST_NUDGES and not talk.brief.auto_end_on_silence):
        return
    if state.nudges >= _MOST_NUDGES:
        talk.say_line("silence_end")
        talk.end("silence", disposition_of(talk.brief, state))
        return
    if state.expecting != PRESENT:
        state.before_nudge = state.expecting
    talk.say_line("silence", PRESENT, turn=state.nudges)
    state.nudges += 1


def time_over(talk: Talk) -> None:
    """Leaves before the longest duration is reached; what was begun is taken up by a person."""
    hard_rules.drop_everything(talk)
    is_open = talk.state.stage in ("gather", "confirm") and talk.state.order == "none"
    if is_open:
        callback.note_quietly(talk, "time_over")
    talk.say_line("time_over_open" if is_open else "time_over", protected=True)
    talk.end("max_duration", "callback" if is_open else disposition_of(talk.brief, talk.state))


def tool_slow(talk: Talk) -> bool:
    """Bridges the wait for a tool once; False when it has to be given up."""
    if talk.counted("tool_slow"):
        talk.state.counts["tool_slow"] = 0
        return False
    talk.say_line("moment")
    talk.timer("tool", TOOL_LATE_S)
    return True
