"""The versioned policy of vendor selection: weights, knobs, their bounds and their defaults."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

import msgspec

from callout.features.dispatch.errors import PolicyRefused, WeightsSum
from callout.features.dispatch.plain_names import PLAIN, in_features, is_plain
from callout.kit.errors import FieldError

PolicyClass = Literal["normal", "urgent", "planned"]
CLASSES: Final[tuple[PolicyClass, ...]] = get_args(PolicyClass)
FEATURES: Final = (
    "quality",
    "proximity",
    "response",
    "fit",
    "availability",
    "fairness",
    "headroom",
)
SUM_TOLERANCE: Final = 0.001

DEFAULT_WEIGHTS: Final[dict[str, dict[str, float]]] = {
    name: dict(zip(FEATURES, row, strict=True))
    for name, row in {
        "normal": (0.28, 0.20, 0.15, 0.12, 0.10, 0.08, 0.07),
        "urgent": (0.22, 0.24, 0.22, 0.08, 0.18, 0.02, 0.04),
        "planned": (0.32, 0.12, 0.08, 0.16, 0.06, 0.16, 0.10),
    }.items()
}

DEFAULT_TARGETS: Final[dict[str, tuple[float, ...]]] = {
    "normal": (0.4, 0.6, 0.8),
    "urgent": (0.7, 0.9),
    "planned": (0.4, 0.6),
}
DEFAULT_K_CAPS: Final = {"normal": 5, "urgent": 6, "planned": 5}
DEFAULT_TTL_CLAMPS_MIN: Final = {"normal": (2.0, 10.0), "urgent": (2.0, 5.0), "planned": (30.0, 120.0)}


class Knobs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything tunable beside the weights.

    Durations carry their unit in the name: `_d` days, `_min` minutes. `targets`, `k_caps` and `ttl_clamps_min` have
    one entry per policy class; the planned targets apply from its second wave on, its first wave asks one vendor.
    """

    quality_prior_strength: float = 8.0
    quality_half_life_d: float = 90.0
    response_half_life_d: float = 14.0
    rank_exponent: float = 0.5
    exploration_c: float = 0.5
    targets: dict[str, tuple[float, ...]] = msgspec.field(default_factory=DEFAULT_TARGETS.copy)
    k_caps: dict[str, int] = msgspec.field(default_factory=DEFAULT_K_CAPS.copy)
    ttl_clamps_min: dict[str, tuple[float, float]] = msgspec.field(default_factory=DEFAULT_TTL_CLAMPS_MIN.copy)
    ring_factors: tuple[float, ...] = (1.0, 2.5, 5.0)
    cool_down_min: float = 10.0
    silence_backoff_min: float = 5.0
    max_outstanding_offers: int = 3
    min_pool: int = 1


class Policy(msgspec.Struct, frozen=True):
    """One version of weights and knobs; version 0 is the built-in one a tenant starts with."""

    version: int = 0
    weights: dict[str, dict[str, float]] = msgspec.field(default_factory=DEFAULT_WEIGHTS.copy)
    knobs: Knobs = Knobs()


DEFAULT_POLICY: Final = Policy()

BOUNDS: Final[dict[str, tuple[float, float]]] = {
    "quality_prior_strength": (1, 50),
    "quality_half_life_d": (7, 365),
    "response_half_life_d": (1, 90),
    "rank_exponent": (0, 1),
    "exploration_c": (0, 2),
    "targets": (0.01, 0.99),
    "k_caps": (1, 10),
    "ttl_clamps_min": (1, 10080),
    "ring_factors": (1, 10),
    "cool_down_min": (0, 240),
    "silence_backoff_min": (1, 120),
    "max_outstanding_offers": (1, 10),
    "min_pool": (1, 50),
}


