"""A call stands where its reports leave it, whatever order they come in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.calling.calls.facts import TERMINAL, Fact, Standing, standing_of

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


DIALLED = Fact(kind="dialing", at=at(0), source="platform", external_id="CA1")
INITIATED = Fact(kind="dialing", at=at(0), sequence=0)
RINGING = Fact(kind="ringing", at=at(1), sequence=1)
ANSWERED = Fact(kind="answered", at=at(6), sequence=2)
COMPLETED = Fact(kind="completed", at=at(66), sequence=3, duration_s=60)
MEDIA = Fact(kind="answered", at=at(6.2), source="media")
HUNG_UP = Fact(kind="ended", at=at(65), source="media", end_reason="agent_hangup")
HUMAN = Fact(kind="line", at=at(9), line="human")
MACHINE = Fact(kind="line", at=at(9), line="machine")
PRICE = Fact(kind="price", at=at(200), cost=Decimal("0.0085"), currency="USD")
GAVE_UP = Fact(kind="failed", at=at(400), source="platform", error_code="provider_error")

WHOLE = [DIALLED, INITIATED, RINGING, ANSWERED, MEDIA, HUMAN, HUNG_UP, COMPLETED, PRICE]
MIXED = [*WHOLE, MACHINE, GAVE_UP, Fact(kind="busy", at=at(3), sequence=1), Fact(kind="cancelled", at=at(2))]


@given(st.data())
def test_any_order_with_any_repetitions_of_a_call_ends_alike(data: st.DataObject) -> None:
    facts = data.draw(st.lists(st.sampled_from(MIXED), min_size=1, max_size=12))
    again = data.draw(st.permutations(facts + data.draw(st.lists(st.sampled_from(facts), max_size=6))))
    assert standing_of(again) == standing_of(facts)


@given(st.permutations(WHOLE))
def test_a_talk_is_completed_whatever_came_first(facts: list[Fact]) -> None:
    assert standing_of(facts) == Standing(
        status="completed",
        ringing_at=at(1),
        answered_at=at(6),
        ended_at=at(66),
        duration_s=60,
        answered_by="human",
        end_reason="agent_hangup",
        external_id="CA1",
        cost=Decimal("0.0085"),
        currency="USD",
    )


@given(st.permutations(WHOLE), st.integers(1, len(WHOLE)))
def test_a_call_never_moves_backwards(facts: list[Fact], known: int) -> None:
    ranks = {"pending": 0, "dialing": 1, "ringing": 2, "in_progress": 3}
    before = standing_of(facts[: known - 1]).status
    after = standing_of(facts[:known]).status
    assert ranks.get(after, 4) >= ranks.get(before, 4)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([], "pending"),
        ([DIALLED], "dialing"),
        ([DIALLED, RINGING], "ringing"),
        ([RINGING, INITIATED], "ringing"),
        ([ANSWERED], "in_progress"),
        ([MEDIA, INITIATED], "in_progress"),
        ([RINGING, Fact(kind="busy", at=at(4), sequence=2)], "busy"),
        ([RINGING, Fact(kind="no_answer", at=at(31), sequence=2)], "no_answer"),
        ([Fact(kind="failed", at=at(1), sequence=1, error_code="21211")], "failed"),
        ([ANSWERED, Fact(kind="failed", at=at(20), sequence=3)], "failed"),
        ([ANSWERED, Fact(kind="no_answer", at=at(20), sequence=3)], "completed"),
        ([ANSWERED, MACHINE, COMPLETED], "no_answer"),
        ([Fact(kind="cancelled", at=at(0), source="platform", error_code="suppressed")], "cancelled"),
        ([DIALLED, GAVE_UP], "failed"),
        ([DIALLED, GAVE_UP, RINGING, ANSWERED, COMPLETED], "completed"),
        ([MEDIA, HUNG_UP], "completed"),
        ([DIALLED, Fact(kind="ended", at=at(3), source="platform", end_reason="operator")], "cancelled"),
    ],
)
def test_where_reports_leave_a_call(facts: list[Fact], status: str) -> None:
    assert standing_of(facts).status == status


def test_audio_handed_on_to_a_person_does_not_end_the_call() -> None:
    handed = Fact(kind="ended", at=at(30), source="media", end_reason="transferred")
    assert standing_of([ANSWERED, handed]).status == "in_progress"
    over = standing_of([ANSWERED, handed, COMPLETED])
    assert (over.status, over.end_reason, over.duration_s) == ("completed", "transferred", 60)


def test_a_completed_call_without_its_answer_was_answered_when_its_length_says() -> None:
    over = standing_of([RINGING, COMPLETED])
    assert (over.status, over.answered_at, over.duration_s) == ("completed", at(6), 60)


def test_who_listened_is_believed_before_who_detected() -> None:
    heard = Fact(kind="line", at=at(12), source="media", line="screening")
    assert standing_of([ANSWERED, MACHINE, heard]).answered_by == "screening"
    unsure = Fact(kind="line", at=at(12), source="media", line="unknown")
    assert standing_of([ANSWERED, MACHINE, unsure]).answered_by == "machine"


def test_a_refusal_keeps_its_reason_and_an_answered_call_shows_none() -> None:
    refused = standing_of([Fact(kind="cancelled", at=at(0), source="platform", error_code="outside_window")])
    assert refused.error_code == "outside_window"
    assert standing_of([DIALLED, GAVE_UP, ANSWERED, COMPLETED]).error_code is None


def test_the_same_report_delivered_twice_has_one_key() -> None:
    later = Fact(kind="ringing", at=at(2), sequence=1)
    assert RINGING.key == later.key
    assert MEDIA.key != Fact(kind="answered", at=at(6.3), source="media").key


@given(st.lists(st.sampled_from(MIXED), max_size=12))
def test_only_calls_that_are_over_have_an_end(facts: list[Fact]) -> None:
    found = standing_of(facts)
    assert found.is_over == (found.status in TERMINAL)
    assert (found.ended_at is not None) == found.is_over
    assert found.duration_s is None or found.duration_s >= 0
