"""`may_dial`: whether a number may be called at a moment (product specification §6.3 and §10.1). Pure.

The same function is asked when a call is put in line and again when it is dialled. Its rules stand in `RULES`, in the
order in which the first that fails gives the reason.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from callout.features.calling.compliance.profiles import Profile, Purpose
from callout.features.calling.compliance.windows import Week, hours_of, is_open, next_opening, zone_info

Reason = Literal[
    "kill_switch",
    "tenant_inactive",
    "campaign_stopped",
    "no_credentials",
    "agent_not_ready",
    "voice_unlicensed",
    "disclosure_missing",
    "over_plan_limit",
    "invalid_number",
    "premium_number",
    "blocked_country",
    "suppressed",
    "consent_missing",
    "outside_window",
    "no_timezone",
    "attempts_exhausted",
    "recently_called",
    "duplicate",
    "abandonment",
]
NEVER_WITHIN = timedelta(minutes=15)
MONTH = timedelta(days=30)
LIVE_CALL_PAUSE = timedelta(minutes=2)
"""When to ask again for a number somebody is just talking to."""
ABANDONED_AFTER = timedelta(seconds=2)
ABANDONMENT_FROM = 50
"""Answered calls below which a share says nothing."""


class Callee(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of whom we call.

    Attributes:
        phone: E.164.
        fault: why the number is out of the question by itself.
        country: of the number, ISO 3166-1 alpha-2.
        zones: all the callee may be in.
        suppressed_by: the list that forbids calls: `list`, or the name of a registry.
        registry: a public do-not-call registry that has the number.
        basis: the ground in force.
        dialled: when this phone was dialled in the last 30 days, oldest first.
        is_own: one of the tenant's own numbers.
        is_on_call: a call with it is under way.
        other_campaign: another campaign under way has it.
    """

    phone: str
    fault: Literal["invalid_number", "premium_number"] | None = None
    country: str | None = None
    zones: tuple[str, ...] = ()
    is_suppressed: bool = False
    registry: str | None = None
    basis: str | None = None
    dialled: tuple[datetime, ...] = ()
    is_own: bool = False
    is_on_call: bool = False
    other_campaign: bool = False


class AgentTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The agent that would call; `not_ready` are the reasons of `agents.readiness`."""

    not_ready: tuple[str, ...] = ()


class CampaignTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign adds. A call without one has the defaults.

    Attributes:
        is_stopped: paused, cancelled or over.
        purpose: marketing, or service messages about an order or inquiry of the callee's own.
        window: narrows the hours.
        ends_at: no call begins after this.
        is_other_mode: it was begun at a simulator and there is a real provider now, or the reverse.
    """

    is_stopped: bool = False
    purpose: Purpose = "marketing"
    window: Week | None = None
    ends_at: datetime | None = None
    is_other_mode: bool = False


class TenantTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The business that calls.

    Attributes:
        is_stopped: somebody pulled the kill switch.
        has_telephony: somebody carries its calls.
        is_sandbox: a simulator does; then consent is only warned of.
        calls_left: of the plan; None without a limit.
        window: of the tenant; None takes the profile's.
        consent_is_advice: the owner took consent upon itself, in writing.
        answered: calls of campaigns answered by people in the last 30 days; `abandoned` of them without speech in 2 s.
        abandonment_cap: share, 0..1.
    """

    is_active: bool = True
    is_stopped: bool = False
    has_telephony: bool = True
    is_sandbox: bool = False
    calls_left: int | None = None
    allowed_countries: frozenset[str] = frozenset()
    blocked_countries: frozenset[str] = frozenset()
    window: Week | None = None
    holidays: frozenset[date] = frozenset()
    consent_is_advice: bool = False
    max_per_day: int = 2
    max_per_30d: int = 6
    answered: int = 0
    abandoned: int = 0
    abandonment_cap: float = 0.03


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's answer.

    Attributes:
        name: of the rule.
        reason: why not; None where it is passed.
        detail: in plain words.
        retry_at: from when on this rule is passed, where time alone does it.
        is_advice: the rule failed but does not block.
    """

    name: str
    reason: Reason | None = None
    detail: str | None = None
    retry_at: datetime | None = None
    is_advice: bool = False

    @property
    def blocks(self) -> bool:
        """Whether it forbids the call."""
        return self.reason is not None and not self.is_advice


class Allow(msgspec.Struct, frozen=True, kw_only=True, tag="allow"):
    """The call may begin now."""

    checks: tuple[Check, ...]


class Deny(msgspec.Struct, frozen=True, kw_only=True, tag="deny"):
    """It may not; `retry_at` is the first moment at which it may, as far as one can tell; None if time is no help."""

    reason: Reason
    detail: str | None = None
    retry_at: datetime | None = None
    checks: tuple[Check, ...] = ()

    @property
    def skip_reason(self) -> Reason:
        """What forbids it beyond the hour of the day; the hour, where it is that alone."""
        blocking = [check.reason for check in self.checks if check.blocks and check.reason is not None]
        return next((reason for reason in blocking if reason != "outside_window"), self.reason)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the rules look at."""

    callee: Callee
    profile: Profile
    agent: AgentTerms
    campaign: CampaignTerms
    tenant: TenantTerms
    now: datetime

    @property
    def week(self) -> Week:
        """The hours in force."""
        return self.profile.window(self.tenant.window, self.campaign.window)


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
