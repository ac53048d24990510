"""How likely a vendor accepts an offer now: a Beta posterior that backs off from daypart to vendor to service."""

from typing import Final

PRIOR_MEAN: Final = 0.40
STRENGTH: Final = 6.0
FLOOR: Final = 0.02
CEILING: Final = 0.98


def posterior(accepts: float, offers: float, prior: float) -> float:
    """Mean of a Beta posterior whose prior has this mean and weighs six offers."""
    return (accepts + STRENGTH * prior) / (offers + STRENGTH)


def accept_probability(
    daypart: tuple[float, float],
    vendor: tuple[float, float],
    service: tuple[float, float],
) -> float:
    """The chance of a yes; each pair is (accepts, offers), decayed.

    The service's own rate (prior 0.40) is the prior of the vendor's, and that the prior of the vendor in this part of
    the day. Clamped to 0.02..0.98 so that nobody is ever certain.
    """
    estimate = PRIOR_MEAN
    for accepts, offers in (service, vendor, daypart):
        estimate = posterior(accepts, offers, estimate)
    return min(max(estimate, FLOOR), CEILING)
