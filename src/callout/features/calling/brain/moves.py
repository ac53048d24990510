"""The agent's next move without a language model: pitch, answer, ask, commit, leave."""

from __future__ import annotations

from callout.features.calling.brain import answers, booking, callback, rules
from callout.features.calling.brain.talk import PRESENT, Talk
from callout.features.conversations.hearing import Heard

_OBJECTIONS = ("price", "have", "later", "email")
_MOST_UNCLEAR = 3


def welcome(talk: Talk, *, group: str = "") -> None:
    """The operator's first words after the disclosure; of the same turn when a `group` is given."""
    if group:
        talk.group = group
    text = talk.brief.fill(talk.brief.welcome_message)
    if talk.brief.direction == "inbound":
        talk.say_line("inbound_welcome", "offer")
        talk.state.stage = "offer"
    elif text:
        talk.say(text, "minute" if text.endswith("?") else "")
    else:
        pitch(talk)


def pitch(talk: Talk) -> None:
    """Says why the agent calls and asks whether it is wanted."""
    talk.state.stage = "offer"
    script = talk.brief.script
    services = talk.services()
    if script.purpose:
        talk.say(talk.brief.fill(script.purpose))
    elif services:
        talk.say_line("purpose", services=services)
    else:
        talk.say_line("purpose_any")
    service = talk.brief.variables.get("service")
    if script.offer:
        talk.say(talk.brief.fill(script.offer), "offer")
    elif service:
        talk.say_line("offer_service", "offer", service=service)
    else:
        talk.say_line("offer", "offer")


def again(talk: Talk) -> None:
    """Comes back to where the call stood."""
    state = talk.state
    if state.stage == "opening":
        pitch(talk)
    elif state.stage == "confirm" and state.draft is not None and booking.read_back(talk, state.draft):
        return
    elif state.stage in ("gather", "confirm"):
        if not booking.ask_again(talk):
            gather(talk, None)
    elif state.stage == "agreed":
        talk.say_line("anything_else", "anything_else")
    elif state.stage == "closing":
        talk.say_line("callback_when", "callback_when")
    else:
        talk.say_line("offer_again", "offer", turn=talk.counted("offer"))


def gather(talk: Talk, heard: Heard | None) -> None:
    """Goes on towards an order; a person takes over where a detail cannot be had."""
    if booking.ORDER not in talk.brief.tools or not booking.proceed(talk):
        callback.offer(talk, heard or talk.heard()[-1], "unclear", "person_callback")


def expected(talk: Talk, heard: Heard) -> bool:
    """Takes the reply to a question of the agent that has its own rules, whoever makes the other replies."""
    if talk.state.expecting == PRESENT:
        talk.state.expecting = talk.state.before_nudge
        if rules.says("present", heard.words):
            again(talk)
            return True
    match talk.state.expecting:
        case "confirm" if talk.state.stage == "confirm":
            return booking.answer_read_back(talk, heard)
        case "correction":
            before = talk.state.draft
            if before is not None and booking.draft_of(talk) != before:
                gather(talk, heard)
                return True
        case "callback_when":
            return callback.answer_when(talk, heard)
        case "quote":
            return answers.quote_reply(talk, heard)
        case "anything_else":
            return _anything_else(talk, heard)
        case "alternative" if rules.agrees(heard.words, talk.language):
            gather(talk, heard)
            return True
    return False


def scripted(talk: Talk, heard: Heard) -> None:
    """Replies to a turn by the script."""
    if _keeps_contact(talk, heard) or _leaves(talk, heard) or _objects(talk, heard):
        return
    if heard.intent == "complaint":
        talk.flag("complaint", seq=heard.turn.seq, quote=heard.turn.content[:200])
        callback.offer(talk, heard, "complaint", "complaint")
        return
    answered = answers.answer(talk, heard)
    if talk.is_ending or (answered and (not talk.has_said or talk.meaning == "quote")):
        return
    if _wants(talk, heard, answered=answered):
        gather(talk, heard)
    elif answered:
        again(talk)
    elif talk.state.stage == "opening":
        pitch(talk)
    else:
        _unclear(talk)


def close(talk: Talk, disposition: str = "not_interested") -> None:
    """Leaves politely, once and for all."""
    closing = talk.brief.fill(talk.brief.script.closing)
    if closing:
        talk.say(closing)
    else:
        talk.say_line("close")
    talk.end("agent_hangup", disposition)  # type: ignore[arg-type]


def farewell(talk: Talk) -> None:
    """Leaves after an order or an answer."""
    draft = talk.state.draft
    ordered = talk.state.order in ("created", "noted")
    if ordered and draft is not None and draft.customer_name:
        talk.say_line("goodbye_agreed", name=draft.customer_name)
    else:
        talk.say_line("goodbye")
    informed = answers.QUOTE in talk.state.done
    talk.end("agent_hangup", "converted" if ordered else "information" if informed else "no_decision")


