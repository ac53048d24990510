"""Sizes of waves and lives of offers (acceptance examples F1, F2, F8)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.dispatch.policy import DEFAULT_POLICY
from callout.features.dispatch.waves import (
    expiry,
    offer_ttl,
    p80_response,
    percentile_80,
    plan_wave,
    smallest_k,
    target_of,
)

KNOBS = DEFAULT_POLICY.knobs
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PROBABILITIES = st.lists(st.floats(0.02, 0.98), max_size=12)


def sizes(probabilities: list[float], policy_class: str, room: int) -> list[int]:
    """Sizes of the waves when every wave is spent and nobody accepts."""
    found, wave = [], 1
    while probabilities:
        plan = plan_wave(
            probabilities,
            wave=wave,
            policy_class=policy_class,
            mode="waves",
            knobs=KNOBS,
            room=room,
        )
        found.append(plan.k)
        probabilities = probabilities[plan.k :]
        wave += 1
    return found


def test_three_normal_waves_of_one_two_and_four() -> None:
    assert sizes([0.55, 0.40, 0.40, 0.40, 0.40, 0.40, 0.40], "normal", 5) == [1, 2, 4]


def test_a_cap_of_three_outstanding_offers_cuts_the_third_wave() -> None:
    assert sizes([0.55, 0.40, 0.40, 0.40, 0.40, 0.40, 0.40], "normal", 3) == [
        1,
        2,
        3,
        1,
    ]


def test_an_urgent_order_asks_three_at_forty_percent() -> None:
    assert sizes([0.4] * 3, "urgent", 6) == [3]
    assert smallest_k([0.4] * 6, 0.7, 6) == 3


def test_a_planned_order_asks_one_vendor_first() -> None:
    assert sizes([0.1] * 9, "planned", 5)[:2] == [1, 5]
    assert target_of(1, "planned", KNOBS) is None
    assert [target_of(wave, "planned", KNOBS) for wave in (2, 3, 4)] == [0.4, 0.6, 0.6]


def test_the_last_target_repeats() -> None:
    assert [target_of(wave, "normal", KNOBS) for wave in (1, 2, 3, 4, 9)] == [
        0.4,
        0.6,
        0.8,
        0.8,
        0.8,
    ]


def test_a_target_met_exactly_is_met() -> None:
    assert smallest_k([0.4, 0.4], 0.4, 5) == 1
    assert smallest_k([0.4, 0.4], 0.64, 5) == 2


@pytest.mark.parametrize(("mode", "k"), [("sequential", 1), ("broadcast", 3), ("manual", 7)])
def test_other_modes_have_fixed_sizes(mode: str, k: int) -> None:
    assert plan_wave([0.9] * 7, wave=1, policy_class="normal", mode=mode, knobs=KNOBS, room=3).k == k


def test_a_full_house_sends_nothing() -> None:
    assert plan_wave([0.9] * 7, wave=1, policy_class="normal", mode="waves", knobs=KNOBS, room=0).k == 0


@given(PROBABILITIES, st.floats(0.01, 0.99), st.integers(0, 10))
def test_k_is_the_smallest_that_reaches_the_target(probabilities: list[float], target: float, cap: int) -> None:
    def filled(count: int) -> float:
        missed = 1.0
        for p in probabilities[:count]:
            missed *= 1 - p
        return 1 - missed

    k = smallest_k(probabilities, target, cap)
    assert 0 <= k <= min(cap, len(probabilities))
    assert all(filled(fewer) < target - 1e-9 for fewer in range(1, k))
    assert k == min(cap, len(probabilities)) or filled(k) >= target - 1e-9


def test_ttl_is_the_p80_clamped() -> None:
    assert offer_ttl(1, "normal", KNOBS) == timedelta(minutes=2)
    assert offer_ttl(45, "normal", KNOBS) == timedelta(minutes=10)
    assert offer_ttl(4.5, "urgent", KNOBS) == timedelta(minutes=4, seconds=30)
    assert offer_ttl(5, "planned", KNOBS) == timedelta(minutes=30)


def test_p80_comes_from_the_wave_then_the_service_then_a_default() -> None:
    assert p80_response([1.0] * 10, [9.0] * 99, "normal") == 1
    assert p80_response([1.0] * 9, [9.0] * 10, "normal") == 9
    assert [p80_response([], [], kind) for kind in ("normal", "urgent", "planned")] == [
        5,
        3,
        60,
    ]
    assert percentile_80([float(n) for n in range(11)]) == 8


def test_no_offer_outlives_the_fill_deadline() -> None:
    deadline = MONDAY + timedelta(minutes=3)
    assert expiry(MONDAY, timedelta(minutes=10), deadline, "normal") == deadline
    assert expiry(MONDAY, timedelta(minutes=2), deadline, "normal") == MONDAY + timedelta(minutes=2)


def test_the_clock_of_a_planned_offer_stops_outside_the_vendors_hours() -> None:
    hours = {
        "mon": [{"from": "09:00", "to": "15:20"}],
        "tue": [{"from": "09:00", "to": "17:00"}],
    }
    far = MONDAY + timedelta(days=5)
    ends = expiry(MONDAY, timedelta(minutes=60), far, "planned", hours=hours, tz="UTC")
    assert ends == datetime(2026, 3, 3, 9, 40, tzinfo=UTC)
    assert expiry(MONDAY, timedelta(minutes=60), far, "normal", hours=hours) == MONDAY + timedelta(minutes=60)
