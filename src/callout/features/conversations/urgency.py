"""How urgent the customer's need is, by their words."""

from __future__ import annotations

from collections.abc import Sequence

from callout.features.conversations import lexicon
from callout.features.conversations.model import Urgency
from callout.features.conversations.text import Words

_RANK: dict[Urgency, int] = {"low": 0, "medium": 1, "high": 2, "emergency": 3}


def level(turns: Sequence[Words]) -> Urgency:
    """The urgency over the customer's turns; "not urgent" takes earlier urgency back."""
    found: Urgency = "low"
    severe = False
    trouble = False
    for words in turns:
        hits = lexicon.needs(words)
        talk = [range(hit.first, hit.last + 1) for hit in hits if hit.label == "small_talk"]
        for hit in hits:
            if hit.label == "problem":
                trouble = trouble or not words.negated(hit.first)
                continue
            if hit.label not in ("severe", "high", "medium"):
                continue
            if any(hit.first in tokens for tokens in talk):
                continue
            if words.negated(hit.first):
                found, severe = "low", False
                continue
            severe = severe or hit.label == "severe"
            found = at_least(found, "medium" if hit.label == "medium" else "high")
    return "emergency" if severe and trouble else found


def at_least(one: Urgency, other: Urgency) -> Urgency:
    """The more urgent of two levels."""
    return one if _RANK[one] >= _RANK[other] else other


def rank(urgency: Urgency) -> int:
    """Position of a level, low 0 to emergency 3."""
    return _RANK[urgency]
