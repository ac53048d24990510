"""Decide which incoming turns are new, which repeat, and which correct what live listening heard."""

from collections.abc import Sequence

import msgspec

from callout.features.conversations.intake_model import IncomingTurn
from callout.features.conversations.model import Turn


class Placed(msgspec.Struct, frozen=True):
    """An incoming turn and the sequence number it gets."""

    seq: int
    turn: IncomingTurn


class TurnPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What to write: rows to insert, rows to overwrite, sequence numbers to drop; `duplicates` counts repeats."""

    insert: tuple[Placed, ...] = ()
    replace: tuple[Placed, ...] = ()
    drop: tuple[int, ...] = ()
    duplicates: int = 0

    @property
    def changes(self) -> bool:
        return bool(self.insert or self.replace or self.drop)


def plan_turns(
    stored: Sequence[Turn],
    incoming: Sequence[IncomingTurn],
    *,
    complete: bool,
    sealed: bool = False,
    may_grow: bool = False,
) -> TurnPlan:
    """Plans how incoming turns join the stored ones, so that repeating a delivery changes nothing.

    A turn is known by its external id, else by its number. A complete transcript is the last word: its turns are
    matched by position, correct what stands there, and stored turns beyond its end go.

    Args:
        stored: turns of the conversation so far.
        incoming: turns of this delivery, in its order.
        complete: `incoming` is the whole transcript.
        sealed: a complete transcript is already stored; a late part without ids then adds only words nobody stored.
        may_grow: a numbered turn that is told again with more words replaces what was stored of it.
    """
    if complete and not any(turn.seq for turn in incoming):
        return _whole_transcript(stored, incoming)
    by_id = {turn.external_turn_id for turn in stored if turn.external_turn_id}
    taken = {turn.seq for turn in stored}
    words = {turn.seq: (turn.speaker, turn.content) for turn in stored} if may_grow else {}
    said = {(turn.speaker, turn.content) for turn in stored} if sealed else set()
    insert: list[Placed] = []
    replace: list[Placed] = []
    duplicates = 0
    following = max(taken, default=0) + 1
    for turn in incoming:
        if turn.seq is not None and _grew(words.get(turn.seq), turn):
            replace.append(Placed(turn.seq, turn))
            continue
        if turn.external_turn_id in by_id or turn.seq in taken or (turn.speaker, turn.content) in said:
            duplicates += 1
            continue
        seq = turn.seq or following
        insert.append(Placed(seq, turn))
        taken.add(seq)
        following = max(following, seq + 1)
        if turn.external_turn_id:
            by_id.add(turn.external_turn_id)
    return TurnPlan(insert=tuple(insert), replace=tuple(replace), duplicates=duplicates)


def _grew(known: tuple[str, str] | None, turn: IncomingTurn) -> bool:
    return known is not None and known[0] == turn.speaker and len(turn.content) > len(known[1])


def _whole_transcript(stored: Sequence[Turn], incoming: Sequence[IncomingTurn]) -> TurnPlan:
    ordered = sorted(stored, key=lambda turn: turn.seq)
    insert: list[Placed] = []
    replace: list[Placed] = []
    duplicates = 0
    last = 0
    for position, turn in enumerate(incoming):
        if position >= len(ordered):
            last += 1
            insert.append(Placed(last, turn))
            continue
        known = ordered[position]
        last = known.seq
        if _same(known, turn):
            duplicates += 1
        else:
            replace.append(Placed(last, turn))
    drop = tuple(turn.seq for turn in ordered[len(incoming) :]) if incoming else ()
    return TurnPlan(insert=tuple(insert), replace=tuple(replace), drop=drop, duplicates=duplicates)


def _same(known: Turn, turn: IncomingTurn) -> bool:
    return (known.speaker, known.content) == (turn.speaker, turn.content) and turn.external_turn_id in (
        None,
        known.external_turn_id,
    )
