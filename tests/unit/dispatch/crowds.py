"""Generated selections: jobs, criteria, markets, policies and vendors with any facts, and vendors with chosen flaws."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from tests.unit.dispatch.conftest import NOW, make_case, make_vendor

from callout.features.dispatch.facts import Case, VendorFacts
from callout.features.dispatch.policy import CLASSES, FEATURES, Policy

PRIORITIES = {"normal": "medium", "urgent": "urgent", "planned": "low"}
MODES = ("waves", "sequential", "broadcast", "manual")
COUNT = st.floats(0, 60, allow_nan=False)
WEEKDAYS = {day: [{"from": "09:00", "to": "17:00"}] for day in ("mon", "tue", "wed", "thu", "fri")}
NEVER: dict[str, list[dict[str, str]]] = {}

STATUS_FLAWS = {"not_verified": "pending", "blocked": "blocked", "suspended": "suspended"}
FLAWS: dict[str, dict[str, Any]] = {
    "inactive": {"active": False},
    **{code: {"status": status} for code, status in STATUS_FLAWS.items()},
    "wrong_service": {"services": ("plumbing",)},
    "missing_skill": {"skills": ()},
    "out_of_area": {"km": 40.0},
    "closed_now": {"working_hours": NEVER, "is_online": False},
    "time_off": {"time_off": ((NOW - timedelta(days=1), NOW + timedelta(days=9)),)},
    "no_slot_in_window": {"working_hours": NEVER},
    "at_capacity": {"open_jobs": 3},
    "offer_limit": {"outstanding": 3},
    "daily_cap": {"accepted_today": 6},
    "doc_expired": {"documents_valid": False},
    "blocked_pair": {"blocked_for_customer": True},
    "excluded_by_operator": {},  # named by the job
    "already_declined": {"refused": True},
    "already_silent": {"silences": 1, "recent_silences": 1},
    "cooling_down": {"backoff_until": NOW + timedelta(minutes=5)},
    "offline": {"is_online": False},
    "below_min_rating": {"rating": 3.2, "rating_count": 12},
    "slow_response": {"answers": 5.0, "offers": 5.0, "sum_log_rt": 25.0},
    "below_min_price": {"min_price": 900.0},
    "below_min_score": {
        "travel_min": 5000.0,
        "n": 900.0,
        "s": 0.0,
        "offers": 90.0,
        "outstanding_p": 9.0,
        "share_30d": 99,
    },
}
"""What makes a vendor otherwise without fault earn each reason code, and only that one."""
ONLY_URGENT, NEVER_URGENT = frozenset({"closed_now", "offline"}), frozenset({"no_slot_in_window"})
"""Hours count by the wished time, or, for urgent work, by who is there now."""
HOURS = ("closed_now", "time_off", "no_slot_in_window")


def flawed(codes: frozenset[str], vendor_id: str = "v0", **changes: Any) -> VendorFacts:
    """A vendor with exactly these flaws."""
    facts: dict[str, Any] = {"skills": ("gas",), "is_online": True, "last_seen_at": NOW}
    for code in sorted(codes):
        facts |= FLAWS[code]
    return make_vendor(vendor_id, **(facts | changes))


def possible_flaws(kind: str) -> list[str]:
    """Reason codes a job of a class can give."""
    others = NEVER_URGENT if kind == "urgent" else ONLY_URGENT
    return [code for code in FLAWS if code not in others]


@st.composite
def flaw_sets(draw: st.DrawFn, kind: str) -> frozenset[str]:
    """Reason codes one vendor can have at once for a job of a class."""
    codes = draw(st.sets(st.sampled_from(possible_flaws(kind)), max_size=4))
    for group in (tuple(STATUS_FLAWS), HOURS):
        shared = [code for code in group if code in codes]
        codes -= set(shared[1:])
    if "closed_now" in codes:
        codes.add("offline")
    return frozenset(codes)


@st.composite
def flawed_cases(draw: st.DrawFn, **changes: Any) -> tuple[Case, dict[str, frozenset[str]], str]:
    """A selection among vendors with known flaws: the case, the flaws by vendor and the class."""
    kind = draw(st.sampled_from(CLASSES))
    sets = draw(st.lists(flaw_sets(kind), max_size=7))
    crowd = {f"v{number}": codes for number, codes in enumerate(sets)}
    case = flawed_case(crowd, kind, last_ring=draw(st.booleans()), mode=draw(st.sampled_from(MODES)), **changes)
    return case, crowd, kind


def flawed_case(crowd: dict[str, frozenset[str]], kind: str, *, last_ring: bool, mode: str, **changes: Any) -> Case:
    """The selection among vendors with these flaws."""
    return make_case(
        *(flawed(codes, vendor_id) for vendor_id, codes in crowd.items()),
        job={
            "priority": PRIORITIES[kind],
            "estimated_value": 200.0,
            "required_skills": ("gas",),
            "excluded": tuple(name for name, codes in crowd.items() if "excluded_by_operator" in codes),
        },
        criteria={"mode": mode},
        market={"fair_share": 3.0},
        last_ring=last_ring,
        named=tuple(crowd),
        **changes,
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Policies with any acceptable weights and exponent."""
    weights = {}
    for name in CLASSES:
        raw = [draw(st.integers(0, 9)) for _ in FEATURES]
        total = sum(raw) or 1
        weights[name] = {
            feature: value / total if sum(raw) else 1 / 7 for feature, value in zip(FEATURES, raw, strict=True)
        }
    base = Policy(1, weights)
    knobs = base.knobs.__class__(
        rank_exponent=draw(st.sampled_from([0.0, 0.5, 1.0])), exploration_c=draw(st.sampled_from([0.0, 0.5, 2.0]))
    )
    return Policy(1, weights, knobs)


