"""How the talk went: turns, talk time, silences, interruptions, questions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from callout.features.conversations import lexicon
from callout.features.conversations.hearing import Heard
from callout.features.conversations.model import Flow, Turn

_FULL_FLOW_TURNS = 10
_WORDS_PER_MINUTE = 150
_INTERRUPTION_S = 1.0


def flow(heard: Sequence[Heard]) -> tuple[Flow, frozenset[int]]:
    """The flow of a conversation, and the seqs of the turns that were interrupted."""
    talk = [turn for turn in heard if turn.speaker != "system"]
    customer = [turn for turn in talk if turn.speaker == "customer"]
    agent = [turn for turn in talk if turn.speaker == "agent"]
    interrupted: set[int] = set()
    silence = 0.0
    responses: list[float] = []
    for one, other in pairwise(talk):
        start, end = _start_s(other.turn), _end_s(one.turn)
        if start is None or end is None:
            continue
        gap = start - end
        if one.speaker != other.speaker and gap < 0:
            interrupted.add(one.turn.seq)
        silence += max(0.0, gap)
        if one.speaker == "customer" and other.speaker == "agent":
            responses.append(max(0.0, gap) * 1000)
    agent_s, customer_s = sum(map(_talk_s, agent)), sum(map(_talk_s, customer))
    lengths = [len(turn.turn.content) for turn in talk]
    return (
        Flow(
            turns=len(talk),
            agent_turns=len(agent),
            customer_turns=len(customer),
            mean_length_chars=round(sum(lengths) / len(lengths), 1) if lengths else 0.0,
            flow_quality=min(1.0, len(talk) / _FULL_FLOW_TURNS),
            interruptions=len(interrupted),
            silence_s=round(silence, 1),
            talk_ratio=round(agent_s / (agent_s + customer_s), 4) if agent_s + customer_s else None,
            mean_response_ms=round(sum(responses) / len(responses)) if responses else None,
            questions=sum(turn.turn.content.count("?") for turn in customer),
            objections=sum(_objections(turn) for turn in customer),
            positives=sum(turn.sentiment > 0 for turn in customer),
            negatives=sum(turn.sentiment < 0 for turn in customer),
        ),
        frozenset(interrupted),
    )


def _objections(turn: Heard) -> int:
    if turn.after_closing:
        return 0
    return sum(hit.label == "objections" for hit in lexicon.phrase_set("sentiment").longest(turn.words))


def _start_s(turn: Turn) -> float | None:
    if turn.offset_ms is not None:
        return turn.offset_ms / 1000
    return turn.at.timestamp() if turn.at else None


def _end_s(turn: Turn) -> float | None:
    start = _start_s(turn)
    if start is None or turn.duration_ms is None:
        return None
    return start + turn.duration_ms / 1000


def _talk_s(turn: Heard) -> float:
    if turn.turn.duration_ms is not None:
        return turn.turn.duration_ms / 1000
    return len(turn.words) / _WORDS_PER_MINUTE * 60
