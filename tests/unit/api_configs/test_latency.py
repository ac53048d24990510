"""Percentiles read from buckets lie where the requests lie."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.api_configs.latency import EDGES_MS, edge_of, percentile


@pytest.mark.parametrize(("ms", "edge"), [(0, 10), (10, 10), (10.1, 20), (999, 1_000), (10**9, 120_000)])
def test_a_latency_falls_into_its_bucket(ms: float, edge: int) -> None:
    assert edge_of(ms) == edge


def test_nothing_has_no_percentile() -> None:
    assert percentile({}, 0.5) is None
    assert percentile({100: 0}, 0.95) is None


@given(st.lists(st.floats(0, 100_000), min_size=1, max_size=200), st.floats(0.01, 1))
def test_a_percentile_lies_in_the_bucket_of_the_true_one(latencies: list[float], share: float) -> None:
    true = sorted(latencies)[max(0, -(-int(share * len(latencies) * 1e9) // 10**9) - 1)]
    found = percentile(Counter(edge_of(ms) for ms in latencies), share)
    assert found is not None
    place = EDGES_MS.index(edge_of(true))
    lower = EDGES_MS[place - 1] if place else 0
    assert lower - 1 <= found <= EDGES_MS[min(place + 1, len(EDGES_MS) - 1)]
