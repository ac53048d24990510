"""How many vendors are asked at once, and for how long."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from callout.features.dispatch.facts import Mode, Weekly
from callout.features.dispatch.opening import Span, after_open_time
from callout.features.dispatch.policy import Knobs, PolicyClass

TOLERANCE: Final = 1e-9
ANSWERS_FOR_P80: Final = 10
DEFAULT_P80_MIN: Final[dict[str, float]] = {
    "normal": 5.0,
    "urgent": 3.0,
    "planned": 60.0,
}


class Plan(msgspec.Struct, frozen=True):
    """The size of a wave and the fill probability it aims at (None: a fixed size)."""

    k: int
    target: float | None


def smallest_k(probabilities: Sequence[float], target: float, cap: int) -> int:
    """The fewest vendors, in this order, of whom one accepts with at least the target probability.

    1 - ∏(1 - p) ≥ target, with a tolerance of 1e-9; never more than `cap` or than there are.
    """
    missed = 1.0
    for count, probability in enumerate(probabilities[:cap], start=1):
        missed *= 1 - probability
        if 1 - missed >= target - TOLERANCE:
            return count
    return max(0, min(cap, len(probabilities)))


def target_of(wave: int, policy_class: PolicyClass, knobs: Knobs) -> float | None:
    """The target of the n-th wave (from 1), the last one repeating; None for the single-vendor first planned wave."""
    targets = knobs.targets[policy_class]
    if policy_class == "planned":
        if wave == 1:
            return None
        wave -= 1
    return targets[min(wave, len(targets)) - 1]


def plan_wave(
    probabilities: Sequence[float],
    *,
    wave: int,
    policy_class: PolicyClass,
    mode: Mode,
    knobs: Knobs,
    room: int,
) -> Plan:
    """How many of the ranked vendors to ask now.

    Args:
        probabilities: chance of a yes of each ranked vendor, best first.
        wave: 1 for the first wave of the order.
        policy_class: class of the order under the policy.
        mode: waves, sequential (one at a time), broadcast (all there is room for) or manual (all named, no cap).
        knobs: of the policy.
        room: offers that may still be outstanding for this order.
    """
    if mode == "manual":
        return Plan(len(probabilities), None)
    room = max(room, 0)
    if mode == "sequential":
        return Plan(min(1, room, len(probabilities)), None)
    if mode == "broadcast":
        return Plan(min(room, len(probabilities)), None)
    target = target_of(wave, policy_class, knobs)
    if target is None:
        return Plan(min(1, room, len(probabilities)), None)
    return Plan(smallest_k(probabilities, target, min(knobs.k_caps[policy_class], room)), target)


def percentile_80(minutes: Sequence[float]) -> float:
    """The 80th percentile with linear interpolation between the closest ranks."""
    ordered = sorted(minutes)
    place = 0.8 * (len(ordered) - 1)
    low, high = math.floor(place), math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def p80_response(wave: Sequence[float], service: Sequence[float], policy_class: PolicyClass) -> float:
    """Minutes in which four of five answer: the wave's vendors from 10 answers on, else the service, else a default."""
    for minutes in (wave, service):
        if len(minutes) >= ANSWERS_FOR_P80:
            return percentile_80(minutes)
    return DEFAULT_P80_MIN[policy_class]


def offer_ttl(p80_min: float, policy_class: PolicyClass, knobs: Knobs) -> timedelta:
    """How long an offer stays open: the P80 clamped to the class's bounds."""
    low, high = knobs.ttl_clamps_min[policy_class]
    return timedelta(seconds=round(min(max(p80_min, low), high) * 60))


def expiry(
    sent: datetime,
    ttl: timedelta,
    deadline: datetime,
    policy_class: PolicyClass,
    *,
    hours: Weekly | None = None,
    tz: str = "UTC",
    off: Sequence[Span] = (),
) -> datetime:
    """When an offer ends, at the latest at the fill deadline; planned ones stop their clock outside working hours."""
    end = after_open_time(sent, ttl, hours, tz, off) if policy_class == "planned" else sent + ttl
    return min(end, deadline)
