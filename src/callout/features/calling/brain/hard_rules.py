"""Rules that come before every reply, whoever makes it: read from top to bottom, the first that acts ends the turn."""

from __future__ import annotations

from callout.features.calling.brain import booking, callback, languages, line, moves, rules
from callout.features.calling.brain.actions import Hush, SetLanguage, Transfer
from callout.features.calling.brain.talk import Rule, Talk
from callout.features.conversations import urgency
from callout.features.conversations.hearing import Heard
from callout.features.conversations.model import Turn
from callout.features.conversations.text import Words

TRANSFER = "transfer"


def react(talk: Talk, turn: Turn, words: Words) -> bool:
    """Holds the rules against a turn; True when one of them dealt with it."""
    return any(rule(talk, turn, words) for rule in ORDER)


def opt_out(talk: Talk, turn: Turn, words: Words) -> bool:
    """Confirms once that nobody calls again, suppresses the number and hangs up."""
    quote = rules.opt_out(words)
    if quote is None:
        return False
    drop_everything(talk)
    if rules.says("identity", words):
        talk.say_line("identity")
    leave_for_good(talk, quote, turn.seq)
    return True


def leave_for_good(talk: Talk, quote: str, seq: int | None, *, by_key: bool = False) -> None:
    """The end of a call by opt-out."""
    talk.suppress("opt_out_keyword" if by_key else "opt_out_speech", quote, seq)
    talk.say_line("opt_out", protected=True)
    talk.end("opt_out", "do_not_call")


def machine(talk: Talk, turn: Turn, words: Words) -> bool:
    """A voicemail, a menu or a screening service speaks instead of a person."""
    return line.listen(talk, turn, words)


def injection(talk: Talk, turn: Turn, words: Words) -> bool:
    """Attempts to give the agent other instructions have no effect and reach no language model."""
    quote = rules.find("injection", words)
    if quote is None:
        return False
    drop_everything(talk)
    talk.set_aside(turn)
    talk.flag("injection", seq=turn.seq, quote=quote)
    if rules.says("identity", words):
        talk.say_line("identity")
    if talk.counted("injection") >= 2:
        talk.say_line("close_injection")
        talk.end("agent_hangup", "no_decision")
        return True
    talk.say_line("injection")
    moves.again(talk)
    return True


def sensitive(talk: Talk, turn: Turn, words: Words) -> bool:
    """Card numbers, passwords, codes and ids are neither taken nor given."""
    quote = rules.sensitive(words)
    if quote is None:
        return False
    drop_everything(talk)
    talk.set_aside(turn)
    talk.flag("sensitive", seq=turn.seq, quote=quote)
    talk.say_line("sensitive")
    if talk.counted("sensitive") >= 3:
        talk.say_line("close_injection")
        talk.end("agent_hangup", "no_decision")
        return True
    moves.again(talk)
    return True


def identity(talk: Talk, turn: Turn, words: Words) -> bool:
    """Says truthfully and at once that an AI speaks."""
    quote = rules.find("identity", words)
    if quote is None:
        return False
    talk.stop_thinking()
    talk.flag("identity_question", seq=turn.seq, quote=quote)
    talk.say_line("identity_inbound" if talk.brief.direction == "inbound" else "identity")
    heard = talk.heard()[-1]
    if rules.says("human", words) or _says_more(heard):
        return False
    moves.again(talk)
    return True


def human(talk: Talk, turn: Turn, words: Words) -> bool:
    """Puts the customer through to a person, or has a person call."""
    quote = rules.find("human", words)
    if quote is None:
        return False
    drop_everything(talk)
    talk.flag("human_request", seq=turn.seq, quote=quote)
    to_a_person(talk, "human")
    return True


