"""may_dial: the first rule that fails gives the reason, and waiting helps only where time does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.calling.compliance.questions import MONDAY_NOON, question

from callout.features.calling.compliance.question import AgentTerms, Allow, CampaignTerms, Deny, Question
from callout.features.calling.compliance.rules import may_dial
from callout.features.calling.compliance.windows import DAYS, week_of

WIDEST = week_of({day: {"from": "00:00", "to": "24:00"} for day in DAYS})


def denied(asked: Question) -> Deny:
    answer = may_dial(asked)
    assert isinstance(answer, Deny)
    return answer


def test_somebody_nothing_speaks_against_is_called() -> None:
    answer = may_dial(question())
    assert isinstance(answer, Allow)
    assert [check.name for check in answer.checks][:3] == ["tenant", "credentials", "agent"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_stopped": True}, "kill_switch"),
        ({"is_active": False}, "tenant_inactive"),
        ({"ends_at": MONDAY_NOON}, "campaign_stopped"),
        ({"has_telephony": False}, "no_credentials"),
        ({"is_other_mode": True}, "no_credentials"),
        ({"not_ready": ("inactive",)}, "agent_not_ready"),
        ({"not_ready": ("inactive", "voice_unlicensed")}, "voice_unlicensed"),
        ({"not_ready": ("disclosure_missing",)}, "disclosure_missing"),
        ({"calls_left": 0}, "over_plan_limit"),
        ({"fault": "premium_number"}, "premium_number"),
        ({"fault": "invalid_number"}, "invalid_number"),
        ({"is_own": True}, "invalid_number"),
        ({"allowed_countries": frozenset({"CA"})}, "blocked_country"),
        ({"blocked_countries": frozenset({"US"})}, "blocked_country"),
        ({"is_suppressed": True}, "suppressed"),
        ({"registry": "National", "basis": "existing_customer"}, "suppressed"),
        ({"basis": None}, "consent_missing"),
        ({"basis": "existing_customer"}, "consent_missing"),
        ({"zones": ()}, "no_timezone"),
        ({"other_campaign": True}, "duplicate"),
        ({"answered": 100, "abandoned": 4}, "abandonment"),
    ],
)
def test_what_time_does_not_heal_is_never_retried(changes: dict[str, Any], reason: str) -> None:
    answer = denied(question(**changes))
    assert (answer.reason, answer.retry_at) == (reason, None)
    assert answer.detail


def test_the_first_rule_in_order_gives_the_reason() -> None:
    answer = denied(question(is_suppressed=True, basis=None, calls_left=0, other_campaign=True))
    assert answer.reason == "over_plan_limit"
    assert [check.reason for check in answer.checks if check.blocks] == [
        "over_plan_limit",
        "suppressed",
        "consent_missing",
        "duplicate",
    ]


def test_half_past_seven_on_a_monday_in_miami_waits_until_nine() -> None:
    answer = denied(question(now=datetime(2026, 12, 7, 12, 30, tzinfo=UTC)))
    assert (answer.reason, answer.retry_at) == ("outside_window", datetime(2026, 12, 7, 14, 0, tzinfo=UTC))


def test_several_zones_must_all_be_open() -> None:
    early = datetime(2026, 12, 7, 14, 30, tzinfo=UTC)  # 09:30 in New York, 06:30 in Los Angeles
    both = question(now=early, zones=("America/New_York", "America/Los_Angeles"))
    assert denied(both).retry_at == datetime(2026, 12, 7, 17, 0, tzinfo=UTC)


def test_consent_is_only_a_warning_at_a_simulator_and_by_the_owners_word() -> None:
    for changes in ({"is_sandbox": True}, {"consent_is_advice": True}):
        answer = may_dial(question(basis=None, **changes))
        assert isinstance(answer, Allow)
        [warned] = [check for check in answer.checks if check.is_advice]
        assert warned.reason == "consent_missing"


def test_service_messages_need_less_than_marketing() -> None:
    asked = question(basis="existing_customer")
    service = msgspec.structs.replace(asked, campaign=CampaignTerms(purpose="service"))
    assert isinstance(may_dial(service), Allow)


def test_a_registry_gives_way_to_express_consent_the_own_list_never() -> None:
    assert isinstance(may_dial(question(registry="National")), Allow)
    assert denied(question(is_suppressed=True)).reason == "suppressed"


def test_attempts_are_spaced_and_capped() -> None:
    now = MONDAY_NOON
    assert denied(question(dialled=(now - timedelta(minutes=5),))).retry_at == now + timedelta(minutes=10)
    twice = denied(question(dialled=(now - timedelta(hours=3), now - timedelta(hours=2))))
    assert (twice.reason, twice.retry_at) == ("recently_called", datetime(2026, 12, 8, 14, 0, tzinfo=UTC))
    first = now - timedelta(days=29)
    often = denied(question(dialled=tuple(first + timedelta(days=day) for day in range(6))))
    assert often.reason == "attempts_exhausted"
    assert often.retry_at == first + timedelta(days=30)


def test_who_was_called_twice_today_is_skipped_for_that_also_before_the_hours_begin() -> None:
    early = datetime(2026, 12, 7, 12, 30, tzinfo=UTC)
    answer = denied(question(now=early, dialled=(early - timedelta(hours=2), early - timedelta(hours=1))))
    assert (answer.reason, answer.skip_reason) == ("outside_window", "recently_called")


def test_nothing_is_retried_after_the_campaign() -> None:
    evening = datetime(2026, 12, 8, 2, 0, tzinfo=UTC)
    assert denied(question(now=evening, ends_at=evening + timedelta(hours=3))).retry_at is None


def test_a_tenant_widens_within_the_law_and_a_campaign_only_narrows() -> None:
    at_eight = datetime(2026, 12, 7, 13, 0, tzinfo=UTC)
    assert denied(question(now=at_eight)).reason == "outside_window"
    wide = question(now=at_eight, window=WIDEST)
    assert isinstance(may_dial(wide), Allow)
    assert denied(question(now=at_eight - timedelta(minutes=1), window=WIDEST)).reason == "outside_window"
    narrow = CampaignTerms(window=week_of({"mon": {"from": "10:00", "to": "11:00"}}))
    assert denied(msgspec.structs.replace(wide, campaign=narrow)).retry_at == datetime(2026, 12, 7, 15, tzinfo=UTC)
    german = question(
        now=datetime(2026, 12, 7, 8, 30, tzinfo=UTC), country="DE", zones=("Europe/Berlin",), window=WIDEST
    )
    assert denied(german).reason == "outside_window"


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
zone_lists = st.lists(
    st.sampled_from(["America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
                     "America/Anchorage", "Pacific/Honolulu"]),
    min_size=1, max_size=2, unique=True,
)  # fmt: skip
histories = st.lists(st.timedeltas(timedelta(seconds=1), timedelta(days=30)), max_size=8)


@settings(max_examples=300)
@given(moments, zone_lists, histories)
def test_when_it_says_to_ask_again_the_answer_is_yes(now: datetime, zones: list[str], ago: list[timedelta]) -> None:
    dialled = tuple(sorted(now - one for one in ago))
    asked = question(now=now, zones=tuple(zones), dialled=dialled)
    answer = may_dial(asked)
    if isinstance(answer, Deny):
        assert answer.retry_at is not None
        assert answer.retry_at > now
        assert isinstance(may_dial(msgspec.structs.replace(asked, now=answer.retry_at)), Allow)
    else:
        assert not dialled or now - dialled[-1] >= timedelta(minutes=15)


@settings(max_examples=200)
@given(moments, zone_lists, histories, st.sampled_from(["is_suppressed", "is_own", "other_campaign", "is_on_call"]))
def test_knowing_more_against_a_call_never_makes_it_allowed(
    now: datetime, zones: list[str], ago: list[timedelta], fact: str
) -> None:
    asked = question(now=now, zones=tuple(zones), dialled=tuple(sorted(now - one for one in ago)))
    more = msgspec.structs.replace(asked, callee=msgspec.structs.replace(asked.callee, **{fact: True}))
    assert isinstance(may_dial(more), Deny)
    unready = msgspec.structs.replace(asked, agent=AgentTerms(not_ready=("inactive",)))
    assert isinstance(may_dial(unready), Deny)
