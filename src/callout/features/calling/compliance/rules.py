"""`may_dial`: whether a number may be called at a moment (product specification §6.3 and §10.1). Pure.

The same function is asked when a call is put in line and again when it is dialled. Its rules stand in `RULES`, in the
order in which the first that fails gives the reason.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta

from callout.features.calling.compliance.question import Allow, Check, Deny, Question
from callout.features.calling.compliance.windows import hours_of, is_open, next_opening, zone_info

NEVER_WITHIN = timedelta(minutes=15)
MONTH = timedelta(days=30)
LIVE_CALL_PAUSE = timedelta(minutes=2)
"""When to ask again for a number somebody is just talking to."""
ABANDONED_AFTER = timedelta(seconds=2)
ABANDONMENT_FROM = 50
"""Answered calls below which a share says nothing."""


def may_dial(question: Question) -> Allow | Deny:
    """Whether to dial now; every rule is asked, so that the answer says all that stands in the way."""
    checks = tuple(rule(question) for rule in RULES)
    blocking = [check for check in checks if check.blocks]
    if not blocking:
        return Allow(checks=checks)
    first = blocking[0]
    assert first.reason is not None
    return Deny(reason=first.reason, detail=first.detail, retry_at=_retry_at(question, blocking), checks=checks)


def _retry_at(question: Question, blocking: Sequence[Check]) -> datetime | None:
    """When all that time alone heals is healed, within the hours; None where something else stands in the way."""
    if any(check.retry_at is None for check in blocking):
        return None
    earliest = max([question.now, *(check.retry_at for check in blocking if check.retry_at)])
    opening = next_opening(question.week, question.callee.zones, question.tenant.holidays, earliest)
    ends_at = question.campaign.ends_at
    return None if opening is None or (ends_at is not None and opening >= ends_at) else opening


def _standing(question: Question) -> Check:
    tenant, campaign = question.tenant, question.campaign
    if tenant.is_stopped:
        return Check(name="tenant", reason="kill_switch", detail="All calls are stopped by the kill switch.")
    if not tenant.is_active:
        return Check(name="tenant", reason="tenant_inactive", detail="The business is suspended or closed.")
    if campaign.is_stopped or (campaign.ends_at is not None and question.now >= campaign.ends_at):
        return Check(name="tenant", reason="campaign_stopped", detail="The campaign does not call now.")
    return Check(name="tenant")


def _credentials(question: Question) -> Check:
    if not question.tenant.has_telephony:
        return Check(name="credentials", reason="no_credentials", detail="Nobody carries calls: a key is missing.")
    if question.campaign.is_other_mode:
        detail = "The campaign was begun with a simulator and there is a real provider now, or the reverse."
        return Check(name="credentials", reason="no_credentials", detail=detail)
    return Check(name="credentials")


def _agent(question: Question) -> Check:
    reasons = question.agent.not_ready
    if not reasons:
        return Check(name="agent")
    named = next((reason for reason in reasons if reason in {"voice_unlicensed", "disclosure_missing"}), None)
    detail = f"The agent cannot call: {', '.join(reasons)}."
    return Check(name="agent", reason=named or "agent_not_ready", detail=detail)  # type: ignore[arg-type]


def _quota(question: Question) -> Check:
    left = question.tenant.calls_left
    if left is not None and left <= 0:
        return Check(name="quota", reason="over_plan_limit", detail="The plan's calls of this month are used up.")
    return Check(name="quota")


def _number(question: Question) -> Check:
    callee, tenant = question.callee, question.tenant
    if callee.fault == "premium_number":
        return Check(name="number", reason="premium_number", detail="Calls to this kind of number cost extra.")
    if callee.fault is not None or callee.is_own:
        detail = "It is a number of the business itself." if callee.is_own else "This is not a number one can call."
        return Check(name="number", reason="invalid_number", detail=detail)
    country = callee.country
    if country is None or country not in tenant.allowed_countries or country in tenant.blocked_countries:
        return Check(
            name="number", reason="blocked_country", detail=f"Calls to {country or 'this number'} are not allowed."
        )
    return Check(name="number")


def _suppression(question: Question) -> Check:
    callee = question.callee
    if callee.is_suppressed:
        return Check(name="suppression", reason="suppressed", detail="The number is on the suppression list.")
    if callee.registry is not None and callee.basis not in ("express_written", "express"):
        return Check(
            name="suppression", reason="suppressed", detail=f"The number is in the registry {callee.registry}."
        )
    return Check(name="suppression")


def _consent(question: Question) -> Check:
    purpose, basis = question.campaign.purpose, question.callee.basis
    if question.profile.permits(basis, purpose):
        return Check(name="consent", detail=basis)
    needed = " or ".join(question.profile.bases[purpose])
    detail = f"A {purpose} call needs the basis {needed}; there is {basis or 'none'}."
    is_advice = question.tenant.is_sandbox or question.tenant.consent_is_advice
    return Check(name="consent", reason="consent_missing", detail=detail, is_advice=is_advice)


def _zone(question: Question) -> Check:
    if not question.callee.zones:
        return Check(name="zone", reason="no_timezone", detail="Nothing tells what time it is for the callee.")
    return Check(name="zone", detail=", ".join(question.callee.zones[:5]))


def _window(question: Question) -> Check:
    zones, holidays = question.callee.zones, question.tenant.holidays
    if not zones or is_open(question.week, zones, holidays, question.now):
        return Check(name="window")
    opening = next_opening(question.week, zones, holidays, question.now)
    local = question.now.astimezone(zone_info(zones[0]))
    hours = hours_of(question.week)[("mon", "tue", "wed", "thu", "fri", "sat", "sun")[local.weekday()]]
    words = " and ".join(f"{span['from']} to {span['to']}" for span in hours) or "closed"
    detail = f"It is {local:%A %H:%M} there; hours are {words}."
    return Check(name="window", reason="outside_window", detail=detail, retry_at=opening)


def _attempts(question: Question) -> Check:
    tenant, now = question.tenant, question.now
    recent = [at for at in question.callee.dialled if now - at < MONTH]
    if len(recent) >= tenant.max_per_30d:
        retry_at = recent[-tenant.max_per_30d] + MONTH
        detail = f"Dialled {len(recent)} times in 30 days."
        return Check(name="attempts", reason="attempts_exhausted", detail=detail, retry_at=retry_at)
    waits = list(_waits(recent, question))
    if waits:
        return Check(name="attempts", reason="recently_called", detail="Called a short while ago.", retry_at=max(waits))
    return Check(name="attempts")


def _waits(recent: Sequence[datetime], question: Question) -> Iterator[datetime]:
    if recent and question.now - recent[-1] < NEVER_WITHIN:
        yield recent[-1] + NEVER_WITHIN
    for zone in map(zone_info, question.callee.zones or ("UTC",)):
        today = question.now.astimezone(zone).date()
        if sum(at.astimezone(zone).date() == today for at in recent) >= question.tenant.max_per_day:
            yield datetime.combine(today + timedelta(days=1), time(), zone)


def _duplicate(question: Question) -> Check:
    if question.callee.other_campaign:
        detail = "Another campaign that is under way has this number."
        return Check(name="duplicate", reason="duplicate", detail=detail)
    if question.callee.is_on_call:
        detail = "A call with this number is under way."
        retry_at = question.now + LIVE_CALL_PAUSE
        return Check(name="duplicate", reason="duplicate", detail=detail, retry_at=retry_at)
    return Check(name="duplicate")


def _abandonment(question: Question) -> Check:
    tenant = question.tenant
    if tenant.answered >= ABANDONMENT_FROM and tenant.abandoned / tenant.answered > tenant.abandonment_cap:
        share = 100 * tenant.abandoned / tenant.answered
        detail = f"{share:.1f} % of answered calls were abandoned in 30 days."
        return Check(name="abandonment", reason="abandonment", detail=detail)
    return Check(name="abandonment")


RULES: tuple[Callable[[Question], Check], ...] = (
    _standing,
    _credentials,
    _agent,
    _quota,
    _number,
    _suppression,
    _consent,
    _zone,
    _window,
    _attempts,
    _duplicate,
    _abandonment,
)
"""In the order in which the first that fails gives the reason."""
