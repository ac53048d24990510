"""Orders that want the same vendors are matched with them together: best in sum, whatever the order of input."""

from collections.abc import Callable
from itertools import permutations
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.dispatch.assignment import assign
from callout.features.dispatch.batch import joined, match
from callout.features.dispatch.contention import component, contenders_of, is_contended, room, unpacked
from callout.features.dispatch.explain import explain
from callout.features.dispatch.facts import Case
from callout.features.dispatch.policy import DEFAULT_POLICY
from callout.features.dispatch.replay import replay
from callout.features.dispatch.selection import decide

Build = Callable[..., Any]
KM_NORTH = 1 / 111.1949266


@pytest.mark.parametrize(
    ("orders", "slots", "contended"),
    [(1, 0, False), (1, 3, False), (2, 6, True), (2, 7, False), (3, 10, False), (4, 10, True), (2, 0, True)],
)
def test_orders_compete_when_there_are_more_than_three_for_ten_free_slots(
    orders: int, slots: int, contended: bool
) -> None:
    assert is_contended(orders, slots) is contended


worths = st.dictionaries(
    st.sampled_from("ABCD"),
    st.dictionaries(st.sampled_from("wxyz"), st.floats(0.05, 1.0, allow_nan=False), max_size=4),
    max_size=4,
)
slots_of = st.fixed_dictionaries(dict.fromkeys("wxyz", st.integers(0, 2)))


def best_sum(edges: dict[str, dict[str, float]], slots: dict[str, int]) -> float:
    seats = [vendor for vendor, number in slots.items() for _ in range(number)] + [None] * len(edges)
    orders = list(edges)
    return max(
        sum(edges[order].get(seat, 0.0) for order, seat in zip(orders, choice, strict=True) if seat is not None)
        for choice in permutations(seats, len(orders))
    )


@given(worths, slots_of, st.randoms(use_true_random=False))
def test_an_assignment_is_the_best_there_is_and_the_same_in_whatever_order_it_is_asked(
    edges: dict[str, dict[str, float]], slots: dict[str, int], random: Any
) -> None:
    edges = dict(list(edges.items())[:3])
    pairs = assign(edges, slots)
    assert all(vendor in edges[order] for order, vendor in pairs.items())
    assert all(list(pairs.values()).count(vendor) <= slots[vendor] for vendor in pairs.values())
    got = sum(edges[order][vendor] for order, vendor in pairs.items())
    assert got == pytest.approx(best_sum(edges, slots)) if edges else got == 0
    shuffled = random.sample(list(edges.items()), len(edges))
    again = {order: dict(random.sample(list(row.items()), len(row))) for order, row in shuffled}
    assert assign(again, slots) == pairs


def rush(vendor: Build, case: Build, **of_good: Any) -> tuple[Case, Case]:
    """Two orders that both like `good` best; the second has much further to `poor` than the first."""
    vendors = (vendor("good", km=2, **({"max_open_jobs": 1} | of_good)), vendor("poor", km=9))
    first = case(*vendors, job={"order_id": "order-1", "lat": 39.7990 + 4 * KM_NORTH})
    return first, case(*vendors, job={"order_id": "order-2"})


def test_two_orders_and_one_good_vendor_the_one_with_more_to_lose_gets_it(vendor: Build, case: Build) -> None:
    cases = rush(vendor, case)
    assert [decide(one, DEFAULT_POLICY).chosen[0].vendor_id for one in cases] == ["good", "good"]
    waves = match(cases, DEFAULT_POLICY)
    assert waves == {"order-1": ("poor",), "order-2": ("good",)}
    assert match(cases[::-1], DEFAULT_POLICY) == waves


def test_a_vendor_with_room_for_both_gets_both(vendor: Build, case: Build) -> None:
    cases = rush(vendor, case, max_open_jobs=2)
    assert match(cases, DEFAULT_POLICY) == {"order-1": ("good",), "order-2": ("good",)}


def test_an_order_nobody_is_left_for_chooses_by_rank_as_if_alone(vendor: Build, case: Build) -> None:
    one = vendor("only", max_open_jobs=1)
    cases = [case(one, job={"order_id": f"order-{number}"}) for number in (1, 2)]
    waves = match(cases, DEFAULT_POLICY)
    assert sorted(waves.values()) == [(), ("only",)]
    for joint in joined(cases, DEFAULT_POLICY, "b"):
        assert [row.vendor_id for row in decide(joint, DEFAULT_POLICY).chosen] == ["only"]


