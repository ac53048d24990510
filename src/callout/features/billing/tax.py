"""Net, tax and gross of one line, with tax on top of the price or contained in it."""

from decimal import Decimal
from typing import Literal

import msgspec

from callout.features.billing.money import round_money

TaxMode = Literal["exclusive", "inclusive"]
HUNDRED = Decimal(100)


class Taxed(msgspec.Struct, frozen=True):
    """A rounded line: `net + tax == gross` exactly."""

    net: Decimal
    tax: Decimal
    gross: Decimal


def taxed(price: Decimal, rate: Decimal, mode: TaxMode, currency: str) -> Taxed:
    """Splits a price.

    Args:
        price: What was agreed: net when `mode` is exclusive, gross when inclusive.
        rate: Percent, 0 to 50.
        mode: Whether the tax comes on top or is contained.
        currency: ISO 4217; rounding is half-up to its minor unit.
    """
    if mode == "inclusive":
        gross = round_money(price, currency)
        net = round_money(gross / (1 + rate / HUNDRED), currency)
        return Taxed(net, gross - net, gross)
    net = round_money(price, currency)
    tax = round_money(net * rate / HUNDRED, currency)
    return Taxed(net, tax, net + tax)
