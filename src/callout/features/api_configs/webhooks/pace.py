"""When a delivery is tried again, and when its endpoint is given up. Pure."""

from datetime import datetime, timedelta

RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 18_000, 36_000, 36_000))
"""Pauses between the attempts of one delivery: about 28 hours in all."""
ATTEMPTS = len(RETRY_AFTER) + 1
GIVEN_UP_AFTER = timedelta(hours=48)
"""An endpoint that took nothing for so long is switched off."""
GONE = 410
_SPREAD = 0.2


def next_attempt(attempt: int, now: datetime, chance: float) -> datetime | None:
    """When to try again after the given attempt (from 1) failed; None when it was the last.

    Args:
        attempt: the one that failed.
        now: aware UTC.
        chance: 0..1; spreads attempts that failed together over a fifth of the pause.
    """
    if not 1 <= attempt <= len(RETRY_AFTER):
        return None
    return now + RETRY_AFTER[attempt - 1] * (1 + _SPREAD * chance)


def given_up(failing_since: datetime, now: datetime, code: int | None) -> str | None:
    """Why an endpoint is switched off after a failure; None while it is tried further."""
    if code == GONE:
        return "the endpoint answered 410 Gone"
    if now - failing_since >= GIVEN_UP_AFTER:
        return "nothing was taken for 48 hours"
    return None
