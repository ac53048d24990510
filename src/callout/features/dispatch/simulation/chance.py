"""Draws that depend only on a seed and on what they are about, so that every strategy meets the same luck."""

import math
import random
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

_NORMAL = NormalDist()
_EDGE = 1e-12


class Chance:
    """A stream of draws named by a seed and any number of words; the same names give the same draws, always.

    Two strategies that ask the same vendor about the same job read the same stream (common random numbers), so their
    figures differ by what they did and not by luck. Only `random.Random.random` is drawn from, whose sequence Python
    keeps stable over releases.
    """

    def __init__(self, seed: int, *names: object) -> None:
        self._random = random.Random(f"{seed}/" + "/".join(map(str, names)))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number from `low` to `high`."""
        return low + (high - low) * self._random.random()

    def happens(self, probability: float) -> bool:
        """True with a probability."""
        return self._random.random() < probability

    def normal(self, mean: float = 0.0, deviation: float = 1.0) -> float:
        """A number of a normal distribution."""
        return mean + deviation * _NORMAL.inv_cdf(min(max(self._random.random(), _EDGE), 1 - _EDGE))

    def lognormal(self, median: float, sigma: float) -> float:
        """A positive number: half of them lie below `median`, `sigma` is the deviation of their logarithm."""
        return median * math.exp(self.normal(0.0, sigma))

    def pick(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """One of the options, each as often as its weight says."""
        point = self.uniform(0.0, math.fsum(weights))
        for option, weight in zip(options, weights, strict=True):
            point -= weight
            if point < 0:
                return option
        return options[-1]
