"""Who a persona is in one rehearsal: name, address, need, time. Invented from a seed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec

from callout.features.calling.brain.brief import Brief
from callout.features.calling.rehearsal.personas import Persona
from callout.features.conversations.hearing import zone_of

_NAMES = (
    "Anna Reyes", "David Cooper", "Maria Lopez", "James Carter", "Linda Brooks", "Robert Hayes", "Emily Watson",
    "Michael Turner", "Susan Parker", "Daniel Foster", "Laura Bennett", "Peter Morgan",
)  # fmt: skip
_STREETS = (
    "Oak Street", "Maple Avenue", "Pine Road", "Cedar Lane", "Elm Street", "Washington Avenue", "Lincoln Drive",
    "Sunset Boulevard", "Willow Lane", "Hill Road",
)  # fmt: skip
_CITIES = ("Springfield", "Denver", "Austin", "Portland", "Tampa", "Dayton")
_CLOCK = (
    ("2 PM", time(14)),
    ("10 AM", time(10)),
    ("3:30 PM", time(15, 30)),
    ("9 in the morning", time(9)),
    ("1 PM", time(13)),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a persona knows about itself. `at` is the moment its `day` and `hour` mean, aware."""

    name: str
    address: str
    city: str
    service_code: str | None
    need: str
    day: str
    hour: str
    at: datetime
    email: str

    def places(self, brief: Brief) -> dict[str, str]:
        """The words its lines may use."""
        return {
            "name": self.name,
            "first": self.name.split()[0],
            "address": self.address,
            "city": self.city,
            "need": self.need,
            "day": self.day,
            "hour": self.hour,
            "email": self.email,
            "agent": brief.agent_name,
            "business": brief.business_name,
        }


def invent(persona: Persona, brief: Brief, random: Random, now: datetime) -> Facts:
    """A person for this rehearsal.

    Args:
        persona: may ask for a certain service or words of need.
        brief: whose services can be needed.
        random: seeded.
        now: aware; days are said relative to it.
    """
    zone = zone_of(brief.context)
    name = random.choice(_NAMES)
    if brief.context.contact and brief.context.contact.name:
        name = brief.context.contact.name
    codes = [one for one in brief.context.services if one.code != "other"]
    wanted = [one for one in codes if one.canonical == persona.service] or codes
    service = random.choice(wanted) if wanted else None
    need = service.label.lower() if service else "some help"
    if persona.needs and (service is None or persona.service in (None, service.canonical)):
        need = random.choice(persona.needs)
    day, when = _day(random, now.astimezone(zone).date())
    hour, at = random.choice(_CLOCK)
    return Facts(
        name=name,
        address=f"{random.randint(10, 990)} {random.choice(_STREETS)}",
        city=random.choice(_CITIES),
        service_code=service.code if service else None,
        need=need,
        day=day,
        hour=hour,
        at=datetime.combine(when, at, tzinfo=ZoneInfo(zone.key)),
        email=f"{name.split()[0].lower()}@example.com",
    )


def _day(random: Random, today: date) -> tuple[str, date]:
    ahead = random.randint(1, 5)
    day = today + timedelta(days=ahead)
    if ahead == 1:
        return "tomorrow", day
    return f"on {_WEEKDAYS[day.weekday()]}", day
