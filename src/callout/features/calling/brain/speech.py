"""Words on the line: the customer's, partial and final, and what was really spoken of the agent's."""

from __future__ import annotations

from typing import Any

from callout.features.calling.brain import hard_rules, moves, rules, thinking
from callout.features.calling.brain.actions import Record
from callout.features.calling.brain.inputs import AgentSaid, Final, Partial
from callout.features.calling.brain.talk import ANNOUNCED, DISCLOSURE, Talk
from callout.features.calling.brain.timers import CLOSING_BEFORE_S, arm, disarm
from callout.features.conversations.model import Turn
from callout.features.conversations.text import Words

_ENOUGH_SPOKEN = 0.6
_WHOLE = ("confirm", "recording", ANNOUNCED, DISCLOSURE)
_OVERHEARD_WITHIN_S = 12.0
_SPOTTED = (
    ("opt_out", rules.opt_out),
    ("human_request", lambda words: rules.find("human", words)),
    ("sensitive", rules.sensitive),
    ("identity_question", lambda words: rules.find("identity", words)),
)


def answered(talk: Talk) -> None:
    """The line is open: the first sentences go out at once."""
    state, brief = talk.state, talk.brief
    if state.answered_at is not None or state.is_ended:
        return
    state.answered_at = talk.now
    talk.timer("closing", max(brief.max_duration_s - CLOSING_BEFORE_S, brief.max_duration_s / 2))
    talk.disclose()
    if brief.recording == "announce":
        talk.utter(talk.phrase("recording_announced"), ANNOUNCED, group="opening", protected=True)
    if brief.recording == "ask":
        talk.utter(talk.phrase("recording_question"), "recording", group="opening")
    else:
        moves.welcome(talk, group="opening")


def partial(talk: Talk, event: Partial) -> None:
    """Spots what must not wait for the end of the turn; an opt-out silences the agent at once."""
    state = talk.state
    if state.is_ended or not event.text.strip():
        return
    disarm(talk)
    before, state.partial = Words(state.partial), event.text
    words = Words(event.text)
    for kind, found in _SPOTTED:
        quote = found(words)
        if quote and not found(before):
            talk.flag(kind, quote=quote, provisional=True)  # type: ignore[arg-type]
            if kind in ("opt_out", "sensitive"):
                talk.hush()


def final(talk: Talk, event: Final) -> None:
    """Takes a finished turn; one spoken over protected words waits for their end, an opt-out does not."""
    state = talk.state
    state.partial = ""
    text = event.text.strip()
    if not text:
        return
    if state.is_ended:
        turn = talk.record("customer", text, confidence=event.confidence, duration_ms=event.duration_ms)
        if quote := rules.opt_out(Words(text)):
            talk.suppress("opt_out_speech", quote, turn.seq)
        return
    disarm(talk)
    state.nudges = 0
    protected = any(one.is_protected for one in state.pending.values())
    if protected and rules.opt_out(Words(text)) is None:
        state.overheard = (*state.overheard, text)
        talk.timer("overheard", _OVERHEARD_WITHIN_S)
        return
    hear(talk, text, confidence=event.confidence, duration_ms=event.duration_ms)


def hear(talk: Talk, text: str, **members: Any) -> None:
    """Records a turn of the customer and replies to it."""
    state = talk.state
    turn = talk.record("customer", text, **members)
    words = Words(text)
    if state.is_silent:
        _over_a_person(talk, turn, words)
        return
    if state.expecting == "recording" and _recording(talk, turn, words):
        return
    if hard_rules.react(talk, turn, words):
        return
    if state.pending:
        talk.stop_thinking()
        talk.hush()
    heard = talk.heard()[-1]
    if moves.expected(talk, heard):
        return
    if state.is_emergency and state.order == "none":
        moves.gather(talk, heard)
    elif talk.thinks:
        thinking.think(talk)
    else:
        moves.scripted(talk, heard)


def agent_said(talk: Talk, event: AgentSaid) -> None:
    """Puts into the transcript what was really spoken, and knows what was really asked."""
    state = talk.state
    pending = state.pending.pop(event.say_id, None) if event.say_id else None
    text = event.text.strip()
    if event.say_id is not None and pending is None:
        return
    if text:
        talk.record("agent", text, group=pending.group if pending else "", duration_ms=event.duration_ms)
    if pending is not None:
        _note_spoken(talk, pending.meaning, pending.text, text, interrupted=event.interrupted)
    if state.is_ended or state.pending:
        return
    if state.overheard:
        catch_up(talk)
    elif state.thinking is None and not state.tools and not state.is_silent:
        arm(talk)


def catch_up(talk: Talk) -> None:
    """Replies to what the customer said over words that may not be interrupted."""
    state = talk.state
    talk.timer("overheard", None)
    text, state.overheard = " ".join(state.overheard), ()
    words = Words(text)
    if rules.says("greeting", words) and not rules.agrees(words, talk.language):
        talk.record("customer", text)
        arm(talk)
        return
    hear(talk, text)


def _over_a_person(talk: Talk, turn: Turn, words: Words) -> None:
    """While a person of the business speaks, only an opt-out is taken."""
    if quote := rules.opt_out(words):
        talk.state.is_silent = False
        hard_rules.leave_for_good(talk, quote, turn.seq)


def _recording(talk: Talk, turn: Turn, words: Words) -> bool:
    """Takes the reply to the question about recording; whatever is no yes means no."""
    agreed = rules.agrees(words, talk.language)
    talk.state.expecting = ""
    talk.state.recording = "given" if agreed else "refused"
    talk.do(Record(consent="given" if agreed else "refused"))
    if not agreed and not rules.declines(words, talk.language):
        return False
    if rules.opt_out(words):
        return hard_rules.opt_out(talk, turn, words)
    talk.say_line("recording_yes" if agreed else "recording_no")
    moves.welcome(talk)
    return True


def _note_spoken(talk: Talk, meaning: str, whole: str, spoken: str, *, interrupted: bool) -> None:
    """What a sentence asks counts as asked once enough of it was heard; a read-back only when all of it was."""
    state = talk.state
    share = len(spoken) / max(1, len(whole))
    was_heard = not interrupted or (meaning not in _WHOLE and share >= _ENOUGH_SPOKEN)
    if meaning == ANNOUNCED and was_heard:
        state.recording = "announced"
        talk.do(Record(consent="announced"))
    elif meaning in (DISCLOSURE, ANNOUNCED):
        return
    elif was_heard:
        state.expecting = meaning
    elif meaning:
        state.expecting = ""
