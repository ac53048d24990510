"""How fast calls may begin on one account of a provider, over all processes and campaigns."""

from callout.kit import pacing
from callout.kit.db.work import Work

SLOWEST_PER_SECOND = 0.01
"""An account that names no rate, or nonsense, still gets a call every hundred seconds."""


class AccountPace:
    """One line for every account. Implements `calls.ports.DialPace`."""

    def __init__(self, speed: float = 1.0) -> None:
        """`speed`: seconds of the product's clock in one of the real time."""
        self._speed = speed

    async def slot(self, work: Work, key_id: str, calls_per_second: float) -> float:
        """Takes the next place in the line of an account; seconds until it is due. The transaction should be short."""
        interval_s = 1 / max(calls_per_second, SLOWEST_PER_SECOND)
        return await pacing.reserve(work, _key(key_id), interval_s / self._speed)

    async def hold(self, work: Work, key_id: str, seconds: float) -> None:
        """Lets nobody on the account begin a call for some seconds, after its provider said that it is too much."""
        await pacing.hold(work, _key(key_id), seconds / self._speed)


def _key(key_id: str) -> str:
    return f"dial:{key_id}"
