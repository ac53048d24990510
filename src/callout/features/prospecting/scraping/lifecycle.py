"""The life of a scrape job (product specification §5.5). Pure."""

from collections.abc import Mapping
from typing import Final

from callout.features.prospecting.scraping.errors import InvalidTransition

STEPS: Final[Mapping[str, frozenset[str]]] = {
    "queued": frozenset({"running", "paused", "stopped", "completed", "failed"}),
    "running": frozenset({"paused", "stopped", "completed", "failed"}),
    "paused": frozenset({"running", "stopped"}),
    "failed": frozenset({"running"}),
    "completed": frozenset(),
    "stopped": frozenset(),
}
"""State → the states it may become. A failed job is taken up again by resuming it."""
AT_WORK: Final = frozenset({"queued", "running"})
ORDERLY_ENDS: Final = frozenset({"completed", "stopped"})


def step(current: str, to: str) -> bool:
    """Whether there is anything to do to bring a job from one state to another; False when it is there already.

    Raises:
        InvalidTransition: there is no way.
    """
    if current == to:
        return False
    if to not in STEPS[current]:
        raise InvalidTransition(current, to, sorted(STEPS[current]))
    return True