def parse_policy(version: int, weights: Mapping[str, Any], knobs: Mapping[str, Any] | None) -> Policy:
    """A checked policy from what an owner sent; absent knobs keep their defaults.

    The weights of a class are given by its seven features, or by the names in `plain_names`.

    Raises:
        WeightsSum: the seven weights of a class do not add up to 1 ± 0.001.
        PolicyRefused: a class, feature or knob is missing, unknown or out of its bounds (all faults at once).
    """
    faults = _weight_faults(weights)
    chosen = DEFAULT_POLICY.knobs
    try:
        given = msgspec.to_builtins(DEFAULT_POLICY.knobs) | _merged_by_class(knobs or {})
        chosen = msgspec.convert(given, Knobs, strict=True)
    except msgspec.ValidationError as fault:
        faults.append(FieldError("knobs", str(fault)))
    faults += _knob_faults(chosen)
    if faults:
        raise PolicyRefused("The policy is not acceptable.", errors=faults)
    exact: dict[str, dict[str, float]] = {
        str(name): {feature: float(weight) for feature, weight in _by_feature(weights[name]).items()}
        for name in CLASSES
    }
    for name, row in exact.items():
        total = math.fsum(row.values())
        if abs(total - 1) > SUM_TOLERANCE + 1e-12:
            raise WeightsSum.at(
                f"weights.{name}",
                f"add up to {total:.4f}, not to 1",
                code=WeightsSum.code,
            )
    return Policy(version, exact, chosen)


def fingerprint(weights: Mapping[str, Any], knobs: Knobs) -> str:
    """The same for the same weights and knobs, whatever the version."""
    told = msgspec.json.encode([weights, knobs], order="deterministic")
    return hashlib.blake2b(told, digest_size=20).hexdigest()


def _merged_by_class(knobs: Mapping[str, Any]) -> dict[str, Any]:
    """Knobs with one entry per class may be given for some classes only."""
    defaults = msgspec.to_builtins(DEFAULT_POLICY.knobs)
    return {
        key: defaults[key] | value if isinstance(defaults.get(key), dict) and isinstance(value, Mapping) else value
        for key, value in knobs.items()
    }


def _weight_faults(weights: Mapping[str, Any]) -> list[FieldError]:
    faults = [FieldError(f"weights.{name}", "no such class") for name in weights if name not in CLASSES]
    for name in CLASSES:
        row = weights.get(name)
        if not isinstance(row, Mapping):
            faults.append(FieldError(f"weights.{name}", "is required: seven features, each 0 to 1"))
            continue
        known = {**PLAIN, **dict.fromkeys(FEATURES)}
        faults += [FieldError(f"weights.{name}.{key}", "no such feature") for key in row if key not in known]
        for feature in [key for key in row if key in known] if is_plain(row) else FEATURES:
            value = row.get(feature)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                faults.append(FieldError(f"weights.{name}.{feature}", "must be a number from 0 to 1"))
    return faults


def _by_feature(row: Mapping[str, float]) -> Mapping[str, float]:
    return in_features(row, FEATURES) if is_plain(row) else {feature: row[feature] for feature in FEATURES}


def _knob_faults(knobs: Knobs) -> list[FieldError]:
    faults = []
    for key, (low, high) in BOUNDS.items():
        numbers = list(_numbers(getattr(knobs, key)))
        if not all(low <= number <= high for number in numbers):
            faults.append(FieldError(f"knobs.{key}", f"must be from {low:g} to {high:g}"))
    faults += [
        FieldError(f"knobs.{key}", f"needs exactly the classes {', '.join(CLASSES)}")
        for key in ("targets", "k_caps", "ttl_clamps_min")
        if set(getattr(knobs, key)) != set(CLASSES)
    ]
    if not knobs.ring_factors or list(knobs.ring_factors) != sorted(knobs.ring_factors):
        faults.append(FieldError("knobs.ring_factors", "must not be empty and must not shrink"))
    if any(not targets for targets in knobs.targets.values()):
        faults.append(FieldError("knobs.targets", "needs at least one target per class"))
    if any(low > high for low, high in knobs.ttl_clamps_min.values()):
        faults.append(FieldError("knobs.ttl_clamps_min", "the lower clamp is above the upper one"))
    return faults


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in _numbers(item)]
    if isinstance(value, tuple):
        return [float(number) for number in value]
    return [float(value)]
