# ruff: noqa: RUF001 - listings write ranges with en dashes
"""Opening hours as listings write them, and the time they make good for a call."""

import pytest

from callout.features.prospecting.hours import UNKNOWN_HOURS, best_time_to_call, opening_of, plain_hours

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        (f"9{NARROW}AM–5{NARROW}PM", "09:00", "17:00"),
        ("9:30 AM – 6 PM", "09:30", "18:00"),
        ("12–9 PM", "12:00", "21:00"),
        ("9–5 PM", "09:00", "17:00"),
        ("09:00–17:00", "09:00", "17:00"),
        ("08.00-16.30", "08:00", "16:30"),
        ("9 AM to 5 PM", "09:00", "17:00"),
        ("8:00 bis 12:30", "08:00", "12:30"),
        ("11 AM–12 AM", "11:00", "24:00"),
        ("6 PM–2 AM", "18:00", "24:00"),
        ("9 AM–12 PM, 1–5 PM", "09:00", "17:00"),
        ("9 a.m.-5 p.m.", "09:00", "17:00"),
    ],
)
def test_a_day_is_understood(text: str, opens: str, closes: str) -> None:
    def minutes(clock: str) -> int:
        return int(clock[:2]) * 60 + int(clock[3:])

    assert opening_of(text) == (minutes(opens), minutes(closes))


@pytest.mark.parametrize(
    "text", ["Closed", "", "Open 24 hours", "Deschis 24 de ore", "Non-stop", "by appointment", "25–30"]
)
def test_what_names_no_span_is_unknown(text: str) -> None:
    assert opening_of(text) is None


def test_the_time_is_an_hour_inside_the_most_usual_day() -> None:
    week = {"Friday": "9 AM–3 PM", "Monday": "8 AM–6 PM", "Saturday": "Closed", "Tuesday": "8 AM–6 PM"}
    assert best_time_to_call(week) == "09:00–17:00"


@pytest.mark.parametrize(
    "hours",
    [None, {}, {"Monday": "Closed"}, {"Monday": "Open 24 hours"}, {"Monday": "9–11 AM"}, {"Monday": "00:00–24:00"}],
)
def test_unknown_short_and_endless_days_get_the_usual_time(hours: dict[str, str] | None) -> None:
    assert best_time_to_call(hours) == UNKNOWN_HOURS == "10:00–16:00"


def test_spans_of_a_day_are_joined_and_the_rest_is_kept_short() -> None:
    assert plain_hours([("Monday", ["9 AM–12 PM", "1–5 PM"]), ("Tue\0sday", "x" * 300)]) == {
        "Monday": "9 AM–12 PM, 1–5 PM",
        "Tuesday": "x" * 100,
    }
    assert plain_hours([]) is None
