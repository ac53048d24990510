"""What a subscription allows at a moment (pure)."""

from __future__ import annotations

from datetime import date, datetime

PER_MONTH = frozenset({"calls", "call_seconds", "messages", "llm_tokens", "api_calls", "scam_detections"})
LIMIT_OF = {"calls": "calls_per_month"}
"""Where the plan names a metric differently from its counter."""
EVER = date(2000, 1, 1)
"""The period of what is counted in total."""
TENANT_STATUS = {
    "trialing": "trial",
    "active": "active",
    "past_due": "past_due",
    "expired": "suspended",
    "cancelled": "suspended",
}


def status_now(status: str, trial_ends_at: datetime | None, now: datetime) -> str:
    """A trial is over the moment it ends, whether or not anybody noted it."""
    if status == "trialing" and trial_ends_at is not None and trial_ends_at <= now:
        return "expired"
    return status


def period_of(metric: str, now: datetime, *, is_trial: bool) -> date:
    """The first day of the period a metric is counted in: the month (UTC), or all time."""
    if metric in PER_MONTH or (metric == "leads" and not is_trial):
        return now.date().replace(day=1)
    return EVER


def crossed(before: int, after: int, limit: int | None) -> int | None:
    """The warning threshold in percent that a count has just passed: 100, 80 or none."""
    if not limit:
        return None
    for percent in (100, 80):
        edge = limit * percent / 100
        if before < edge <= after:
            return percent
    return None
