"""What follows for a contact from the end of a call, and from a call that was not allowed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.calling.campaigns.estimate import Past, estimate, estimate_view
from callout.features.calling.campaigns.lifecycle import OVER, TRANSITIONS, check_transition
from callout.features.calling.campaigns.outcomes import (
    STOPS,
    Ended,
    Next,
    Retries,
    after_call,
    after_denial,
    failures_in_row,
)
from callout.features.calling.campaigns.pacing import Pace, interval_left_s, is_full
from callout.features.calling.errors import InvalidTransition

NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)
RETRIES = Retries(max_retries=2, after_min={"busy": 15, "no_answer": 240, "failed": 5})


def ended(status: str, **members: Any) -> Ended:
    return Ended(status=status, was_dialled=True, **members)


def following(end: Ended, attempts: int = 1) -> Next:
    return after_call(end, RETRIES, attempts=attempts, now=NOW)


@pytest.mark.parametrize(("status", "minutes"), [("busy", 15), ("no_answer", 240), ("failed", 15)])
def test_who_is_not_reached_is_called_again_in_due_time_never_within_a_quarter_of_an_hour(
    status: str, minutes: int
) -> None:
    assert following(ended(status)) == Next(status="retry_wait", at=NOW + timedelta(minutes=minutes))
    assert following(ended(status), attempts=3) == Next(status="failed", reason="attempts_exhausted")


def test_who_was_reached_or_asked_not_to_be_called_is_done() -> None:
    assert following(ended("completed", outcome="interested")).outcome == "interested"
    assert following(ended("completed", opted_out=True)) == Next(status="done", outcome="do_not_call")
    assert following(ended("failed", outcome="do_not_call")).status == "done"
    assert following(ended("failed", error_code="21211")).reason == "invalid_number"
    assert following(ended("cancelled")).status == "failed"


def test_a_call_that_was_not_dialled_was_no_attempt() -> None:
    stopped = Ended(status="cancelled", was_dialled=False, error_code="campaign_stopped")
    assert following(stopped) == Next(status="waiting", takes_back=True)
    assert following(stopped, attempts=2) == Next(status="retry_wait", takes_back=True)
    later = Ended(status="cancelled", was_dialled=False, error_code="outside_window", retry_at=NOW)
    assert following(later) == Next(status="waiting", at=NOW, takes_back=True)
    suppressed = Ended(status="cancelled", was_dialled=False, error_code="suppressed")
    assert following(suppressed) == Next(status="skipped", reason="suppressed", takes_back=True)
    assert following(suppressed, attempts=2).status == "failed"


@pytest.mark.parametrize("reason", sorted(STOPS))
def test_what_concerns_everybody_pauses_the_campaign_and_leaves_the_contact_waiting(reason: str) -> None:
    denied = after_denial(reason, NOW, attempts=0)
    assert (denied.status, denied.at, denied.pauses) == ("waiting", None, STOPS[reason])


def test_only_failures_of_the_provider_in_a_row_count() -> None:
    assert failures_in_row(3, ended("failed")) == 4
    assert failures_in_row(3, ended("failed", reached=True)) == 0
    assert failures_in_row(3, ended("failed", error_code="21211")) == 0
    assert failures_in_row(3, ended("busy")) == 0
    assert failures_in_row(3, Ended(status="cancelled", was_dialled=False)) == 3


def test_the_pace() -> None:
    pace = Pace(open_calls=4, most=5, interval_s=30, last_at=NOW - timedelta(seconds=10))
    assert not is_full(pace)
    assert interval_left_s(pace, NOW) == 20
    assert interval_left_s(pace, NOW + timedelta(minutes=1)) == 0
    assert is_full(Pace(open_calls=5, most=5, interval_s=0))


def test_what_is_over_stays_over() -> None:
    for status in OVER:
        for to in TRANSITIONS:
            with pytest.raises(InvalidTransition):
                check_transition(status, to)
    check_transition("draft", "active")


def test_an_estimate_of_nothing_is_nothing() -> None:
    told = estimate_view(estimate(0, Past(), max_retries=2, most_at_once=5, interval_s=30, max_duration_s=300))
    assert (told["estimated_minutes"], told["estimated_cost"], told["is_assumed"]) == (0, "0.00", True)


@given(
    st.integers(0, 50_000), st.integers(0, 500), st.integers(0, 500), st.integers(0, 5), st.integers(1, 50),
    st.integers(0, 3600),
)  # fmt: skip
def test_estimates_are_ranges_and_grow_with_the_list(
    contacts: int, dialled: int, answered: int, retries: int, most: int, interval_s: int
) -> None:
    past = Past(dialled=dialled, answered=min(answered, dialled), mean_talk_s=75.0, per_min=Decimal("0.11"))
    limits = {"max_retries": retries, "most_at_once": most, "interval_s": interval_s, "max_duration_s": 300}
    made, more = estimate(contacts, past, **limits), estimate(contacts + 10, past, **limits)
    assert made.minutes_low <= made.minutes <= made.minutes_high
    assert made.cost_low <= made.cost <= made.cost_high
    assert more.minutes >= made.minutes
    assert more.cost >= made.cost
