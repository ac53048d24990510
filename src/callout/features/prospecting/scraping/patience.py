"""How long to wait after a failed request, and when to give up. Pure."""

from typing import Final

ATTEMPTS: Final = 5
"""Requests for one page before it is given up for now."""
ROUNDS: Final = 2
"""How often a page is tried that many times: once in its turn, and once more when everything else is done."""
MOST_IN_ROW: Final = 10
"""Failed requests one after the other that end the job (product specification §5.5)."""
LONGEST_S: Final = 60.0


def pause_s(errors_in_row: int, interval_s: float, retry_after_s: float | None) -> float:
    """Seconds to wait before the next request: doubling from the pace of the job, and what the provider asks for.

    Args:
        errors_in_row: failed requests one after the other, the last one included.
        interval_s: the pace: seconds between requests when all is well.
        retry_after_s: how long the provider wants to be left alone.
    """
    growing = min(LONGEST_S, interval_s * 2.0 ** min(errors_in_row, 20))
    return max(growing, retry_after_s or 0.0)


def is_given_up(attempts: int) -> bool:
    """Whether a page has had its attempts of this round."""
    return attempts >= ATTEMPTS
