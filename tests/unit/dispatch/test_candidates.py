"""Hard filters and their reason codes, relaxation, and who is never offered anything."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.dispatch.candidates import (
    NEVER_OFFERED,
    RELAXABLE,
    examine,
    schedule_window,
)
from callout.features.dispatch.policy import DEFAULT_POLICY
from callout.features.dispatch.rings import ring_radii
from callout.features.dispatch.selection import Decision, decide

Build = Callable[..., Any]
OPEN_WEEKDAYS = {day: [{"from": "09:00", "to": "17:00"}] for day in ("mon", "tue", "wed", "thu", "fri")}


def codes(vendor: Any, case: Any) -> tuple[str, ...]:
    return examine(vendor, case, DEFAULT_POLICY.knobs, schedule_window(case.job, case.now)).reason_codes


def row(decision: Decision, vendor_id: str) -> Any:
    return next(row for row in decision.candidates if row.vendor_id == vendor_id)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"active": False}, "inactive"),
        ({"status": "pending"}, "not_verified"),
        ({"status": "blocked"}, "blocked"),
        ({"status": "suspended"}, "suspended"),
        ({"services": ("plumbing",), "tags": ("drain cleaning",)}, "wrong_service"),
        ({"km": 15.1}, "out_of_area"),
        ({"km": 9, "radius_km": 8.9}, "out_of_area"),
        ({"open_jobs": 3}, "at_capacity"),
        ({"accepted_today": 6}, "daily_cap"),
        ({"outstanding": 3}, "offer_limit"),
        ({"asked": True}, "offer_limit"),
        ({"documents_valid": False}, "doc_expired"),
        ({"blocked_for_customer": True}, "blocked_pair"),
        ({"refused": True}, "already_declined"),
        ({"silences": 1}, "already_silent"),
        ({"answers": 5.0, "offers": 5.0, "sum_log_rt": 5 * 5.0}, "slow_response"),
        ({"rating": 3.99, "rating_count": 5}, "below_min_rating"),
        ({"min_price": 200.01}, "below_min_price"),
    ],
)
def test_every_objection_has_its_reason_code(vendor: Build, case: Build, change: dict[str, Any], code: str) -> None:
    one = vendor(**change)
    assert codes(one, case(one, job={"estimated_value": 200.0})) == (code,)


def test_a_vendor_without_objections_has_no_code(vendor: Build, case: Build) -> None:
    assert codes(vendor(km=14.99), case(vendor())) == ()


def test_few_ratings_or_answers_judge_nobody(vendor: Build, case: Build) -> None:
    one = vendor(rating=1.0, rating_count=4, answers=4.9, offers=5.0, sum_log_rt=99.0)
    assert codes(one, case(one)) == ()


def test_required_skills_and_speciality_ignore_letter_case(vendor: Build, case: Build) -> None:
    one = vendor(skills=("Gas",), tags=("VIP",))
    wanted = {
        "job": {"required_skills": ("gas",)},
        "criteria": {"specialization_required": "vip"},
    }
    assert codes(one, case(one, **wanted)) == ()
    assert codes(vendor(skills=("gas",)), case(one, **wanted)) == ("missing_skill",)


def test_the_same_kind_of_service_qualifies_when_the_rule_allows_it(vendor: Build, case: Build) -> None:
    one = vendor(services=("window_cleaning",), canonicals=("cleaning",))
    assert codes(one, case(one, job={"canonical": "cleaning"})) == ("wrong_service",)
    assert (
        codes(
            one,
            case(one, job={"canonical": "cleaning"}, criteria={"work_type_match": False}),
        )
        == ()
    )


def test_hours_and_time_off_decide_about_the_wished_time(vendor: Build, case: Build, now: datetime) -> None:
    saturday = datetime(2026, 3, 7, 10, 0, tzinfo=now.tzinfo)
    wished = {"job": {"start": saturday, "schedule_source": "customer"}}
    weekday = vendor(working_hours=OPEN_WEEKDAYS)
    assert codes(weekday, case(weekday, **wished)) == ("no_slot_in_window",)
    away = vendor(time_off=((saturday - timedelta(days=1), saturday + timedelta(days=1)),))
    assert codes(away, case(away, **wished)) == ("time_off",)


def test_a_later_slot_in_the_window_costs_availability(vendor: Build, case: Build, now: datetime) -> None:
    early = datetime(2026, 3, 3, 7, 0, tzinfo=now.tzinfo)
    one = vendor(working_hours=OPEN_WEEKDAYS)
    decision = decide(case(one, job={"start": early, "schedule_source": "customer"}), DEFAULT_POLICY)
    assert decision.candidates[0].features["availability"] == pytest.approx(2.718281828**-0.5)


def test_an_urgent_job_needs_somebody_open_or_online(vendor: Build, case: Build, now: datetime) -> None:
    sunday_night = datetime(2026, 3, 1, 3, 0, tzinfo=now.tzinfo)
    urgent = {"job": {"priority": "urgent"}, "now": sunday_night}
    asleep = vendor(working_hours=OPEN_WEEKDAYS)
    assert codes(asleep, case(asleep, **urgent)) == ("closed_now", "offline")
    awake = vendor(working_hours=OPEN_WEEKDAYS, is_online=True, last_seen_at=sunday_night)
    assert codes(awake, case(awake, **urgent)) == ()
    stale = vendor(is_online=True, last_seen_at=sunday_night - timedelta(hours=25))
    assert codes(stale, case(stale, **urgent)) == ("offline",)


def test_a_decline_nearby_and_a_silence_cool_a_vendor_down(vendor: Build, case: Build, now: datetime) -> None:
    near, far = (now - timedelta(minutes=9), 4.9), (now - timedelta(minutes=9), 5.1)
    old = (now - timedelta(minutes=11), 1.0)
    assert codes(vendor(nearby_declines=(near,)), case()) == ("cooling_down",)
    assert codes(vendor(nearby_declines=(far, old)), case()) == ()
    assert codes(vendor(backoff_until=now + timedelta(seconds=1)), case()) == ("cooling_down",)
    assert codes(vendor(backoff_until=now), case()) == ()


def test_the_distance_is_from_where_an_online_vendor_was_seen_lately(vendor: Build, case: Build, now: datetime) -> None:
    place = {"current_lat": 39.7990, "current_lng": -89.6440, "is_online": True}
    fresh = decide(
        case(vendor(km=9, located_at=now - timedelta(minutes=15), **place)),
        DEFAULT_POLICY,
    )
    stale = decide(
        case(vendor(km=9, located_at=now - timedelta(minutes=16), **place)),
        DEFAULT_POLICY,
    )
    assert (
        fresh.candidates[0].distance_km,
        round(stale.candidates[0].distance_km, 3),
    ) == (0, 9)


def test_a_wrong_rating_gives_way_only_when_nobody_else_is_left(vendor: Build, case: Build) -> None:
    weak = vendor("weak", rating=3.2, rating_count=12)
    assert decide(case(weak, last_ring=False), DEFAULT_POLICY).included == ()
    alone = decide(case(weak), DEFAULT_POLICY)
    assert (alone.relaxed, row(alone, "weak").chosen) == (("below_min_rating",), True)
    both = decide(case(weak, vendor("good")), DEFAULT_POLICY)
    assert (both.relaxed, row(both, "weak").included) == ((), False)
    assert row(both, "weak").reason_codes == ("below_min_rating",)


def test_objections_give_way_in_their_order_and_only_as_far_as_needed(vendor: Build, case: Build) -> None:
    weak = vendor("weak", rating=3.2, rating_count=12)
    silent = vendor("silent", silences=1)
    assert [r.vendor_id for r in decide(case(weak, silent), DEFAULT_POLICY).included] == ["weak"]
    assert decide(case(silent), DEFAULT_POLICY).relaxed == ("already_silent",)


def test_two_silences_in_one_run_are_final(vendor: Build, case: Build) -> None:
    assert decide(case(vendor(silences=2, recent_silences=2)), DEFAULT_POLICY).included == ()


def test_a_poor_match_is_asked_only_when_nobody_else_is_left(vendor: Build, case: Build) -> None:
    poor = vendor(km=14.9, open_jobs=2, n=50.0, s=0.0, offers=50.0, share_30d=9)
    decision = decide(case(poor, market={"fair_share": 1.0}), DEFAULT_POLICY)
    assert decision.candidates[0].score < 0.4
    assert (decision.relaxed, decision.candidates[0].chosen) == (
        ("below_min_score",),
        True,
    )


def test_manual_mode_asks_whom_the_admin_names_and_only_warns(vendor: Build, case: Build) -> None:
    crowd = [
        vendor("busy", open_jobs=3),
        vendor("far", km=40),
        vendor("blocked", status="blocked"),
        vendor("other"),
    ]
    manual = case(*crowd, criteria={"mode": "manual"}, named=("busy", "far", "blocked"))
    decision = decide(manual, DEFAULT_POLICY)
    assert {r.vendor_id for r in decision.chosen} == {"busy", "far"}
    assert row(decision, "busy").reason_codes == ("at_capacity",)


def test_a_preferred_vendor_is_asked_first(vendor: Build, case: Build) -> None:
    crowd = [vendor("near", km=1), vendor("wanted", km=12)]
    assert decide(case(*crowd, job={"preferred": ("wanted",)}), DEFAULT_POLICY).included[0].vendor_id == "wanted"


def test_rings_widen_up_to_the_limit_and_collapse() -> None:
    assert ring_radii(10, 50) == (10, 25, 50)
    assert ring_radii(15, 50) == (15, 37.5, 50)
    assert ring_radii(60, 50) == (50,)


FLAWS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["verified", "pending", "suspended", "blocked"]),
        "active": st.booleans(),
        "services": st.sampled_from([("cleaning",), ("plumbing",)]),
        "km": st.floats(0, 60),
        "open_jobs": st.integers(0, 4),
        "documents_valid": st.booleans(),
        "refused": st.booleans(),
        "blocked_for_customer": st.booleans(),
        "silences": st.integers(0, 2),
        "rating": st.sampled_from([None, 2.0, 5.0]),
        "rating_count": st.integers(0, 9),
    }
)


@given(
    st.lists(FLAWS, max_size=8),
    st.booleans(),
    st.sampled_from(["waves", "sequential", "broadcast", "manual"]),
    st.sampled_from(["low", "medium", "urgent"]),
)
def test_nobody_ineligible_is_ever_chosen(
    vendor: Build,
    case: Build,
    crowd: list[dict[str, Any]],
    last_ring: bool,
    mode: str,
    priority: str,
) -> None:
    vendors = [vendor(f"v{i}", **flaws) for i, flaws in enumerate(crowd)]
    named = tuple(one.vendor_id for one in vendors)
    decision = decide(
        case(
            *vendors,
            last_ring=last_ring,
            criteria={"mode": mode},
            named=named,
            job={"priority": priority},
        ),
        DEFAULT_POLICY,
    )
    for chosen in decision.chosen:
        assert NEVER_OFFERED.isdisjoint(chosen.reason_codes)
        if mode != "manual":
            assert RELAXABLE.issuperset(chosen.reason_codes)
            assert last_ring or not chosen.reason_codes
            assert set(chosen.reason_codes) <= set(decision.relaxed)
    if mode != "manual":
        assert len(decision.chosen) <= 3
