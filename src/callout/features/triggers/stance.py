"""Whether each customer turn speaks for a rule or against it, and what that means for firing."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from callout.features.conversations import intent
from callout.features.conversations.text import Words
from callout.features.triggers.matching import Compiled, Match, find
from callout.features.triggers.model import Component, Veto
from callout.features.triggers.speech import Speech, Utterance

_PENALTY, _PENALTY_FLOOR = Decimal("0.85"), Decimal("0.60")
_FIRM = frozenset(
    """not interested|no interest|forget it|changed my mind|no longer interested|no longer need|cancel that|cancel it|
    leave me alone""".replace("\n    ", "").split("|")
)

Kind = Literal["negative_keyword", "negated", "refusal"]


class Sign(NamedTuple):
    """One thing heard for (`against` is None) or against a rule; `place` orders them within a turn."""

    place: int
    against: Kind | None
    text: str


class Reading(NamedTuple):
    """What the customer said about one rule over all turns."""

    keywords: dict[tuple[str, ...], str]
    phrases: dict[tuple[str, ...], str]
    penalty: Component
    veto: Veto | None


def read(rule: Compiled, speech: Speech) -> Reading:
    """Hold a rule's expressions against the customer's turns."""
    keywords: dict[tuple[str, ...], str] = {}
    phrases: dict[tuple[str, ...], str] = {}
    stances: list[tuple[int, Sign]] = []
    for utterance in speech.utterances:
        signs = _signs(rule, utterance, keywords, phrases)
        if signs:
            stances.append((utterance.seq, max(signs, key=lambda sign: sign.place)))
    superseded = _superseded(stances)
    penalty = max(_PENALTY_FLOOR, _PENALTY ** len(superseded))
    return Reading(keywords, phrases, Component(value=penalty, hits=tuple(superseded)), _veto(stances, speech))


def _signs(
    rule: Compiled, utterance: Utterance, keywords: dict[tuple[str, ...], str], phrases: dict[tuple[str, ...], str]
) -> list[Sign]:
    """The signs of one turn in order; also notes the distinct expressions that count."""
    signs: list[Sign] = []
    if utterance.agent is not None and (utterance.agreed or utterance.declined):
        for kind, match in _matches(rule, utterance.agent):
            place = match.first - len(utterance.agent)
            if utterance.declined or kind == "negative":
                signs.append(Sign(place, "refusal", utterance.words.text[:120]))
                continue
            if not match.negated:
                _note(keywords if kind == "keyword" else phrases, match)
            signs.append(Sign(place, "negated" if match.negated else None, match.expression))
    words = utterance.words
    for kind, match in _matches(rule, words):
        quote = words.quote(match.first, match.last)
        if kind == "negative":
            if not match.negated:
                signs.append(Sign(match.last, "negative_keyword", quote))
        elif match.negated:
            signs.append(Sign(match.last, "negated", quote))
        else:
            _note(keywords if kind == "keyword" else phrases, match)
            signs.append(Sign(match.last, None, quote))
    signs.extend(_refusals(utterance))
    return signs


def _matches(rule: Compiled, words: Words) -> list[tuple[Literal["keyword", "phrase", "negative"], Match]]:
    return [
        *(("keyword", match) for match in find(rule.keywords, words)),
        *(("phrase", match) for match in find(rule.phrases, words)),
        *(("negative", match) for match in find(rule.negatives, words)),
    ]


def _refusals(utterance: Utterance) -> list[Sign]:
    words = utterance.words
    return [
        Sign(hit.last, "refusal", words.quote(hit.first, hit.last))
        for hit in intent.refusals(words)
        if (not utterance.ends_talk or hit.phrase in _FIRM) and not words.negated(hit.first)
    ]


def _note(found: dict[tuple[str, ...], str], match: Match) -> None:
    found.setdefault(match.stems, match.expression)


def _superseded(stances: list[tuple[int, Sign]]) -> list[str]:
    """The negative turns after which a positive one came."""
    last_positive = max((index for index, (_, sign) in enumerate(stances) if sign.against is None), default=-1)
    return [sign.text for index, (_, sign) in enumerate(stances) if sign.against and index < last_positive]


def _veto(stances: list[tuple[int, Sign]], speech: Speech) -> Veto | None:
    if speech.opt_out is not None:
        return Veto(kind="opt_out", seq=speech.opt_out.seq, text=speech.opt_out.text)
    if not stances:
        return None
    seq, sign = stances[-1]
    return Veto(kind=sign.against, seq=seq, text=sign.text) if sign.against else None
