"""What comes from outside the talk: keys, a closed line, evidence, people of the business, failing providers."""

from __future__ import annotations

from callout.features.calling.brain import callback, hard_rules, rules
from callout.features.calling.brain.actions import EndReason, Hush
from callout.features.calling.brain.evidence import Finding
from callout.features.calling.brain.inputs import Dtmf, Hangup, Operator, Trouble
from callout.features.calling.brain.outcome import disposition_of
from callout.features.calling.brain.talk import Talk
from callout.features.calling.brain.timers import disarm
from callout.features.conversations.text import Words

_MOST_WHISPERS, _LONGEST_WHISPER = 5, 300
_REASONS: dict[str, EndReason] = {
    "customer": "customer_hangup",
    "agent": "agent_hangup",
    "operator": "operator",
    "provider": "provider_error",
}


def pressed(talk: Talk, event: Dtmf) -> None:
    """A key may stand for an opt-out or the wish for a person."""
    if talk.state.is_ended:
        return
    disarm(talk)
    meaning = talk.brief.keys.get(event.digit)
    talk.flag("dtmf", digit=event.digit)
    if meaning == "opt_out":
        hard_rules.drop_everything(talk)
        talk.state.is_silent = False
        hard_rules.leave_for_good(talk, f"key {event.digit}", None, by_key=True)
    elif meaning == "human" and not talk.state.is_silent:
        hard_rules.drop_everything(talk)
        hard_rules.to_a_person(talk, "human")


def hung_up(talk: Talk, event: Hangup) -> None:
    """The line is closed; an opt-out that was not finished before counts as well."""
    state = talk.state
    left = (state.partial, *state.overheard)
    for text in left:
        if quote := rules.opt_out(Words(text)):
            talk.suppress("opt_out_speech", quote, None)
    if state.is_ended:
        return
    if state.overheard:
        talk.record("customer", " ".join(state.overheard))
        state.overheard = ()
    talk.end(_REASONS[event.by], disposition_of(talk.brief, state), after_speech=False)


def studied(talk: Talk, finding: Finding) -> None:
    """Takes evidence for triggers and fraud; the risk never falls within a call."""
    state, policy = talk.state, talk.brief.scam
    state.risk = max(state.risk, finding.risk)
    state.hinted = tuple(dict.fromkeys((*state.hinted, *finding.hints)))
    for one in finding.rules:
        key = one.rule_id or one.name
        if not one.triggered or key in state.lit:
            continue
        state.lit = (*state.lit, key)
        talk.flag("trigger", seq=finding.at_seq, rule_id=one.rule_id, name=one.name, confidence=one.confidence)
        if one.type == "emergency_service" and state.order == "none":
            state.is_emergency = True
    if finding.is_scam and not state.is_scam:
        state.is_scam = True
        talk.flag(
            "scam",
            seq=finding.at_seq,
            risk=finding.risk,
            severity=finding.severity,
            type=finding.scam_type,
            action=policy.action,
        )
    if state.is_scam and policy.action == "end_call" and state.risk >= policy.end_call_threshold:
        hard_rules.drop_everything(talk)
        talk.say_line("scam_end", protected=True)
        talk.end("scam", "scam")


def stepped_in(talk: Talk, event: Operator) -> None:
    """A person of the business whispers, takes over, hands back, has the customer, or ends."""
    state = talk.state
    if state.is_ended:
        return
    match event.kind:
        case "whisper":
            state.whispers = (*state.whispers, event.text[:_LONGEST_WHISPER])[-_MOST_WHISPERS:]
        case "take_over":
            talk.stop_thinking()
            if state.pending:
                talk.do(Hush())
            disarm(talk)
            state.is_silent = True
        case "hand_back":
            state.is_silent = False
        case "handed_over":
            transferred(talk)
        case "end":
            talk.end("operator", disposition_of(talk.brief, state), after_speech=False)


def transferred(talk: Talk) -> None:
    """Somebody else has the customer now."""
    talk.state.is_silent = False
    ordered = talk.state.order in ("created", "noted")
    talk.end("transferred", "converted" if ordered else "interested", after_speech=False)


def troubled(talk: Talk, event: Trouble) -> None:
    """A provider failed for good: says so where it still can, and has the customer called back."""
    if talk.state.is_ended:
        return
    talk.flag("provider", part=event.kind)
    hard_rules.drop_everything(talk)
    callback.note_quietly(talk, "trouble")
    if event.kind == "hearing":
        talk.say_line("trouble", protected=True)
    ordered = talk.state.order in ("created", "noted")
    talk.end("provider_error", "converted" if ordered else "callback", after_speech=event.kind == "hearing")
