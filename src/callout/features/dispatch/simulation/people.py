"""The vendors of the made-up town: what dispatch knows of them, and how they really are."""

import math
from datetime import datetime, timedelta
from typing import Final

import msgspec

from callout.features.dispatch.facts import VendorFacts, Weekly
from callout.features.dispatch.simulation.chance import Chance
from callout.features.dispatch.track_record import daypart
from callout.kit.geo import Point

CENTRE: Final = Point(39.7990, -89.6440)
TIMEZONE: Final = "America/Chicago"
QUARTERS: Final = ((0.0, 0.0, 4.0, 0.6), (9.0, 5.0, 3.0, 0.25), (-12.0, 7.0, 2.5, 0.15))
"""Where people live: km east and north of the centre, spread in km, share."""
SERVICES: Final = ("cleaning", "plumbing", "electrical")
SERVICE_SHARES: Final = (0.5, 0.3, 0.2)
WORKDAYS: Final = ("mon", "tue", "wed", "thu", "fri")
HOURS: Final = (("08:00", "17:00"), ("07:00", "16:00"), ("09:00", "19:00"), ("12:00", "21:00"))
KM_PER_DEGREE: Final = 111.195
ANSWER_SPREAD: Final = 0.7
BUSY: Final = 0.9
"""Every open job multiplies the wish for another one by this."""
OFF_DUTY: Final = 0.7
"""How much rarer an offer is noticed outside the working hours."""


class Nature(msgspec.Struct, frozen=True):
    """How a vendor really is; dispatch learns it only from answers and outcomes.

    `attention`: chance that an offer is noticed at all in the night, morning, afternoon, evening. `answer_min`: median
    minutes to an answer. `eagerness`: chance of a yes to a job next door on an empty day; it falls with distance by
    1/e every `reach_km`. `skill`: mean success of a job, 0..1. `reliability`: chance that a job taken is carried out.
    """

    attention: tuple[float, float, float, float]
    answer_min: float
    eagerness: float
    reach_km: float
    skill: float
    reliability: float
    online_share: float


class Worker(msgspec.Struct, frozen=True):
    """One vendor: the facts that never change, the nature, and when he joined (before the town began: None)."""

    facts: VendorFacts
    nature: Nature
    joins: datetime | None = None

    @property
    def vendor_id(self) -> str:
        return self.facts.vendor_id


class Reaction(msgspec.Struct, frozen=True):
    """What a vendor does with an offer: silence (no minutes), or a yes or no after so many minutes."""

    minutes: float | None
    yes: bool


WILLING: Final = Nature(
    attention=(0.2, 1.0, 1.0, 1.0),
    answer_min=1.0,
    eagerness=0.98,
    reach_km=60.0,
    skill=0.8,
    reliability=1.0,
    online_share=1.0,
)
"""Somebody who wants work: notices every offer by day, answers in a minute, and hardly ever refuses."""


def make_worker(seed: int, number: int, joins: datetime | None = None, nature: Nature | None = None) -> Worker:
    """The n-th vendor of the town of a seed; newcomers have numbers and luck of their own, and may have a nature."""
    vendor_id = f"{'new' if joins else 'vendor'}-{number:03d}"
    chance = Chance(seed, "worker", vendor_id)
    place = somewhere(chance)
    main = SERVICES[number % len(SERVICES)] if joins else chance.pick(SERVICES, SERVICE_SHARES)
    services = [main, *(code for code in SERVICES if code != main and chance.happens(0.2))]
    skill = min(max(chance.normal(0.78, 0.13), 0.3), 0.98)
    facts = VendorFacts(
        vendor_id=vendor_id,
        name=vendor_id,
        services=tuple(services),
        lat=place.lat,
        lng=place.lng,
        radius_km=chance.pick((8.0, 12.0, 20.0, 30.0), (0.2, 0.35, 0.3, 0.15)),
        timezone=TIMEZONE,
        working_hours=_hours(chance),
        languages=("en", "es") if chance.happens(0.3) else ("en",),
        max_open_jobs=chance.pick((2, 3, 5), (0.2, 0.6, 0.2)),
        daily_cap=6,
        joined_at=joins,
    )
    return Worker(facts, nature or _nature(chance, skill), joins)


def reaction(
    seed: int, worker: Worker, order_id: str, *, at: datetime, km: float, open_jobs: int, open_now: bool, attempt: int
) -> Reaction:
    """How a worker takes an offer sent at a moment; the same for every strategy that makes it."""
    nature = worker.nature
    chance = Chance(seed, "answer", order_id, worker.vendor_id, attempt)
    notices = nature.attention[daypart(at, worker.facts.timezone)] * (1.0 if open_now else OFF_DUTY)
    seen, minutes, wish = chance.uniform(), chance.lognormal(nature.answer_min, ANSWER_SPREAD), chance.uniform()
    if seen >= notices:
        return Reaction(None, yes=False)
    likes = nature.eagerness * math.exp(-km / nature.reach_km) * BUSY**open_jobs
    return Reaction(minutes, yes=wish < likes)


def somewhere(chance: Chance) -> Point:
    """A place where people live."""
    east, north, spread, _ = chance.pick(QUARTERS, [share for *_, share in QUARTERS])
    north_km, east_km = chance.normal(north, spread), chance.normal(east, spread)
    return Point(CENTRE.lat + north_km / KM_PER_DEGREE, CENTRE.lng + east_km / (KM_PER_DEGREE * 0.7683))


def joining_days(first: datetime, count: int, days: int) -> list[datetime]:
    """When newcomers join: evenly over so many days, at eight in the morning UTC-6."""
    return [first + timedelta(days=index * days // max(count, 1), hours=8) for index in range(count)]


def _hours(chance: Chance) -> Weekly:
    opens, closes = chance.pick(HOURS, (0.5, 0.2, 0.2, 0.1))
    span = [{"from": opens, "to": closes}]
    weekly: Weekly = dict.fromkeys(WORKDAYS, span)
    if chance.happens(0.5):
        weekly["sat"] = span
    if chance.happens(0.15):
        weekly["sun"] = span
    return weekly


def _nature(chance: Chance, skill: float) -> Nature:
    attentive = min(max(chance.normal(0.88, 0.12), 0.3), 0.99)
    return Nature(
        attention=(0.15 * attentive, attentive, 0.95 * attentive, 0.8 * attentive),
        answer_min=chance.lognormal(2.0, 0.5),
        eagerness=min(max(chance.normal(0.8, 0.18), 0.2), 0.98),
        reach_km=chance.uniform(15.0, 40.0),
        skill=skill,
        reliability=0.9 + 0.1 * skill,
        online_share=chance.uniform(0.6, 1.0),
    )
