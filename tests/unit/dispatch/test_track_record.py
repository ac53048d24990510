"""Counters fade, answers and silences count, and estimates start from their priors."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.dispatch.acceptance import accept_probability
from callout.features.dispatch.track_record import (
    Record,
    answer_rate,
    answered,
    corrected,
    daypart,
    decayed,
    delivered,
    exploration_bonus,
    median_minutes,
    quality,
    stayed_silent,
    success_of,
    tenant_mean,
)

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def fade(record: Record, days: float) -> Record:
    return decayed(record, NOW + timedelta(days=days), quality_half_life_d=90, response_half_life_d=14)


def test_counters_halve_in_their_half_life() -> None:
    full = Record(
        last=NOW, n=8, s=4, offers=8, answers=6, accepts=2, silences=2, sum_log_rt=10, daypart_offers=(8,) * 4
    )
    assert fade(full, 90).n == 4
    assert (fade(full, 14).offers, fade(full, 14).sum_log_rt, fade(full, 14).daypart_offers) == (4, 5, (4,) * 4)
    assert fade(full, -1) == full


@given(st.floats(0, 400), st.floats(0, 400))
def test_fading_twice_is_fading_once(first: float, second: float) -> None:
    record = Record(last=NOW, n=50, s=40, offers=50)
    assert fade(fade(record, first), first + second).n == pytest.approx(fade(record, first + second).n)


def test_an_answer_counts_and_ends_the_pause() -> None:
    quiet = stayed_silent(Record(last=NOW), NOW, part=1, backoff_min=5)
    assert (quiet.silences, quiet.offers, quiet.backoff_until) == (1, 1, NOW + timedelta(minutes=5))
    yes = answered(quiet, minutes=math.e, accepted=True, part=2)
    assert (yes.answers, yes.accepts, yes.sum_log_rt, yes.backoff_until) == (1, 1, pytest.approx(1), None)
    assert (yes.daypart_offers, yes.daypart_accepts) == ((0, 1, 1, 0), (0, 0, 1, 0))


def test_silences_double_the_pause_up_to_two_hours() -> None:
    record, pauses = Record(last=NOW), []
    for _ in range(7):
        record = stayed_silent(record, NOW, part=0, backoff_min=5)
        assert record.backoff_until is not None
        pauses.append((record.backoff_until - NOW).total_seconds() / 60)
    assert pauses == [5, 10, 20, 40, 80, 120, 120]


def test_outcomes_are_worth_what_the_customer_said() -> None:
    assert [success_of(stars) for stars in (None, 1, 3, 5)] == [0.85, 0, 0.5, 1]
    assert success_of(5, complaint=True) == 0
    done = delivered(Record(last=NOW), 0.85)
    assert corrected(done, 0.85, 1.0, age_d=0, quality_half_life_d=90).s == pytest.approx(1.0)
    assert corrected(done, 0.85, 0.0, age_d=90, quality_half_life_d=90).s == pytest.approx(0.425)


def test_estimates_start_from_their_priors() -> None:
    assert quality(0, 0, 0.75, 8) == 0.75
    assert (answer_rate(0, 0), median_minutes(0, 0)) == (pytest.approx(0.7), pytest.approx(3))
    assert accept_probability((0, 0), (0, 0), (0, 0)) == pytest.approx(0.4)
    assert exploration_bonus(0, 0.75, 8, 0.5) == pytest.approx(0.5 * math.sqrt(0.1875 / 9))
    assert (tenant_mean(29, 29), tenant_mean(30, 27)) == (0.75, 0.9)


def test_a_yes_depends_on_the_part_of_the_day_and_backs_off() -> None:
    morning = accept_probability((9, 10), (9, 20), (100, 200))
    evening = accept_probability((0, 10), (9, 20), (100, 200))
    unknown = accept_probability((0, 0), (9, 20), (100, 200))
    assert evening < unknown < morning
    assert accept_probability((900, 900), (900, 900), (900, 900)) == 0.98
    assert accept_probability((0, 900), (0, 900), (0, 900)) == 0.02


@pytest.mark.parametrize(
    ("hour", "part"), [(0, 0), (5, 0), (6, 1), (11, 1), (12, 2), (17, 2), (18, 3), (21, 3), (22, 0)]
)
def test_parts_of_the_day_follow_local_time(hour: int, part: int) -> None:
    local = datetime(2026, 3, 2, hour, 59, tzinfo=UTC)
    assert daypart(local, "UTC") == part
    assert daypart(local + timedelta(hours=5), "America/New_York") == part
