"""The names admins know for what counts in a selection, in terms of the features that are scored. Pure."""

from collections.abc import Mapping
from typing import Any, Final

PLAIN: Final[dict[str, dict[str, float]]] = {
    "distance": {"proximity": 1.0},
    "rating": {"quality": 1.0},
    "performance": {"quality": 0.5, "response": 0.5},
    "response": {"response": 1.0},
    "availability": {"availability": 0.5, "headroom": 0.5},
    "experience": {"quality": 1.0},
}
"""Each as explanations define it; experience has no feature of its own: a longer record speaks through quality."""
ONLY_PLAIN: Final = frozenset({"distance", "rating", "performance", "experience"})


def is_plain(row: Mapping[str, Any]) -> bool:
    """Whether weights are given by plain names: one of them that is no feature is among them."""
    return bool(ONLY_PLAIN & row.keys())


def in_features(row: Mapping[str, float], features: tuple[str, ...]) -> dict[str, float]:
    """The weight of every feature; the sum stays the same.

    Args:
        row: weights by plain names, and by features that have none, such as `fairness`.
        features: all there are; those nobody names weigh nothing.
    """
    weights = dict.fromkeys(features, 0.0)
    for name, weight in row.items():
        for feature, share in PLAIN.get(name, {name: 1.0}).items():
            weights[feature] += share * weight
    return weights
