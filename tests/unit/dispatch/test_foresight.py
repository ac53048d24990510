"""The chance that the waves ahead fill a job, and who would probably get it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.dispatch.policy import DEFAULT_POLICY
from callout.features.dispatch.simulation.foresight import Pace, foresee
from callout.features.dispatch.simulation.recorded import Side, Tally, merged

KNOBS = DEFAULT_POLICY.knobs


def pace(left_min: float, *, room: int = 3) -> Pace:
    return Pace(kind="normal", mode="waves", room=room, ttl_min=5.0, left_min=left_min)


def test_one_wave_is_the_chance_that_one_of_it_accepts() -> None:
    once = foresee([("a", 0.4), ("b", 0.4)], KNOBS, pace(5))
    assert once.filled == pytest.approx(0.4)
    assert once.wins == {"a": pytest.approx(0.4)}


def test_the_second_wave_counts_when_the_first_was_in_vain() -> None:
    twice = foresee([("a", 0.4), ("b", 0.4), ("c", 0.4)], KNOBS, pace(10))
    assert twice.filled == pytest.approx(1 - 0.6**3)
    assert twice.wins["b"] == twice.wins["c"] == pytest.approx(0.6 * (1 - 0.36) / 2)


def test_nobody_fills_nothing() -> None:
    assert foresee([], KNOBS, pace(60)) == (0.0, {})
    assert foresee([("a", 0.5)], KNOBS, pace(60, room=0)) == (0.0, {})


@given(
    chances=st.lists(st.floats(0.02, 0.98), max_size=12),
    left=st.floats(1, 600),
    more=st.floats(0, 600),
)
def test_shares_add_up_and_more_time_never_hurts(chances: list[float], left: float, more: float) -> None:
    ranked = [(f"v{index}", p) for index, p in enumerate(chances)]
    prospect = foresee(ranked, KNOBS, pace(left))
    assert sum(prospect.wins.values()) == pytest.approx(prospect.filled)
    assert 0 <= prospect.filled <= foresee(ranked, KNOBS, pace(left + more)).filled + 1e-12


def test_tallies_add_up_in_any_order() -> None:
    one = Tally(decisions=2, changed=1, able={"a": ["v"]}, draft=Side(firsts=2, km=3.0, wins={"a": {"v": 0.5}}))
    two = Tally(decisions=1, left_out=4, able={"a": ["w"]}, draft=Side(firsts=1, km=1.0, newcomers=["w"]))
    both = merged(one, two)
    assert both == merged(two, one)
    assert (both.decisions, both.changed, both.left_out, both.able) == (3, 1, 4, {"a": ["v", "w"]})
    assert (both.draft.firsts, both.draft.km, both.draft.newcomers) == (3, 4.0, ["w"])
    assert merged(both, Tally()) == both
