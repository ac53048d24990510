"""States of the USA that are stricter than the federal hours narrow whatever a business wants; each names its law."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.unit.calling.compliance.questions import question

from callout.features.calling.compliance.numbering import number_facts
from callout.features.calling.compliance.profiles import profile_of, profile_view
from callout.features.calling.compliance.question import Allow, Deny
from callout.features.calling.compliance.rules import may_dial
from callout.features.calling.compliance.us_states import hours_in, states
from callout.features.calling.compliance.windows import LIMIT, intersect, week_of

ALWAYS = week_of({day: {"from": "08:00", "to": "21:00"} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")})
EASTERN = ZoneInfo("America/New_York")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of December 2026, Eastern time; the 7th is a Monday."""
    return datetime(2026, 12, day, hour, minute, tzinfo=EASTERN).astimezone(UTC)


def answer(state: str | None, moment: datetime, **changes: object) -> Allow | Deny:
    return may_dial(question(moment, state=state, **changes))


@pytest.mark.parametrize(
    ("state", "moment", "opens"),
    [
        ("KY", at(7, 9, 30), at(7, 10)),
        ("RI", at(7, 18, 30), at(8, 9)),
        ("RI", at(12, 17, 30), at(14, 9)),
        ("PA", at(13, 12), at(14, 9)),
        ("PA", at(7, 19), at(8, 9)),
        ("TX", at(13, 11), at(13, 12)),
        ("FL", at(7, 20, 30), at(8, 8)),
        ("ME", at(12, 12), at(14, 9)),
        ("WA", at(7, 20), at(8, 8)),
    ],
)
def test_a_state_closes_hours_the_business_would_like(state: str, moment: datetime, opens: datetime) -> None:
    denied = answer(state, moment, window=ALWAYS)
    assert isinstance(denied, Deny)
    assert (denied.reason, denied.retry_at) == ("outside_window", opens)
    assert isinstance(answer("NY", moment, window=ALWAYS), Allow)
    assert isinstance(answer(None, moment, window=ALWAYS), Allow)


def test_the_default_hours_are_narrowed_too() -> None:
    assert isinstance(answer("KY", at(7, 9, 30)), Deny)
    assert isinstance(answer("KY", at(7, 10)), Allow)
    assert isinstance(answer("NY", at(7, 9, 30)), Allow)


def test_a_state_never_widens_and_counts_in_the_united_states_only() -> None:
    us, canada = profile_of("US"), profile_of("CA")
    for code in states():
        assert intersect(hours_in(code), LIMIT) == hours_in(code)
        assert intersect(us.window(None, None, code), us.window(None, None)) == us.window(None, None, code)
        assert canada.window(None, None, code) == canada.window(None, None)
    assert hours_in(None) == hours_in("other") == LIMIT


def test_each_state_names_its_law_and_is_shown() -> None:
    shown = profile_view(profile_of("US"))["window_by_state"]
    assert set(shown) == set(states())
    assert all(state["law"] and state["read"] in {"text", "cited"} for state in shown.values())
    assert profile_view(profile_of("DE"))["window_by_state"] == {}


@pytest.mark.parametrize(
    ("phone", "state"),
    [
        ("+15025550123", "KY"),
        ("+14015550123", "RI"),
        ("+12155550123", "PA"),
        ("+18005550123", None),
        ("+12125550123", "NY"),
    ],
)
def test_the_area_code_tells_the_state(phone: str, state: str | None) -> None:
    assert number_facts(phone).state == state
