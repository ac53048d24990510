"""Answers to what customers commonly ask: from the script, the price list and the agent's knowledge; never invented."""

from __future__ import annotations

import re
from collections.abc import Sequence

from callout.features.calling.brain import rules, spoken
from callout.features.calling.brain.booking import draft_of
from callout.features.calling.brain.brief import Passage
from callout.features.calling.brain.talk import Talk
from callout.features.conversations.hearing import Heard
from callout.features.conversations.text import Words, sentences, stem, word_list

SEARCH, QUOTE = "search_knowledge", "send_quote"
_COMMON = word_list(
    "a an the is are was do does did can could would will you your i my me we our us it its this that and or of to "
    "in on for with at by from what when where which who how much many there have has be been any some if so not no "
    "yes please tell know about get"
)
_ASKS = re.compile(
    r"(?:and |so |but |well |ok |okay |um |uh )*(?:what|when|where|which|who|how|do you|does|are you|is there|can i|"
    r"is it|will)\b"
)
_ENOUGH = 0.5
_LONGEST = 240


def answer(talk: Talk, heard: Heard) -> bool:
    """Answers the question of a turn, if it holds one.

    Returns:
        Whether the question was taken care of; an answer from the knowledge base comes later (`from_knowledge`).
    """
    words = heard.words
    asks = _is_question(heard) and not (talk.state.expecting.startswith("slot:") and _gives_detail(heard))
    common = next((reply for name, reply in _COMMON_QUESTIONS if rules.says(name, words)), None)
    if (asks or common) and _from_script(talk, words):
        return True
    if common is not None:
        common(talk, heard)
        return True
    if not asks:
        return False
    found = best_passage(words, talk.brief.knowledge)
    if found is not None:
        talk.say(found)
        return True
    if SEARCH in talk.brief.tools and talk.state.counts.get("search", 0) < 5:
        talk.counted("search")
        talk.call_tool(SEARCH, {"query": heard.turn.content}, once=False)
        return True
    talk.say_line("unknown")
    return True


def from_knowledge(talk: Talk, question: str, passages: Sequence[Passage]) -> None:
    """Answers with what the search brought, or says honestly that it is not known."""
    found = best_passage(Words(question), passages, enough=0.25)
    if found is None:
        talk.say_line("unknown")
    else:
        talk.say(found)


def best_passage(words: Words, passages: Sequence[Passage], enough: float = _ENOUGH) -> str | None:
    """The one or two sentences that share most words with a question; None when too few."""
    asked = _content(words)
    if not asked:
        return None
    best, best_share = None, 0.0
    for passage in passages:
        spans = list(sentences(passage.text))
        for index, (start, end) in enumerate(spans):
            text = passage.text[start:end].strip()
            known = _content(Words(text))
            share = len(asked & known) / len(asked)
            if share > best_share:
                best_share = share
                best = text
                if text.endswith("?") and index + 1 < len(spans):
                    best = passage.text[spans[index + 1][0] : spans[index + 1][1]].strip()
    return best[:_LONGEST] if best and best_share >= enough else None


def quote_reply(talk: Talk, heard: Heard) -> bool:
    """Takes the reply to the offer of a written quote."""
    if rules.agrees(heard.words, talk.language):
        send_quote(talk)
        return True
    wants = heard.intent in ("interested", "converted") or rules.says("book", heard.words)
    if rules.declines(heard.words, talk.language) and not wants:
        talk.say_line("quote_declined")
        talk.say_line("offer_again", "offer", turn=talk.counted("offer"))
        return True
    return False


def send_quote(talk: Talk) -> None:
    """Has a written quote sent, once; the customer is told when it is."""
    draft = draft_of(talk)
    arguments = {
        "service_type": draft.service_type,
        "customer_phone": draft.customer_phone,
        "customer_name": draft.customer_name,
        "description": draft.description,
    }
    if talk.call_tool(QUOTE, arguments) is None:
        talk.say_line("quote_noted" if talk.state.done.get(QUOTE, {}).get("ok") else "quote_failed")


