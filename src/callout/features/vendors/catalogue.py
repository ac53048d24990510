"""The services every tenant starts with, and the price bands of a service. Pure."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

Tier = Mapping[str, Any]

CANONICAL: Final = (
    *("cleaning", "plumbing", "electrical", "repairs", "maintenance", "hvac", "landscaping"),
    *("security", "delivery", "painting", "carpentry", "pest_control", "other"),
)
ALIASES: Final = {"ac_repair": "hvac", "repair": "repairs"}
"""Names of canonical services that input may use as well."""

TIER_NAMES: Final = ("basic", "standard", "premium")
OTHER_BASE_PRICE: Final = Decimal(200)


class Seed(NamedTuple):
    """A catalogue row a tenant starts with; `words` are its synonyms between semicolons."""

    code: str
    label: str
    words: str
    base_price: Decimal = OTHER_BASE_PRICE
    edges: tuple[int, int, int] | None = None

    @property
    def synonyms(self) -> list[str]:
        return self.words.split("; ")


SEEDS: Final = (
    Seed(
        "cleaning",
        "Cleaning",
        "clean; cleaner; cleaners; deep clean; house cleaning; office cleaning; janitorial; housekeeping; "
        "maid service; carpet cleaning; window cleaning; move out cleaning",
        Decimal(150),
        (100, 200, 350),
    ),
    Seed(
        "plumbing",
        "Plumbing",
        "plumber; plumbers; leak; leaking pipe; burst pipe; pipe; drain; clogged drain; toilet; faucet; water heater; "
        "sewer",
        Decimal(200),
        (150, 250, 400),
    ),
    Seed(
        "electrical",
        "Electrical",
        "electrician; electricians; wiring; rewiring; outlet; circuit breaker; lighting; power outage; fuse box; "
        "electrical panel",
        Decimal(250),
        (200, 300, 500),
    ),
    Seed(
        "repairs",
        "Repairs",
        "repair; fix; handyman; appliance repair; door repair; furniture repair; roof repair",
        Decimal(220),
    ),
    Seed(
        "maintenance",
        "Maintenance",
        "upkeep; servicing; inspection; preventive maintenance; property maintenance; pool maintenance",
        Decimal(180),
    ),
    Seed(
        "hvac",
        "Heating and cooling",
        "ac repair; air conditioning; air conditioner; heating; furnace; heat pump; ventilation; boiler",
    ),
    Seed(
        "landscaping",
        "Landscaping",
        "landscaper; lawn care; lawn mowing; gardening; gardener; tree trimming; hedge trimming; yard work",
        Decimal(300),
    ),
    Seed(
        "security",
        "Security",
        "security guard; alarm system; cctv; security camera; locksmith; access control",
        Decimal(400),
    ),
    Seed("delivery", "Delivery", "courier; shipping; moving; movers; haulage; pick up and drop off"),
    Seed("painting", "Painting", "painter; painters; repaint; wall painting; exterior painting"),
    Seed("carpentry", "Carpentry", "carpenter; woodwork; cabinet; cabinets; decking; framing"),
    Seed("pest_control", "Pest control", "exterminator; termites; rodents; bed bugs; fumigation; pests"),
    Seed("other", "Other work", "general labor; odd job; miscellaneous"),
)
"""The thirteen canonical services with their base prices in the tenant's currency."""


def canonical_of(name: str) -> str:
    """The canonical service a name means.

    Raises:
        ValueError: no such service.
    """
    found = ALIASES.get(name, name)
    if found not in CANONICAL:
        raise ValueError(f"not a canonical service; one of {', '.join(CANONICAL)}")
    return found


def default_tiers(base: Decimal, edges: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Price bands around a base price: up to 4/3, up to 7/3 and above, whole currency units.

    Args:
        base: the base price.
        edges: lower edge of the first band and upper edges of the first two, where they are fixed.
    """
    low, middle, high = edges or tuple(int(_whole(base * part / 3)) for part in (2, 4, 7))
    return [
        {"name": "basic", "min": low, "max": middle},
        {"name": "standard", "min": middle, "max": high},
        {"name": "premium", "min": high, "max": None},
    ]


def check_tiers(tiers: Sequence[Tier]) -> None:
    """Refuses bands that leave gaps, overlap, fall or repeat a name.

    Raises:
        ValueError: says what is wrong.
    """
    names = [str(tier["name"]) for tier in tiers]
    if names != [name for name in TIER_NAMES if name in names] or len(set(names)) != len(names):
        raise ValueError("tiers are basic, standard, premium in this order, each at most once")
    for position, tier in enumerate(tiers):
        ceiling, last = tier.get("max"), position == len(tiers) - 1
        if ceiling is None and not last:
            raise ValueError("only the last tier may have no upper end")
        if ceiling is not None and ceiling <= tier["min"]:
            raise ValueError("a tier must end above its beginning")
        if not last and tiers[position + 1]["min"] != ceiling:
            raise ValueError("each tier must begin where the one before ends")


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), ROUND_HALF_UP)
