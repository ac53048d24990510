"""How failed sign-ins slow down and lock an address (pure)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=15)
FREE_ATTEMPTS = 4
LOCKING_ATTEMPT = 10


class Attempt(NamedTuple):
    """What an attempt meets: a pause before its password is looked at, or a lock."""

    number: int
    pause_s: float
    locked_until: datetime | None = None


def pause_before(number: int) -> float:
    """Seconds to wait before the `number`-th attempt of a window: none for four, then 1, 2, 4, 8 and so on."""
    return 0.0 if number <= FREE_ATTEMPTS else float(2 ** (number - FREE_ATTEMPTS - 1))


def next_attempt(failures: int, since: datetime | None, locked_until: datetime | None, now: datetime) -> Attempt:
    """Judges one more attempt after `failures` uninterrupted ones that began at `since`.

    Every attempt counts as failed until its password proves right, so that a burst of simultaneous guesses is counted
    before the first of them is answered.
    """
    if locked_until is not None and locked_until > now:
        return Attempt(failures, 0.0, locked_until)
    is_fresh = since is None or now - since > WINDOW or locked_until is not None
    number = 1 if is_fresh else failures + 1
    if number > LOCKING_ATTEMPT:
        return Attempt(number, 0.0, now + LOCK)
    return Attempt(number, pause_before(number))
