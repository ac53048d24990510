"""The plans an installation starts with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

METRICS: Final = (
    *("leads", "calls_per_month", "vendors", "agents", "campaigns", "phone_numbers", "cloned_voices", "team_users"),
    "concurrent_calls",
)


def _plan(
    code: str, name: str, limits: str, *, price: str = "0.00", interval: str = "none", trial_days: int = 0
) -> dict[str, Any]:
    numbers = [None if word == "-" else int(word) for word in limits.split()]
    return {
        "code": code,
        "name": name,
        "price": Decimal(price),
        "currency": "USD",
        "interval": interval,
        "trial_days": trial_days,
        "limits": dict(zip(METRICS, numbers, strict=True)),
        "features": [],
        "is_public": code in {"trial", "pro", "enterprise"},
        "is_active": True,
    }


PLANS: Final = (
    _plan("trial", "Trial", "100 20 3 1 2 1 1 2 2", trial_days=7),
    _plan("pro", "Pro", "- 500 - 5 10 3 5 5 5", price="15.00", interval="month"),
    _plan("enterprise", "Enterprise", "- - - - - - - - 50"),
    _plan("self_hosted", "Self-hosted", "- - - - - - - - 20"),
)
"""Limits in the order of `METRICS`; `-` is unlimited (product specification, section 6.17)."""
