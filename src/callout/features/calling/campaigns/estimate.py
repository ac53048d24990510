"""How long a campaign will take and what it may cost: ranges, from its own past where there is one. Pure."""

from decimal import Decimal
from typing import Any

import msgspec

ASSUMED_ANSWER_RATE = 0.35
ASSUMED_TALK_S = 90.0
RING_S = 20.0
ASSUMED_PER_MIN = Decimal("0.15")
"""US dollars for a minute on the line: carrier, speech both ways, language model, at list prices."""
_SPREAD = (0.6, 1.5)
_KNOWN_SPREAD = (0.8, 1.25)
_MEANINGFUL = 20


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of the last 90 days. `per_min` in `currency`, None where no cost is known."""

    dialled: int = 0
    answered: int = 0
    mean_talk_s: float | None = None
    per_min: Decimal | None = None
    currency: str = "USD"


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What to expect.

    Attributes:
        minutes: on the line in all.
        minutes_low, minutes_high: the range of it.
        cost_low, cost, cost_high: in `currency`, two decimals.
        duration_min_low, duration_min_high: from the first call to the last within the hours, at the campaign's pace.
        is_assumed: there is no past to go by.
    """

    calls: int
    minutes: int
    minutes_low: int
    minutes_high: int
    cost: Decimal
    cost_low: Decimal
    cost_high: Decimal
    currency: str
    duration_min_low: int
    duration_min_high: int
    is_assumed: bool


def estimate(
    contacts: int, past: Past, *, max_retries: int, most_at_once: int, interval_s: int, max_duration_s: int
) -> Estimate:
    """What calling some contacts takes.

    Args:
        contacts: that will be called.
        past: of the tenant.
        max_retries: further attempts for who does not answer.
        most_at_once: calls at the same time.
        interval_s: between the beginnings of two calls.
        max_duration_s: longest call.
    """
    is_assumed = past.dialled < _MEANINGFUL
    rate = ASSUMED_ANSWER_RATE if is_assumed else past.answered / past.dialled
    talk_s = min(float(max_duration_s), ASSUMED_TALK_S if is_assumed or past.mean_talk_s is None else past.mean_talk_s)
    attempts = sum((1 - rate) ** attempt for attempt in range(max_retries + 1))
    reached = 1 - (1 - rate) ** (max_retries + 1)
    calls = contacts * attempts
    minutes = (calls * RING_S + contacts * reached * talk_s) / 60
    low, high = _SPREAD if is_assumed else _KNOWN_SPREAD
    price = ASSUMED_PER_MIN if past.per_min is None else past.per_min
    pace_min = max(calls * interval_s / 60, minutes / max(1, most_at_once))

    def cost(factor: float) -> Decimal:
        return (Decimal(str(round(minutes * factor, 3))) * price).quantize(Decimal("0.01"))

    return Estimate(
        calls=round(calls),
        minutes=_up(minutes),
        minutes_low=_up(minutes * low),
        minutes_high=_up(minutes * high),
        cost=cost(1),
        cost_low=cost(low),
        cost_high=cost(high),
        currency=past.currency if past.per_min is not None else "USD",
        duration_min_low=_up(contacts * interval_s / 60 if contacts else 0),
        duration_min_high=_up(pace_min * high),
        is_assumed=is_assumed,
    )


def estimate_view(made: Estimate) -> dict[str, Any]:
    """The estimate as it is shown."""
    return {
        "estimated_calls": made.calls,
        "estimated_minutes": made.minutes,
        "estimated_minutes_range": [made.minutes_low, made.minutes_high],
        "estimated_cost": str(made.cost),
        "estimated_cost_range": [str(made.cost_low), str(made.cost_high)],
        "currency": made.currency,
        "estimated_duration_min_range": [made.duration_min_low, max(made.duration_min_low, made.duration_min_high)],
        "is_assumed": made.is_assumed,
    }


def _up(value: float) -> int:
    return int(value) + (value > int(value))
