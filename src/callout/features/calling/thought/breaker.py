"""Which keys are left alone for a while because they failed. The rule is pure; the book of it is kept per process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from callout.features.calling.ports import KeyRefused, ProviderFailed, QuotaSpent, RateLimited, RequestRefused
from callout.features.calling.thought.ports import Declined

FAILURES = 3
REST = timedelta(seconds=30)
LONG_REST = timedelta(minutes=5)
LONGEST_WISH = timedelta(minutes=5)


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a key has been doing: failures in a row, and until when it is left alone."""

    failures: int = 0
    rests_until: datetime | None = None

    def rests(self, now: datetime) -> bool:
        """Whether it is left alone; afterwards one more failure is enough to rest again."""
        return self.rests_until is not None and now < self.rests_until


def after(health: Health, failure: ProviderFailed | None, now: datetime) -> Health:
    """How a key does after a request.

    Args:
        health: before.
        failure: None when the request went well. One that says something about the request alone changes nothing.
        now: aware UTC.
    """
    match failure:
        case None:
            return Health()
        case KeyRefused() | QuotaSpent():
            return Health(failures=FAILURES, rests_until=now + LONG_REST)
        case Declined() | RequestRefused():
            return health
        case RateLimited(retry_after_s=float() | int() as wish):
            return Health(failures=health.failures + 1, rests_until=now + min(timedelta(seconds=wish), LONGEST_WISH))
    failures = health.failures + 1
    return Health(failures=failures, rests_until=now + REST if failures >= FAILURES else None)


class Breakers:
    """The health of all keys this process uses. Nothing depends on it but who is asked first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Takes the clock."""
        self._now = now
        self._book: dict[str, Health] = {}

    def rests(self, key_id: str) -> bool:
        """Whether a key is left alone."""
        return self.health(key_id).rests(self._now())

    def health(self, key_id: str) -> Health:
        """How a key has been doing."""
        return self._book.get(key_id, Health())

    def note(self, key_id: str, failure: ProviderFailed | None = None) -> None:
        """Notes how a request went."""
        health = after(self.health(key_id), failure, self._now())
        if health == Health():
            self._book.pop(key_id, None)
        else:
            self._book[key_id] = health
