"""Nobody ineligible is asked, for any reason there is, and objections give way in their order, never further."""

import msgspec
import pytest
from hypothesis import given
from tests.unit.dispatch.crowds import FLAWS, flawed_case, flawed_cases, possible_flaws

from callout.features.dispatch.candidates import NEVER_OFFERED, RELAXABLE, RELAXATION_ORDER
from callout.features.dispatch.explain import EXCLUDED
from callout.features.dispatch.facts import Case
from callout.features.dispatch.policy import CLASSES, DEFAULT_POLICY
from callout.features.dispatch.selection import Decision, decide

Flawed = tuple[Case, dict[str, frozenset[str]], str]


def named(decision: Decision) -> set[str]:
    return {row.vendor_id for row in decision.included}


def test_every_reason_there_is_can_be_generated() -> None:
    assert set(FLAWS) == set(EXCLUDED)


@pytest.mark.parametrize(("code", "kind"), [(code, kind) for kind in CLASSES for code in possible_flaws(kind)])
def test_one_flaw_gives_one_code(code: str, kind: str) -> None:
    decision = decide(flawed_case({"v0": frozenset({code})}, kind, last_ring=False, mode="waves"), DEFAULT_POLICY)
    expected = {code} | ({"offline"} if code == "closed_now" else set())
    assert set(decision.candidates[0].reason_codes) == expected
    assert not decision.chosen


@given(flawed_cases())
def test_nobody_with_a_flaw_that_stays_is_ever_asked(flawed: Flawed) -> None:
    case, crowd, _ = flawed
    decision = decide(case, DEFAULT_POLICY)
    for row in decision.chosen:
        flaws = crowd[row.vendor_id]
        if case.criteria.mode == "manual":
            assert NEVER_OFFERED.isdisjoint(flaws)
            assert flaws - {"below_min_score"} == set(row.reason_codes), "an admin is warned of every flaw"
        else:
            assert flaws <= RELAXABLE
            assert case.last_ring or not flaws
            assert flaws <= set(decision.relaxed)


@given(flawed_cases())
def test_objections_give_way_one_by_one_and_only_as_far_as_needed(flawed: Flawed) -> None:
    case, crowd, _ = flawed
    if case.criteria.mode == "manual":
        return
    decision = decide(case, DEFAULT_POLICY)
    steps = range(len(RELAXATION_ORDER) + 1) if case.last_ring else range(1)
    pools = ({name for name, flaws in crowd.items() if flaws <= set(RELAXATION_ORDER[:step])} for step in steps)
    pool = next((pool for pool in pools if pool), set())
    assert named(decision) == pool
    waived = set().union(*(crowd[name] for name in pool)) if pool else set()
    assert decision.relaxed == tuple(code for code in RELAXATION_ORDER if code in waived)


@given(flawed_cases())
def test_everybody_looked_at_is_recorded_with_the_reasons(flawed: Flawed) -> None:
    case, crowd, _ = flawed
    decision = decide(case, DEFAULT_POLICY)
    assert sorted(row.vendor_id for row in decision.candidates) == sorted(crowd)
    for row in decision.candidates:
        assert set(row.reason_codes) - {"below_min_score"} == crowd[row.vendor_id] - {"below_min_score"}
        assert row.included or row.reason_codes or case.criteria.mode == "manual"


@given(flawed_cases())
def test_who_had_its_turn_is_not_asked_by_hand_again(flawed: Flawed) -> None:
    case, _, _ = flawed
    manual = msgspec.structs.replace(case.criteria, mode="manual")
    for fact in ("asked", "had_its_turn"):
        vendors = tuple(msgspec.structs.replace(one, **{fact: True}) for one in case.vendors)
        assert not decide(msgspec.structs.replace(case, vendors=vendors, criteria=manual), DEFAULT_POLICY).chosen
