"""A record keeps less than was looked at, and still decides the same."""

import base64
import zlib

import msgspec
from hypothesis import given
from sqlalchemy.dialects import postgresql
from tests.unit.dispatch.conftest import make_case, make_vendor
from tests.unit.dispatch.crowds import any_cases, flawed, flawed_cases, policies

from callout.features.dispatch.facts import Case, Dismissed
from callout.features.dispatch.policy import DEFAULT_POLICY, Policy
from callout.features.dispatch.recorded_case import names_of, recorded_case
from callout.features.dispatch.replay import replay
from callout.features.dispatch.selection import decide
from callout.kit.db.types import PackedJson


@given(any_cases(), policies())
def test_what_is_recorded_decides_the_same_bit_for_bit(case: Case, policy: Policy) -> None:
    decision = decide(case, policy)
    facts = msgspec.to_builtins(recorded_case(case, decision))
    assert decide(msgspec.convert(facts, Case), policy) == decision
    assert replay(facts, decision.rows(), policy) == []


@given(any_cases(), policies(), policies())
def test_under_another_policy_the_same_vendors_are_asked_as_if_all_had_been_kept(
    case: Case, before: Policy, after: Policy
) -> None:
    kept, whole = decide(recorded_case(case, decide(case, before)), after), decide(case, after)
    assert (kept.included, kept.relaxed, kept.plan) == (whole.included, whole.relaxed, whole.plan)
    assert {row.vendor_id for row in kept.candidates} == {row.vendor_id for row in whole.candidates}


@given(flawed_cases())
def test_nobody_and_no_reason_gets_lost(made: tuple[Case, dict[str, frozenset[str]], str]) -> None:
    case, crowd, _ = made
    kept = recorded_case(case, decide(case, DEFAULT_POLICY))
    assert {one.vendor_id for one in (*kept.vendors, *kept.dismissed)} == set(crowd)
    assert names_of(kept) == names_of(case)


def test_a_vendor_out_of_reach_is_reduced_to_name_reason_and_distance() -> None:
    case = make_case(make_vendor("near"), flawed(frozenset({"at_capacity"}), "full"), make_vendor("far", km=40))
    kept = recorded_case(case, decide(case, DEFAULT_POLICY))
    assert [vendor.vendor_id for vendor in kept.vendors] == ["near"]
    assert [(one.vendor_id, one.name, one.reason_codes) for one in kept.dismissed] == [
        ("full", "FULL", ("at_capacity",)),
        ("far", "FAR", ("out_of_area",)),
    ]


def test_what_another_policy_would_waive_is_kept_whole() -> None:
    busy = flawed(frozenset({"offer_limit"}), "busy")
    case = make_case(busy, flawed(frozenset({"below_min_rating"}), "poor"))
    assert recorded_case(case, decide(case, DEFAULT_POLICY)) == case


def test_vendors_dismissed_by_the_search_are_rows_of_the_decision_by_distance() -> None:
    far = Dismissed(vendor_id="far", reason_codes=("out_of_area",), distance_km=12.5)
    case = make_case(make_vendor("shut", km=14, status="blocked"), dismissed=(far,))
    rows = decide(case, DEFAULT_POLICY).candidates
    assert [(row.vendor_id, row.included, row.reason_codes) for row in rows] == [
        ("far", False, ("out_of_area",)),
        ("shut", False, ("blocked",)),
    ]


def test_a_packed_document_comes_back_plain_and_a_plain_one_as_it_is() -> None:
    column, dialect = PackedJson(), postgresql.dialect()
    case = make_case(make_vendor("ä" * 99))
    stored = column.process_bind_param(case, dialect)
    assert stored is not None
    assert column.process_result_value(stored, dialect) == msgspec.json.decode(msgspec.json.encode(case))
    assert msgspec.json.decode(zlib.decompress(base64.b64decode(stored)), type=Case) == case
    assert column.process_result_value([{"vendor_id": "v1"}], dialect) == [{"vendor_id": "v1"}]
    assert column.process_bind_param(None, dialect) is None
