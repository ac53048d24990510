"""What is kept of how long replies took, and the percentiles of a call. Pure."""

from collections.abc import Iterable, Sequence
from math import ceil


def nearest_rank(values: Iterable[int], share: float) -> int | None:
    """The nearest-rank percentile of whole milliseconds; None of nothing.

    Args:
        values: in any order.
        share: 0..1.
    """
    ordered: Sequence[int] = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None
