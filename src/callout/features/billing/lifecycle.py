"""The state of an invoice as a function of its sums and dates, and the dates themselves."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

Status = Literal["draft", "sent", "overdue", "paid", "credited"]
MAX_EXTENSION = timedelta(days=90)


class Standing(msgspec.Struct, frozen=True):
    """What decides the state of an invoice. Amounts in the invoice's currency."""

    status: Status
    total: Decimal
    paid: Decimal
    credited: Decimal
    due_date: date


def balance(total: Decimal, paid: Decimal, credited: Decimal) -> Decimal:
    """What is still to be paid, never below zero."""
    return max(total - paid - credited, Decimal(0))


def refund_due(total: Decimal, paid: Decimal, credited: Decimal) -> Decimal:
    """What was paid in excess of what is owed after credit."""
    return max(paid + credited - total, Decimal(0))


def settled(standing: Standing, today: date) -> Status:
    """The state that follows from the sums.

    Credit of the whole total wins over payment; a paid invoice whose payment is reversed goes back to sent or
    overdue by its due date; a draft stays a draft until it is delivered or paid.
    """
    if standing.total > 0 and standing.credited >= standing.total:
        return "credited"
    if balance(standing.total, standing.paid, standing.credited) == 0:
        return "paid"
    if standing.status == "draft":
        return "draft"
    return "overdue" if standing.due_date < today else "sent"


def due_on(invoice_date: date, due_days: int) -> date:
    """The due date: `due_days` calendar days after the invoice date."""
    return invoice_date + timedelta(days=due_days)


def extension_fault(current: date, wanted: date, *, extended_before: bool) -> str | None:
    """Why a due date cannot be moved, or None. Once per document, later, by at most 90 days."""
    if extended_before:
        return "already_extended"
    if wanted <= current:
        return "not_later"
    if wanted - current > MAX_EXTENSION:
        return "too_late"
    return None


def reminders_owed(due_date: date, today: date, reminder_days: Sequence[int]) -> int:
    """How many reminders should have gone out by today: one per mark of days overdue that has passed."""
    overdue_days = (today - due_date).days
    return sum(1 for mark in reminder_days if overdue_days > 0 and mark <= overdue_days)
