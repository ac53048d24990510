"""Whether the customer committed: agreement to a read-back that stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from callout.features.conversations import lexicon
from callout.features.conversations.hearing import Heard
from callout.features.conversations.model import Booking
from callout.features.conversations.text import sentences

_WINDOW = 4
_FAILURE_REACH = 3
_KINDS = frozenset({"appointment", "purchase", "chore"})


def commitment(heard: Sequence[Heard]) -> Booking:  # noqa: C901 - one talk read turn by turn
    """What the customer committed to in the end; a visit wins over a purchase in the same talk.

    Agreement is a yes to an agent's read-back of a booking, day or time, or a request to book with a day or a
    time in the same breath; an agent's plain confirmation implies it. A refusal by the agent right after it and a
    withdrawal by the customer undo it. Errands such as alarms and transfers are no booking.
    """
    standing: list[int] = []
    agreed: int | None = None
    offered = False
    last: Heard | None = None
    for turn in heard:
        labels = _labels(turn)
        if turn.speaker == "agent":
            if agreed is not None and _refuses(labels):
                agreed = None
            elif "settled" in labels and "read_back" not in labels:
                implied = last.turn.seq if last and last.reply != "negative" and "chore" not in labels else None
                settled = agreed if agreed is not None else implied
                if settled is not None and settled not in standing:
                    standing.append(settled)
                agreed = None
            elif agreed is not None and not _goes_on(turn, labels):
                standing.append(agreed)
                agreed = None
            offered = not turn.closing and (
                "read_back" in labels or ("proposal" in labels and bool(turn.dates or turn.times))
            )
        elif turn.speaker == "customer":
            last = turn
            if "withdrawn" in labels and not turn.after_closing:
                standing = standing[:-1]
                agreed = None
            elif (offered and turn.reply == "affirmative") or (
                turn.intent == "converted" and (turn.dates or turn.times)
            ):
                agreed = turn.turn.seq
            elif turn.reply == "negative" and offered:
                agreed = None
            offered = False
    if agreed is not None:
        standing.append(agreed)
    found = [Booking(committed=True, seq=seq, kind=kind) for seq in standing if (kind := _kind(heard, seq))]
    visits = [one for one in found if one.kind == "appointment"]
    return (visits or found or [Booking()])[-1]


def _labels(turn: Heard) -> set[str]:
    """The kinds of booking phrases in a turn; a settlement counts only in a statement that is not negated."""
    questions = [(start, end) for start, end in sentences(turn.turn.content) if turn.turn.content[end - 1] == "?"]
    hits = lexicon.phrase_set("booking").find(turn.words)
    failures = [hit.last for hit in hits if hit.label == "failed"]
    found = set()
    for hit in hits:
        if hit.label == "settled":
            at = turn.words.starts[hit.first]
            undone = any(hit.first - _FAILURE_REACH <= last < hit.first for last in failures)
            if undone or turn.words.negated(hit.first) or any(start <= at < end for start, end in questions):
                continue
        found.add(hit.label)
    return found


def _refuses(labels: set[str]) -> bool:
    if "settled" in labels:
        return False
    return "failed" in labels or (
        "apology" in labels and not labels.isdisjoint(("appointment", "purchase", "proposal"))
    )


def _goes_on(turn: Heard, labels: set[str]) -> bool:
    """Whether the agent is still settling details."""
    return turn.question_about_booking or not labels.isdisjoint(("read_back", "proposal"))


def _kind(heard: Sequence[Heard], seq: int) -> Literal["appointment", "purchase"] | None:
    """What was booked, by the words around the agreement, else by those of the whole talk; None for an errand."""
    at = next(index for index, turn in enumerate(heard) if turn.turn.seq == seq)
    for turns in (heard[max(0, at - 1) : at + 2], heard[max(0, at - _WINDOW) : at + 2], heard):
        counts = Counter(
            hit.label for turn in turns for hit in lexicon.phrase_set("booking").find(turn.words) if hit.label in _KINDS
        )
        if not counts:
            continue
        if counts["chore"] > counts["appointment"] + counts["purchase"]:
            return None
        if counts["appointment"] != counts["purchase"]:
            return "appointment" if counts["appointment"] > counts["purchase"] else "purchase"
    return "appointment"
