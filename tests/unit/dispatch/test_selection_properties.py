"""What every decision keeps, whatever the facts, the policy and the mode."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dispatch.conftest import make_case
from tests.unit.dispatch.crowds import PRIORITIES, any_cases, any_vendor, policies

from callout.features.dispatch.explain import explain
from callout.features.dispatch.facts import Case
from callout.features.dispatch.policy import CLASSES, FEATURES, Policy
from callout.features.dispatch.replay import replay
from callout.features.dispatch.selection import Decision, decide
from callout.features.dispatch.waves import target_of

EPSILON = 1e-9
BETTER = {
    "quality": ("s", lambda vendor, more: vendor.s + more * (vendor.n - vendor.s)),
    "proximity": ("lat", lambda vendor, more: vendor.lat + more * (39.7990 - vendor.lat)),
    "response": ("answers", lambda vendor, more: vendor.answers + more * (vendor.offers - vendor.answers)),
    "fairness": ("share_30d", lambda vendor, more: round(vendor.share_30d * (1 - more))),
    "headroom": ("outstanding_p", lambda vendor, more: vendor.outstanding_p * (1 - more)),
}
"""A fact behind a feature, and how to better it by a share from 0 to 1."""


def stored(decision: Decision) -> list[dict]:
    return msgspec.json.decode(msgspec.json.encode(decision.rows()))


def filled(probabilities: list[float]) -> float:
    return 1 - math.prod(1 - p for p in probabilities)


@given(any_cases(), policies())
def test_scores_stay_within_0_and_1_and_are_the_sum_of_their_parts(case: Case, policy: Policy) -> None:
    for row in decide(case, policy).candidates:
        if row.score is None:
            continue
        assert all(-EPSILON <= value <= 1 + EPSILON for value in row.features.values()), row.features
        assert -EPSILON <= row.score <= 1 + EPSILON
        assert math.fsum(row.contributions.values()) == pytest.approx(row.score, abs=1e-12)
        assert 0.02 <= row.accept_probability <= 0.98
        assert row.rank_key == pytest.approx(row.score * row.accept_probability**policy.knobs.rank_exponent)
        assert all(-EPSILON <= value <= 1 + EPSILON for value in row.legacy_factors.values())


@given(any_cases(), policies(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(case: Case, policy: Policy, random: object) -> None:
    shuffled = list(case.vendors)
    random.shuffle(shuffled)
    assert decide(case, policy) == decide(msgspec.structs.replace(case, vendors=tuple(shuffled)), policy)


@given(any_vendor("v0"), st.sampled_from(sorted(BETTER)), st.floats(0, 1), st.sampled_from(CLASSES), policies())
def test_bettering_one_fact_never_lowers_the_score(vendor, feature, more, kind, policy) -> None:
    fact, bettered = BETTER[feature]
    vendor = msgspec.structs.replace(vendor, sum_log_rt=0.0)  # the same speed however many answers
    better = msgspec.structs.replace(vendor, **{fact: bettered(vendor, more)})
    scores = []
    for one in (vendor, better):
        case = make_case(
            one,
            job={"priority": PRIORITIES[kind]},
            criteria={"mode": "manual", "min_score": 0.0},
            market={"fair_share": 4.0},
            named=("v0",),
            ring_km=100.0,
        )
        scores.append(decide(case, policy).candidates[0])
    before, after = scores
    assert after.features[feature] >= before.features[feature] - EPSILON
    assert after.score >= before.score - EPSILON
    assert {name for name in FEATURES if abs(after.features[name] - before.features[name]) > EPSILON} <= {feature}


@given(any_cases(), policies())
def test_a_wave_is_the_smallest_that_reaches_its_target(case: Case, policy: Policy) -> None:
    decision = decide(case, policy)
    included, chosen = decision.included, decision.chosen
    assert [row.rank for row in included] == list(range(1, len(included) + 1))
    assert chosen == included[: len(chosen)]
    room = max(0, case.criteria.max_vendors_to_notify - case.outstanding)
    match case.criteria.mode:
        case "manual":
            assert len(chosen) == len(included)
        case "sequential":
            assert len(chosen) == min(1, room, len(included))
        case "broadcast":
            assert len(chosen) == min(room, len(included))
        case "waves":
            _check_wave(decision, min(room, policy.knobs.k_caps[decision.policy_class]), case.wave, policy)


def _check_wave(decision: Decision, cap: int, wave: int, policy: Policy) -> None:
    target = target_of(wave, decision.policy_class, policy.knobs)
    probabilities = [row.accept_probability for row in decision.included]
    k = len(decision.chosen)
    if target is None:
        assert k == min(1, cap, len(probabilities))
        return
    assert k == min(cap, len(probabilities)) or filled(probabilities[:k]) >= target - 1e-9
    assert k <= 1 or filled(probabilities[: k - 1]) < target - 1e-9


@given(any_cases(), policies())
def test_at_most_one_explorer_enters_a_wave_and_never_an_urgent_one(case: Case, policy: Policy) -> None:
    decision = decide(case, policy)
    explorers = [row for row in decision.candidates if row.explorer]
    assert len(explorers) <= 1
    assert all(row.chosen for row in explorers)
    dear = case.job.estimated_value == 900.0 and case.market.high_value is not None
    if decision.policy_class == "urgent" or dear or case.criteria.mode in ("broadcast", "manual"):
        assert not explorers


@given(any_cases(), policies())
def test_a_stored_decision_replays_bit_for_bit(case: Case, policy: Policy) -> None:
    facts = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(case)))
    rows = stored(decide(case, policy))
    assert replay(facts, rows, policy) == []
    again = decide(msgspec.convert(facts, Case), policy)
    assert msgspec.json.encode(again.rows()) == msgspec.json.encode(rows)


@given(any_cases(), policies())
def test_the_explanation_names_who_is_asked_first(case: Case, policy: Policy) -> None:
    decision = decide(case, policy)
    names = {vendor.vendor_id: f"N. {vendor.vendor_id.upper()}" for vendor in case.vendors}
    weights = policy.weights[decision.policy_class]
    told = explain(decision.rows(), weights, policy.knobs.rank_exponent, names)
    if not decision.included:
        assert told.text.startswith("Nobody could be asked")
        return
    assert names[decision.included[0].vendor_id] in told.text
    not_chosen = [row for row in decision.included if not row.chosen]
    assert [one.vendor_id for one in told.counterfactuals] == [row.vendor_id for row in not_chosen]
    for one, row in zip(told.counterfactuals, not_chosen, strict=True):
        if one.feature is None:
            continue
        raised = row.score + weights[one.feature] * (one.to - one.from_)
        assert raised * row.accept_probability**policy.knobs.rank_exponent >= decision.included[0].rank_key - 1e-9
        assert one.to <= 1 + EPSILON
    for row in decision.candidates:
        assert names[row.vendor_id] in explain(decision.rows(), weights, 0.5, names, row.vendor_id).text