@st.composite
def any_vendor(draw: st.DrawFn, vendor_id: str) -> VendorFacts:
    """A vendor with any record, load, hours and place."""
    offers = draw(COUNT)
    answers = offers * draw(st.floats(0, 1))
    n = draw(COUNT)
    parts = tuple(offers * share for share in (0.1, 0.4, 0.3, 0.2))
    return make_vendor(
        vendor_id,
        km=draw(st.floats(0, 60)),
        radius_km=draw(st.floats(1, 60)),
        is_online=draw(st.booleans()),
        last_seen_at=draw(st.sampled_from([None, NOW, NOW - timedelta(days=3)])),
        working_hours=draw(st.sampled_from([None, WEEKDAYS])),
        open_jobs=draw(st.integers(0, 4)),
        max_open_jobs=draw(st.integers(1, 5)),
        outstanding=draw(st.integers(0, 3)),
        outstanding_p=draw(st.floats(0, 3)),
        rating=draw(st.sampled_from([None, 1.0, 3.9, 4.7])),
        rating_count=draw(st.integers(0, 20)),
        n=n,
        s=n * draw(st.floats(0, 1)),
        offers=offers,
        answers=answers,
        accepts=answers * draw(st.floats(0, 1)),
        sum_log_rt=answers * draw(st.floats(-3, 6)),
        daypart_offers=parts,
        daypart_accepts=tuple(part * answers / offers if offers else 0.0 for part in parts),
        share_30d=draw(st.integers(0, 30)),
        silences=draw(st.integers(0, 2)),
        joined_at=draw(st.sampled_from([None, NOW - timedelta(days=3), NOW - timedelta(days=300)])),
        last_offered_at=draw(st.sampled_from([None, NOW - timedelta(hours=1), NOW - timedelta(days=1)])),
    )


@st.composite
def any_cases(draw: st.DrawFn, **criteria: Any) -> Case:
    """Any selection at all."""
    crowd = [draw(any_vendor(f"v{number}")) for number in range(draw(st.integers(0, 8)))]
    outcomes, offers = draw(COUNT), draw(COUNT)
    kind = draw(st.sampled_from(CLASSES))
    chosen = {"mode": draw(st.sampled_from(MODES)), "max_vendors_to_notify": draw(st.integers(1, 10))}
    return make_case(
        *crowd,
        job={"priority": PRIORITIES[kind], "estimated_value": draw(st.sampled_from([None, 80.0, 900.0]))},
        criteria=chosen | criteria,
        market={
            "outcomes": outcomes,
            "success": outcomes * draw(st.floats(0, 1)),
            "offers": offers,
            "accepts": offers * draw(st.floats(0, 1)),
            "fair_share": draw(st.floats(0, 10)),
            "high_value": draw(st.sampled_from([None, 500.0])),
        },
        seed=draw(st.integers(0, 2**31 - 1)),
        wave=draw(st.integers(1, 5)),
        ring_km=draw(st.sampled_from([15.0, 37.5, 50.0])),
        last_ring=draw(st.booleans()),
        outstanding=draw(st.integers(0, 3)),
        named=tuple(one.vendor_id for one in crowd if draw(st.booleans())),
    )
