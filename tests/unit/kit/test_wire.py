"""How values look on the wire (API specification §1.6)."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from callout.kit.http.wire import money, money_number, naive_stamp, timestamp


def test_times_are_utc_with_milliseconds() -> None:
    moment = datetime(2026, 3, 5, 10, 0, 0, 118_999, tzinfo=timezone(timedelta(hours=-5)))
    assert timestamp(moment) == "2026-03-05T15:00:00.118Z"
    assert timestamp(datetime(2026, 3, 5, tzinfo=UTC)) == "2026-03-05T00:00:00.000Z"
    assert naive_stamp(moment.replace(microsecond=0)) == "2026-03-05T15:00:00"
    assert (timestamp(None), naive_stamp(None)) == (None, None)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("250", "USD", "250.00"),
        ("0", "USD", "0.00"),
        ("0.005", "USD", "0.01"),
        ("2.5", "JPY", "3"),
        ("1.2345", "KWD", "1.235"),
        ("-12.345", "EUR", "-12.35"),
    ],
)
def test_money_is_rounded_half_up_to_the_minor_unit(amount: str, currency: str, shown: str) -> None:
    assert money(Decimal(amount), currency) == shown


def test_absent_money_is_null_and_whole_money_a_whole_number() -> None:
    assert (money(None), money_number(None)) == (None, None)
    assert [money_number(Decimal(text)) for text in ("250.000", "0", "12.50")] == [250, 0, 12.5]
