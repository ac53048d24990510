"""What the made-up town asks for: how many jobs an hour, where, how urgent, and how long the customer waits."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from callout.features.dispatch.facts import Job, Priority
from callout.features.dispatch.opening import zone
from callout.features.dispatch.simulation.chance import Chance
from callout.features.dispatch.simulation.people import SERVICE_SHARES, SERVICES, TIMEZONE, somewhere

BY_HOUR: Final = (1, 1, 1, 1, 1, 2, 4, 7, 10, 11, 10, 9, 7, 7, 8, 8, 9, 10, 9, 7, 5, 4, 2, 1)
"""Jobs asked for in each local hour, as shares of the day."""
BY_WEEKDAY: Final = (1.15, 1.05, 1.0, 1.0, 1.1, 0.95, 0.75)
PRIORITIES: Final[tuple[Priority, ...]] = ("urgent", "high", "medium", "low")
PRIORITY_SHARES: Final = (0.1, 0.2, 0.55, 0.15)
PATIENCE_MIN: Final = {"urgent": 30.0, "high": 75.0, "medium": 180.0, "low": 720.0}
"""Median minutes a customer waits for somebody to be found before taking the wish back."""
WORK_H: Final = {"cleaning": 2.5, "plumbing": 1.5, "electrical": 2.0}
VALUE: Final = {"cleaning": 140.0, "plumbing": 220.0, "electrical": 260.0}


class Wish(msgspec.Struct, frozen=True):
    """One job somebody asks for: when, what, how long it takes, and until when the customer waits for a yes."""

    at: datetime
    job: Job
    work_h: float
    gives_up: datetime


def wishes(seed: int, first: datetime, days: int, per_day: float) -> Iterator[Wish]:
    """The jobs of so many local days from `first` (local midnight, aware), in the order they are asked for."""
    for day in range(days):
        start = first + timedelta(days=day)
        yield from sorted(_of_day(seed, start, day, per_day), key=lambda wish: (wish.at, wish.job.order_id))


def _of_day(seed: int, start: datetime, day: int, per_day: float) -> Iterator[Wish]:
    total = sum(BY_HOUR)
    weekday = start.astimezone(zone(TIMEZONE)).weekday()
    for hour, share in enumerate(BY_HOUR):
        expected = per_day * BY_WEEKDAY[weekday] * share / total
        chance = Chance(seed, "demand", day, hour)
        count = int(expected) + chance.happens(expected - int(expected))
        for index in range(count):
            at = start + timedelta(hours=hour, seconds=int(chance.uniform(0, 3600)))
            yield _wish(seed, at, f"job-{day:03d}-{hour:02d}-{index:02d}")


def _wish(seed: int, at: datetime, order_id: str) -> Wish:
    chance = Chance(seed, "wish", order_id)
    service = chance.pick(SERVICES, SERVICE_SHARES)
    place = somewhere(chance)
    priority = chance.pick(PRIORITIES, PRIORITY_SHARES)
    wished = priority in ("medium", "low") and chance.happens(0.4)
    start = _wished_start(chance, at) if wished else None
    job = Job(
        order_id=order_id,
        service=service,
        canonical=service,
        lat=place.lat,
        lng=place.lng,
        priority=priority,
        schedule_source="customer" if wished else "default",
        start=start,
        estimated_value=round(chance.lognormal(VALUE[service], 0.4), 2),
        language="es" if chance.happens(0.12) else "en",
    )
    patience = chance.lognormal(PATIENCE_MIN[priority], 0.5)
    return Wish(at, job, chance.lognormal(WORK_H[service], 0.35), at + timedelta(minutes=patience))


def _wished_start(chance: Chance, at: datetime) -> datetime:
    """A time of the next two days at which somebody would like the work to begin."""
    local = at.astimezone(zone(TIMEZONE))
    day = local + timedelta(days=1 + chance.happens(0.5))
    return day.replace(hour=chance.pick((9, 11, 14, 16), (0.35, 0.25, 0.25, 0.15)), minute=0, second=0, microsecond=0)