def _keeps_contact(talk: Talk, heard: Heard) -> bool:
    """The customer only greets, wants to hear it again, or asks to wait."""
    words = heard.words
    if rules.says("repeat", words):
        talk.say_line("repeat")
        if talk.state.stage == "offer":
            pitch(talk)
        else:
            again(talk)
        return True
    if rules.says("bye", words):
        farewell(talk)
        return True
    asked = talk.state.expecting != "" and rules.agrees(words, talk.language)
    if rules.says("greeting", words) and not asked and not rules.says("who", words):
        again(talk)
        return True
    if rules.says("hold", words) and not heard.services and heard.reply != "affirmative":
        talk.say_line("hold")
        return True
    return False


def _leaves(talk: Talk, heard: Heard) -> bool:
    """The customer has no time, no wish, or wants to be called at another time."""
    words = heard.words
    minute = talk.state.expecting == "minute"
    declines = rules.declines(words, talk.language)
    busy = rules.says("busy", words) and heard.intent not in ("interested", "converted")
    named = any(not one.negated for one in heard.services)
    if (heard.intent == "callback" and not named) or busy or (minute and declines and heard.intent != "not_interested"):
        callback.offer(talk, heard, "asked")
        return True
    if talk.state.order in ("created", "noted"):
        return False
    has = rules.says("objection_have", words, "en")
    if rules.says("refusal", words) or (heard.intent == "not_interested" and not has):
        close(talk)
        return True
    if declines and talk.state.expecting == "offer" and heard.intent not in ("interested", "converted", "information"):
        if has or heard.services:
            return False
        close(talk)
        return True
    if rules.says("withdraw", words) and talk.state.stage in ("gather", "confirm"):
        close(talk)
        return True
    return False


def _objects(talk: Talk, heard: Heard) -> bool:
    """Handles an objection once; the second one is respected."""
    found = next((name for name in _OBJECTIONS if rules.says(f"objection_{name}", heard.words, "en")), None)
    if found is None or talk.state.order != "none":
        return False
    if talk.counted("objection"):
        close(talk, "information" if found in ("email", "later", "price") else "not_interested")
        return True
    reply = _from_script(talk, heard)
    if reply:
        talk.say(reply)
    else:
        talk.say_line(f"objection_{found}")
    if found == "email" and answers.QUOTE in talk.brief.tools:
        talk.say_line("quote_offer", "quote")
        return True
    talk.say_line("offer_again", "offer", turn=talk.counted("offer"))
    return True


def _from_script(talk: Talk, heard: Heard) -> str | None:
    for one in talk.brief.script.objections:
        if any(part.strip() and part.strip().casefold() in heard.folded for part in one.says.split("/")):
            return talk.brief.fill(one.answer)
    return None


def _wants(talk: Talk, heard: Heard, *, answered: bool) -> bool:
    """Whether the customer wants work done, or is giving the details of it."""
    if talk.state.stage in ("gather", "confirm"):
        return True
    if talk.state.stage == "agreed":
        return False
    agrees = rules.agrees(heard.words, talk.language)
    named = any(not one.negated for one in heard.services)
    if talk.state.stage == "opening" and agrees and not named and heard.intent == "converted":
        return False
    if rules.says("book", heard.words) or any(one.street for one in heard.addresses):
        return True
    if talk.state.expecting == "offer" and agrees and not answered:
        return True
    named = named or booking.service_in(talk, heard) is not None
    return heard.intent in ("interested", "converted") or (named and (agrees or not answered))


def _anything_else(talk: Talk, heard: Heard) -> bool:
    ordered = talk.state.order in ("created", "noted")
    if ordered and rules.says("withdraw", heard.words) and not rules.agrees(heard.words, talk.language):
        talk.flag("withdrawn", seq=heard.turn.seq, quote=heard.turn.content[:200])
        talk.say_line("withdrawn")
        farewell(talk)
        return True
    asks = heard.turn.content.rstrip().endswith("?") or (bool(heard.services) and not ordered)
    if asks and talk.counted("more") < 3:
        return False
    farewell(talk)
    return True


def _unclear(talk: Talk) -> None:
    before = talk.counted("unclear")
    if before >= _MOST_UNCLEAR - 1:
        talk.say_line("close_wanted")
        talk.end("agent_hangup", "no_decision")
        return
    if talk.state.stage == "agreed":
        farewell(talk)
        return
    talk.say_line("redirect" if before else "unclear", turn=before)
    again(talk)
