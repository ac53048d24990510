"""Policies are checked whole; their defaults are themselves acceptable."""

import copy
from typing import Any

import msgspec
import pytest

from callout.features.dispatch.errors import PolicyRefused, WeightsSum
from callout.features.dispatch.policy import DEFAULT_POLICY, DEFAULT_WEIGHTS, parse_policy


def weights(**normal: Any) -> dict[str, dict[str, Any]]:
    changed: dict[str, dict[str, Any]] = copy.deepcopy(DEFAULT_WEIGHTS)
    changed["normal"].update(normal)
    return changed


def test_the_defaults_pass_their_own_check() -> None:
    assert parse_policy(0, DEFAULT_WEIGHTS, msgspec.to_builtins(DEFAULT_POLICY.knobs)) == DEFAULT_POLICY


def test_weights_that_sum_to_1_05_are_refused() -> None:
    with pytest.raises(WeightsSum) as refused:
        parse_policy(1, weights(quality=0.33), None)
    assert (refused.value.status, refused.value.wire_code) == (422, "weights_sum")
    assert parse_policy(1, weights(quality=0.2809), None).weights["normal"]["quality"] == 0.2809


def test_the_names_admins_know_are_weights_of_features() -> None:
    plain = {"distance": 0.3, "rating": 0.2, "availability": 0.2, "performance": 0.1, "response": 0.1}
    row = parse_policy(1, weights() | {"normal": plain | {"experience": 0.05, "fairness": 0.05}}, None).weights[
        "normal"
    ]
    assert row == pytest.approx(
        {
            "quality": 0.3,
            "proximity": 0.3,
            "response": 0.15,
            "fit": 0.0,
            "availability": 0.1,
            "fairness": 0.05,
            "headroom": 0.1,
        }
    )
    with pytest.raises(PolicyRefused) as refused:
        parse_policy(1, weights() | {"normal": plain | {"experience": "much", "charm": 0.1}}, None)
    assert {fault.field for fault in refused.value.errors} == {"weights.normal.experience", "weights.normal.charm"}
    with pytest.raises(WeightsSum):
        parse_policy(1, weights() | {"normal": plain}, None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({k: v for k, v in DEFAULT_WEIGHTS.items() if k != "urgent"}, "weights.urgent"),
        (weights(quality="much"), "weights.normal.quality"),
        (weights(quality=True), "weights.normal.quality"),
        (weights(charm=0.1), "weights.normal.charm"),
    ],
)
def test_missing_unknown_and_wrong_weights_are_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        parse_policy(1, given, None)
    assert field in [row.field for row in refused.value.errors]


@pytest.mark.parametrize(
    ("knobs", "field"),
    [
        ({"quality_half_life_d": 6}, "knobs.quality_half_life_d"),
        ({"rank_exponent": 1.1}, "knobs.rank_exponent"),
        ({"k_caps": {"urgent": 11}}, "knobs.k_caps"),
        ({"targets": {"normal": [1.5]}}, "knobs.targets"),
        ({"targets": {"normal": []}}, "knobs.targets"),
        ({"ttl_clamps_min": {"normal": [9, 3]}}, "knobs.ttl_clamps_min"),
        ({"ring_factors": [3, 1]}, "knobs.ring_factors"),
        ({"surprise": 1}, "knobs"),
    ],
)
def test_knobs_out_of_bounds_are_named(knobs: dict[str, Any], field: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        parse_policy(1, DEFAULT_WEIGHTS, knobs)
    assert field in [row.field for row in refused.value.errors]


def test_a_knob_given_for_one_class_leaves_the_others() -> None:
    policy = parse_policy(4, DEFAULT_WEIGHTS, {"k_caps": {"normal": 7}, "cool_down_min": 0})
    assert policy.knobs.k_caps == {"normal": 7, "urgent": 6, "planned": 5}
    assert (policy.version, policy.knobs.cool_down_min) == (4, 0)
