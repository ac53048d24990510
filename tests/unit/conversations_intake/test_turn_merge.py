"""Joining turns so that repeated, late and corrected deliveries leave one transcript."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from callout.features.conversations.intake_model import IncomingTurn
from callout.features.conversations.turn_merge import plan_turns


def said(content, *, speaker="customer", seq=None, ident=None):
    return IncomingTurn(speaker=speaker, content=content, seq=seq, external_turn_id=ident)


def row(seq, content, *, speaker="customer", ident=None):
    return SimpleNamespace(seq=seq, content=content, speaker=speaker, external_turn_id=ident)


def apply(stored, plan):
    rows = {turn.seq: turn for turn in stored if turn.seq not in plan.drop}
    for placed in (*plan.insert, *plan.replace):
        turn = placed.turn
        rows[placed.seq] = row(placed.seq, turn.content, speaker=turn.speaker, ident=turn.external_turn_id)
    return [rows[seq] for seq in sorted(rows)]


def test_a_known_external_id_or_number_is_a_duplicate():
    plan = plan_turns([row(1, "a", ident="t1"), row(2, "b")], [said("a", ident="t1"), said("b", seq=2)], complete=False)
    assert (plan.changes, plan.duplicates) == (False, 2)


def test_anonymous_live_turns_go_to_the_end():
    plan = plan_turns([row(1, "a")], [said("b"), said("c")], complete=False)
    assert [(placed.seq, placed.turn.content) for placed in plan.insert] == [(2, "b"), (3, "c")]


def test_the_complete_transcript_corrects_what_live_listening_heard():
    stored = [row(1, "helo"), row(2, "yes"), row(3, "echo")]
    plan = plan_turns(stored, [said("hello"), said("yes")], complete=True)
    assert [turn.content for turn in apply(stored, plan)] == ["hello", "yes"]
    assert plan.duplicates == 1


def test_an_empty_complete_transcript_erases_nothing():
    assert not plan_turns([row(1, "a")], [], complete=True).changes


def test_the_complete_transcript_puts_turns_that_came_out_of_order_in_order():
    stored = [row(1, "b", ident="t1"), row(2, "a", ident="t0")]
    plan = plan_turns(stored, [said("a", ident="t0"), said("b", ident="t1")], complete=True)
    assert [(turn.content, turn.external_turn_id) for turn in apply(stored, plan)] == [("a", "t0"), ("b", "t1")]


def test_a_late_part_of_a_finished_transcript_adds_only_what_is_missing():
    stored = [row(1, "a"), row(2, "b")]
    plan = plan_turns(stored, [said("b"), said("c")], complete=False, sealed=True)
    assert [placed.turn.content for placed in plan.insert] == ["c"]


turns = st.lists(st.builds(said, st.sampled_from("abc")), max_size=6)


@given(first=turns, second=turns)
def test_a_complete_transcript_delivered_again_changes_nothing(first, second):
    stored = apply([], plan_turns([], first, complete=False))
    once = apply(stored, plan_turns(stored, second, complete=True))
    again = plan_turns(once, second, complete=True)
    assert not again.changes
    if second:
        assert [turn.content for turn in once] == [turn.content for turn in second]


@given(st.permutations(range(1, 7)), st.permutations(range(1, 7)))
def test_identified_turns_end_the_same_whatever_the_order(one, other):
    def deliver(order):
        stored = []
        for seq in order:
            stored = apply(stored, plan_turns(stored, [said(str(seq), seq=seq, ident=f"t{seq}")], complete=False))
        return [turn.content for turn in stored]

    assert deliver(one) == deliver([*other, *one]) == [str(seq) for seq in range(1, 7)]
