"""What scraping refuses, and why."""

from collections.abc import Iterable
from typing import Any

from callout.features.prospecting.ports import KeyRefused, PlacesFailed, QueryRefused, QuotaSpent
from callout.kit.errors import Conflict, Problem, TooMany, Unprocessable, UpstreamFailed


class InvalidTransition(Conflict):
    """The job's state does not allow this."""

    code = "invalid_transition"
    title = "Not possible in this state"

    def __init__(self, current: str, to: str, allowed: Iterable[str]) -> None:
        members: dict[str, Any] = {"from": current, "to": to, "allowed": list(allowed)}
        super().__init__(f"The job is {current}; it cannot become {to}.", **members)


class JobRunning(Conflict):
    code = "in_use"
    title = "The job is still at work"
    default_detail = "The job is still at work. Stop it first."


def problem_of(failed: PlacesFailed, provider: str) -> Problem:
    """What a client is told when a provider brought nothing: what happened, and what to do."""
    detail = f"{failed.message} {failed.remedy}".strip()
    members: dict[str, Any] = {"provider": provider, "reason": failed.code}
    if isinstance(failed, QueryRefused):
        return Unprocessable(detail, **members)
    if failed.code == "rate_limited":
        return TooMany(detail, retry_after_s=int(failed.retry_after_s or 1), **members)
    return UpstreamFailed(detail, **members)


def needs_a_person(failed: PlacesFailed) -> bool:
    """Whether no request at all will succeed until somebody did something."""
    return isinstance(failed, KeyRefused | QuotaSpent)


class AlreadyDecided(Conflict):
    code = "invalid_transition"
    title = "Already decided"
    default_detail = "This suggestion was accepted or dismissed already."
