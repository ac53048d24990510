"""The state of an invoice follows from its sums and dates."""

from datetime import date
from decimal import Decimal

import pytest

from callout.features.billing.lifecycle import Standing, due_on, extension_fault, reminders_owed, settled

DUE = date(2026, 4, 4)
TOTAL = Decimal("270.63")


def _status(before: str, paid: str = "0", credited: str = "0", today: date = DUE, total: Decimal = TOTAL) -> str:
    return settled(Standing(before, total, Decimal(paid), Decimal(credited), DUE), today)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "paid", "credited", "after"),
    [
        ("sent", "100", "0", "sent"),
        ("sent", "270.63", "0", "paid"),
        ("draft", "100", "0", "draft"),
        ("draft", "270.63", "0", "paid"),
        ("sent", "0", "270.63", "credited"),
        ("paid", "270.63", "270.63", "credited"),
        ("sent", "100", "170.63", "paid"),
        ("paid", "0", "0", "sent"),
    ],
)
def test_state_follows_from_payment_and_credit(before: str, paid: str, credited: str, after: str) -> None:
    assert _status(before, paid, credited) == after


def test_a_reversed_payment_after_the_due_date_makes_it_overdue() -> None:
    assert _status("paid", today=date(2026, 4, 5)) == "overdue"
    assert _status("paid", today=DUE) == "sent"


def test_nothing_to_pay_is_paid() -> None:
    assert _status("draft", total=Decimal(0)) == "paid"


def test_due_date_counts_calendar_days() -> None:
    assert due_on(date(2026, 3, 20), 15) == DUE


def test_reminders_are_owed_one_seven_and_fourteen_days_after_the_due_date() -> None:
    owed = [reminders_owed(DUE, date(2026, 4, day), [1, 7, 14]) for day in (4, 5, 10, 11, 17, 18)]
    assert owed == [0, 1, 1, 2, 2, 3]


def test_a_due_date_moves_once_later_and_by_at_most_ninety_days() -> None:
    assert extension_fault(DUE, date(2026, 4, 20), extended_before=False) is None
    assert extension_fault(DUE, date(2026, 4, 20), extended_before=True) == "already_extended"
    assert extension_fault(DUE, DUE, extended_before=False) == "not_later"
    assert extension_fault(DUE, date(2026, 7, 4), extended_before=False) == "too_late"
