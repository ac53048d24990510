"""What follows for a contact of a campaign from a call that ended, or from a call that was not allowed. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from callout.features.calling.campaigns.lifecycle import PausedReason
from callout.features.calling.compliance.rules import NEVER_WITHIN

EntryStatus = Literal["waiting", "skipped", "dialing", "retry_wait", "done", "failed"]
RETRIED = frozenset({"failed", "busy", "no_answer"})
RETRY_AFTER_MIN = {"busy": 15, "no_answer": 240, "failed": 30}
BREAKER = 5
"""Calls in a row that the provider failed, after which a campaign stops to ask."""
NO_SUCH_NUMBER = frozenset({"21211", "21214", "21217", "21219", "13223", "13224"})
"""Error codes by which a carrier says that the number cannot be called at all (twilio.com/docs/api/errors)."""
STOPS: Mapping[str, PausedReason] = {
    "kill_switch": "user",
    "tenant_inactive": "limit",
    "over_plan_limit": "limit",
    "no_credentials": "provider",
    "no_from_number": "provider",
    "agent_missing": "provider",
    "agent_not_ready": "provider",
    "voice_unlicensed": "provider",
    "disclosure_missing": "provider",
    "abandonment": "abandonment",
}
"""Denials that are nobody's in particular: the campaign pauses, its contacts go on waiting."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is over.

    Attributes:
        was_dialled: whether the provider was asked to dial at all.
        error_code: of the provider, or the reason why it was not dialled.
        retry_at: when it would have been allowed.
        reached: a person answered.
    """

    status: str
    was_dialled: bool
    outcome: str | None = None
    error_code: str | None = None
    retry_at: datetime | None = None
    reached: bool = False
    opted_out: bool = False


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often and how soon a contact is called again. `after_min`: busy, no_answer, failed → minutes."""

    max_retries: int
    after_min: Mapping[str, Any]


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """Where a contact goes.

    Attributes:
        at: not before; None means at once or never.
        reason: why it is skipped or failed.
        takes_back: the attempt was none: nobody was dialled.
        pauses: the campaign pauses for this.
    """

    status: EntryStatus
    at: datetime | None = None
    reason: str | None = None
    outcome: str | None = None
    takes_back: bool = False
    pauses: PausedReason | None = None


def after_denial(reason: str, retry_at: datetime | None, *, attempts: int) -> Next:
    """What a denied call means for its contact.

    Args:
        reason: of the gate.
        retry_at: when it would be allowed.
        attempts: times the contact was dialled before.
    """
    waits: EntryStatus = "retry_wait" if attempts else "waiting"
    if reason == "campaign_stopped":
        return Next(status=waits, takes_back=True)
    if (pauses := STOPS.get(reason)) is not None:
        return Next(status=waits, takes_back=True, pauses=pauses)
    if retry_at is not None:
        return Next(status=waits, at=retry_at, takes_back=True)
    return Next(status="failed" if attempts else "skipped", reason=reason, takes_back=True)


def after_call(ended: Ended, retries: Retries, *, attempts: int, now: datetime) -> Next:
    """What a call that is over means for its contact (product specification §6.3).

    Args:
        ended: the call.
        retries: of the campaign.
        attempts: times the contact was dialled, this call included.
        now: when it ended.
    """
    if not ended.was_dialled:
        return after_denial(ended.error_code or "cancelled", ended.retry_at, attempts=attempts - 1)
    if ended.opted_out or ended.outcome == "do_not_call":
        return Next(status="done", outcome="do_not_call")
    if ended.status == "completed":
        return Next(status="done", outcome=ended.outcome)
    if ended.status not in RETRIED:
        return Next(status="failed", reason=ended.status, outcome=ended.outcome)
    if ended.error_code in NO_SUCH_NUMBER:
        return Next(status="failed", reason="invalid_number", outcome=ended.outcome)
    if attempts > retries.max_retries:
        return Next(status="failed", reason="attempts_exhausted", outcome=ended.outcome)
    minutes = int(retries.after_min.get(ended.status, RETRY_AFTER_MIN[ended.status]))
    return Next(status="retry_wait", at=now + max(timedelta(minutes=minutes), NEVER_WITHIN), outcome=ended.outcome)


def failures_in_row(before: int, ended: Ended) -> int:
    """How many calls in a row the provider failed; one that was never dialled tells nothing about it."""
    if not ended.was_dialled:
        return before
    is_providers = ended.status == "failed" and not ended.reached and ended.error_code not in NO_SUCH_NUMBER
    return before + 1 if is_providers else 0