def quote_sent(talk: Talk, *, ok: bool, sent: bool) -> None:
    """Tells what came of the quote and goes on."""
    talk.state.done[QUOTE] = {"ok": ok}
    talk.say_line(("quote_sent" if sent else "quote_noted") if ok else "quote_failed")
    talk.say_line("anything_else", "anything_else")


def _from_script(talk: Talk, words: Words) -> bool:
    asked = _content(words)
    for one in talk.brief.script.answers:
        wanted = _content(Words(one.says))
        if wanted and len(asked & wanted) / len(wanted) >= _ENOUGH and len(asked & wanted) >= min(2, len(wanted)):
            talk.say(talk.brief.fill(one.answer))
            return True
    return False


def _price(talk: Talk, heard: Heard) -> None:
    prices, currency = talk.brief.prices, talk.brief.context.currency
    labels = {one.code: one.label for one in talk.brief.context.services}
    of_customer = [turn for turn in talk.heard() if turn.speaker == "customer"]
    named = [one.code for one in heard.services] or [one.code for turn in of_customer for one in turn.services][-1:]
    named = named or [code for code in (draft_of(talk).service_type,) if code]
    known = [code for code in dict.fromkeys(named) if code in prices and code in labels]
    if known:
        for code in known[:2]:
            price = spoken.price(talk.language, prices[code], currency)
            talk.say_line("price", service=labels[code].lower(), price=price)
    elif len(prices) > 0 and not named:
        some = [
            f"{labels[code].lower()} {spoken.price(talk.language, prices[code], currency)}"
            for code in list(prices)[:2]
            if code in labels
        ]
        talk.say_line("price_many", prices=", ".join(some)) if some else talk.say_line("price_unknown")
    else:
        talk.say_line("price_unknown")
    if QUOTE in talk.brief.tools and QUOTE not in talk.state.done and not talk.state.counts.get("quote_offer"):
        talk.counted("quote_offer")
        talk.say_line("quote_offer", "quote")


def _quote(talk: Talk, _: Heard) -> None:
    if QUOTE in talk.brief.tools and QUOTE not in talk.state.done:
        send_quote(talk)
    elif QUOTE in talk.state.done:
        talk.say_line("quote_noted")
    else:
        talk.say_line("price_unknown")


def _where_number(talk: Talk, _: Heard) -> None:
    if talk.brief.number_source:
        talk.say_line("where_number", source=talk.brief.number_source)
    else:
        talk.say_line("where_number_unknown")


def _who(talk: Talk, _: Heard) -> None:
    talk.say_line("who")


def _how_are_you(talk: Talk, _: Heard) -> None:
    talk.say_line("how_are_you")


def _is_scam(talk: Talk, _: Heard) -> None:
    talk.say_line("is_scam")


def _services(talk: Talk, _: Heard) -> None:
    if talk.brief.context.services:
        talk.say_line("services", services=talk.services())
    else:
        talk.say_line("unknown")


def _discount(talk: Talk, _: Heard) -> None:
    talk.say_line("discount")


_COMMON_QUESTIONS = (
    ("is_scam", _is_scam),
    ("how_are_you", _how_are_you),
    ("where_number", _where_number),
    ("discount", _discount),
    ("quote", _quote),
    ("price", _price),
    ("who", _who),
    ("services", _services),
)


def _is_question(heard: Heard) -> bool:
    text = heard.turn.content.rstrip()
    starts = _ASKS.match(heard.folded)
    return (text.endswith("?") and (len(heard.words) > 3 or starts is not None)) or (
        heard.intent == "information" and starts is not None
    )


def _gives_detail(heard: Heard) -> bool:
    """Whether a turn in the form of a question answers one: "Can you come on Tuesday at one?"."""
    return bool(heard.dates or heard.times or heard.addresses or heard.phones or heard.person)


def _content(words: Words) -> set[str]:
    return {stem(token) for token in words.tokens if token not in _COMMON}
