"""Latencies counted in buckets, and percentiles read from them. Pure."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Final

EDGES_MS: Final = (
    10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1_000, 1_500, 2_000, 3_000, 5_000, 8_000, 12_000, 20_000,
    30_000, 60_000, 120_000,
)  # fmt: skip
"""Upper edges, in milliseconds; what took longer is counted in the last."""


def edge_of(ms: float) -> int:
    """The upper edge of the bucket a latency falls into."""
    return EDGES_MS[min(bisect_left(EDGES_MS, ms), len(EDGES_MS) - 1)]


def percentile(counts: Mapping[int, int], share: float) -> int | None:
    """The latency that `share` of the requests stayed within, in milliseconds; None without requests.

    Within a bucket requests are taken to lie evenly.

    Args:
        counts: upper edge → requests.
        share: 0..1.
    """
    total = sum(counts.values())
    if total <= 0:
        return None
    wanted, seen = share * total, 0
    for edge in sorted(counts):
        count = counts[edge]
        if count and seen + count >= wanted:
            position = bisect_left(EDGES_MS, edge)
            lower = EDGES_MS[position - 1] if position else 0
            return round(lower + (edge - lower) * max(0.0, wanted - seen) / count)
        seen += count
    return max(counts)
