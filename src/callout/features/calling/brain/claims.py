"""Holds each sentence of a language model against what is true before it is spoken. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from callout.features.calling.brain import rules
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.state import State
from callout.features.conversations import contacts, scam
from callout.features.conversations.model import Turn
from callout.features.conversations.text import Words

_HUMAN = re.compile(
    r"\b(?:i am|i'm|this is|you(?:'re| are) (?:talking|speaking) (?:to|with)) (?:really |actually |just )?(?:a |an )?"
    r"(?:real |actual |live |human )*(?:human|person|man|woman|guy|human being)\b|"
    r"\b(?:i am|i'm) not (?:an? )?(?:ai|a\.i\.|robot|bot|machine|computer|automated|artificial)",
    re.IGNORECASE,
)
_BOOKED = re.compile(
    r"\b(?:is|are|was|have|has|'s|'ve|been|now|you're|got you|all) (?:now |been |all )?"
    r"(?:booked|scheduled|confirmed|reserved|set up|arranged|dispatched)\b|"
    r"\b(?:booked|scheduled|confirmed|reserved|arranged) (?:you|it|that|your|the|for)\b|"
    r"\b(?:is|are|'s|'re) (?:already )?(?:on (?:the|their|his|her|its) way|coming (?:today|tomorrow|now|over))\b|"
    r"\b(?:order|booking|appointment|visit) (?:has been|is|was) (?:made|created|placed|complete|done)\b|"
    r"\b(?:someone|somebody|a technician|our team) will (?:be there|come|arrive)\b",
    re.IGNORECASE,
)
_IF = re.compile(r"\b(?:if|once|when|before|would|could|should|can|shall|may|not|until|after)\b", re.IGNORECASE)
_GUARANTEE = re.compile(
    r"\b(?:free of charge|for free|guarantee[ds]?|discount of|\d+ ?(?:%|percent) off|refund)\b", re.IGNORECASE
)
_URL = re.compile(r"\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|io|co)\b", re.IGNORECASE)
_MARKUP = re.compile(r"[*_`#>\[\]{}|~]|<[^>]*>")
_EMOJI = re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F]")
_LEAK = 8
_LONGEST = 400


def spoken_form(text: str) -> str:
    """The sentence without marks that cannot be spoken."""
    return " ".join(_EMOJI.sub("", _MARKUP.sub("", text)).split())[:_LONGEST]


def objection(brief: Brief, state: State, sentence: str) -> str | None:
    """Why a sentence must not be spoken; None when nothing speaks against it.

    Args:
        brief: prices, knowledge, contact: what may be claimed.
        state: what was said and done so far.
        sentence: as the model wrote it.
    """
    words = Words(sentence)
    if _HUMAN.search(sentence):
        return "claims_to_be_human"
    if state.order != "created" and _claims_booking(sentence, noted=state.order == "noted"):
        return "claims_booking"
    if rules.find("sensitive", words) is not None and "never" not in words.tokens:
        return "asks_for_secrets"
    known = " ".join(_known(brief, state.turns))
    if any(
        not _is_known_sum(brief, str(entry.amount), known) for entry in contacts.sums(words, brief.context.currency)
    ):
        return "unknown_price"
    if (promise := _GUARANTEE.search(sentence)) and promise.group().casefold() not in known.casefold():
        return "unknown_promise"
    digits = re.sub(r"\D", "", known)
    if any(phone.digits[-7:] not in digits for phone in contacts.phones(words, brief.context.region)):
        return "unknown_phone"
    if any(one.group().casefold() not in known.casefold() for one in _URL.finditer(sentence)):
        return "unknown_address"
    if _shares_run(words, brief.system_prompt):
        return "leaks_instructions"
    turn = Turn(seq=1, speaker="agent", content=sentence)
    if scam.assess([turn], brief.scam.threshold).is_scam:
        return "looks_like_fraud"
    return None


def was_said(value: str, state: State, also: Iterable[str] = ()) -> bool:
    """Whether every word of a value was said by the customer, or stands in what is on file."""
    known: set[str] = set()
    for text in (*(turn.content for turn in state.customer_turns), *also):
        known.update(Words(text).tokens)
    wanted = Words(value).tokens
    return bool(wanted) and all(token in known for token in wanted)


def _claims_booking(sentence: str, *, noted: bool) -> bool:
    if sentence.rstrip().endswith("?"):
        return False
    match = _BOOKED.search(sentence)
    if match is None or _IF.search(sentence[: match.start()]):
        return False
    return not (noted and "confirm" in match.group().casefold())


def _known(brief: Brief, turns: Collection[Turn]) -> list[str]:
    script = brief.script
    return [
        brief.system_prompt,
        brief.welcome_message,
        script.purpose,
        script.offer,
        script.closing,
        *(one.answer for one in (*script.answers, *script.objections)),
        *(one.text for one in brief.knowledge),
        *(turn.content for turn in turns),
        *(str(price) for price in brief.prices.values()),
        brief.context.called_number or "",
        brief.transfer_phone or "",
        (brief.context.contact.phone if brief.context.contact else None) or "",
    ]


def _is_known_sum(brief: Brief, amount: str, known: str) -> bool:
    plain = amount.rstrip("0").rstrip(".") if "." in amount else amount
    if any(price == price.__class__(amount) for price in brief.prices.values()):
        return True
    return re.search(rf"(?<![\d.,]){re.escape(plain)}(?:\.00?)?(?![\d])", known.replace(",", "")) is not None


def _shares_run(words: Words, secret: str) -> bool:
    """Whether a sentence repeats so many words of the operator's instructions in a row."""
    line = Words(secret).line
    tokens = words.tokens
    return any(
        f" {' '.join(tokens[index : index + _LEAK])} " in line for index in range(max(0, len(tokens) - _LEAK + 1))
    )


def sentence_end(text: str) -> int | None:
    """Where the first finished sentence of a growing text ends; None while there is none.

    A mark counts once something follows it, so that "2.5" and "No. 7" are not cut.
    """
    for match in re.finditer(r"[.!?…]+[\"')\]]*\s+(?=\S)|\n+", text):
        before = text[: match.start()].rsplit(None, 1)[-1:] or [""]
        if before[0].casefold() in _ABBREVIATIONS:
            continue
        return match.end()
    return None


_ABBREVIATIONS = frozenset({"mr", "mrs", "ms", "dr", "st", "no", "e.g", "i.e", "approx", "apt", "ave"})
