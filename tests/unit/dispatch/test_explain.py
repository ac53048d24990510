"""Explanations name the winner, the margin and the smallest change that would have made another one first."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from callout.features.dispatch.explain import explain
from callout.features.dispatch.policy import DEFAULT_POLICY, FEATURES
from callout.features.dispatch.replay import replay
from callout.features.dispatch.selection import decide

Build = Callable[..., Any]
WEIGHTS = DEFAULT_POLICY.weights["normal"]
NAMES = {"near": "A. Diaz", "far": "B. Cruz", "plumber": "C. Pipe"}


@pytest.fixture
def told(vendor: Build, case: Build) -> tuple[list[dict[str, Any]], Any]:
    one = case(vendor("near", km=2), vendor("far", km=12, offers=9.0), vendor("plumber", services=("plumbing",)))
    rows = decide(one, DEFAULT_POLICY).rows()
    return rows, one


def test_the_winner_is_named_with_its_strengths(told: Any) -> None:
    rows, _ = told
    found = explain(rows, WEIGHTS, 0.5, NAMES)
    assert found.text.startswith("Offered first to A. Diaz: best balance of ")
    assert "distance (2.0 km)" in found.text
    assert found.margin == rows[0]["rank_key"] - rows[1]["rank_key"]
    assert found.contributions == rows[0]["contributions"]


def test_one_counterfactual_per_vendor_not_chosen_makes_it_first(told: Any) -> None:
    rows, _ = told
    [other] = explain(rows, WEIGHTS, 0.5, NAMES).counterfactuals
    assert other.vendor_id == "far"
    if other.feature is None:
        gap = rows[0]["rank_key"] / rows[1]["accept_probability"] ** 0.5 - rows[1]["score"]
        assert all(rows[1]["features"][name] + gap / WEIGHTS[name] > 1 for name in FEATURES)
    else:
        raised = rows[1]["score"] + WEIGHTS[other.feature] * (other.to - other.from_)
        assert raised * rows[1]["accept_probability"] ** 0.5 == pytest.approx(rows[0]["rank_key"])


def test_others_are_told_their_place_or_what_spoke_against_them(told: Any) -> None:
    rows, _ = told
    assert explain(rows, WEIGHTS, 0.5, NAMES, "far").text == "B. Cruz is next in line, ranked 2 of 2."
    assert explain(rows, WEIGHTS, 0.5, NAMES, "plumber").text == "C. Pipe was not asked: does not offer this service."
    assert explain([], WEIGHTS, 0.5, NAMES).text == "Nobody could be asked."


def test_when_nobody_could_be_asked_the_most_frequent_reasons_are_told(vendor: Build, case: Build) -> None:
    out = [vendor(f"plumber{number}", services=("plumbing",)) for number in range(3)]
    rows = decide(case(*out, vendor("far", km=80)), DEFAULT_POLICY).rows()
    told = explain(rows, WEIGHTS, 0.5, NAMES).text
    assert told == "Nobody could be asked: does not offer this service (3), too far away (1)."


def test_who_was_named_by_hand_is_not_called_the_best(vendor: Build, case: Build) -> None:
    named = case(
        vendor("near", km=2),
        vendor("plumber", km=1, services=("plumbing",)),
        criteria={"mode": "manual"},
        named=("near", "plumber"),
    )
    rows = decide(named, DEFAULT_POLICY).rows()
    told = explain(rows, WEIGHTS, 0.5, NAMES, "plumber", is_by_hand=True).text
    assert told == "Offered to C. Pipe and 1 more, named by hand; against it speaks: does not offer this service."
    assert explain(rows, WEIGHTS, 0.5, NAMES, "near", is_by_hand=True).text == (
        "Offered to A. Diaz and 1 more, named by hand."
    )


def test_a_recorded_case_replays_bit_for_bit_and_differs_under_another_policy(told: Any) -> None:
    rows, case = told
    stored_case = msgspec.json.decode(msgspec.json.encode(case))
    stored_rows = msgspec.json.decode(msgspec.json.encode(rows))
    assert replay(stored_case, stored_rows, DEFAULT_POLICY) == []
    other = msgspec.structs.replace(
        DEFAULT_POLICY, weights=DEFAULT_POLICY.weights | {"normal": DEFAULT_POLICY.weights["planned"]}
    )
    assert {row.field for row in replay(stored_case, stored_rows, other)} >= {"score", "rank_key", "contributions"}
