"""Short talks for the tests of the analysis."""

from datetime import UTC, datetime

from callout.features.conversations.analysis import analyse
from callout.features.conversations.model import Analysis, CallContext, ContactFacts, Geo, Place, ServiceTerm, Turn
from callout.features.vendors.catalogue import SEEDS

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
SERVICES = tuple(ServiceTerm(seed.code, seed.code, seed.label, tuple(seed.synonyms)) for seed in SEEDS)
OAK_STREET = Place(address="12 Oak Street", city="Springfield", geo=Geo(39.799, -89.644), precision="rooftop")
ANNA = ContactFacts(name="Anna Reyes", place=OAK_STREET)


def context(contact: ContactFacts | None = None, number: str | None = "+13055550100") -> CallContext:
    """A call to a number in the United States on a Monday morning."""
    return CallContext(
        called_number=number,
        started_at=MONDAY,
        timezone="America/New_York",
        tenant_name="Bright Home",
        agent_name="Mia",
        contact=contact,
        services=SERVICES,
    )


def turns(*lines: str) -> list[Turn]:
    """Lines of a talk; those of the agent begin with "A:"."""
    return [
        Turn(
            seq=seq,
            speaker="agent" if line.startswith("A:") else "customer",
            content=line.removeprefix("A:").strip(),
        )
        for seq, line in enumerate(lines, 1)
    ]


def heard(*lines: str, contact: ContactFacts | None = None, number: str | None = "+13055550100") -> Analysis:
    """The analysis of a talk."""
    return analyse(turns(*lines), context(contact, number))
