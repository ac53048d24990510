"""How far a job is. Pure."""

from datetime import datetime

UNFINISHED_AT_MOST = 99


def percent(done: int, known: int) -> int:
    """Done batches of known ones (product specification §6.1); 100 is left to the end."""
    return min(UNFINISHED_AT_MOST, 100 * done // known) if known else 0


def eta_s(*, status: str, pct: int, since: datetime | None, since_pct: int, now: datetime) -> int | None:
    """Seconds until the end, at the pace since the job last started to run; None while there is nothing to tell by.

    Args:
        status: of the job; only a running one arrives.
        pct: how far it is.
        since: when it last started to run.
        since_pct: how far it was then.
        now: the moment of asking.
    """
    gained = pct - since_pct
    if status != "running" or since is None or gained <= 0:
        return None
    return round((now - since).total_seconds() / gained * (100 - pct))
