"""Amounts and tax, to the minor unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.billing.money import is_payable, round_money
from callout.features.billing.tax import taxed


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [("20.625", "USD", "20.63"), ("20.624", "USD", "20.62"), ("100.5", "JPY", "101"), ("1.2345", "KWD", "1.235")],
)
def test_amounts_round_half_up_to_the_minor_unit(amount: str, currency: str, rounded: str) -> None:
    assert str(round_money(Decimal(amount), currency)) == rounded


def test_an_amount_finer_than_the_minor_unit_cannot_be_paid() -> None:
    assert is_payable(Decimal("100.10"), "USD")
    assert not is_payable(Decimal("100.101"), "USD")
    assert not is_payable(Decimal("100.5"), "JPY")


def test_250_at_8_25_percent_on_top_is_270_63() -> None:
    amounts = taxed(Decimal(250), Decimal("8.25"), "exclusive", "USD")
    assert (str(amounts.net), str(amounts.tax), str(amounts.gross)) == ("250.00", "20.63", "270.63")


def test_120_with_20_percent_inside_is_100_and_20() -> None:
    amounts = taxed(Decimal(120), Decimal(20), "inclusive", "EUR")
    assert (str(amounts.net), str(amounts.tax), str(amounts.gross)) == ("100.00", "20.00", "120.00")


@given(
    price=st.decimals(min_value=0, max_value=9_999_999, places=2),
    rate=st.decimals(min_value=0, max_value=50, places=2),
    mode=st.sampled_from(["exclusive", "inclusive"]),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_net_and_tax_always_add_up_to_gross(price: Decimal, rate: Decimal, mode: str, currency: str) -> None:
    amounts = taxed(price, rate, mode, currency)  # type: ignore[arg-type]
    assert amounts.net + amounts.tax == amounts.gross
    assert amounts.tax >= 0
    fixed = amounts.net if mode == "exclusive" else amounts.gross
    assert fixed == round_money(price, currency)