def to_a_person(talk: Talk, reason: str) -> None:
    """Transfers the call, or agrees on a call by a person."""
    to = talk.brief.transfer_phone
    if to and TRANSFER in talk.brief.tools and not talk.state.counts.get("transfer_failed"):
        talk.say_line("transfer", protected=True)
        tool_id = talk.new_id("tool")
        talk.state.tools[tool_id] = TRANSFER
        talk.do(Transfer(id=tool_id, to=to, reason=reason))
        talk.state.is_silent = True
        return
    heard = talk.heard()
    callback.offer(talk, heard[-1] if heard else None, reason, "human_callback")


def wrong_number(talk: Talk, turn: Turn, words: Words) -> bool:
    """Apologises and leaves."""
    quote = rules.find("wrong_number", words)
    if quote is None:
        return False
    drop_everything(talk)
    talk.flag("wrong_number", seq=turn.seq, quote=quote)
    talk.say_line("wrong_number", protected=True)
    talk.end("agent_hangup", "wrong_number")
    return True


def emergency(talk: Talk, turn: Turn, words: Words) -> bool:
    """Skips everything but what help needs to come."""
    is_urgent = urgency.level([words]) == "emergency" or rules.says("danger", words)
    if talk.state.is_emergency or talk.state.order != "none" or not is_urgent:
        return False
    drop_everything(talk)
    talk.state.is_emergency = True
    talk.flag("emergency", seq=turn.seq, quote=turn.content[:200])
    talk.say_line("emergency")
    if booking.ORDER not in talk.brief.tools or not booking.proceed(talk):
        to_a_person(talk, "emergency")
    return True


def abuse(talk: Talk, turn: Turn, words: Words) -> bool:
    """Stays polite: says once who calls, leaves at the second insult."""
    quote = rules.find("abuse", words)
    if quote is None:
        return False
    drop_everything(talk)
    talk.flag("abuse", seq=turn.seq, quote=quote)
    heard = talk.heard()[-1]
    if talk.counted("abuse") or heard.intent == "not_interested" or "leave me alone" in quote:
        talk.say_line("abuse")
        talk.say_line("close_busy")
        talk.end("agent_hangup", "not_interested")
        return True
    talk.say_line("who")
    moves.again(talk)
    return True


def language(talk: Talk, turn: Turn, words: Words) -> bool:
    """Goes on in the customer's language where the agent speaks it, else says so."""
    asked = languages.asked_for(words)
    wanted = asked or languages.spoken(words, talk.state.language)
    if wanted == talk.state.language:
        return False
    talk.flag("language", seq=turn.seq, quote=turn.content[:80], language=wanted)
    known = languages.has_phrases(wanted)
    if talk.brief.speaks(wanted) and (known or talk.brief.use_llm):
        talk.state.language = wanted
        talk.do(SetLanguage(language=wanted))
        if not known:
            return False
        drop_everything(talk)
        talk.say_line("language_switch")
        moves.again(talk)
        return True
    if talk.counted("language") >= 2:
        return False
    drop_everything(talk)
    spoken = languages.name_of(talk.state.language)
    talk.say_line("language_unknown", languages=spoken)
    if talk.state.counts["language"] >= 2:
        callback.offer(talk, talk.heard()[-1], "language", "human_callback")
        return True
    moves.again(talk)
    return True


def drop_everything(talk: Talk) -> None:
    """What was being said or thought is not wanted any more."""
    talk.stop_thinking()
    talk.hush()
    talk.actions = [action for action in talk.actions if not isinstance(action, Hush)] + [
        action for action in talk.actions if isinstance(action, Hush)
    ][:1]


def _says_more(heard: Heard) -> bool:
    """Whether a turn holds something besides the question who speaks."""
    return bool(
        heard.services
        or heard.addresses
        or heard.phones
        or heard.dates
        or heard.intent in ("converted", "not_interested", "callback", "complaint")
        or urgency.level([heard.words]) == "emergency"
        or rules.says("price", heard.words)
        or rules.says("injection", heard.words)
    )


ORDER: tuple[Rule, ...] = (
    opt_out,
    machine,
    injection,
    sensitive,
    identity,
    human,
    wrong_number,
    emergency,
    abuse,
    language,
)
