"""Sentiment of turns and of the whole conversation, by signed word counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from callout.features.conversations import lexicon
from callout.features.conversations.model import Peak, Sentiment
from callout.features.conversations.text import NEGATORS, Words

_STEP_TENTHS = 1
_NEGATION_WINDOW = 3
_PEAK = 0.5
_LEANING = 0.1

_Leaning = Literal["positive", "negative", "neutral"]


def score_turn(words: Words) -> float:
    """Sentiment of one utterance, -1 to 1 in steps of 0.1."""
    tenths = 0
    for hit in lexicon.phrase_set("sentiment").longest(words):
        if hit.label == "objections":
            continue
        sign = 1 if hit.label == "positive" else -1
        tenths += -sign if _flipped(words, hit.first) else sign
    return max(-10, min(10, tenths * _STEP_TENTHS)) / 10


def overall(scores: Sequence[tuple[int, float]]) -> Sentiment:
    """Sentiment of the customer's turns, given as (seq, score)."""
    if not scores:
        return Sentiment()
    mean = sum(score for _, score in scores) / len(scores)
    leaning: _Leaning = "positive" if mean > _LEANING + 1e-9 else "negative" if mean < -_LEANING - 1e-9 else "neutral"
    return Sentiment(
        overall=leaning,
        score=round(mean, 4),
        progression=tuple(score for _, score in scores),
        peaks=tuple(Peak(seq, score) for seq, score in scores if abs(score) > _PEAK),
    )


def _flipped(words: Words, first: int) -> bool:
    clause = words.clauses[first]
    return any(
        words.clauses[index] == clause and words.tokens[index] in NEGATORS
        for index in range(max(0, first - _NEGATION_WINDOW), first)
    )
