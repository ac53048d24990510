"""Whether the customer committed: agreement to a read-back that stood."""

from __future__ import annotations

from collections.abc import Sequence

from callout.features.conversations import lexicon
from callout.features.conversations.hearing import Heard
from callout.features.conversations.model import Booking

_WINDOW = 4


def commitment(heard: Sequence[Heard]) -> Booking:
    """What the customer committed to in the end.

    Agreement is a yes to an agent's read-back of a day, a time or a booking, or a request to book with a
    day or a time in the same breath. A refusal by the agent or a withdrawal undoes it; the agent's
    confirmation settles it.
    """
    agreed: int | None = None
    confirmed = False
    read_back: Heard | None = None
    for turn in heard:
        if turn.speaker == "agent":
            labels = _labels(turn)
            if "failed" in labels:
                agreed, confirmed = None, False
            elif "settled" in labels and not turn.question_about_booking and agreed is not None:
                confirmed = True
            offers = bool(turn.dates or turn.times) or "read_back" in labels
            read_back = turn if offers and not turn.closing else None
        elif turn.speaker == "customer":
            if "withdrawn" in _labels(turn) and not turn.after_closing:
                agreed, confirmed = None, False
            elif read_back is not None and turn.reply == "affirmative":
                agreed = turn.turn.seq
            elif turn.intent == "converted" and (turn.dates or turn.times):
                agreed = turn.turn.seq
            elif read_back is not None and turn.reply == "negative" and not confirmed:
                agreed = None
            elif turn.intent == "not_interested" and not turn.after_closing and not confirmed:
                agreed = None
            read_back = None
    if agreed is None:
        return Booking()
    return Booking(committed=True, seq=agreed, kind="appointment" if _is_appointment(heard, agreed) else "purchase")


def _labels(turn: Heard) -> set[str]:
    return {
        hit.label
        for hit in lexicon.phrase_set("booking").find(turn.words)
        if hit.label != "settled" or not turn.words.negated(hit.first)
    }


def _is_appointment(heard: Sequence[Heard], seq: int) -> bool:
    at = next(index for index, turn in enumerate(heard) if turn.turn.seq == seq)
    near = heard[max(0, at - _WINDOW) : at + 2]
    for turns in (near, heard):
        appointment = purchase = 0
        for turn in turns:
            for hit in lexicon.phrase_set("booking").find(turn.words):
                appointment += hit.label == "appointment"
                purchase += hit.label == "purchase"
        if appointment != purchase:
            return appointment > purchase
    return True
