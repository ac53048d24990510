"""Scores with exact figures (F3, F4) and the properties they keep."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.dispatch.candidates import Finding
from callout.features.dispatch.facts import Case, VendorFacts
from callout.features.dispatch.policy import (
    CLASSES,
    DEFAULT_POLICY,
    DEFAULT_WEIGHTS,
    FEATURES,
)
from callout.features.dispatch.scoring import (
    Score,
    fairness,
    fit,
    headroom,
    legacy_factors,
    policy_class,
    ranked,
    seed_of,
)
from callout.features.dispatch.selection import decide

Build = Callable[..., Any]
UNIT = st.floats(0, 1)
ALL_FEATURES = st.fixed_dictionaries(dict.fromkeys(FEATURES, UNIT))


def record_for(quality: float, response: float) -> dict[str, float]:
    """Counters that give these two features: outcomes at the prior strength, and one very long answering history."""
    offers = 1e9
    return {
        "n": 8.0,
        "s": 16 * quality - 6,
        "offers": offers,
        "answers": offers * 0.9,
        "sum_log_rt": offers * 0.9 * math.log(-10 * math.log(response / 0.9)),
    }


def test_the_specified_example_scores_0_7875(vendor: Build, case: Build) -> None:
    past = record_for(0.875, 0.659)
    known = vendor(
        **past | {"accepts": past["offers"] * 0.55},
        daypart_offers=(0.0, 1e9, 0.0, 0.0), daypart_accepts=(0.0, 0.55e9, 0.0, 0.0),
        share_30d=7, open_jobs=1, max_open_jobs=4,
    )  # fmt: skip
    one = decide(case(known, market={"fair_share": 5.0}), DEFAULT_POLICY).candidates[0]
    assert one.features == pytest.approx(
        {"quality": 0.875, "proximity": math.exp(-0.4), "response": 0.659, "fit": 1, "availability": 1,
         "fairness": 0.3, "headroom": 0.9375}, abs=1e-6,
    )  # fmt: skip
    assert round(one.score, 4) == 0.7875
    assert round(one.rank_key, 3) == 0.584
    assert math.fsum(one.contributions.values()) == one.score


def test_a_newcomer_scores_0_7275_and_is_selectable(vendor: Build, case: Build) -> None:
    one = decide(case(vendor(km=6), market={"fair_share": 3.0}), DEFAULT_POLICY).candidates[0]
    assert (
        one.features["quality"],
        round(one.features["response"], 3),
        one.features["fairness"],
    ) == (0.75, 0.519, 0.5)
    assert (round(one.score, 4), round(one.rank_key, 4)) == (0.7275, 0.4601)
    assert one.accept_probability == pytest.approx(0.4)
    assert one.chosen


def test_the_default_weights_of_every_class_add_up_to_one() -> None:
    assert [math.fsum(DEFAULT_WEIGHTS[name].values()) for name in CLASSES] == pytest.approx([1, 1, 1])


def test_the_class_follows_priority_and_wished_start(job: Build, now: datetime) -> None:
    ahead = now + timedelta(hours=24)
    assert policy_class(job(priority="urgent", start=ahead, schedule_source="customer"), now) == "urgent"
    assert policy_class(job(priority="low"), now) == "planned"
    assert policy_class(job(start=ahead, schedule_source="customer"), now) == "planned"
    assert policy_class(job(start=ahead, schedule_source="default"), now) == "normal"
    assert policy_class(job(start=ahead - timedelta(minutes=1), schedule_source="operator"), now) == "normal"


def test_what_nobody_asked_for_is_given_in_fit(vendor: Build, job: Build) -> None:
    assert fit(vendor(), job()) == pytest.approx(1.0)
    assert fit(vendor(), job(language="es")) == pytest.approx(0.9)
    assert fit(vendor(languages=("es-MX",)), job(language="es")) == pytest.approx(1.0)
    assert fit(vendor(), job(has_favourites=True)) == pytest.approx(0.9)
    assert fit(vendor(favourite=True), job(has_favourites=True)) == pytest.approx(1.0)


def test_a_speciality_matches_whole_words_only(vendor: Build, job: Build) -> None:
    wish = job(special_requirements=("Please bring a Deep  Cleaning machine",))
    assert fit(vendor(tags=("deep cleaning",)), wish) == pytest.approx(1.0)
    assert fit(vendor(skills=("clean",)), wish) == pytest.approx(0.8)


def test_a_joiner_counts_the_mean_share_at_least(vendor: Build, case: Build, now: datetime) -> None:
    joined = vendor(joined_at=now - timedelta(days=29))
    settled = vendor(joined_at=now - timedelta(days=30))
    market = {"fair_share": 4.0}
    assert fairness(joined, case(joined, market=market)) == 0.5
    assert fairness(settled, case(settled, market=market)) == 1.0
    assert fairness(vendor(share_30d=12), case(market=market)) == 0.0
    assert fairness(settled, case(settled)) == 0.5


def test_headroom_counts_the_yeses_to_expect(vendor: Build) -> None:
    assert headroom(vendor(open_jobs=1, max_open_jobs=4)) == 0.9375
    assert headroom(vendor(open_jobs=1, outstanding_p=0.8, max_open_jobs=3)) == pytest.approx(1 - 0.36)
    assert headroom(vendor(open_jobs=3, outstanding_p=0.8, max_open_jobs=3)) == 0


def test_legacy_factors_of_the_specified_example(vendor: Build) -> None:
    features = {"quality": 0.875, "proximity": 0.67, "response": 0.659, "fit": 1.0, "availability": 1.0,
                "fairness": 0.3, "headroom": 0.9375}  # fmt: skip
    finding = Finding(vendor(radius_km=25.0, rating=4.6, n=40.0), (), 4.0, 4.0, 0.0)
    shown = legacy_factors(finding, Score(features, {}, 0.0, 0.5, 0.0, 3.0))
    assert {name: round(value, 2) for name, value in shown.items()} == {
        "distance": 0.67, "rating": 0.9, "availability": 0.97, "performance": 0.77, "location": 0.84,
        "experience": 0.83, "priority": 0.5,
    }  # fmt: skip


def test_ties_go_to_the_least_recently_offered_then_to_a_fixed_shuffle(
    vendor: Build, case: Build, now: datetime
) -> None:
    early, late = now - timedelta(days=2), now - timedelta(days=1)
    three = [
        vendor("a", last_offered_at=late),
        vendor("b", last_offered_at=early),
        vendor("c"),
    ]
    assert [row.vendor_id for row in decide(case(*three), DEFAULT_POLICY).included] == [
        "c",
        "b",
        "a",
    ]
    twins = [vendor(name) for name in "abcdefgh"]
    orders = {
        tuple(row.vendor_id for row in decide(case(*twins, seed=seed_of(order)), DEFAULT_POLICY).included)
        for order in ("order-1", "order-2", "order-3")
    }
    assert len(orders) == 3


def _entry(
    vendor: VendorFacts, features: dict[str, float], p: float, weights: dict[str, float]
) -> tuple[Finding, Score]:
    contributions = {name: weights[name] * features[name] for name in FEATURES}
    total = math.fsum(contributions.values())
    return Finding(vendor, (), 1.0, 1.0, 0.0), Score(features, contributions, total, p, total * p**0.5, 3.0)


@given(
    st.lists(ALL_FEATURES, min_size=2, max_size=6),
    st.sampled_from(FEATURES),
    UNIT,
    st.sampled_from(CLASSES),
)
def test_a_better_feature_never_lowers_the_rank(
    vendor: Build,
    case: Build,
    pool: list[dict[str, float]],
    feature: str,
    rise: float,
    policy_class: str,
) -> None:
    weights = DEFAULT_WEIGHTS[policy_class]
    one = case()

    def rank_of_first(first: dict[str, float]) -> int:
        rows = [_entry(vendor(f"v{i}"), row, 0.4, weights) for i, row in enumerate([first, *pool[1:]])]
        return [finding.vendor.vendor_id for finding, _ in ranked(rows, one)].index("v0")

    better = pool[0] | {feature: min(1.0, pool[0][feature] + rise)}
    assert rank_of_first(better) <= rank_of_first(pool[0])


@st.composite
def crowds(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[int]]:
    size = draw(st.integers(1, 8))
    one = st.fixed_dictionaries(
        {
            "km": st.floats(0, 30), "n": st.floats(0, 50), "offers": st.floats(0, 20), "open_jobs": st.integers(0, 3),
            "share_30d": st.integers(0, 9), "is_online": st.booleans(), "silences": st.integers(0, 1),
        }
    )  # fmt: skip
    return draw(st.lists(one, min_size=size, max_size=size)), draw(st.permutations(range(size)))


@given(crowds(), st.sampled_from(["normal", "urgent", "planned"]))
def test_a_decision_does_not_depend_on_the_order_of_its_input(
    vendor: Build, case: Build, crowd: tuple[list[dict[str, Any]], list[int]], kind: str
) -> None:
    facts, shuffled = crowd
    vendors = [vendor(f"v{i}", **row) for i, row in enumerate(facts)]
    priority = {"normal": "medium", "urgent": "urgent", "planned": "low"}[kind]
    plain: Case = case(*vendors, job={"priority": priority})
    mixed = msgspec.structs.replace(plain, vendors=tuple(vendors[i] for i in shuffled))
    assert decide(plain, DEFAULT_POLICY) == decide(mixed, DEFAULT_POLICY)
