"""Who is on the line: a person, a voicemail, a menu, a screening service, a fax."""

from __future__ import annotations

import re

import msgspec

from callout.features.calling.brain import moves, rules
from callout.features.calling.brain.actions import Hush, SendDigits
from callout.features.calling.brain.inputs import Line
from callout.features.calling.brain.talk import DISCLOSURE, Talk
from callout.features.conversations.model import Turn
from callout.features.conversations.text import Words

_EARLY_TURNS = 3
_BEEP_WITHIN_S = 12.0
_MENU = re.compile(
    r"press (?P<first>\w+) (?:for|to)(?P<first_for>(?: \S+){1,6})|"
    r"for(?P<second_for>(?: \S+){1,5}) (?:press|dial) (?P<second>\w+)"
)
_PEOPLE = re.compile(r"operator|reception|front desk|representative|speak|staff|agent|office|all other|other inquiries")
_KEYS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "star": "*", "pound": "#",
}  # fmt: skip


def detected(talk: Talk, kind: Line, *, beep: bool) -> None:
    """Takes what the carrier detected; words heard before count more than a late guess."""
    if kind == "unknown" or (kind != "fax" and talk.state.line == "human"):
        return
    if kind == "voicemail" and beep and talk.state.line == "voicemail":
        leave_message(talk)
        return
    if talk.state.line == kind:
        return
    talk.state.line = kind
    if kind != "human":
        talk.flag("line", line=kind)
    if kind == "fax":
        _go(talk, "no_decision")
    elif kind == "voicemail":
        _voicemail(talk, beep=beep)


def listen(talk: Talk, turn: Turn, words: Words) -> bool:
    """Recognises machines by what they say at the start of a call; True when one spoke."""
    state = talk.state
    if state.line == "human" or talk.brief.direction == "inbound":
        return False
    early = sum(one.speaker != "agent" for one in state.turns) <= _EARLY_TURNS
    kind = rules.line_of(words) if early or state.line != "unknown" else None
    if state.line == "screening" and kind != "voicemail":
        return _screened(talk, turn, words, kind)
    if state.line == "voicemail" and (kind == "voicemail" or not early):
        _is_machine(talk, turn)
        return True
    if kind is None:
        if state.line in ("ivr", "voicemail") or not rules.says("greeting", words):
            state.line = "human"
        return False
    _is_machine(talk, turn)
    if state.line != kind:
        state.line = kind  # type: ignore[assignment]
        talk.flag("line", seq=turn.seq, quote=turn.content[:120], line=kind)
    if kind == "voicemail":
        _voicemail(talk, beep=False)
    elif kind == "screening":
        _introduce(talk)
    else:
        _menu(talk, words)
    return True


def leave_message(talk: Talk) -> None:
    """Speaks to the voicemail: who calls, that an AI speaks, and the agent's message; then hangs up."""
    if talk.state.counts.get("message"):
        return
    talk.counted("message")
    if talk.state.is_disclosed:
        talk.say(talk.disclosure(), protected=True)
    talk.say(talk.brief.fill(talk.brief.voicemail_message or talk.phrase("voicemail")), protected=True)
    talk.end("agent_hangup", "voicemail")


def _voicemail(talk: Talk, *, beep: bool) -> None:
    talk.stop_thinking()
    if talk.state.pending:
        talk.do(Hush())
    if talk.brief.voicemail_action == "hang_up":
        _go(talk, "voicemail")
    elif beep:
        leave_message(talk)
    else:
        talk.timer("beep", _BEEP_WITHIN_S)


def _introduce(talk: Talk) -> None:
    if talk.counted("screening") >= 2:
        _go(talk, "no_decision")
        return
    reason = talk.brief.fill(talk.brief.script.purpose) or talk.phrase("screening_reason")
    talk.hush()
    talk.say_line("screening", protected=True, reason=reason)


def _screened(talk: Talk, turn: Turn, words: Words, kind: str | None) -> bool:
    """The screening goes on, refuses, or a person has come to the line."""
    if kind == "screening":
        _is_machine(talk, turn)
        _introduce(talk)
        return True
    if rules.says("screening_refused", words):
        _is_machine(talk, turn)
        _go(talk, "no_decision")
        return True
    if rules.says("screening_hold", words):
        _is_machine(talk, turn)
        return True
    talk.state.line = "human"
    if rules.says("greeting", words):
        # the person did not hear the first words
        talk.say(talk.disclosure(), DISCLOSURE, protected=True)
        moves.welcome(talk)
        return True
    return False


def _menu(talk: Talk, words: Words) -> None:
    if talk.counted("menu") >= 2:
        _go(talk, "no_decision")
        return
    for match in _MENU.finditer(words.line):
        key = match["first"] or match["second"] or ""
        if _PEOPLE.search(match["first_for"] or match["second_for"] or ""):
            digit = _KEYS.get(key, key)
            if len(digit) == 1 and digit in "0123456789*#":
                talk.hush()
                talk.do(SendDigits(digits=digit))
                return
    if talk.state.counts["menu"] >= 2:
        _go(talk, "no_decision")


def _is_machine(talk: Talk, turn: Turn) -> None:
    """The words of a machine are no words of the customer."""
    talk.state.turns = tuple(
        msgspec.structs.replace(one, speaker="system") if one.seq == turn.seq else one for one in talk.state.turns
    )


def _go(talk: Talk, disposition: str) -> None:
    talk.hush()
    talk.end("agent_hangup", disposition, after_speech=False)  # type: ignore[arg-type]