def test_an_urgent_order_asks_as_many_as_its_class_demands_from_what_is_left(vendor: Build, case: Build) -> None:
    vendors = [vendor(f"v{number}", km=number, is_online=True, last_seen_at=case().now) for number in range(1, 5)]
    vendors = [msgspec.structs.replace(one, max_open_jobs=1) for one in vendors]
    urgent = case(*vendors, job={"order_id": "order-2", "priority": "urgent"})
    waves = match([case(*vendors, job={"order_id": "order-1"}), urgent], DEFAULT_POLICY)
    assert len(waves["order-2"]) == 3
    assert len(waves["order-1"]) == 1
    assert len({*waves["order-1"], *waves["order-2"]}) == 4


def test_a_vendor_the_customer_prefers_is_matched_first(vendor: Build, case: Build) -> None:
    first, second = rush(vendor, case)
    first = msgspec.structs.replace(first, job=msgspec.structs.replace(first.job, preferred=("good",)))
    assert match([first, second], DEFAULT_POLICY) == {"order-1": ("good",), "order-2": ("poor",)}


def test_open_offers_take_their_place(vendor: Build) -> None:
    knobs = DEFAULT_POLICY.knobs
    assert room(vendor(max_open_jobs=3, open_jobs=1), knobs) == 2
    assert room(vendor(max_open_jobs=3, open_jobs=1, outstanding=1), knobs) == 1
    assert room(vendor(max_open_jobs=9, daily_cap=9, outstanding=3), knobs) == 0
    assert room(vendor(max_open_jobs=1, open_jobs=2), knobs) == 0


def test_a_matched_decision_replays_bit_for_bit_and_says_why(vendor: Build, case: Build) -> None:
    first, _ = joined(rush(vendor, case), DEFAULT_POLICY, "b")
    rows = decide(first, DEFAULT_POLICY).rows()
    stored = msgspec.json.decode(msgspec.json.encode(first))
    assert replay(stored, rows, DEFAULT_POLICY) == []
    told = explain(rows, DEFAULT_POLICY.weights["normal"], 0.5, {"good": "G.", "poor": "P."}, together=2)
    assert told.text == (
        "Offered to P., ranked 2 of 2 for this order alone: the best match for all 2 orders that were waiting among "
        "vendors wanted by several orders."
    )
    other = explain(rows, DEFAULT_POLICY.weights["normal"], 0.5, {"good": "G."}, "good", together=2)
    assert other.text.startswith("G. was left to other orders, ranked 1 of 2")


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_a_matching_does_not_depend_on_the_order_of_orders_or_vendors(seed: int, random: Any) -> None:
    from tests.unit.dispatch.conftest import make_case, make_vendor  # noqa: PLC0415 - builders without fixtures

    vendors = [make_vendor(f"v{n}", km=(seed * 7 + n * 3) % 11 + 1, max_open_jobs=1 + (seed + n) % 2) for n in range(5)]
    cases = [make_case(*vendors, job={"order_id": f"o{n}", "lat": 39.7990 + n * KM_NORTH}) for n in range(4)]
    waves = match(cases, DEFAULT_POLICY)
    mixed = [
        msgspec.structs.replace(one, vendors=tuple(random.sample(vendors, len(vendors))))
        for one in random.sample(cases, len(cases))
    ]
    assert match(mixed, DEFAULT_POLICY) == waves
    given_out = [vendor for wave in waves.values() for vendor in wave]
    assert all(given_out.count(one.vendor_id) <= one.max_open_jobs for one in vendors)


@given(st.dictionaries(st.integers(1, 30), st.frozensets(st.integers(0, 20), max_size=4), max_size=12))
def test_a_component_is_closed_and_everybody_in_it_is_connected(wanted: dict[int, frozenset[int]]) -> None:
    searches = {
        UUID(int=search): frozenset(vendor.to_bytes(16) for vendor in vendors) for search, vendors in wanted.items()
    }
    start = frozenset({(0).to_bytes(16), (1).to_bytes(16)})
    found = component(start, searches)
    reached = start.union(*(searches[search] for search in found))
    assert all(reached.isdisjoint(searches[search]) for search in searches.keys() - found)
    connected, grew = set(start), True
    while grew:
        before = len(connected)
        connected.update(*(searches[search] for search in found if searches[search] & connected))
        grew = len(connected) > before
    assert all(searches[search] & connected for search in found)


def test_contenders_survive_packing(vendor: Build, case: Build) -> None:
    ids = [str(UUID(int=number)) for number in range(1, 41)]
    decision = decide(case(*(vendor(one, km=index / 4) for index, one in enumerate(ids))), DEFAULT_POLICY)
    packed = contenders_of(decision)
    assert unpacked(packed) == {UUID(row.vendor_id).bytes for row in decision.included[:32]}
    assert unpacked(b"") == frozenset()
