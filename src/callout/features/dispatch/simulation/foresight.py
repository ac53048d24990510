"""What the waves ahead promise: the chance that a job is filled in time, and who would probably get it. Pure."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from callout.features.dispatch.facts import Mode
from callout.features.dispatch.policy import Knobs, PolicyClass
from callout.features.dispatch.waves import plan_wave

Chances = Sequence[tuple[str, float]]


class Prospect(NamedTuple):
    """The chance that somebody accepts in time, and of each vendor that it is this one; they add up to `filled`."""

    filled: float
    wins: dict[str, float]


class Pace(NamedTuple):
    """How waves follow one another: class, mode, offers outstanding at one time, minutes for each wave and in all."""

    kind: PolicyClass
    mode: Mode
    room: int
    ttl_min: float
    left_min: float


def foresee(ranked: Chances, knobs: Knobs, pace: Pace, *, wave: int = 1) -> Prospect:
    """Follows the waves of a ranking until the time is over or nobody is left.

    Of the vendors of one wave, each is taken to win in proportion to the chance of a yes.

    Args:
        ranked: (vendor, chance of a yes), best first.
        knobs: of the policy that sizes the waves.
        pace: how long they take.
        wave: number of the first of them.
    """
    rest = list(ranked)
    still_open, wins = 1.0, dict[str, float]()
    for _ in range(max(1, int(pace.left_min // pace.ttl_min))):
        plan = plan_wave(
            [p for _, p in rest], wave=wave, policy_class=pace.kind, mode=pace.mode, knobs=knobs, room=pace.room
        )
        if plan.k == 0:
            break
        asked, rest = rest[: plan.k], rest[plan.k :]
        missed = math.prod(1 - p for _, p in asked)
        total = math.fsum(p for _, p in asked)
        for vendor, p in asked:
            wins[vendor] = wins.get(vendor, 0.0) + still_open * (1 - missed) * p / total
        still_open *= missed
        wave += 1
    return Prospect(1 - still_open, wins)
