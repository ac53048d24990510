"""Intent of turns and of the whole conversation, opt-outs, agreeing and declining replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from callout.features.conversations import lexicon
from callout.features.conversations.model import Intent, IntentStep, IntentSummary, OptOut
from callout.features.conversations.text import Hit, Words, word_list

Reply = Literal["affirmative", "negative", "none"]

_ORDER: tuple[Intent, ...] = (
    "not_interested",
    "converted",
    "callback",
    "complaint",
    "interested",
    "information",
)
_OPPOSITE: dict[str, Intent] = {"interested": "not_interested", "not_interested": "interested"}
_LAST_TURN_WEIGHT = 2
_SUBJECTS = frozenset({"i", "we", "you", "they", "he", "she", "it", "who", "people", "that", "which"})
_TELLING = frozenset({"told", "tell", "telling", "asked", "ask", "asking", "want", "need", "said", "beg", "begging"})
_POLITE_FILLERS = word_list("oh ah um uh well hmm hm so and hi hello hey okay ok alright sorry thanks thank you great")
_STRONG_OPT_OUT = frozenset({"stop", "remove", "take", "unsubscribe", "quit", "lose", "delete", "opt", "put", "cease"})
_REPLY_REACH = 3


def turn_intent(words: Words, after_closing: bool = False) -> Intent:
    """The intent of one customer turn.

    `after_closing`: the turn answers "anything else?", where "no thanks" refuses nothing.
    """
    counted: set[Intent] = set()
    for hit in lexicon.phrase_set("intents", "families").find(words):
        family = cast("Intent", hit.label)
        if after_closing and family == "not_interested" and _only_declines(hit):
            continue
        if words.negated(hit.first):
            if family not in _OPPOSITE or _doubly_covered(words, hit):
                continue
            family = _OPPOSITE[family]
        counted.add(family)
    return next((family for family in _ORDER if family in counted), "neutral")


def primary(steps: Sequence[IntentStep]) -> IntentSummary:
    """The intent of the conversation from those of the customer's turns."""
    weights: dict[Intent, int] = {}
    latest: dict[Intent, int] = {}
    telling = [index for index, step in enumerate(steps) if step.intent != "neutral"]
    for index in telling:
        intent = steps[index].intent
        weights[intent] = weights.get(intent, 0) + (_LAST_TURN_WEIGHT if index == telling[-1] else 1)
        latest[intent] = index
    if not weights:
        return IntentSummary(progression=tuple(steps))
    winner = max(weights, key=lambda intent: (weights[intent], latest[intent]))
    return IntentSummary(
        primary=winner,
        confidence=round(weights[winner] / sum(weights.values()), 4),
        progression=tuple(steps),
    )


def opt_out(seq: int, words: Words) -> OptOut | None:
    """The request never to be called again, if the utterance holds one.

    A wish about the hour ("don't call me before noon") is none, nor is a statement
    ("you never call me back").
    """
    for hit in lexicon.phrase_set("optout").longest(words):
        if _is_statement(words, hit) or (hit.label == "en" and _is_about_the_hour(words, hit)):
            continue
        start, end = words.span(hit.first, hit.last)
        return OptOut(seq=seq, text=words.text[start:end], start=start, end=end)
    return None


def asks_for_another_hour(words: Words) -> bool:
    """Whether the customer only wants to be called at another time."""
    return any(
        hit.label == "en" and not _is_statement(words, hit) and _is_about_the_hour(words, hit)
        for hit in lexicon.phrase_set("optout").longest(words)
    )


def reply(words: Words) -> Reply:
    """How a reply begins: agreeing, declining, or neither."""
    best: Hit | None = None
    for hit in lexicon.phrase_set("intents", "replies").find(words):
        if hit.label not in ("affirmative", "negative"):
            continue
        if hit.first > _REPLY_REACH or any(token not in _POLITE_FILLERS for token in words.tokens[: hit.first]):
            continue
        if (
            best is None
            or (hit.label != best.label and hit.first > best.last and _is_filler(best))
            or (hit.first == best.first and hit.last > best.last)
            or (hit.label == "negative" and best.label == "affirmative" and _is_filler(best))
        ):
            best = hit
    if best is None:
        return "none"
    if best.label == "affirmative" and words.negated(best.first):
        return "negative"
    return cast("Reply", best.label)


def is_closing_question(words: Words) -> bool:
    """Whether an agent turn asks for anything else, so that "no" ends the talk."""
    return any(hit.label == "closing" for hit in lexicon.phrase_set("intents", "replies").find(words))


def refusals(words: Words) -> list[Hit]:
    """Phrases that refuse what is offered."""
    return [hit for hit in lexicon.phrase_set("intents", "replies").find(words) if hit.label == "refusal"]


def _only_declines(hit: Hit) -> bool:
    return hit.phrase.startswith("no ") or hit.phrase in ("not at this time", "never mind", "nevermind")


def _doubly_covered(words: Words, hit: Hit) -> bool:
    # "not interested" is a phrase of its own; "interested" inside it must not count again
    return (
        hit.label == "interested" and words.tokens[hit.first] == "interested" and words.tokens[hit.first - 1] == "not"
    )


def _is_statement(words: Words, hit: Hit) -> bool:
    if hit.first == 0 or hit.label != "en":
        return False
    first = words.tokens[hit.first]
    if first not in ("don't", "dont", "do", "never", "opt"):
        return False
    before = words.tokens[hit.first - 1]
    if before not in _SUBJECTS or words.clauses[hit.first] != words.clauses[hit.first - 1]:
        return False
    return not (hit.first > 1 and words.tokens[hit.first - 2] in _TELLING)


def _is_about_the_hour(words: Words, hit: Hit) -> bool:
    rest = words.tokens[hit.last + 1 : hit.last + 6]
    same = [
        token for offset, token in enumerate(rest) if words.clauses[hit.last + 1 + offset] == words.clauses[hit.last]
    ]
    if hit.phrase.split()[0] in _STRONG_OPT_OUT and not (
        same and same[0] in ("before", "after", "between", "so", "until")
    ):
        return False
    if hit.phrase.startswith("no more"):
        return False
    line = " ".join(same)
    for phrase in lexicon.table("optout")["later"]["en"]:
        if line == phrase or line.startswith(phrase + " "):
            return True
        for lead in ("me ", "us ", "here ", "again ", "me again ", "back "):
            if (line + " ").startswith(f"{lead}{phrase} "):
                return True
    return False


def _is_filler(hit: Hit) -> bool:
    return hit.phrase in (
        "ok",
        "okay",
        "alright",
        "all right",
        "great",
        "right",
        "well",
        "sure",
        "please",
        "oh yes",
        "thanks yes",
        "sorry i",
        "fine",
        "good",
    )
