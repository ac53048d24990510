"""The search radii of an order: from the configured radius outwards."""

from collections.abc import Sequence


def ring_radii(base_km: float, max_km: float, factors: Sequence[float] = (1.0, 2.5, 5.0)) -> tuple[float, ...]:
    """The rings of an order in km, innermost first; every ring is capped by `max_km` and equal rings collapse."""
    return tuple(sorted({min(base_km * factor, max_km) for factor in factors}))
