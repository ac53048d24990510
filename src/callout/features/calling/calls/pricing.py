"""What the services of a call cost, by list prices (`prices.toml`); what has no price stays without one. Pure."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec

from callout.features.calling.hosting.ports import Usage

_FILE = Path(__file__).parent / "prices.toml"


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """A list price: `usd` for `per` of `unit`, as `source` had it on a day."""

    provider: str
    service: str
    models: tuple[str, ...]
    unit: str
    per: int
    usd: Decimal
    source: str
    as_of: date

    def is_of(self, use: Usage) -> bool:
        """Whether this is the price of a use."""
        return (self.provider, self.service, self.unit) == (use.provider, use.service, use.unit) and any(
            (use.model or "").startswith(model) for model in self.models
        )


@cache
def prices() -> tuple[Price, ...]:
    """All list prices."""
    return msgspec.convert(tomllib.loads(_FILE.read_text("utf-8"))["price"], tuple[Price, ...], strict=False)


def priced(use: Usage) -> Usage:
    """The use with its cost: the one it came with, else by list price; None where there is neither."""
    if use.cost is not None:
        return use
    price = next((price for price in prices() if price.is_of(use)), None)
    if price is None:
        return use
    return msgspec.structs.replace(use, cost=Decimal(str(use.units)) * price.usd / price.per, currency="USD")


def by_part(uses: Iterable[Usage]) -> list[Usage]:
    """One use for each service of a provider, priced: an unknown part leaves its sum unknown."""
    parts: dict[tuple[str, str, str], list[Usage]] = defaultdict(list)
    for use in uses:
        parts[use.provider, use.service, use.unit].append(priced(use))
    return [_sum(same) for same in parts.values()]


def _sum(uses: Sequence[Usage]) -> Usage:
    costs = [use.cost for use in uses if use.cost is not None]
    is_known = len(costs) == len(uses) and len({use.currency for use in uses}) == 1
    return msgspec.structs.replace(
        uses[0], units=sum(use.units for use in uses), cost=sum(costs, start=Decimal(0)) if is_known else None
    )
